/* run.c - programs that run another and wait for it; see tool.h. */
#include <tool.h>

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

int tool_run_prepared(char **argv, void (*prepare)(void))
{
	int pid, status = 0;

	(void)fflush(NULL);
	pid = fork();
	if (pid < 0)
		tool_die(*argv);
	if (pid == 0) {
		if (prepare)
			prepare();
		execvp(*argv, argv);
		status = errno == ENOENT ? RUN_NOT_FOUND : RUN_NOT_RUNNABLE;
		tool_warn(*argv);
		_exit(status);
	}
	if (waitpid(pid, &status, 0) < 0)
		tool_die(*argv);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int tool_run(char **argv)
{
	return tool_run_prepared(argv, NULL);
}
