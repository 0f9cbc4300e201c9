/* exec.c - other programs in place of this one: the exec family, and the search along
 * PATH. */
#include "sys.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

#include "uapi/limits.h"

#define SHELL "/sh"
#define SCRIPT_HEAD 64 /* bytes in which a program has a NUL, and a script has none */

/* Programs are in the root directory here.  Those from elsewhere look for /bin/sh. */
int execve(const char *path, char *const argv[], char *const envp[])
{
	const size_t bin = strlen("/bin");
	long r = sys_execve(path, argv, envp);

	if (r == -ENOENT && strncmp(path, "/bin/", bin + 1) == 0)
		r = sys_execve(path + bin, argv, envp);
	return (int)sys_result(r);
}

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

bool tool_search(const char **dirs, const char *name, char *buf, size_t size)
{
	const char *dir = *dirs;
	size_t len, need;

	if (!dir)
		return false;
	len = strcspn(dir, ":");
	*dirs = dir[len] ? dir + len + 1 : NULL;
	need = len + 1 + strlen(name) + 1;
	*buf = '\0';
	if (need <= size) {
		memcpy(buf, dir, len);
		if (len && dir[len - 1] != '/')
			buf[len++] = '/';
		strcpy(buf + len, name);
	}
	return true;
}

const char *tool_search_path(void)
{
	const char *path = getenv("PATH");

	return path ? path : TOOL_PATH;
}

static int exec_count(char *const argv[])
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return argc;
}

static bool exec_is_script(const char *path)
{
	char head[SCRIPT_HEAD];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	if (fd >= 0)
		close(fd);
	return n >= 0 && !memchr(head, '\0', (size_t)n);
}

/* A text file that is not a program is run by the shell. */
static int exec_file(const char *path, char *const argv[], char *const envp[])
{
	int argc;
	char **args;

	if (execve(path, argv, envp) == 0 || errno != ENOEXEC)
		return -1;
	if (exec_is_script(path)) {
		argc = exec_count(argv);
		args = alloca(((size_t)argc + 3) * sizeof(*args));
		args[0] = "sh";
		args[1] = (char *)path;
		args[2] = NULL;
		if (argc)
			memcpy(args + 2, argv + 1, (size_t)argc * sizeof(*args));
		execve(SHELL, args, envp);
	}
	errno = ENOEXEC;
	return -1;
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	const char *dirs = tool_search_path();
	char path[MAXPATH];
	int error = ENOENT;

	if (strchr(file, '/'))
		return exec_file(file, argv, envp);
	if (!*file)
		dirs = NULL;
	while (tool_search(&dirs, file, path, sizeof(path))) {
		if (*path)
			exec_file(path, argv, envp);
		else
			errno = ENAMETOOLONG;
		if (errno != ENOENT && errno != ENOTDIR && errno != EACCES &&
		    errno != ENAMETOOLONG)
			return -1;
		if (errno != ENOTDIR && error == ENOENT)
			error = errno;
	}
	errno = error;
	return -1;
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

/* --- arguments one by one ------------------------------------------------------ */

/* How many arguments come after @arg, its own included, up to the NULL. */
static size_t exec_count_list(const char *arg, va_list list)
{
	size_t n = 0;

	for (; arg; arg = va_arg(list, const char *))
		n++;
	return n;
}

/* Puts them and the NULL into @argv. */
static void exec_fill(char **argv, const char *arg, va_list *list)
{
	while ((*argv++ = (char *)arg))
		arg = va_arg(*list, const char *);
}

/* Makes the array `argv` of the arguments from `arg` on; `list` then stands after the
 * NULL. */
#define EXEC_LIST(argv, list, arg)                                       \
	va_start(list, arg);                                             \
	argv = alloca((exec_count_list(arg, list) + 1) * sizeof(*argv)); \
	va_end(list);                                                    \
	va_start(list, arg);                                             \
	exec_fill(argv, arg, &list)

int execl(const char *path, const char *arg, ...)
{
	va_list list;
	char **argv;

	EXEC_LIST(argv, list, arg);
	va_end(list);
	return execv(path, argv);
}

int execlp(const char *file, const char *arg, ...)
{
	va_list list;
	char **argv;

	EXEC_LIST(argv, list, arg);
	va_end(list);
	return execvp(file, argv);
}

int execle(const char *path, const char *arg, ...)
{
	va_list list;
	char **argv, **envp;

	EXEC_LIST(argv, list, arg);
	envp = va_arg(list, char **);
	va_end(list);
	return execve(path, argv, envp);
}
