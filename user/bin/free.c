/* free - how much memory is used, and for what */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

#define KIB_PER_PAGE 4

static const char usage[] =
	"usage: free [-v]\n"
	"Say how much memory is used, in KiB.  What keeps files at hand counts\n"
	"as available: programs get it when they need it.\n"
	"  -v   what all of it is used for\n";

static void print_row(const char *what, unsigned long long pages)
{
	printf("%10llu %s\n", pages * KIB_PER_PAGE, what);
}

static void print_all(const struct meminfo *m)
{
	print_row("free", m->free);
	print_row("kept for emergencies of the kernel", m->reserve);
	print_row("firmware", m->firmware);
	print_row("kernel image and fixed tables", m->kernel);
	print_row("page tables", m->tables);
	print_row("memory of processes", m->anon);
	print_row("files", m->cache);
	print_row("small kernel objects", m->slab);
	print_row("other", m->other);
	print_row("in all", m->total);
}

int main(int argc, char **argv)
{
	struct meminfo m;
	bool all = false;
	int c;

	while ((c = tool_getopt(argc, argv, "vh", usage)) != -1)
		all |= c == 'v';
	if (argv[optind])
		tool_usage(usage);
	if (meminfo(&m) < 0)
		tool_die("memory");
	if (all) {
		print_all(&m);
	} else {
		puts("     total      used available   (KiB)");
		printf("%10llu%10llu%10llu\n", m.total * KIB_PER_PAGE,
		       (m.total - m.available) * KIB_PER_PAGE, m.available * KIB_PER_PAGE);
	}
	return tool_finish();
}
