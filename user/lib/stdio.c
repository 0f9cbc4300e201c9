/* stdio.c - stdin, stdout and stderr for picolibc's stdio.
 *
 * stdout is written when its buffer is full, and after each line if a person
 * reads it.  stderr is written after each line.  exit() writes what is left;
 * a program that forks calls fflush() first, or the child has a copy. */
#include <stdbool.h>
#include <stdio-bufio.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_SIZE 128
#define BUFFER_SIZE 1024 /* a block of the file system */

static ssize_t stdout_write(int fd, const void *buf, size_t n);

static bool stdout_asked;
static char in_buf[BUFFER_SIZE], out_buf[BUFFER_SIZE], err_buf[LINE_SIZE];

static struct __file_bufio in_file = FDEV_SETUP_BUFIO(STDIN_FILENO, in_buf, sizeof(in_buf),
						      read, write, lseek, close, __SRD, 0);
static struct __file_bufio out_file = FDEV_SETUP_BUFIO(STDOUT_FILENO, out_buf,
						       sizeof(out_buf), read, stdout_write,
						       lseek, close, __SWR, __BLBF);
static struct __file_bufio err_file = FDEV_SETUP_BUFIO(
	STDERR_FILENO, err_buf, sizeof(err_buf), read, write, lseek, close, __SWR, __BLBF);

FILE *const stdin = &in_file.xfile.cfile.file;
FILE *const stdout = &out_file.xfile.cfile.file;
FILE *const stderr = &err_file.xfile.cfile.file;

/* Whether a person reads is asked at the first write, so that programs which
 * write nothing do not ask. */
static ssize_t stdout_write(int fd, const void *buf, size_t n)
{
	if (!stdout_asked && !isatty(fd))
		out_file.bflags &= (uint8_t)~__BLBF;
	stdout_asked = true;
	return write(fd, buf, n);
}

__attribute__((destructor)) static void flush_streams(void)
{
	fflush(stdout);
	fflush(stderr);
}
