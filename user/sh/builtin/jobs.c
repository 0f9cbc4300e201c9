/* jobs.c - builtins about processes: jobs, wait, fg, bg, kill, times. */
#include "builtin/builtin.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/times.h>
#include <tool.h>
#include <unistd.h>

int run_jobs(int argc, char **argv)
{
	char how = '\0';

	if (argc > 1 && (strcmp(argv[1], "-l") == 0 || strcmp(argv[1], "-p") == 0))
		how = argv[1][1];
	else if (argc > 1)
		return builtin_complain("jobs", argv[1], "no such option");
	sh_jobs_print(how);
	return 0;
}

/* The process of `%1` or `12`; 0 after a complaint. */
static pid_t jobs_pid(char **argv)
{
	long pid = 0;

	if (argv[1][0] == '%')
		return sh_job_pid(argv[1]);
	return builtin_number(argv, INT_MAX, &pid) ? (pid_t)pid : 0;
}

int run_wait(int argc, char **argv)
{
	int status = 0;

	if (argc < 2)
		return sh_jobs_wait();
	for (int i = 1; i < argc; i++) {
		char *words[] = { argv[0], argv[i], NULL };
		pid_t pid = jobs_pid(words);

		if (!pid && argv[i][0] != '%')
			return SH_STATUS_WRONG;
		status = pid ? sh_job_wait(pid) : SH_STATUS_MISSING;
	}
	return status;
}

int run_fg(int argc, char **argv)
{
	char *words[] = { argv[0], argc > 1 ? argv[1] : "%+", NULL };
	pid_t pid = jobs_pid(words);

	return pid ? sh_job_foreground(pid) : 1;
}

int run_bg(int argc, char **argv)
{
	int status = argc < 2 ? sh_job_background("%+") : 0;

	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '%')
			status = builtin_complain("bg", argv[i],
						  "no job: they begin with %");
		else if (sh_job_background(argv[i]) != 0)
			status = 1;
	return status;
}

int run_kill(int argc, char **argv)
{
	(void)argc;
	return tool_kill(argv, sh_job_kill);
}

static void times_print(clock_t user, clock_t system)
{
	long hz = sysconf(_SC_CLK_TCK);
	clock_t t[] = { user, system };

	for (int i = 0; i < 2; i++)
		printf("%ldm%ld.%02lds%c", (long)t[i] / hz / 60, (long)t[i] / hz % 60,
		       (long)t[i] % hz * 100 / hz, i ? '\n' : ' ');
}

int run_times(int argc, char **argv)
{
	struct tms t;

	(void)argc;
	(void)argv;
	if (times(&t) == (clock_t)-1) {
		sh_warn("times");
		return 1;
	}
	times_print(t.tms_utime, t.tms_stime);
	times_print(t.tms_cutime, t.tms_cstime);
	return 0;
}
