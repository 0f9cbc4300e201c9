/* redir.c - redirections, and how they are undone.
 *
 * A command that runs in the shell itself changes the shell's own descriptors.  Copies of
 * what they were are kept from SAVED on, out of the way of those that a script can name. */
#include "shell.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pagoda.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAVED 10 /* the first descriptor for copies */

static unsigned saved_fds; /* copies in use, as bits */

void sh_redirect_close(void)
{
	for (int fd = SAVED; fd < NOFILE; fd++)
		if (saved_fds & 1u << fd)
			close(fd);
	saved_fds = 0;
}

/* A copy of @fd that is SAVED or more; -1 if @fd is closed, -2 if there is no room. */
static int redir_copy(int fd)
{
	unsigned low = 0;
	int copy;

	while ((copy = dup(fd)) >= 0 && copy < SAVED)
		low |= 1u << copy;
	if (copy < 0)
		copy = errno == EMFILE ? -2 : -1;
	else
		saved_fds |= 1u << copy;
	for (int i = 0; i < SAVED; i++)
		if (low & 1u << i)
			close(i);
	return copy;
}

static void redir_write(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len && (n = write(fd, text, len)) > 0) {
		text += n;
		len -= (size_t)n;
	}
}

/* A process of its own writes what does not fit into the pipe. */
static int redir_here(const char *text)
{
	size_t len = strlen(text);
	pid_t pid = 1;
	int fd[2];

	sh_jobs_collect(); /* writers of earlier texts among them */
	if (pipe(fd) < 0)
		return -1;
	if (len > PIPESIZE)
		pid = sh_fork();
	else
		redir_write(fd[1], text, len);
	if (pid == 0) {
		close(fd[0]);
		redir_write(fd[1], text, len);
		_exit(0);
	}
	close(fd[1]);
	if (pid > 0)
		return fd[0];
	close(fd[0]);
	return -1;
}

/* With set -C a file that is there is not overwritten. */
static int redir_create(const char *target)
{
	struct stat st;

	if (shell.options & SH_NOCLOBBER && stat(target, &st) == 0 && S_ISREG(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	return open(target, O_WRONLY | O_CREAT | O_TRUNC, 0666);
}

static int redir_open(const struct sh_redir *r, const char *target)
{
	switch (r->kind) {
	case SH_IN:
		return open(target, O_RDONLY);
	case SH_OUT:
		return redir_create(target);
	case SH_CLOBBER:
		return open(target, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	case SH_APPEND:
		return open(target, O_WRONLY | O_CREAT | O_APPEND, 0666);
	case SH_INOUT:
		return open(target, O_RDWR | O_CREAT, 0666);
	case SH_DUP:
		if (isdigit((unsigned char)target[0]) && !target[1])
			return dup(target[0] - '0');
		errno = EBADF;
		return -1;
	default:
		return redir_here(target);
	}
}

static char *redir_target(const struct sh_redir *r)
{
	struct sh_expansion x = { .arena = &shell.words, .values = &shell.values };
	char *text;

	if (r->kind == SH_HERE_RAW)
		return r->target;
	if (r->kind != SH_HERE)
		return sh_word(r->target);
	text = sh_expand_here(&x, r->target);
	if (x.nomem)
		sh_say("sh: out of memory\n", NULL);
	if (!text)
		sh_abort(SH_STATUS_WRONG);
	return text;
}

static bool redir_complain(const struct sh_redir *r, const char *target)
{
	const char *what = r->kind >= SH_HERE ? "here-document" : target;

	if (errno == ENOENT && (r->kind == SH_IN || r->kind == SH_OUT))
		sh_say("sh: cannot ", r->kind == SH_IN ? "open " : "create ", what, ": ",
		       strerror(errno), "\n", NULL);
	else
		sh_warn(what);
	return false;
}

static bool redir_apply(const struct sh_redir *r)
{
	char *target = redir_target(r);
	int fd;

	if (!target)
		return false;
	if (r->kind == SH_DUP && strcmp(target, "-") == 0) {
		close(r->fd);
		return true;
	}
	if (r->fd >= SAVED) {
		errno = EBADF;
		return redir_complain(r, target);
	}
	fd = redir_open(r, target);
	if (fd < 0)
		return redir_complain(r, target);
	if (fd == r->fd)
		return true;
	if (dup2(fd, r->fd) < 0) {
		(void)redir_complain(r, target);
		close(fd);
		return false;
	}
	close(fd);
	return true;
}

bool sh_redirect(const struct sh_redir *r)
{
	for (; r; r = r->next)
		if (!redir_apply(r))
			return false;
	return true;
}

static bool redir_is_saved(const struct sh_saved *saved, int fd)
{
	for (int i = 0; i < saved->count; i++)
		if (saved->fds[i].fd == fd)
			return true;
	return false;
}

bool sh_redirect_save(const struct sh_redir *r, struct sh_saved *saved)
{
	saved->count = 0;
	for (; r; r = r->next) {
		if (r->fd < SAVED && !redir_is_saved(saved, r->fd)) {
			int copy = redir_copy(r->fd);

			if (copy == -2) {
				sh_warnx("redirection", strerror(EMFILE));
				return false;
			}
			saved->fds[saved->count].fd = r->fd;
			saved->fds[saved->count++].copy = copy;
		}
		if (!redir_apply(r))
			return false;
	}
	return true;
}

void sh_redirect_undo(struct sh_saved *saved)
{
	for (int i = saved->count; i-- > 0;) {
		int copy = saved->fds[i].copy;

		if (copy < 0) {
			close(saved->fds[i].fd);
			continue;
		}
		dup2(copy, saved->fds[i].fd);
		close(copy);
		saved_fds &= ~(1u << copy);
	}
}

void sh_redirect_keep(struct sh_saved *saved)
{
	for (int i = 0; i < saved->count; i++) {
		if (saved->fds[i].copy < 0)
			continue;
		close(saved->fds[i].copy);
		saved_fds &= ~(1u << saved->fds[i].copy);
	}
}

/* --- reading ------------------------------------------------------------------------- */

char *sh_read_all(struct arena *a, int fd, size_t room)
{
	char *text = arena_alloc(a, room);
	size_t len = 0, kept = 0;
	ssize_t n = 1;

	while (text && n > 0) {
		n = read(fd, text + len, room - len - 1);
		len += n > 0 ? (size_t)n : 0;
		if (n > 0 && room - len < 2) {
			char *larger = arena_alloc(a, room * 2);

			text = larger ? memcpy(larger, text, len) : NULL;
			room *= 2;
		}
	}
	if (!text) {
		sh_say("sh: out of memory\n", NULL);
		return NULL;
	}
	/* No string has a NUL in it. */
	for (size_t i = 0; i < len; i++)
		if (text[i])
			text[kept++] = text[i];
	text[kept] = '\0';
	return text;
}

/* Whether the file is no text: there is a NUL at its start, or a control byte in its first
 * line that no text has. */
static bool redir_is_binary(int fd)
{
	char head[512];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	if (n > 0 && memchr(head, '\0', (size_t)n))
		return true;
	for (ssize_t i = 0; i < n && head[i] != '\n'; i++)
		if ((unsigned char)head[i] < ' ' && !strchr("\a\b\t\v\f\r\033", head[i]))
			return true;
	return false;
}

char *sh_read_file(struct arena *a, const char *path)
{
	int fd = open(path, O_RDONLY), error = 0;
	struct stat st;
	char *text = NULL;

	if (fd < 0 || fstat(fd, &st) < 0)
		error = errno;
	else if (S_ISDIR(st.st_mode))
		error = EISDIR;
	else if (S_ISREG(st.st_mode) && redir_is_binary(fd))
		error = ENOEXEC;
	else
		text = sh_read_all(a, fd, (size_t)st.st_size + 2);
	if (error)
		sh_warnx(path,
			 error == ENOEXEC ? "cannot run binary file" : strerror(error));
	if (fd >= 0)
		close(fd);
	errno = error;
	return text;
}
