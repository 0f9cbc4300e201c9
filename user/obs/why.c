/* why - explain why an access of a process is or would be refused */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pagoda.h>
#include <snap.h>
#include <tool.h>

#define TEXT_SIZE 1024

static const char usage[] =
	"usage: why PID|NAME ADDRESS [r|w|x]\n"
	"Show the walk through the page table of a process to ADDRESS (hexadecimal, with\n"
	"or without 0x), the area there, and why a read, write or execution is or would\n"
	"be refused.  PID 0 is why itself.  The kernel says the same when it kills a\n"
	"program for an access.\n";

/* Its first line, as `read of 0x0:`, also says in which process that is. */
static void print_text(const char *text, int pid)
{
	static struct snap_reader r;
	int title = (int)strcspn(text, ":");

	if (!snap_begin(&r, SNAP_AREAS, pid, 0))
		snap_die(pid);
	printf("%.*s in %d (%s)%s", title, text, r.header.pid, r.header.name, text + title);
}

int main(int argc, char **argv)
{
	static const char accesses[] = "rwx";
	static char text[TEXT_SIZE];
	const char *access = accesses;
	int pid;

	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	argc -= optind;
	argv += optind;
	if (argc == 3)
		access = strlen(argv[2]) == 1 ? strchr(accesses, argv[2][0]) : NULL;
	if (argc < 2 || argc > 3 || !access)
		tool_usage(usage);
	pid = tool_pid(argv[0], 0);
	if (explain(pid, tool_address(argv[1]), (int)(access - accesses), text,
		    sizeof(text)) < 0)
		tool_die(argv[0]);
	print_text(text, pid);
	return tool_finish();
}
