/* who.c - programs about users and names, of which there is one each.
 *
 * The system has no users: all that is asked about them has one answer, that of root. */
#include "box.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <tool.h>
#include <unistd.h>

/* Takes no options but help, and no arguments. */
static void who_no_arguments(int argc, char **argv, const char *usage)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (argv[optind])
		tool_usage(usage);
}

/* hostname - print the name of this machine */
int hostname_main(int argc, char **argv)
{
	struct utsname u;

	who_no_arguments(argc, argv,
			 "usage: hostname\n"
			 "Print the name of this machine, which cannot be changed.\n");
	if (uname(&u) < 0)
		tool_die("system");
	puts(u.nodename);
	return tool_finish();
}

/* whoami - print the name of the user */
int whoami_main(int argc, char **argv)
{
	who_no_arguments(argc, argv,
			 "usage: whoami\n"
			 "Print the name of the user: there is only root.\n");
	puts("root");
	return tool_finish();
}

/* id - print who the user is */
int id_main(int argc, char **argv)
{
	static const char usage[] = "usage: id [-u | -g | -G] [-n]\n"
				    "Print the user and the group: there is only root.\n"
				    "  -u   the number of the user      -n   the name\n"
				    "  -g, -G   that of the group\n";
	bool one = false, name = false;
	int c;

	while ((c = tool_getopt(argc, argv, "ugGnrh", usage)) != -1) {
		one |= c == 'u' || c == 'g' || c == 'G';
		name |= c == 'n';
	}
	if (argv[optind] || (name && !one))
		tool_usage(usage);
	puts(!one ? "uid=0(root) gid=0(root) groups=0(root)" : name ? "root" : "0");
	return tool_finish();
}

/* tty - print the name of the terminal */
int tty_main(int argc, char **argv)
{
	static const char usage[] =
		"usage: tty [-s]\n"
		"Print the name of the terminal that is standard input.\n"
		"The status is 1 if it is none.\n"
		"  -s   print nothing\n";
	bool is_tty = isatty(STDIN_FILENO), silent = false;
	int c;

	tool_failed = 3;
	while ((c = tool_getopt(argc, argv, "sh", usage)) != -1)
		silent |= c == 's';
	if (argv[optind])
		tool_usage(usage);
	if (!silent)
		puts(is_tty ? "/dev/console" : "not a tty");
	return tool_finish() ? tool_status : !is_tty;
}
