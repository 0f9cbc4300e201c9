/* sh - run commands: pipes, files, loops, functions, variables, background */

/* Reads from standard input, from a file, or from the argument of -c.  At the
 * keyboard it prints a prompt for each line. */
#include "line/input.h"
#include "shell.h"

#include <errno.h>
#include <pagoda.h>
#include <string.h>
#include <unistd.h>

struct shell shell;

/* What the command prints comes after this; tools/console/console_run.c waits for it. */
#define START_MARK "@@pagoda-start@@\n"

static const char usage[] =
	"usage: sh [-aefnuvxC] [FILE [ARG...]]\n"
	"       sh [-aefnuvxC] -c COMMAND [NAME [ARG...]]\n"
	"       sh [-aefnuvxC] -s [ARG...]\n"
	"Run commands from FILE, COMMAND or the keyboard, as a POSIX shell does.\n"
	"  a | b     the output of a is the input of b   a &      in the background\n"
	"  a && b    b only if a succeeded               a || b   b only if a failed\n"
	"  a ; b     one after the other                 ! a      success is failure\n"
	"  { a; b; }  (a; b)       as one command; in a new process\n"
	"  if a; then b; elif c; then d; else e; fi\n"
	"  while a; do b; done     until a; do b; done   for x in a b; do c; done\n"
	"  case x in a|b*) c;; esac                      name() { a; }\n"
	"  < f  > f  >> f  2> f  2>&1  <&-  <<END        input and output: files, text\n"
	"  'text' \"text\" \\c       quotes; # starts a comment\n"
	"  * ? [a-z] ~             file names\n"
	"  NAME=value  $NAME  $?  $$  $!  $1  $#  $@     variables, status, arguments\n"
	"  ${x:-a} ${x:=a} ${x:+a} ${x:?a} ${#x} ${x%p} ${x#p}\n"
	"  $(a) `a`  $((1 + 2))    output of a command, arithmetic\n"
	"  alias x='a b'           x stands for a b; unalias x\n"
	"  trap 'a' INT TERM EXIT  a runs at these signals; '' ignores, - resets\n"
	"  %1  %+  %-  %a  %?a     jobs, for fg, bg, wait, kill: number, last, name\n"
	"At the keyboard: cursor keys, ^A ^E ^K ^U ^W edit the line; up, down: earlier\n"
	"lines; ^R looks for one; Tab completes names, twice lists them.  ^L clears the\n"
	"screen, ^Y puts back what ^K ^U ^W took, Alt-B Alt-F go by words.  ^C ends what\n"
	"runs in the foreground, ^Z stops it until fg or bg; what you type is for the\n"
	"foreground only.\n"
	"  -e   end after a command that fails   -u   a variable must have a value\n"
	"  -x   print commands as they are run   -n   only look for mistakes\n"
	"  -f   no file name patterns            -C   > keeps files that exist\n"
	"  -a   export all variables             -v   print the text that is read\n"
	"  -o pipefail   a pipe fails if one of its commands does\n"
	"`help` lists what is built in.\n";

/* Whether the console's input comes from a file of the host and not from a person. */
static bool console_is_piped(void)
{
	char value[8];

	return bootarg("eof", value, sizeof(value)) > 0 && strcmp(value, "stays") == 0;
}

static int print_usage(void)
{
	if (write(STDOUT_FILENO, usage, sizeof(usage) - 1) > 0)
		return 0;
	sh_warn("standard output");
	return 1;
}

/* @args are what follows -c. */
static int run_command(char **argv, char **args)
{
	if (!args[0]) {
		sh_say("sh: -c: a command is missing\n", NULL);
		return SH_STATUS_WRONG;
	}
	if (argv[0][0] == '-') /* init runs the command of the boot options */
		sh_say(START_MARK, NULL);
	if (args[1])
		shell.name = args[1];
	shell.values.args = args + 1 + (args[1] != NULL);
	return sh_run_text(args[0], true);
}

static int run_file(char **args)
{
	char *text = sh_read_file(&shell.words, args[0]);

	if (!text)
		return errno == ENOENT ? SH_STATUS_MISSING : SH_STATUS_NOT_RUN;
	shell.name = args[0];
	shell.values.args = args + 1;
	return sh_run_text(text, true);
}

int main(int argc, char **argv)
{
	char kind = '\0';
	int used;

	if (argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		return print_usage();
	shell.stack = __builtin_frame_address(0);
	shell.pid = getpid();
	shell.name = argc ? argv[0] : "sh";
	shell.values.args = argv + argc;
	sh_vars_init();
	used = argc ? sh_options_read(argv + 1, &kind) : 0;
	if (used < 0)
		return SH_STATUS_WRONG;
	if (kind == 'c') {
		shell.status = run_command(argv, argv + 1 + used);
	} else if (argc > 1 + used && kind != 's') {
		shell.status = run_file(argv + 1 + used);
	} else {
		shell.values.args = argc ? argv + 1 + used : argv;
		shell.interactive = isatty(STDIN_FILENO);
		shell.prompts = shell.interactive && !console_is_piped();
		shell.status = input_run();
	}
	sh_exit();
}
