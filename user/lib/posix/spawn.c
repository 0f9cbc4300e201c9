/* spawn.c - posix_spawn(): fork and exec in one; vfork() and wait3(), which is older. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_MISSING 127

struct spawn_action {
	struct spawn_action *next;
	enum { SPAWN_OPEN, SPAWN_DUP2, SPAWN_CLOSE } what;
	int fd;    /* that changes           */
	int value; /* flags, or what it is a copy of */
	char path[];
};

struct __posix_spawn_file_actions {
	struct spawn_action *first, **end;
};

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	*actions = malloc(sizeof(**actions));
	if (!*actions)
		return ENOMEM;
	(*actions)->first = NULL;
	(*actions)->end = &(*actions)->first;
	return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	struct spawn_action *next;

	for (struct spawn_action *a = (*actions)->first; a; a = next) {
		next = a->next;
		free(a);
	}
	free(*actions);
	return 0;
}

static int spawn_add(posix_spawn_file_actions_t *actions, struct spawn_action action,
		     const char *path)
{
	size_t len = strlen(path) + 1;
	struct spawn_action *a;

	if (action.fd < 0 || action.value < 0)
		return EBADF;
	a = malloc(sizeof(*a) + len);
	if (!a)
		return ENOMEM;
	*a = action;
	memcpy(a->path, path, len);
	*(*actions)->end = a;
	(*actions)->end = &a->next;
	return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd,
				     const char *restrict path, int flags, mode_t mode)
{
	struct spawn_action a = { .what = SPAWN_OPEN, .fd = fd, .value = flags };

	(void)mode;
	return spawn_add(actions, a, path);
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int fd)
{
	struct spawn_action a = { .what = SPAWN_DUP2, .fd = fd, .value = from };

	return spawn_add(actions, a, "");
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
	struct spawn_action a = { .what = SPAWN_CLOSE, .fd = fd };

	return spawn_add(actions, a, "");
}

/* --- in the child ----------------------------------------------------------------- */

/* A copy of @fd onto itself stays open over exec. */
static int spawn_dup(int fd, int to)
{
	return fd == to ? fcntl(fd, F_SETFD, 0) : dup2(fd, to);
}

static int spawn_do(const struct spawn_action *a)
{
	int fd;

	switch (a->what) {
	case SPAWN_CLOSE:
		return close(a->fd) < 0 && errno != EBADF ? -1 : 0;
	case SPAWN_DUP2:
		return spawn_dup(a->value, a->fd);
	default:
		fd = open(a->path, a->value, 0666);
		if (fd < 0 || fd == a->fd)
			return fd;
		if (dup2(fd, a->fd) < 0)
			return -1;
		return close(fd);
	}
}

/* Tells the parent through @report what is wrong; exec closes it. */
_Noreturn static void spawn_child(const posix_spawn_file_actions_t *actions, int report,
				  const char *file, char *const argv[], char *const envp[])
{
	int error;

	for (struct spawn_action *a = actions ? (*actions)->first : NULL; a; a = a->next) {
		if (a->fd == report) /* out of its way */
			report = fcntl(report, F_DUPFD_CLOEXEC, 0);
		if (spawn_do(a) < 0)
			goto failed;
	}
	execvpe(file, argv, envp);
failed:
	error = errno;
	(void)!write(report, &error, sizeof(error));
	_exit(STATUS_MISSING);
}

int posix_spawnp(pid_t *restrict pid, const char *restrict file,
		 const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *restrict attributes, char *const argv[],
		 char *const envp[])
{
	int report[2], error = 0;
	pid_t child;

	if (attributes)
		return EINVAL; /* there are none */
	if (pipe(report) < 0)
		return errno;
	fcntl(report[1], F_SETFD, FD_CLOEXEC);
	child = fork();
	if (child == 0) {
		close(report[0]);
		spawn_child(actions, report[1], file, argv, envp ? envp : environ);
	}
	if (child < 0)
		error = errno;
	close(report[1]);
	while (child > 0 && read(report[0], &error, sizeof(error)) < 0 && errno == EINTR)
		;
	close(report[0]);
	while (child > 0 && error && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (!error && pid)
		*pid = child;
	return error;
}

int posix_spawn(pid_t *restrict pid, const char *restrict path,
		const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *restrict attributes, char *const argv[],
		char *const envp[])
{
	char *here;
	int result;

	if (strchr(path, '/'))
		return posix_spawnp(pid, path, actions, attributes, argv, envp);
	here = malloc(strlen(path) + sizeof("./")); /* no search along PATH */
	if (!here)
		return ENOMEM;
	strcpy(stpcpy(here, "./"), path);
	result = posix_spawnp(pid, here, actions, attributes, argv, envp);
	free(here);
	return result;
}

/* --- other names ------------------------------------------------------------------- */

pid_t vfork(void)
{
	return fork();
}

/* *@usage: what the child has used, which is known only once it has been waited for. */
pid_t wait3(int *status, int options, struct rusage *usage)
{
	return wait4(-1, status, options, usage);
}

pid_t wait4(pid_t child, int *status, int options, struct rusage *usage)
{
	struct rusage before = { 0 };
	pid_t pid;

	if (usage)
		getrusage(RUSAGE_CHILDREN, &before);
	pid = waitpid(child, status, options);
	if (pid >= 0 && usage) {
		getrusage(RUSAGE_CHILDREN, usage);
		timersub(&usage->ru_utime, &before.ru_utime, &usage->ru_utime);
		timersub(&usage->ru_stime, &before.ru_stime, &usage->ru_stime);
	}
	return pid;
}
