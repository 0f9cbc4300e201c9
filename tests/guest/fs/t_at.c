/* t_at.c - paths that begin at a directory which a descriptor has open. */
#include "mapping.h"

#include "uapi/errno.h"

#define AT(number, ...) at(SYS_NATIVE + (number), (word[5]){ __VA_ARGS__ })
#define OPENAT(...) AT(140, __VA_ARGS__)
#define MKDIRAT(...) AT(141, __VA_ARGS__)
#define UNLINKAT(...) AT(142, __VA_ARGS__)
#define RENAMEAT(...) AT(143, __VA_ARGS__)
#define LINKAT(...) AT(144, __VA_ARGS__)
#define SYMLINKAT(...) AT(145, __VA_ARGS__)
#define READLINKAT(...) AT(146, __VA_ARGS__)
#define FCHDIR(...) AT(147, __VA_ARGS__)
#define P(path) (word)(path)
#define HERE (word)(AT_CURRENT)

static long at(long number, const word a[5])
{
	return ecall_raw((long)a[0], (long)a[1], (long)a[2], (long)a[3], (long)a[4], 0,
			 number);
}

static void check_there(const char *path, long there)
{
	long fd = open(path, O_RDONLY);

	EQ(fd >= 0, there);
	if (fd >= 0)
		EQ(close((int)fd), 0);
}

TEST(at, begins_at_the_directory)
{
	char text[8] = "";
	long d, e, f;

	EQ(mkdir("d"), 0);
	EQ(mkdir("e"), 0);
	d = open("d", O_RDONLY);
	e = open("e", O_RDONLY);
	f = OPENAT(d, P("f"), O_CREATE | O_RDWR);
	CHECK(f > e);
	check_there("d/f", 1);
	EQ(MKDIRAT(d, P("in")), 0);
	check_there("d/in", 1);
	EQ(SYMLINKAT(P("f"), d, P("s")), 0);
	EQ(READLINKAT(d, P("s"), (word)text, 7), 1);
	EQ(text[0], 'f');
	EQ(LINKAT(d, P("s"), e, P("l"), 0), 0);
	EQ(READLINKAT(e, P("l"), (word)text, 7), 1);
	EQ(LINKAT(d, P("s"), e, P("g"), AT_FOLLOW), 0);
	EQ(READLINKAT(e, P("g"), (word)text, 7), -EINVAL);
	EQ(RENAMEAT(d, P("f"), e, P("in")), 0);
	check_there("d/f", 0);
	check_there("e/in", 1);
	EQ(RENAMEAT(e, P("../d/in"), HERE, P("moved")), 0);
	check_there("moved", 1);
	EQ(UNLINKAT(HERE, P("moved"), AT_REMOVES), 0);
	EQ(UNLINKAT(e, P("g"), 0), 0);
	EQ(UNLINKAT(e, P("l"), 0), 0);
	EQ(UNLINKAT(e, P("in"), 0), 0);
	EQ(UNLINKAT(d, P("s"), 0), 0);
	EQ(FCHDIR(d), 0);
	check_there("../e", 1);
	EQ(UNLINKAT(HERE, P("../e"), AT_REMOVES), 0);
	EQ(chdir(".."), 0);
	EQ(unlink("d"), 0);
	EQ(close((int)f), 0);
	EQ(close((int)e), 0);
	EQ(close((int)d), 0);
}

TEST(at, refuses)
{
	long f = open("f", O_CREATE | O_RDWR), d;
	int fds[2];

	EQ(mkdir("d"), 0);
	d = open("d", O_RDONLY);
	EQ(pipe(fds), 0);
	EQ(OPENAT(f, P("x"), O_RDONLY), -ENOTDIR);
	EQ(OPENAT(fds[0], P("x"), O_RDONLY), -ENOTDIR);
	EQ(OPENAT(0, P("x"), O_RDONLY), -ENOTDIR); /* the console */
	EQ(OPENAT(15, P("x"), O_RDONLY), -EBADF);
	EQ(OPENAT(16, P("x"), O_RDONLY), -EBADF);
	EQ(OPENAT(-1, P("x"), O_RDONLY), -EBADF);
	EQ(OPENAT(d, P("x"), O_RDONLY), -ENOENT);
	EQ(OPENAT(d, P(""), O_CREATE), -ENOENT);
	EQ(OPENAT(d, 0x3000000000, O_RDONLY), -EFAULT);
	EQ(RENAMEAT(d, P("x"), f, P("y")), -ENOTDIR);
	EQ(RENAMEAT(d, P("x"), d, 0x3000000000), -EFAULT);
	EQ(LINKAT(HERE, P("f"), d, P("x"), 1), -EINVAL);
	EQ(UNLINKAT(HERE, P("d"), 0), -EISDIR);
	EQ(UNLINKAT(HERE, P("f"), AT_REMOVES), -ENOTDIR);
	EQ(UNLINKAT(HERE, P("f"), 1), -EINVAL);
	EQ(UNLINKAT(d, P("."), AT_REMOVES), -EINVAL);
	EQ(SYMLINKAT(P(""), d, P("x")), -ENOENT);
	EQ(READLINKAT(HERE, P("f"), (word)fds, (word)-1), -EINVAL);
	EQ(FCHDIR(f), -ENOTDIR);
	EQ(FCHDIR(15), -EBADF);
	/* an absolute path needs no directory */
	EQ(close((int)OPENAT(15, P("/"), O_RDONLY)), 0);
	/* nor does anything begin at one that is gone */
	EQ(UNLINKAT(HERE, P("d"), AT_REMOVES), 0);
	EQ(OPENAT(d, P("x"), O_CREATE | O_RDWR), -ENOENT);
	EQ(MKDIRAT(d, P("x")), -ENOENT);
	EQ(close((int)d), 0);
	EQ(close(fds[0]), 0);
	EQ(close(fds[1]), 0);
	EQ(close((int)f), 0);
	EQ(unlink("f"), 0);
}

TEST(at, directory_that_is_not_empty)
{
	long d;

	EQ(mkdir("d"), 0);
	EQ(mkdir("d/e"), 0);
	d = open("d", O_RDONLY);
	EQ(UNLINKAT(HERE, P("d"), AT_REMOVES), -ENOTEMPTY);
	EQ(UNLINKAT(d, P("e"), AT_REMOVES), 0);
	EQ(UNLINKAT(HERE, P("d"), AT_REMOVES), 0);
	EQ(close((int)d), 0);
}
