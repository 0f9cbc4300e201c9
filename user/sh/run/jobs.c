/* jobs.c - processes: starting them, waiting for them, those in the background.
 *
 * A process waits for those it started by their numbers, so that the end of a
 * background job is never taken for the end of another command. */
#include "shell.h"

#include <errno.h>
#include <pagoda.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_ENDED 64 /* so many that have ended are remembered */

static struct job {
	struct job *next; /* newest first                            */
	pid_t pid;
	int number; /* of [1] and %1                           */
	int status; /* -1: it runs still                       */
	bool told;  /* a person has seen that it ended: it has no number any more */
	char text[];
} * jobs;

static void jobs_forget(void)
{
	while (jobs) {
		struct job *next = jobs->next;

		free(jobs);
		jobs = next;
	}
}

pid_t sh_fork(void)
{
	pid_t pid = fork();

	if (pid < 0) { /* those that have ended take a place, too */
		sh_jobs_collect();
		pid = fork();
	}
	if (pid < 0) {
		sh_warn("fork");
	} else if (pid == 0) {
		shell.interactive = shell.prompts = false;
		sh_traps_reset();
		sh_redirect_close();
		jobs_forget();
	}
	return pid;
}

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int sh_wait(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return SH_STATUS_WRONG;
	return status_of(status);
}

void sh_go_background(void)
{
	int fd[2];

	(void)job(JOB_BACKGROUND);
	close(STDIN_FILENO);
	if (pipe(fd) == 0) /* its reading end is the lowest free one: 0 */
		close(fd[1]);
}

void sh_job_add(pid_t pid, const char *text)
{
	struct job *j = malloc(sizeof(*j) + strlen(text) + 1);
	int last = 0;
	char line[32];

	shell.background = pid;
	for (struct job *old = jobs; old; old = old->next)
		if (!old->told && old->number > last)
			last = old->number;
	if (shell.prompts) {
		snprintf(line, sizeof(line), "[%d] %d\n", last + 1, (int)pid);
		sh_say(line, NULL);
	}
	if (!j)
		return;
	j->pid = pid;
	j->number = last + 1;
	j->status = -1;
	j->told = false;
	strcpy(j->text, text);
	j->next = jobs;
	jobs = j;
}

static struct job *job_find(pid_t pid)
{
	struct job *j = jobs;

	while (j && j->pid != pid)
		j = j->next;
	return j;
}

/* The @nth newest of those that have a number; 0 is the newest. */
static struct job *job_newest(int nth)
{
	struct job *j = jobs;

	while (j && (j->told || nth-- > 0))
		j = j->next;
	return j;
}

/* Whether @name, after its "%", means the job: its number, or how its text starts, or after
 * a "?" what is in it. */
static bool job_is(const struct job *j, const char *name)
{
	char *end;
	long number = strtol(name, &end, 10);

	if (end > name && !*end)
		return j->number == number;
	if (*name == '?')
		return strstr(j->text, name + 1) != NULL;
	return strncmp(j->text, name, strlen(name)) == 0;
}

pid_t sh_job_pid(const char *name)
{
	struct job *found = NULL;

	if (!name[1] || strcmp(name, "%%") == 0 || strcmp(name, "%+") == 0)
		found = job_newest(0);
	else if (strcmp(name, "%-") == 0)
		found = job_newest(1) ? job_newest(1) : job_newest(0);
	else
		for (struct job *j = jobs; j; j = j->next) {
			if (j->told || !job_is(j, name + 1))
				continue;
			if (found) {
				sh_warnx(name, "means several jobs");
				return 0;
			}
			found = j;
		}
	if (!found)
		sh_warnx(name, "no such job");
	return found ? found->pid : 0;
}

static void job_ended(pid_t pid, int status)
{
	struct job *j = job_find(pid);

	if (j)
		j->status = status_of(status);
}

static void job_free(struct job *j)
{
	struct job **link = &jobs;

	while (*link != j)
		link = &(*link)->next;
	*link = j->next;
	free(j);
}

/* Frees the jobs that have ended, but for the @keep newest of them. */
static void jobs_free_ended(int keep)
{
	struct job **link = &jobs;

	while (*link) {
		struct job *j = *link;

		if (j->status < 0 || keep-- > 0) {
			link = &j->next;
			continue;
		}
		*link = j->next;
		free(j);
	}
}

void sh_jobs_collect(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		job_ended(pid, status);
	jobs_free_ended(JOBS_ENDED);
}

/* The line of `jobs`, as POSIX wants it; with the pid for `jobs -l`. */
static void job_line(const struct job *j, bool with_pid, char *line, size_t size)
{
	char state[32] = "Running", pid[16] = "";
	char mark = j == job_newest(0) ? '+' : j == job_newest(1) ? '-' : ' ';

	if (j->status == 0)
		strcpy(state, "Done");
	else if (j->status > 128)
		snprintf(state, sizeof(state), "%s", strsignal(j->status - 128));
	else if (j->status > 0)
		snprintf(state, sizeof(state), "Done(%d)", j->status);
	if (with_pid)
		snprintf(pid, sizeof(pid), "%d ", (int)j->pid);
	snprintf(line, size, "[%d] %c %s%-9s ", j->number, mark, pid, state);
}

/* The job with the lowest number above @number; NULL: there is none. */
static struct job *job_after(int number)
{
	struct job *found = NULL;

	for (struct job *j = jobs; j; j = j->next)
		if (!j->told && j->number > number && (!found || j->number < found->number))
			found = j;
	return found;
}

/* Those that have ended have been shown. */
static void jobs_told(void)
{
	for (struct job *j = jobs; j; j = j->next)
		j->told |= j->status >= 0;
}

void sh_jobs_print(char how)
{
	char line[80];

	sh_jobs_collect();
	for (struct job *j = job_after(0); j; j = job_after(j->number)) {
		job_line(j, how == 'l', line, sizeof(line));
		if (how == 'p')
			printf("%d\n", (int)j->pid);
		else
			printf("%s%s\n", line, j->text);
	}
	if (how != 'p')
		jobs_told();
}

void sh_jobs_notify(void)
{
	char line[80];

	for (struct job *j = job_after(0); j; j = job_after(j->number)) {
		if (j->status < 0)
			continue;
		job_line(j, false, line, sizeof(line));
		sh_say(line, j->text, "\n", NULL);
	}
	jobs_told();
}

/* waitpid() that ^C or a signal with a trap ends. */
static pid_t job_await(pid_t pid, int *status)
{
	pid_t ended = -1;

	sh_traps_interrupt(true);
	if (!sh_trap_came())
		ended = waitpid(pid, status, shell.interactive ? WAIT_INTERRUPT : 0);
	sh_traps_interrupt(false);
	return ended;
}

/* The status of a wait that did not find the end of a process. */
static int job_wait_failed(int otherwise)
{
	if (sh_interrupted())
		return SH_STATUS_INTERRUPTED;
	return sh_trap_came() ? 128 + sh_trap_came() : otherwise;
}

int sh_job_wait(pid_t pid)
{
	struct job *j = job_find(pid);
	int status;

	if (!j)
		return SH_STATUS_MISSING;
	if (j->status < 0) {
		if (job_await(pid, &status) < 0)
			return job_wait_failed(SH_STATUS_MISSING);
		job_ended(pid, status);
	}
	status = j->status;
	job_free(j); /* nobody asks for it again */
	return status;
}

int sh_job_foreground(pid_t pid)
{
	struct job *j = job_find(pid);
	int status;

	if (j)
		sh_say(j->text, "\n", NULL);
	status = sh_job_wait(pid);
	if (status == SH_STATUS_INTERRUPTED && job_find(pid)) /* ^C */
		(void)kill(pid, SIGTERM);
	return status;
}

int sh_jobs_wait(void)
{
	int status;
	pid_t pid;

	while ((pid = job_await(-1, &status)) > 0)
		job_ended(pid, status);
	status = job_wait_failed(0);
	if (!status)
		jobs_free_ended(0);
	return status;
}
