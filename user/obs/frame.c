/* frame - show what a frame of RAM is, whose it is, and who maps it */
#include <stdio.h>
#include <unistd.h>

#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: frame PA...\n"
	"Show what the frame at the physical address PA (hexadecimal) is used for, how\n"
	"many references it has, which process has it as a page table, and everybody who\n"
	"maps it.  `pt PID VA` tells the physical address of a virtual one.\n";

static const char *frame_use(unsigned record, char what[64])
{
	static struct snap_reader r;
	const struct snap_count *c;

	snprintf(what, 64, "?");
	if (!snap_begin(&r, SNAP_FRAMES, 0, 0))
		return what;
	while ((c = snap_next(&r)) != NULL)
		if (record-- == 0) {
			snprintf(what, 64, "%s", c->what);
			break;
		}
	return what;
}

static void frame_show(const char *text)
{
	unsigned long pa = tool_address(text);
	static struct snap_reader r;
	const struct snap_frame *f;
	char what[64], size[24];

	if (!snap_begin(&r, SNAP_FRAME, 0, pa) || !(f = snap_next(&r))) {
		tool_warnx(text, "no RAM is there");
		return;
	}
	printf("%sframe %llx: %s%s\n", tool_colour(BOLD), f->pa, frame_use(f->frame, what),
	       tool_colour(PLAIN));
	if (f->refs)
		printf("references %u, users %u", f->refs, f->users);
	else
		printf("no references are counted");
	if (f->order)
		printf("; in a block of %s", snap_size(4096ull << f->order, size));
	if (f->offset)
		printf("; offset %llx of its file", f->offset);
	if (f->age < SNAP_AGE_OLDEST)
		printf("; touched %u rounds of heat ago", f->age);
	putchar('\n');
	if (!snap_print_users(f->pa))
		puts("nobody maps it but the kernel");
}

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (!argv[optind])
		tool_usage(usage);
	for (; argv[optind]; optind++)
		frame_show(argv[optind]);
	return tool_finish();
}
