/* dmesg - print the messages of the kernel */
#include <stdio.h>
#include <unistd.h>

#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: dmesg\n"
	"Print the messages of the kernel since boot, the newest 8 KiB.\n";

int main(int argc, char **argv)
{
	static struct snap_reader r;
	const struct snap_bytes *b;

	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (argv[optind])
		tool_usage(usage);
	if (!snap_begin(&r, SNAP_MESSAGES, 0, 0))
		tool_die("messages");
	while ((b = snap_next(&r)) != NULL)
		fwrite(b->byte, 1, b->count, stdout);
	if (r.error)
		tool_die("messages");
	return tool_finish();
}
