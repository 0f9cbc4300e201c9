/* run.c - programs about processes. */
#include "box.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <tool.h>
#include <unistd.h>

#include <pagoda.h>

/* yes - print a line again and again */
int yes_main(int argc, char **argv)
{
	static const char usage[] =
		"usage: yes [WORD...]\n"
		"Print the words, or y, line by line, until somebody ends it.\n";

	while (tool_getopt(argc, argv, "+h", usage) != -1)
		;
	while (!ferror(stdout))
		for (int i = optind; i < argc || i == optind; i++)
			printf("%s%c", i < argc ? argv[i] : "y", i + 1 < argc ? ' ' : '\n');
	return tool_finish();
}

/* Takes `-9`, `-TERM` or `-s SIGNAL` off the front; returns the signal. */
static int run_signal(int *argc, char ***argv, const char *usage)
{
	const char *word = *argc > 1 && (*argv)[1][0] == '-' ? (*argv)[1] + 1 : "";
	int used = 1, sig;

	if (strcmp(word, "s") == 0 && *argc > 2) {
		word = (*argv)[2];
		used = 2;
	}
	if (!*word || *word == '-' || strcmp(word, "q") == 0 || strcmp(word, "h") == 0)
		return SIGTERM;
	sig = tool_signal(word);
	if (sig < 0) {
		tool_warnx(word, "no such signal here");
		tool_usage(usage);
	}
	(*argv)[used] = (*argv)[0];
	*argc -= used;
	*argv += used;
	return sig;
}

/* killall - send a signal to the processes that run a program */
int killall_main(int argc, char **argv)
{
	static const char usage[] =
		"usage: killall [-9 | -s SIGNAL] [-q] NAME...\n"
		"Send TERM, or another signal, to all processes that run a\n"
		"program NAME.  Status 1: one of the names is no process's.\n"
		"  -q   do not complain about that\n";
	static struct procinfo list[NPROC];
	int sig = run_signal(&argc, &argv, usage), count, c;
	bool quiet = false;

	while ((c = tool_getopt(argc, argv, "qh", usage)) != -1)
		quiet |= c == 'q';
	if (!argv[optind])
		tool_usage(usage);
	count = procinfo(list, NPROC);
	if (count < 0)
		tool_die("processes");
	for (; optind < argc; optind++) {
		bool found = false;

		for (int i = 0; i < count && i < NPROC; i++) {
			if (list[i].state == PS_ZOMBIE || list[i].pid == getpid() ||
			    strncmp(list[i].name, tool_basename(argv[optind]),
				    sizeof(list[i].name) - 1) != 0)
				continue;
			found = true;
			if (kill(list[i].pid, sig) < 0 && errno != ESRCH)
				tool_warn(argv[optind]);
		}
		if (!found && quiet)
			tool_status = 1;
		else if (!found)
			tool_warnx(argv[optind], "no process has that name");
	}
	return tool_status;
}

static volatile sig_atomic_t timed_out;

static void timeout_note(int sig)
{
	(void)sig;
	timed_out = 1;
}

/* timeout - run a command, and end it after some time */
int timeout_main(int argc, char **argv)
{
	static const char usage[] =
		"usage: timeout [-s SIGNAL] TIME COMMAND [ARGUMENT...]\n"
		"Run COMMAND, and send it TERM, or another signal, after TIME: seconds,\n"
		"or as in 1.5s, 2m or 1h; 0 is for ever.  The status is that of COMMAND,\n"
		"or 124 after the signal.\n";
	struct sigaction note = { .sa_handler = timeout_note };
	struct itimerval timer = { 0 };
	int c, ticks, status, sig = SIGTERM;
	pid_t pid;

	tool_failed = 125;
	while ((c = tool_getopt(argc, argv, "+s:h", usage)) != -1)
		if (c == 's' && (sig = tool_signal(optarg)) < 0)
			tool_refuse(optarg, "no such signal here");
	if (argc - optind < 2)
		tool_usage(usage);
	ticks = tool_ticks(argv[optind++]);
	timer.it_value.tv_sec = ticks / TICK_HZ;
	timer.it_value.tv_usec = ticks % TICK_HZ * (1000000 / TICK_HZ);
	pid = fork();
	if (pid < 0)
		tool_die("fork");
	if (pid == 0) {
		execvp(argv[optind], argv + optind);
		tool_warn(argv[optind]);
		_exit(errno == ENOENT ? RUN_NOT_FOUND : RUN_NOT_RUNNABLE);
	}
	if (sigaction(SIGALRM, &note, NULL) < 0 || setitimer(ITIMER_REAL, &timer, NULL) < 0)
		tool_die("alarm");
	while (waitpid(pid, &status, 0) < 0)
		if (errno == EINTR && timed_out)
			kill(pid, sig);
	if (timed_out)
		return sig == SIGKILL ? 128 + SIGKILL : 124;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
