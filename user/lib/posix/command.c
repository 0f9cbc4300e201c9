/* command.c - commands of the shell from a program: system(), popen(). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHELL "/sh"
#define STATUS_MISSING 127

/* A stream of popen(). */
struct command {
	struct command *next;
	FILE *stream;
	pid_t pid;
};

static struct command *commands;

_Noreturn static void command_exec(const char *text)
{
	execl(SHELL, "sh", "-c", text, (char *)NULL);
	_exit(STATUS_MISSING);
}

static int command_wait(pid_t pid)
{
	int status;
	pid_t got;

	do {
		got = waitpid(pid, &status, 0);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? -1 : status;
}

int system(const char *text)
{
	pid_t pid;

	if (!text)
		return access(SHELL, X_OK) == 0;
	pid = fork();
	if (pid == 0)
		command_exec(text);
	return pid < 0 ? -1 : command_wait(pid);
}

/* @ours: which end of the pipe stays here; the other one becomes the child's @theirs. */
static pid_t command_start(const char *text, int fd[2], int ours)
{
	int theirs = ours == 0 ? STDOUT_FILENO : STDIN_FILENO;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	close(fd[ours]);
	if (fd[!ours] != theirs) {
		dup2(fd[!ours], theirs);
		close(fd[!ours]);
	}
	command_exec(text);
}

FILE *popen(const char *text, const char *mode)
{
	int ours = *mode == 'r' ? 0 : 1, fd[2];
	struct command *c;

	if ((*mode != 'r' && *mode != 'w') || (mode[1] && strcmp(mode + 1, "e") != 0)) {
		errno = EINVAL;
		return NULL;
	}
	c = malloc(sizeof(*c));
	if (!c || pipe(fd) < 0) {
		free(c);
		return NULL;
	}
	fcntl(fd[ours], F_SETFD, FD_CLOEXEC); /* later commands do not keep it open */
	c->stream = fdopen(fd[ours], ours == 0 ? "r" : "w");
	c->pid = c->stream ? command_start(text, fd, ours) : -1;
	close(fd[!ours]);
	if (c->pid < 0) {
		if (c->stream)
			fclose(c->stream);
		else
			close(fd[ours]);
		free(c);
		return NULL;
	}
	c->next = commands;
	commands = c;
	return c->stream;
}

int pclose(FILE *f)
{
	struct command **link = &commands, *c;
	int status;

	while (*link && (*link)->stream != f)
		link = &(*link)->next;
	c = *link;
	if (!c) {
		errno = ECHILD;
		return -1;
	}
	*link = c->next;
	fclose(f);
	status = command_wait(c->pid);
	free(c);
	return status;
}
