/* jobs.c - processes: starting them, waiting for them, those in the background.
 *
 * A process waits for those it started by their numbers, so that the end of a
 * background job is never taken for the end of another command. */
#include "shell.h"

#include <errno.h>
#include <pagoda.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_ENDED 64 /* so many that have ended are remembered */

static struct job {
	struct job *next; /* newest first    */
	pid_t pid;
	int status; /* -1: it runs still */
	char text[];
} * jobs;

static void print_number(pid_t pid)
{
	char line[24];

	snprintf(line, sizeof(line), "[%d]\n", (int)pid);
	sh_say(line, NULL);
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
		free(shell.exit_trap);
		shell.exit_trap = NULL;
		sh_redirect_close();
		sh_jobs_forget();
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

	shell.background = pid;
	if (shell.prompts)
		print_number(pid);
	if (!j)
		return;
	j->pid = pid;
	j->status = -1;
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

static void job_ended(pid_t pid, int status)
{
	struct job *j = job_find(pid);

	if (j)
		j->status = status_of(status);
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

void sh_jobs_forget(void)
{
	while (jobs) {
		struct job *next = jobs->next;

		free(jobs);
		jobs = next;
	}
}

void sh_jobs_print(void)
{
	sh_jobs_collect();
	for (struct job *j = jobs; j; j = j->next) {
		char state[24] = "running";

		if (!j->pid)
			continue; /* somebody has waited for it */
		if (j->status == 0)
			strcpy(state, "done");
		else if (j->status > 0)
			snprintf(state, sizeof(state), "done(%d)", j->status);
		printf("[%d] %-9s %s\n", (int)j->pid, state, j->text);
	}
	jobs_free_ended(0);
}

int sh_job_wait(pid_t pid)
{
	struct job *j = job_find(pid);
	int status;

	if (!j)
		return SH_STATUS_MISSING;
	if (j->status < 0) {
		if (waitpid(pid, &status, shell.interactive ? WAIT_INTERRUPT : 0) < 0)
			return sh_interrupted() ? SH_STATUS_INTERRUPTED : SH_STATUS_MISSING;
		job_ended(pid, status);
	}
	status = j->status;
	j->pid = 0; /* nobody asks for it again */
	return status;
}

int sh_jobs_wait(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, shell.interactive ? WAIT_INTERRUPT : 0)) > 0)
		job_ended(pid, status);
	if (sh_interrupted())
		return SH_STATUS_INTERRUPTED;
	jobs_free_ended(0);
	return 0;
}
