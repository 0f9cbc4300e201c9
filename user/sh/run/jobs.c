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
#include <tool.h>
#include <unistd.h>

#define JOBS_ENDED 64 /* so many that have ended are remembered */

static struct job {
	struct job *next; /* the newest, or the last that has stopped, first */
	char *text;
	int number;  /* of [1] and %1                                   */
	int group;   /* what the kernel calls it: uapi/job.h            */
	int stopped; /* the signal that has stopped it, or 0            */
	bool news;   /* a person has not seen that it stopped           */
	bool told;   /* they have seen that it ended: it has no number any more */
	int status;  /* of its last process; -1: the job has not ended  */
	int last;    /* the same, known before the others have ended    */
	int count;
	pid_t pid;    /* of the first process                           */
	pid_t pids[]; /* 0: it has ended                                */
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
	if (WIFSTOPPED(status))
		return 128 + WSTOPSIG(status);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void sh_go_background(void)
{
	int fd[2];

	(void)job(JOB_BACKGROUND);
	close(STDIN_FILENO);
	if (pipe(fd) == 0) /* its reading end is the lowest free one: 0 */
		close(fd[1]);
}

/* The text of shell.part; *length: its bytes. */
static const char *job_text(size_t *length)
{
	const struct sh_node *part = shell.part;
	const char *text = part ? shell.program->text : NULL;

	*length = text ? part->length : 0;
	if (!text)
		return "";
	text += part->from;
	while (*length && strchr(" \t", text[*length - 1]))
		--*length;
	return text;
}

/* Adds a job that runs shell.part, the newest; NULL: no memory. */
static struct job *job_add(const pid_t *pids, int count, int group)
{
	size_t head = sizeof(struct job) + (size_t)count * sizeof(*pids), length;
	const char *text = job_text(&length);
	struct job *j = malloc(head + length + 1);
	int last = 0;

	if (!j)
		return NULL;
	for (struct job *old = jobs; old; old = old->next)
		if (!old->told && old->number > last)
			last = old->number;
	*j = (struct job){ .next = jobs,
			   .number = last + 1,
			   .group = group,
			   .status = -1,
			   .count = count,
			   .pid = pids[0],
			   .text = (char *)j + head };
	for (int i = 0; i < count; i++) /* what could not be started has ended */
		j->pids[i] = pids[i] > 0 ? pids[i] : 0;
	memcpy(j->text, text, length);
	j->text[length] = '\0';
	jobs = j;
	return j;
}

void sh_job_add(pid_t pid)
{
	struct job *j = job_add(&pid, 1, pid);
	char line[32];

	shell.background = pid;
	if (!j)
		sh_warn("job");
	if (j && shell.prompts) {
		snprintf(line, sizeof(line), "[%d] %d\n", j->number, (int)pid);
		sh_say(line, NULL);
	}
}

/* The job that @pid is a process of, or NULL.  *place, if that is not NULL: which one. */
static struct job *job_find(pid_t pid, int *place)
{
	for (struct job *j = jobs; j; j = j->next)
		for (int i = 0; i < j->count; i++)
			if (j->pids[i] == pid || (i == 0 && j->pid == pid)) {
				if (place)
					*place = i;
				return j;
			}
	return NULL;
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

static struct job *job_named(const char *name)
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
				return NULL;
			}
			found = j;
		}
	if (!found)
		sh_warnx(name, "no such job");
	return found;
}

pid_t sh_job_pid(const char *name)
{
	struct job *j = job_named(name);

	return j ? j->pid : 0;
}

/* Makes it the one that %+ means. */
static void job_to_head(struct job *j)
{
	struct job **link = &jobs;

	while (*link != j)
		link = &(*link)->next;
	*link = j->next;
	j->next = jobs;
	jobs = j;
}

/* Process @pid has stopped, goes on or has ended. */
static void job_note(pid_t pid, int status)
{
	int place;
	struct job *j = job_find(pid, &place);

	if (!j)
		return;
	j->news = WIFSTOPPED(status) && (!j->stopped || j->news);
	j->stopped = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
	if (j->news)
		job_to_head(j);
	if (WIFSTOPPED(status) || WIFCONTINUED(status))
		return;
	j->pids[place] = 0;
	if (place == j->count - 1)
		j->last = status_of(status);
	for (place = 0; place < j->count; place++)
		if (j->pids[place])
			return;
	j->status = j->last;
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
	int options = WNOHANG | (shell.prompts ? WUNTRACED | WCONTINUED : 0);
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, options)) > 0)
		job_note(pid, status);
	jobs_free_ended(JOBS_ENDED);
}

static void job_state(const struct job *j, char *state, size_t size)
{
	const char *name = tool_signal_name(j->stopped);

	if (j->stopped == SIGTSTP)
		snprintf(state, size, "Stopped");
	else if (j->stopped)
		snprintf(state, size, "Stopped (SIG%s)", name ? name : "?");
	else if (j->status < 0)
		snprintf(state, size, "Running");
	else if (j->status == 0)
		snprintf(state, size, "Done");
	else if (j->status > 128)
		snprintf(state, size, "%s", strsignal(j->status - 128));
	else
		snprintf(state, size, "Done(%d)", j->status);
}

/* The line of `jobs`, as POSIX wants it; with the pid for `jobs -l`. */
static void job_line(const struct job *j, bool with_pid, char *line, size_t size)
{
	char state[32], pid[16] = "";
	char mark = j == job_newest(0) ? '+' : j == job_newest(1) ? '-' : ' ';

	job_state(j, state, sizeof(state));
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

/* Those that have ended or stopped have been shown. */
static void jobs_told(void)
{
	for (struct job *j = jobs; j; j = j->next) {
		j->told |= j->status >= 0;
		j->news = false;
	}
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
		if (j->status < 0 && !j->news)
			continue;
		job_line(j, false, line, sizeof(line));
		sh_say(line, j->text, "\n", NULL);
	}
	jobs_told();
}

bool sh_jobs_warn(void)
{
	const struct job *j = jobs;

	while (j && !j->stopped)
		j = j->next;
	if (!j || !shell.prompts || shell.warned)
		return false;
	sh_say("sh: there are stopped jobs\n", NULL);
	shell.warned = 2; /* not for the next line */
	return true;
}

/* --- the foreground ------------------------------------------------------------------ */

/* A job has stopped that was in the foreground: tells of it.  The rest of the line is not
 * run.  Returns the status. */
static int job_has_stopped(struct job *j, int status)
{
	char line[80];

	j->stopped = WSTOPSIG(status);
	job_to_head(j);
	job_line(j, false, line, sizeof(line));
	sh_say(line, j->text, "\n", NULL);
	(void)job(JOB_PROMPT); /* what is started from here on is another job */
	return sh_abort(status_of(status));
}

/* Says in a word how a program died.  Of a fault the kernel has told; ^C and a pipe that
 * nobody reads need none. */
static void jobs_tell_death(int status)
{
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	switch (signal) {
	case 0:
	case SIGINT:
	case SIGPIPE:
	case SIGILL:
	case SIGTRAP:
	case SIGABRT:
	case SIGBUS:
	case SIGSEGV:
		break;
	default:
		sh_say(strsignal(signal), "\n", NULL);
	}
}

int sh_wait_all(const pid_t *pids, int count)
{
	int status = 0, result = count ? 0 : SH_STATUS_WRONG;
	struct job *j;

	for (int i = 0; i < count; i++) {
		int ended = SH_STATUS_WRONG;

		if (pids[i] >= 0 &&
		    waitpid(pids[i], &status, shell.prompts ? WUNTRACED : 0) >= 0)
			ended = status_of(status);
		if (ended != SH_STATUS_WRONG && WIFSTOPPED(status)) {
			j = job_add(pids + i, count - i, job(JOB_CONTROL));
			if (j)
				return job_has_stopped(j, status);
			sh_warn("job"); /* then it goes on */
			(void)kill(-job(JOB_CONTROL), SIGCONT);
			i--;
		} else if (ended || !(shell.options & SH_PIPEFAIL)) {
			result = ended;
		}
	}
	if (result > 128)
		jobs_tell_death(status);
	return result;
}

int sh_wait(pid_t pid)
{
	return sh_wait_all(&pid, 1);
}

/* Sends @sig to all processes of a job; -1 with errno set. */
static int job_send(const struct job *j, int sig)
{
	/* It may be that its only process has not yet told the kernel of the job. */
	return kill(-j->group, sig) == 0 ? 0 : kill(j->pid, sig);
}

/* Waits for the processes of a job, with these options of waitpid(); its status, or that of
 * a stop.  -1: the wait has failed. */
static int job_finish(struct job *j, int options, pid_t (*await)(pid_t, int *, int))
{
	int status;

	for (int i = 0; i < j->count && j->status < 0; i++) {
		if (!j->pids[i])
			continue;
		if (await(j->pids[i], &status, options) < 0)
			return -1;
		if (WIFSTOPPED(status))
			return status;
		job_note(j->pids[i], status);
	}
	return 0;
}

int sh_job_foreground(pid_t pid)
{
	int line = job(JOB_CONTROL), status;
	struct job *j = job_find(pid, NULL);

	if (!j)
		return SH_STATUS_MISSING;
	sh_say(j->text, "\n", NULL);
	if (j->status < 0) {
		/* What has just been forked may not have said yet which job it is. */
		for (int i = 0; job_foreground(j->group) < 0 && errno == ESRCH && i < 100;
		     i++)
			usleep(1000);
		(void)job_send(j, SIGCONT);
		j->stopped = 0;
		status = job_finish(j, WUNTRACED, waitpid);
		(void)job_foreground(line);
		if (status > 0)
			return job_has_stopped(j, status);
	}
	status = j->status;
	job_free(j);
	return status < 0 ? SH_STATUS_MISSING : status;
}

int sh_job_background(const char *name)
{
	struct job *j = job_named(name);
	char line[32];

	if (!j)
		return 1;
	if (j->status < 0 && job_send(j, SIGCONT) < 0) {
		sh_warn(name);
		return 1;
	}
	j->stopped = 0;
	snprintf(line, sizeof(line), "[%d] ", j->number);
	sh_say(line, j->text, "\n", NULL);
	return 0;
}

int sh_job_kill(const char *name, int sig)
{
	struct job *j = job_named(name);

	if (!j)
		return 1;
	if (job_send(j, sig) < 0) {
		sh_warn(name);
		return 1;
	}
	if (j->stopped && (sig == SIGTERM || sig == SIGHUP)) /* to take it */
		sig = job_send(j, SIGCONT) == 0 ? SIGCONT : sig;
	if (sig == SIGCONT || sig == SIGKILL)
		j->stopped = 0;
	return 0;
}

/* --- the builtin wait ---------------------------------------------------------------- */

/* waitpid() that ^C or a signal with a trap ends. */
static pid_t job_await(pid_t pid, int *status, int options)
{
	pid_t ended = -1;

	if (shell.interactive)
		options |= WAIT_INTERRUPT;
	sh_traps_interrupt(true);
	if (!sh_trap_came())
		ended = waitpid(pid, status, options);
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
	struct job *j;
	int status = 0;

	if (shell.prompts) /* another process may have made it go on */
		sh_jobs_collect();
	j = job_find(pid, NULL);
	if (!j)
		return SH_STATUS_MISSING;
	if (!j->stopped)
		status = job_finish(j, shell.prompts ? WUNTRACED : 0, job_await);
	if (status < 0)
		return job_wait_failed(SH_STATUS_MISSING);
	if (status > 0)
		job_note(pid, status);
	if (j->stopped)
		return 128 + j->stopped;
	status = j->status;
	job_free(j); /* nobody asks for it again */
	return status;
}

static bool jobs_run(void)
{
	const struct job *j = jobs;

	while (j && (j->status >= 0 || j->stopped))
		j = j->next;
	return j;
}

int sh_jobs_wait(void)
{
	int options = shell.prompts ? WUNTRACED | WCONTINUED : 0, status;
	pid_t pid;

	while ((!shell.prompts || jobs_run()) &&
	       (pid = job_await(-1, &status, options)) > 0)
		job_note(pid, status);
	status = job_wait_failed(0);
	if (!status)
		jobs_free_ended(0);
	return status;
}
