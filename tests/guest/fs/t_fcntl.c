/* t_fcntl.c - copies of descriptors, those that exec closes, and reads and writes at a
 * place. */
#include "mapping.h"

#include "uapi/errno.h"
#include "uapi/fcntl.h"

static long fcntl_raw(int fd, long how, long arg)
{
	return ecall_raw(fd, how, arg, 0, 0, 0, SYS_NATIVE + 118);
}

TEST(fcntl, copies)
{
	int fd = (int)open("f", O_CREATE | O_RDWR), fds = free_fds();

	EQ(fcntl(fd, FCNTL_DUP, 9), 9);
	EQ(fcntl(fd, FCNTL_DUP, 9), 10);
	EQ(write(9, "abc", 3), 3);
	EQ(lseek(10, 0, 1), 3);
	EQ(fcntl(fd, FCNTL_DUP_TO, 9), 9);
	EQ(fcntl(fd, FCNTL_DUP_TO, 11), 11);
	EQ(fcntl(fd, FCNTL_DUP_TO, fd), fd);
	EQ(fcntl_raw(fd, FCNTL_DUP, 16), -EINVAL);
	EQ(fcntl_raw(fd, FCNTL_DUP, -1), -EINVAL);
	EQ(fcntl_raw(fd, FCNTL_DUP_TO, 16), -EBADF);
	EQ(fcntl_raw(fd, FCNTL_DUP_TO, -1), -EBADF);
	EQ(fcntl_raw(12, FCNTL_DUP_TO, 9), -EBADF);
	EQ(fcntl_raw(fd, 77, 0), -EINVAL);
	EQ(free_fds(), fds - 3);
	for (int i = 9; i < 12; i++)
		EQ(close(i), 0);
	while (dup(fd) >= 0)
		;
	EQ(fcntl_raw(fd, FCNTL_DUP, 0), -EMFILE);
	EQ(fcntl(fd, FCNTL_DUP_TO, 15), 15);
	EQ(unlink("f"), 0);
}

/* What the place of a copy referred to is closed. */
TEST(fcntl, copy_closes)
{
	int fd[2];
	char c;

	EQ(pipe(fd), 0);
	EQ(fcntl(0, FCNTL_DUP_TO, fd[1]), fd[1]);
	EQ(read(fd[0], &c, 1), 0);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

ROLE(open_ones)
{
	int mask = 0;

	(void)argc, (void)argv;
	for (int fd = 3; fd < NOFILE; fd++)
		mask |= (fcntl(fd, FCNTL_FLAGS, 0) >= 0) << fd;
	return mask;
}

static int open_after_exec(void)
{
	long pid = must_fork();

	if (pid == 0) {
		exec(test_self, (char *[]){ "abitest", "@open_ones", 0 });
		exit(-2);
	}
	return reap(pid);
}

TEST(fcntl, exec_closes_what_is_marked)
{
	int before = open_after_exec();

	EQ(fcntl(1, FCNTL_DUP_TO, 8), 8);
	EQ(fcntl(1, FCNTL_DUP_TO, 15), 15);
	EQ(open_after_exec(), before | 1 << 8 | 1 << 15);
	EQ(fcntl(8, FCNTL_CLOEXEC, 2), 0);
	EQ(fcntl(8, FCNTL_CLOEXEC, 1), 0);
	EQ(fcntl(15, FCNTL_CLOEXEC, 1), 0);
	EQ(fcntl(8, FCNTL_CLOEXEC, 2), 1);
	EQ(open_after_exec(), before); /* in the child of a fork, too */
	EQ(write(8, "", 0), 0);        /* and they are still open here */
	EQ(fcntl(15, FCNTL_CLOEXEC, 0), 1);
	EQ(open_after_exec(), before | 1 << 15);
	/* copies, and new files in its place, are not marked */
	EQ(fcntl(8, FCNTL_DUP, 9), 9);
	EQ(fcntl(1, FCNTL_DUP_TO, 8), 8);
	EQ(open_after_exec(), before | 1 << 8 | 1 << 9 | 1 << 15);
	EQ(fcntl(8, FCNTL_CLOEXEC, 1), 0);
	EQ(close(8), 0);
	EQ(fcntl(1, FCNTL_DUP, 8), 8);
	EQ(open_after_exec(), before | 1 << 8 | 1 << 9 | 1 << 15);
	/* a failed exec closes nothing */
	EQ(fcntl(8, FCNTL_CLOEXEC, 1), 0);
	REFUSED(exec("/README", (char *[]){ "x", 0 }));
	EQ(fcntl(8, FCNTL_FLAGS, 0) >= 0, 1);
}

TEST(fcntl, flags)
{
	static const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR, O_WRONLY | O_APPEND,
				     O_RDWR | O_APPEND };
	int fd[2];

	file_make("f", 10, 1);
	for (unsigned i = 0; i < COUNT(flags); i++) {
		int f = (int)open("f", flags[i]);

		EQ(fcntl(f, FCNTL_FLAGS, 0), flags[i]);
		EQ(close(f), 0);
	}
	EQ(unlink("f"), 0);
	EQ(pipe(fd), 0);
	EQ(fcntl(fd[0], FCNTL_FLAGS, 0), O_RDONLY);
	EQ(fcntl(fd[1], FCNTL_FLAGS, 0), O_WRONLY);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

static long pread_raw(int fd, long n, long at)
{
	return ecall_raw(fd, (long)scratch, n, at, 0, 0, SYS_NATIVE + 119);
}

static long pwrite_raw(int fd, long n, long at)
{
	return ecall_raw(fd, (long)scratch, n, at, 0, 0, SYS_NATIVE + 120);
}

TEST(fcntl, read_and_write_at_a_place)
{
	int fd = (int)open("f", O_CREATE | O_RDWR), in = (int)open("f", O_RDONLY),
	    out = (int)open("f", O_WRONLY), p[2];

	EQ(write(fd, "0123456789", 10), 10);
	EQ(pread(fd, scratch, 4, 3), 4);
	EQ(memcmp(scratch, "3456", 4), 0);
	EQ(pread(fd, scratch, 100, 8), 2);
	EQ(pread(fd, scratch, 100, 10), 0);
	EQ(pread(fd, scratch, 100, 1000), 0);
	EQ(pwrite(fd, "AB", 2, 1), 2);
	EQ(lseek(fd, 0, 1), 10); /* the offset stays */
	EQ(pread(fd, scratch, 10, 0), 10);
	EQ(memcmp(scratch, "0AB3456789", 10), 0);
	EQ(pread_raw(out, 1, 0), -EBADF);
	EQ(pwrite_raw(in, 1, 0), -EBADF);
	EQ(pread_raw(fd, 1, -1), -EINVAL);
	EQ(pwrite_raw(fd, 1, -1), -EINVAL);
	EQ(pread_raw(fd, -1, 0), -EINVAL);
	EQ(pwrite_raw(fd, 1, 1l << 40), -EINVAL);
	EQ(ecall_raw(fd, -8, 1, 0, 0, 0, SYS_NATIVE + 119), -EFAULT);
	EQ(ecall_raw(fd, -8, 1, 0, 0, 0, SYS_NATIVE + 120), -EFAULT);
	EQ(close(fd), 0);
	EQ(close(in), 0);
	EQ(close(out), 0);
	EQ(unlink("f"), 0);
	EQ(pipe(p), 0);
	EQ(pread_raw(p[0], 1, 0), -ESPIPE);
	EQ(pwrite_raw(p[1], 1, 0), -ESPIPE);
	EQ(close(p[0]), 0);
	EQ(close(p[1]), 0);
}

/* The time of a child that was waited for, and of its children, is the parent's. */
TEST(usage, children)
{
	struct usage before, after;
	long start;

	EQ(usage(&before), 0);
	CHILD(0, {
		CHILD(0, {
			start = clock();
			while (clock() - start < 60000000)
				;
		});
	});
	EQ(usage(&after), 0);
	CHECK(after.children - before.children >= 30000000);
	CHECK(after.self - before.self < after.children - before.children);
	start = clock();
	while (clock() - start < 60000000)
		;
	EQ(usage(&before), 0);
	CHECK(before.self - after.self >= 20000000);
	EQ(before.children, after.children);
	EQ(ecall_raw(-8, 0, 0, 0, 0, 0, SYS_NATIVE + 116), -EFAULT);
}

static void run_for(long ns)
{
	long start = clock();

	while (clock() - start < ns)
		for (volatile int i = 0; i < 200000; i++)
			;
}

/* Bytes that the kernel copies: hardly anything is the program's. */
static void copy_for(long ns)
{
	long start = clock();
	int fd = (int)open("/dev/zero", O_RDONLY);
	word at = map(0, 64 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(fd >= 0);
	while (clock() - start < ns)
		EQ(read(fd, (void *)at, 64 * PAGE), 64 * PAGE);
	EQ(unmap(at, 64 * PAGE), 0);
	EQ(close(fd), 0);
}

TEST(usage, programs_and_the_kernel)
{
	struct usage begin, ran, copied;

	EQ(usage(&begin), 0);
	run_for(300000000);
	EQ(usage(&ran), 0);
	copy_for(300000000);
	EQ(usage(&copied), 0);
	CHECK((ran.self_system - begin.self_system) * 4 < ran.self - begin.self);
	CHECK((copied.self_system - ran.self_system) * 4 > (copied.self - ran.self) * 3);
	CHILD(0, copy_for(300000000));
	EQ(usage(&ran), 0);
	CHECK((ran.children_system - copied.children_system) * 4 >
	      (ran.children - copied.children) * 3);
}

/* Neither part becomes less, though samples change the division all the time. */
TEST(usage, never_goes_back)
{
	struct usage before, now;
	long start = clock();

	EQ(usage(&before), 0);
	for (int i = 0; clock() - start < 500000000; i++) {
		if (i % 64 == 0)
			run_for(5000000);
		EQ(usage(&now), 0);
		CHECK(now.self >= before.self && now.self_system >= before.self_system);
		CHECK(now.self - now.self_system >= before.self - before.self_system);
		before = now;
	}
}
