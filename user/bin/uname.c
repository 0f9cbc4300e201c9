/* uname - print what system this is */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] = "usage: uname [-amnrsv]\n"
			    "Print the name of the system.\n"
			    "  -s   the name           -n   the name of this machine\n"
			    "  -r   the release        -v   the version\n"
			    "  -m   the processor      -a   all of these, in this order\n";

int main(int argc, char **argv)
{
	static const char order[] = "snrvm";
	bool shown[sizeof(order)] = { false }, any = false;
	struct utsname u;
	const char *gap = "";
	int c;

	while ((c = tool_getopt(argc, argv, "amnrsvh", usage)) != -1)
		for (int i = 0; order[i]; i++)
			shown[i] |= c == 'a' || c == order[i];
	if (argv[optind])
		tool_usage(usage);
	if (uname(&u) < 0)
		tool_die("system");
	for (int i = 0; order[i]; i++)
		any |= shown[i];
	shown[0] |= !any;
	for (int i = 0; order[i]; i++) {
		const char *const names[] = { u.sysname, u.nodename, u.release, u.version,
					      u.machine };

		if (shown[i])
			printf("%s%s", gap, names[i]);
		gap = shown[i] ? " " : gap;
	}
	putchar('\n');
	return tool_finish();
}
