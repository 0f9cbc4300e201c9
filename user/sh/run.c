/* run.c - runs a tree of commands: forks, pipes, redirections, waiting.
 *
 * A process waits for those it started by their numbers, so that the end of a
 * background job is never taken for the end of another command. */
#include "shell.h"

#include <errno.h>
#include <fcntl.h>
#include <pagoda.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t sh_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		sh_warn("fork");
	else if (pid == 0)
		shell.interactive = false;
	return pid;
}

bool sh_interrupted(void)
{
	return shell.interactive && (shell.dropped || job(JOB_INTERRUPTED) > 0);
}

/* In the child that runs something in the background: it gets neither ^C nor what is
 * typed. */
static void go_background(void)
{
	int fd[2];

	(void)job(JOB_BACKGROUND);
	close(STDIN_FILENO);
	if (pipe(fd) == 0) /* its reading end is the lowest free one: 0 */
		close(fd[1]);
}

static int status_of(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int redir_open(const struct sh_redir *r, const char *target)
{
	switch (r->kind) {
	case SH_IN:
		return open(target, O_RDONLY);
	case SH_OUT:
		return open(target, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	case SH_APPEND:
		return open(target, O_WRONLY | O_CREAT | O_APPEND, 0666);
	default:
		return dup(*target - '0');
	}
}

static bool redir_apply(const struct sh_redir *r)
{
	for (; r; r = r->next) {
		char *target = sh_expand_one(&shell.line, &shell.values, r->target);
		int fd = target ? redir_open(r, target) : -1;

		if (fd < 0) {
			sh_warn(target ? target : "redirection");
			return false;
		}
		if (fd == r->fd)
			continue;
		if (dup2(fd, r->fd) < 0) {
			sh_warn(target);
			close(fd);
			return false;
		}
		close(fd);
	}
	return true;
}

/* Before redirecting for a command that runs in the shell itself: keeps in @saved what @r
 * changes, -1 for a descriptor that was closed, -2 for one that does not change. */
static void redir_save(const struct sh_redir *r, int saved[10])
{
	for (int fd = 0; fd < 10; fd++)
		saved[fd] = -2;
	for (; r; r = r->next)
		if (saved[r->fd] == -2)
			saved[r->fd] = dup(r->fd);
}

static void redir_restore(const int saved[10])
{
	for (int fd = 0; fd < 10; fd++) {
		if (saved[fd] == -1)
			close(fd);
		if (saved[fd] < 0)
			continue;
		dup2(saved[fd], fd);
		close(saved[fd]);
	}
}

static int run_inside(sh_builtin_fn *fn, const struct sh_node *node, int argc, char **argv)
{
	int saved[10], status = 1;

	if (!node->redirs)
		return fn ? fn(argc, argv) : 0;
	redir_save(node->redirs, saved);
	if (redir_apply(node->redirs))
		status = fn ? fn(argc, argv) : 0;
	redir_restore(saved);
	return status;
}

/* A text file that is not a program is run as a list of commands. */
static void exec_script(const char *path, int argc, char **argv)
{
	char head[64];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));
	char **args;

	if (fd >= 0)
		close(fd);
	if (n < 0 || memchr(head, '\0', (size_t)n))
		return;
	args = arena_alloc(&shell.line, ((size_t)argc + 2) * sizeof(char *));
	if (!args)
		return;
	args[0] = "sh";
	memcpy(args + 1, argv, ((size_t)argc + 1) * sizeof(char *));
	execv("/sh", args);
}

_Noreturn static void exec_command(const struct sh_node *node, int argc, char **argv)
{
	int error;

	if (!redir_apply(node->redirs))
		_exit(1);
	execvp(argv[0], argv);
	error = errno;
	if (error == ENOEXEC)
		exec_script(argv[0], argc, argv);
	if (error == ENOENT)
		sh_say("exec ", argv[0], " failed\n", NULL);
	else
		sh_say("exec ", argv[0], " failed: ", strerror(error), "\n", NULL);
	_exit(error == ENOENT ? SH_STATUS_MISSING : SH_STATUS_NOT_RUN);
}

static int run_simple(const struct sh_node *node, bool last)
{
	sh_builtin_fn *builtin;
	int argc;
	char **argv;
	pid_t pid;

	if (sh_assign(node->words))
		return run_inside(NULL, node, 0, NULL);
	argv = sh_expand(&shell.line, &shell.values, node->words, &argc);
	if (!argv) {
		sh_warn("expansion");
		return 1;
	}
	builtin = argc ? sh_builtin_find(argv[0]) : NULL;
	if (argc == 0 || builtin)
		return run_inside(builtin, node, argc, argv);
	if (last)
		exec_command(node, argc, argv);
	pid = sh_fork();
	if (pid == 0)
		exec_command(node, argc, argv);
	return status_of(pid);
}

static int run_group(const struct sh_node *node, bool last)
{
	pid_t pid = last ? 0 : sh_fork();

	if (pid == 0)
		_exit(redir_apply(node->redirs) ? sh_run(node->parts, true) : 1);
	return status_of(pid);
}

/* In a child of a pipeline: @in and @out become its descriptors 0 and 1, unless they are
 * -1.  @other is for the next child and is closed. */
_Noreturn static void run_stage(const struct sh_node *node, int in, int out, int other)
{
	if (other >= 0)
		close(other);
	if ((in >= 0 && dup2(in, 0) < 0) || (out >= 0 && dup2(out, 1) < 0)) {
		sh_warn("pipe");
		_exit(1);
	}
	if (in > 0)
		close(in);
	if (out >= 0 && out != 1)
		close(out);
	_exit(sh_run(node, true));
}

static int run_pipeline(const struct sh_node *node)
{
	int n = 0, status = 1, in = -1;
	pid_t *pids;

	for (const struct sh_node *stage = node->parts; stage; stage = stage->next)
		n++;
	pids = arena_alloc(&shell.line, (size_t)n * sizeof(*pids));
	if (!pids) {
		sh_warn("pipe");
		return 1;
	}
	n = 0;
	for (const struct sh_node *stage = node->parts; stage; stage = stage->next) {
		int fd[2] = { -1, -1 };

		if (stage->next && pipe(fd) < 0) {
			sh_warn("pipe");
			break;
		}
		pids[n] = sh_fork();
		if (pids[n] == 0)
			run_stage(stage, in, fd[1], fd[0]);
		if (in >= 0)
			close(in);
		if (fd[1] >= 0)
			close(fd[1]);
		in = fd[0];
		if (pids[n++] < 0)
			break;
	}
	if (in >= 0)
		close(in);
	for (int i = 0; i < n; i++)
		status = status_of(pids[i]);
	return status;
}

static int run_andor(const struct sh_node *node, bool last)
{
	int status = 0;

	for (const struct sh_node *part = node->parts; part && !shell.leave;
	     part = part->next) {
		if (part->join == SH_ALWAYS || (part->join == SH_IF_OK) == (status == 0))
			status = sh_run(part, last && !part->next);
		if (part->next && sh_interrupted())
			break;
	}
	return status;
}

static int run_list(const struct sh_node *node, bool last)
{
	int status = 0;

	for (const struct sh_node *part = node->parts; part && !shell.leave;
	     part = part->next) {
		pid_t pid;

		if (!part->background) {
			status = sh_run(part, last && !part->next);
			if (part->next && sh_interrupted())
				break;
			continue;
		}
		pid = sh_fork();
		if (pid == 0) {
			go_background();
			_exit(sh_run(part, true));
		}
		status = pid < 0;
	}
	return status;
}

int sh_run(const struct sh_node *node, bool last)
{
	switch (node->kind) {
	case SH_SIMPLE:
		shell.status = run_simple(node, last);
		break;
	case SH_GROUP:
		shell.status = run_group(node, last);
		break;
	case SH_PIPELINE:
		shell.status = run_pipeline(node);
		break;
	case SH_ANDOR:
		shell.status = run_andor(node, last);
		break;
	case SH_LIST:
		shell.status = run_list(node, last);
		break;
	}
	return shell.status;
}
