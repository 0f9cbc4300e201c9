/* stdio.c - the streams of a program, for picolibc's stdio.
 *
 * stdout is written when its buffer is full, and after each line if a person reads
 * it.  stderr is written after each line.  exit() and the return from main() write what
 * is left in all streams.  A program must call fflush() before it forks; else the child
 * writes what is left a second time.
 *
 * After a failed read or write ferror() is true of the stream until clearerr(); after a
 * failed write fclose() returns EOF, too.  A program that exits with an error of writing in
 * an open stream prints a message and has the status 1.  picolibc alone forgets what could
 * not be written, so a program that does not check every call would succeed on a full
 * disk. */
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio-bufio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 128
#define BUFFER_SIZE 1024 /* a block of the file system */

struct stream {
	struct __file_bufio bufio; /* begins with the FILE                   */
	struct stream *next;       /* the list of all open streams           */
	struct __lock lock;        /* of bufio                               */
	int fd;
	int error; /* errno of the last write that failed, or 0 */
};

static ssize_t stream_read(int fd, void *buf, size_t n);
static ssize_t stream_write(int fd, const void *buf, size_t n);

#define STREAM(fd, buf, size, rights, flags)                                             \
	FDEV_SETUP_BUFIO(fd, buf, size, stream_read, stream_write, lseek, close, rights, \
			 flags)

static bool stdout_asked;
static char in_buf[BUFFER_SIZE], out_buf[BUFFER_SIZE], err_buf[LINE_SIZE];

static struct stream in = {
	.bufio = STREAM(STDIN_FILENO, in_buf, sizeof(in_buf), __SRD, 0),
	.fd = STDIN_FILENO,
};
static struct stream out = {
	.bufio = STREAM(STDOUT_FILENO, out_buf, sizeof(out_buf), __SWR, __BLBF),
	.next = &in,
	.fd = STDOUT_FILENO,
};
static struct stream err = {
	.bufio = STREAM(STDERR_FILENO, err_buf, sizeof(err_buf), __SWR, __BLBF),
	.next = &out,
	.fd = STDERR_FILENO,
};
static struct stream *streams = &err;

FILE *const stdin = &in.bufio.xfile.cfile.file;
FILE *const stdout = &out.bufio.xfile.cfile.file;
FILE *const stderr = &err.bufio.xfile.cfile.file;

static FILE *stream_file(struct stream *s)
{
	return &s->bufio.xfile.cfile.file;
}

/* Reads the input of all streams.  For picolibc 1.8 a failed read is the end of the file
 * alone. */
static ssize_t stream_read(int fd, void *buf, size_t n)
{
	ssize_t done = read(fd, buf, n);

	if (done >= 0)
		return done;
	for (struct stream *s = streams; s; s = s->next)
		if (s->fd == fd && stream_file(s)->flags & __SRD)
			stream_file(s)->flags |= __SERR;
	return done;
}

/* Writes the output of all streams; picolibc passes only the descriptor.
 *
 * The first write to stdout finds out whether a person reads it, so programs that write
 * nothing do not have to ask the kernel. */
static ssize_t stream_write(int fd, const void *buf, size_t n)
{
	ssize_t done;

	if (fd == STDOUT_FILENO && !stdout_asked) {
		stdout_asked = true;
		if (!isatty(fd))
			out.bufio.bflags &= (uint8_t)~__BLBF;
	}
	done = write(fd, buf, n);
	if (done > 0)
		return done;
	for (struct stream *s = streams; s; s = s->next) {
		if (s->fd != fd || !(stream_file(s)->flags & __SWR))
			continue;
		stream_file(s)->flags |= __SERR;
		s->error = errno;
	}
	return done;
}

/* picolibc's version has no list of the streams, so it cannot flush all of them. */
int fflush(FILE *f)
{
	int result = 0;

	if (f)
		return f->flush ? f->flush(f) : 0;
	for (struct stream *s = streams; s; s = s->next)
		if (stream_file(s)->flags & __SWR && fflush(stream_file(s)))
			result = EOF;
	return result;
}

/* In place of picolibc's, which would free the standard streams. */
static int stream_close(FILE *f)
{
	struct stream *s = (struct stream *)f, **link = &streams;
	bool failed = fflush(f) || (f->flags & __SERR && s->error);

	__LIBC_LOCK();
	while (*link && *link != s)
		link = &(*link)->next;
	if (*link)
		*link = s->next;
	__LIBC_UNLOCK();
	if (s->bufio.bflags & __BALL)
		free(s->bufio.buf);
	failed |= close(s->fd) < 0;
	if (s != &in && s != &out && s != &err)
		free(s);
	return failed ? EOF : 0;
}

__attribute__((constructor)) static void streams_begin(void)
{
	for (struct stream *s = streams; s; s = s->next) {
		s->bufio.xfile.cfile.close = stream_close;
		s->bufio.lock = &s->lock;
	}
}

/* --- files -------------------------------------------------------------------- */

/* The flags of open() for a mode of fopen(), or -1 with errno set. */
static int mode_flags(const char *mode)
{
	bool both = strchr(mode, '+');
	int flags = both ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;

	if (*mode == 'w')
		flags |= O_CREAT | O_TRUNC;
	else if (*mode == 'a')
		flags |= O_CREAT | O_APPEND;
	else if (*mode != 'r') {
		errno = EINVAL;
		return -1;
	}
	return strchr(mode, 'x') ? flags | O_EXCL : flags;
}

static uint8_t rights_of(int flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return __SRD;
	case O_WRONLY:
		return __SWR;
	default:
		return __SRD | __SWR;
	}
}

FILE *fdopen(int fd, const char *mode)
{
	int flags = mode_flags(mode);
	struct stream *s = flags < 0 ? NULL : malloc(sizeof(*s) + BUFFER_SIZE);

	if (!s)
		return NULL;
	*s = (struct stream){
		.bufio = STREAM(fd, (char *)(s + 1), BUFFER_SIZE, rights_of(flags), 0),
		.fd = fd,
	};
	s->bufio.xfile.cfile.close = stream_close;
	s->bufio.lock = &s->lock;
	__LIBC_LOCK();
	s->next = streams;
	streams = s;
	__LIBC_UNLOCK();
	if (flags & O_APPEND)
		(void)fseeko(stream_file(s), 0, SEEK_END);
	return stream_file(s);
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
	int flags = mode_flags(mode), fd = flags < 0 ? -1 : open(path, flags, 0666);
	FILE *f = fd < 0 ? NULL : fdopen(fd, mode);

	if (fd >= 0 && !f)
		close(fd);
	return f;
}

/* The stream keeps its descriptor, so programs that are started later get the new file
 * under that number. */
FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict f)
{
	struct stream *s = (struct stream *)f;
	int flags = mode_flags(mode), fd = flags < 0 ? -1 : open(path, flags, 0666);
	bool done;

	(void)fflush(f);
	done = fd >= 0 && dup2(fd, s->fd) >= 0;
	if (fd >= 0 && fd != s->fd)
		close(fd);
	if (!done) {
		(void)fclose(f);
		return NULL;
	}
	f->flags = (uint8_t)((f->flags & ~(__SRD | __SWR | __SERR | __SEOF)) |
			     rights_of(flags));
	f->unget = 0;
	s->bufio.dir = 0;
	s->bufio.pos = s->bufio.len = s->bufio.off = 0;
	s->error = 0;
	if (flags & O_APPEND)
		(void)fseeko(f, 0, SEEK_END);
	return f;
}

/* --- the end ------------------------------------------------------------------ */

int stdio_error(void)
{
	int error;

	(void)fflush(stdout);
	error = ferror(stdout) ? out.error : 0;
	clearerr(stdout);
	return error;
}

/* In one write, and without printf(), which not every program contains. */
static void stream_complain(const struct stream *s)
{
	const char *parts[] = { program_name,
				s == &out ? ": standard output: " : ": a file: ",
				strerror(s->error), "\n" };
	char line[LINE_SIZE] = "";

	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		strlcat(line, parts[i], sizeof(line));
	(void)!write(STDERR_FILENO, line, strlen(line));
}

/* EPIPE says that nobody reads the pipe any more.  Other systems then end the program
 * without a message, so there is none here. */
__attribute__((destructor)) static void streams_end(void)
{
	bool failed = false;

	(void)fflush(NULL);
	for (struct stream *s = streams; s; s = s->next) {
		if (s == &err || !s->error || !(stream_file(s)->flags & __SERR))
			continue;
		failed = true;
		if (s->error != EPIPE)
			stream_complain(s);
	}
	if (failed)
		_exit(1);
}
