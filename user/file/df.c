/* df - show how much room the disk has */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: df [-hkP] [PATH...]\n"
	"Show how much room the file system has, in KiB, and how much is used.  There is\n"
	"one; with PATHs it is shown if there is such a file.\n"
	"  -h   as 812K or 1.5M\n"
	"  -k, -P   no effect: it is so\n";

static bool human;

static void print_size(unsigned long blocks, unsigned block, int width)
{
	if (human)
		printf(" %*s", width, tool_human(blocks * block));
	else
		printf(" %*lu", width, blocks * block / 1024);
}

static void print_disk(void)
{
	static struct snap_reader r;
	const struct snap_disk *d;

	if (!snap_begin(&r, SNAP_DISK, 0, 0) || !(d = snap_next(&r)))
		tool_die("the disk");
	printf("Filesystem    %s      Used Available Capacity Mounted on\n",
	       human ? "      Size" : "1024-blocks");
	printf("%-12.24s", d->name);
	print_size(d->blocks, d->block, human ? 11 : 12);
	print_size(d->blocks - d->available, d->block, 9);
	print_size(d->available, d->block, 9);
	printf(" %7lu%% /\n",
	       ((d->blocks - d->available) * 100ul + d->blocks - 1) / d->blocks);
}

int main(int argc, char **argv)
{
	bool any;
	int c;

	while ((c = tool_getopt_h(argc, argv, "hkP", usage)) != -1)
		human |= c == 'h';
	argv += optind;
	any = !*argv;
	for (struct stat st; *argv; argv++) {
		if (stat(*argv, &st) == 0)
			any = true;
		else
			tool_warn(*argv);
	}
	if (any)
		print_disk();
	return tool_finish();
}
