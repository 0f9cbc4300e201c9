/* maps - show the areas of a process and how much memory each has */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: maps [-v] [PID | NAME]\n"
	"Show the areas of a process, or of maps itself.  Sizes are in pages of 4 KiB:\n"
	"  pages     addresses           memory  pages that are there now\n"
	"  shared    of these, pages that others use, too\n"
	"  large     of these, pages in 2 MiB leaves\n"
	"  touched   of these, pages with A set; dirty: with D set\n"
	"  prot      r read, w write, x execute; s shared mapping\n"
	"After the kind of a file's area: its offset in the file, bytes in hexadecimal.\n"
	"  -v   also which calls its program means by the numbers 22 to 63, as far as it\n"
	"       has used them, and what told: these differ between the years of the labs\n";

static const char legend[] =
	"pages: addresses; memory: pages that are there; shared: others use them, too;\n"
	"large: 2 MiB leaves; touched, dirty: A, D set; prot: read write execute shared";

struct totals {
	unsigned long long pages, resident, shared, large, touched, dirty;
};

static void print_row(const struct totals *t)
{
	printf(" %6llu %6llu %6llu %5llu %7llu %5llu", t->pages, t->resident, t->shared,
	       t->large, t->touched, t->dirty);
}

static const char *rights(const struct snap_area *a, char text[8])
{
	text[0] = a->prot & 1 ? 'r' : '-';
	text[1] = a->prot & 2 ? 'w' : '-';
	text[2] = a->prot & 4 ? 'x' : '-';
	text[3] = a->flags & SNAP_AREA_IS_SHARED ? 's' : '-';
	text[4] = '\0';
	return text;
}

static void add(struct totals *sum, const struct totals *t)
{
	sum->pages += t->pages;
	sum->resident += t->resident;
	sum->shared += t->shared;
	sum->large += t->large;
	sum->touched += t->touched;
	sum->dirty += t->dirty;
}

static void print_area(const struct snap_area *a, const struct totals *t)
{
	char range[40], text[8];

	snprintf(range, sizeof(range), "%llx-%llx", a->start, a->end);
	printf("%s%-21s", a->kind == SNAP_AREA_GUARD ? tool_colour(RED) : "", range);
	print_row(t);
	printf(" %s %s", rights(a, text), snap_area_name(a->kind));
	if (a->kind == SNAP_AREA_FILE)
		printf("+%llx", a->offset);
	printf("%s\n", a->kind == SNAP_AREA_GUARD ? tool_colour(PLAIN) : "");
}

static void print_areas(int pid)
{
	static struct snap_reader r;
	const struct snap_area *a;
	struct totals sum = { 0 };

	if (!snap_begin(&r, SNAP_AREAS, pid, 0))
		snap_die(pid);
	printf("areas of %d (%s), in pages of 4 KiB\n", r.header.pid, r.header.name);
	printf("%s%-21s %6s %6s %6s %5s %7s %5s prot kind%s\n", tool_colour(BOLD), "range",
	       "pages", "memory", "shared", "large", "touched", "dirty",
	       tool_colour(PLAIN));
	while ((a = snap_next(&r)) != NULL) {
		struct totals t = { (a->end - a->start) / 4096,
				    a->resident,
				    a->shared,
				    a->large,
				    a->touched,
				    a->dirty };

		print_area(a, &t);
		add(&sum, &t);
	}
	printf("%-21s", "all");
	print_row(&sum);
	printf("\n%s%s%s\n", tool_colour(FAINT), legend, tool_colour(PLAIN));
	if (r.error)
		tool_warnx("the process", "has ended meanwhile");
}

static void print_calls(int pid)
{
	static const char *const how[] = {
#define X(id, what) what,
		SNAP_CALL_HOW(X)
#undef X
	};
	static struct snap_reader r;
	const struct snap_call *c;

	if (!snap_begin(&r, SNAP_CALLS, pid, 0))
		snap_die(pid);
	printf("calls by the numbers 22 to 63 of %d (%s)\n", r.header.pid, r.header.name);
	if (r.header.count == 0)
		printf("none yet\n");
	else
		printf("%-6s %-10s %-12s %-12s %s\n", "number", "ecall", "stub", "call",
		       "what told");
	while ((c = snap_next(&r)) != NULL)
		printf("%-6u %010llx %-12s %-12s %s\n", c->number, c->ecall,
		       c->stub_name[0] ? c->stub_name : "-",
		       c->call ? c->call_name : "none",
		       c->how < SNAP_CALL_NHOW ? how[c->how] : "?");
}

int main(int argc, char **argv)
{
	bool calls = false;
	int pid;

	while (tool_getopt(argc, argv, "vh", usage) != -1)
		calls = true;
	if (argc - optind > 1)
		tool_usage(usage);
	pid = optind < argc ? tool_pid(argv[optind], 1) : 0;
	print_areas(pid);
	if (calls)
		print_calls(pid);
	return tool_finish();
}
