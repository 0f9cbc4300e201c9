/* plainsh.c - a shell that tells the kernel nothing, for test_jobs.py and check_run.py:
 * written with xv6's calls alone.  As in the shells of xv6 a child runs each line, and what
 * is to run in the background loses its parent.  A line has words, `;`, `&` and `|`.
 * Called with `quiet` it has no prompt; it ignores other arguments, as in xv6. */
#include "kernel/types.h"
#include "user/user.h"

static void run(char *line);

static int must_fork(void)
{
	int pid = fork();

	if (pid < 0)
		exit(1);
	return pid;
}

static void run_words(char *s)
{
	char *argv[20];
	int argc = 0;

	while (*s && argc < 19) {
		while (*s == ' ')
			*s++ = 0;
		if (!*s)
			break;
		argv[argc++] = s;
		while (*s && *s != ' ')
			s++;
	}
	argv[argc] = 0;
	if (argc) {
		exec(argv[0], argv);
		fprintf(2, "exec %s failed\n", argv[0]);
	}
	exit(1);
}

/* Starts a child that runs @line with fd[@end] as its descriptor @end. */
static void run_end(char *line, int fd[2], int end)
{
	if (must_fork())
		return;
	close(end);
	dup(fd[end]);
	close(fd[0]);
	close(fd[1]);
	run(line);
}

static void run_pipe(char *left, char *right)
{
	int fd[2];

	if (pipe(fd) < 0)
		exit(1);
	run_end(left, fd, 1);
	run_end(right, fd, 0);
	close(fd[0]);
	close(fd[1]);
	wait(0);
	wait(0);
}

/* Runs @line and ends. */
static void run(char *line)
{
	char *s = line;

	while (*s && *s != ';' && *s != '&')
		s++;
	if (*s) {
		int back = *s == '&';

		*s = 0;
		if (must_fork() == 0) {
			if (!back || must_fork() == 0)
				run(line);
			exit(0);
		}
		wait(0);
		if (s[1])
			run(s + 1);
		exit(0);
	}
	s = strchr(line, '|');
	if (!s)
		run_words(line);
	*s = 0;
	run_pipe(line, s + 1);
	exit(0);
}

static int read_line(char *line, int size)
{
	int n = 0;
	char c = 0;

	while (n < size - 1 && c != '\n') {
		if (read(0, &c, 1) != 1)
			return 0;
		line[n++] = c;
	}
	line[c == '\n' ? n - 1 : n] = 0;
	return 1;
}

int main(int argc, char **argv)
{
	static char line[100];

	for (;;) {
		if (argc < 2 || strcmp(argv[1], "quiet") != 0)
			write(2, "$ ", 2);
		if (!read_line(line, sizeof(line)))
			exit(0);
		if (must_fork() == 0)
			run(line);
		wait(0);
	}
}
