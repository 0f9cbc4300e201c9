/* kill.c - the command kill, for the program and for the shell.  The shell has it built in,
 * so that it works even if no process can be started.  Nothing here exits. */
#include <tool.h>

#include "../sys.h"

#include <errno.h>
#include <limits.h>
#include <pagoda.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char usage[] =
	"usage: kill [-9 | -s SIGNAL] PID | NAME... | kill -l [STATUS...]\n"
	"Send TERM, or another signal, to the processes with these numbers; `ps` shows\n"
	"them, and so does ^P; or to the process that alone has the NAME.  -1 stands for\n"
	"all processes, also for those that start meanwhile, but not for init, kill\n"
	"itself, its parent, its parent's parent, ...; all of them get KILL.\n"
	"  -s, -9, -TERM   the signal; 0 only asks whether the process exists\n"
	"  -l              the names of the signals, or the one of a number or status\n";

#define STATUS_WRONG 2
#define COLUMNS 79 /* of a line of -l */

/* When the shell runs kill, its complaints have this name, too. */
static int kill_complain(const char *what, const char *reason, int status)
{
	fprintf(stderr, "kill: %s: %s\n", what, reason);
	return status;
}

static int print_usage(void)
{
	int error;

	fputs(usage, stdout);
	error = stdio_error();
	return error ? kill_complain("standard output", strerror(error), 1) : 0;
}

static bool is_all(const char *word)
{
	return strcmp(word, "-1") == 0;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] && !is_all(word);
}

/* --- all processes ------------------------------------------------------------ */

#define PASSES 400      /* over all processes             */
#define PASSES_FAST 100 /* so many without pauses between */

static const struct procinfo *process_find(const struct procinfo *list, int n, int pid)
{
	for (int i = 0; i < n; i++)
		if (list[i].pid == pid)
			return &list[i];
	return NULL;
}

/* Kills all in the list but init, this process and its ancestors; returns how many. */
static int kill_listed(const struct procinfo *list, int n)
{
	int spared[NPROC], nspared = 0, count = 0;
	const struct procinfo *p = process_find(list, n, getpid());

	for (; p && nspared < NPROC; p = process_find(list, n, p->ppid))
		spared[nspared++] = p->pid;
	for (int i = 0; i < n; i++) {
		bool spare = list[i].pid == 1 || list[i].state == PS_ZOMBIE;

		for (int k = 0; k < nspared; k++)
			spare |= list[i].pid == spared[k];
		if (spare)
			continue;
		(void)kill(list[i].pid, SIGKILL);
		count++;
	}
	return count;
}

/* Processes that fork without end refill each free slot, but a killed process does not
 * fork: what is left after a pass was forked during it.  Each pass leaves fewer, as long as
 * there is no pause between passes. */
static int kill_all(void)
{
	static struct procinfo list[NPROC];

	for (int pass = 0; pass < PASSES; pass++) {
		int n = procinfo(list, NPROC);

		if (n < 0)
			return kill_complain("-1", tool_reason(), 1);
		if (kill_listed(list, n < NPROC ? n : NPROC) == 0)
			return 0;
		if (pass >= PASSES_FAST)
			(void)pause_ticks(1);
	}
	return kill_complain("-1", "some do not end", 1);
}

/* --- signals ------------------------------------------------------------------ */

static const struct {
	int number;
	const char *name;
} signals[] = { { 0, "0" },
		{ SIGHUP, "HUP" },
		{ SIGINT, "INT" },
		{ SIGQUIT, "QUIT" },
		{ SIGILL, "ILL" },
		{ SIGTRAP, "TRAP" },
		{ SIGABRT, "ABRT" },
		{ SIGFPE, "FPE" },
		{ SIGKILL, "KILL" },
		{ SIGBUS, "BUS" },
		{ SIGSEGV, "SEGV" },
		{ SIGSYS, "SYS" },
		{ SIGPIPE, "PIPE" },
		{ SIGALRM, "ALRM" },
		{ SIGTERM, "TERM" },
		{ SIGURG, "URG" },
		{ SIGSTOP, "STOP" },
		{ SIGTSTP, "TSTP" },
		{ SIGCONT, "CONT" },
		{ SIGCHLD, "CHLD" },
		{ SIGTTIN, "TTIN" },
		{ SIGTTOU, "TTOU" },
		{ SIGXCPU, "XCPU" },
		{ SIGXFSZ, "XFSZ" },
		{ SIGVTALRM, "VTALRM" },
		{ SIGPROF, "PROF" },
		{ SIGWINCH, "WINCH" },
		{ SIGUSR1, "USR1" },
		{ SIGUSR2, "USR2" } };

#define NSIGNALS (int)(sizeof(signals) / sizeof(signals[0]))

/* The index of a signal by its number, or by its name with or without SIG; -1: none. */
static int signal_find(const char *word)
{
	long number;
	bool is_number = !tool_number_wrong(word, 0, INT_MAX, &number);

	if (strncasecmp(word, "SIG", 3) == 0)
		word += 3;
	for (int i = 0; i < NSIGNALS; i++)
		if (is_number ? signals[i].number == number
			      : strcasecmp(signals[i].name, word) == 0)
			return i;
	return -1;
}

int tool_signal(const char *word)
{
	int i = signal_find(word);

	return i < 0 ? -1 : signals[i].number;
}

const char *tool_signal_name(int sig)
{
	for (int i = 1; i < NSIGNALS; i++)
		if (signals[i].number == sig)
			return signals[i].name;
	return NULL;
}

/* POSIX lets either a blank or a newline follow a name. */
static void signal_list_all(void)
{
	size_t column = 0;

	for (int i = 1; i < NSIGNALS; i++) {
		bool is_last = i == NSIGNALS - 1;

		column += strlen(signals[i].name) + 1;
		if (!is_last && column + strlen(signals[i + 1].name) > COLUMNS)
			is_last = true;
		printf("%s%c", signals[i].name, is_last ? '\n' : ' ');
		column = is_last ? 0 : column;
	}
}

static int signal_list(char **words)
{
	int i, error;

	if (!*words)
		signal_list_all();
	for (; *words; words++) {
		long number;
		bool is_number = !tool_number_wrong(*words, 0, INT_MAX, &number);
		char text[32];

		/* The status of a process that a signal has ended is 128 more. */
		if (is_number && number > 128) {
			snprintf(text, sizeof(text), "%ld", number - 128);
			i = signal_find(text);
		} else {
			i = signal_find(*words);
		}
		if (i <= 0)
			return kill_complain(*words, "no such signal here", 1);
		if (is_number)
			puts(signals[i].name);
		else
			printf("%d\n", signals[i].number);
	}
	error = stdio_error();
	return error ? kill_complain("standard output", strerror(error), 1) : 0;
}

/* --- the command -------------------------------------------------------------- */

static int chosen; /* the signal to send */

/* Whether @word is the option -s, whose argument is the next one. */
static bool has_argument(const char *word)
{
	return strcmp(word, "-s") == 0;
}

/* Returns the status to end with at once, or -1 to go on. */
static int read_options(char **argv)
{
	chosen = SIGTERM;
	for (; *argv && strcmp(*argv, "--") != 0; argv++) {
		const char *name = *argv + 1;
		int i;

		if (!is_option(*argv))
			continue;
		if (strcmp(*argv, "--help") == 0 || strcmp(*argv, "-h") == 0)
			return print_usage();
		if (strcmp(*argv, "-l") == 0)
			return signal_list(argv + 1);
		if (has_argument(*argv) && argv[1])
			name = *++argv;
		i = signal_find(name);
		if (i < 0)
			return kill_complain(*argv, "no such signal here", STATUS_WRONG);
		chosen = signals[i].number;
	}
	return -1;
}

static int kill_one(const char *word)
{
	const char *wrong;
	int pid;

	if (is_all(word))
		return kill_all();
	wrong = tool_pid_wrong(word, 1, &pid);
	if (wrong)
		return kill_complain(word, wrong,
				     tool_pid_is_number(word) ? STATUS_WRONG : 1);
	if (kill(pid, chosen) < 0)
		return kill_complain(word, tool_reason(), 1);
	return 0;
}

/* A number that is wrong ends the command; what does not exist does not. */
int tool_kill(char **argv, int (*kill_job)(const char *name, int sig))
{
	int status = read_options(++argv), count = 0, worst = 0;
	bool options = true;

	if (status >= 0)
		return status;
	for (; *argv && worst < STATUS_WRONG; argv++) {
		if (options && is_option(*argv)) {
			options = strcmp(*argv, "--") != 0;
			if (has_argument(*argv) && argv[1])
				argv++;
			continue;
		}
		status = kill_job && **argv == '%' ? kill_job(*argv, chosen)
						   : kill_one(*argv);
		worst = status > worst ? status : worst;
		count++;
	}
	if (count)
		return worst;
	fprintf(stderr, "%.*s\n", (int)strcspn(usage, "\n"), usage);
	return STATUS_WRONG;
}
