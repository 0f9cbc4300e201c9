/* t_pipe.c - pipes, and file descriptors in general. */
#include "lib.h"

TEST(pipe, read_end_comes_first)
{
	int fd[2] = { -1, -1 };
	long lowest = dup(0);

	EQ(close(lowest), 0);
	EQ(pipe(fd), 0);
	EQ(fd[0], lowest);
	EQ(fd[1], lowest + 1);
	REFUSED(write(fd[0], "x", 1));
	REFUSED(read(fd[1], scratch, 1));
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

TEST(pipe, bytes_in_order)
{
	int fd[2];
	char c;

	EQ(pipe(fd), 0);
	EQ(write(fd[1], "abc", 3), 3);
	EQ(write(fd[1], "d", 1), 1);
	for (int i = 0; i < 4; i++) {
		EQ(read(fd[0], &c, 1), 1);
		EQ(c, 'a' + i);
	}
}

TEST(pipe, read_gives_what_is_there)
{
	int fd[2];

	EQ(pipe(fd), 0);
	EQ(write(fd[1], "12345", 5), 5);
	EQ(read(fd[0], scratch, 100), 5);
	EQ(memcmp(scratch, "12345", 5), 0);
	EQ(write(fd[1], "67890", 5), 5);
	EQ(read(fd[0], scratch, 3), 3);
	EQ(read(fd[0], scratch + 3, 100), 2);
	EQ(memcmp(scratch, "67890", 5), 0);
}

TEST(pipe, end_of_file)
{
	int fd[2];

	EQ(pipe(fd), 0);
	EQ(write(fd[1], "rest", 4), 4);
	EQ(close(fd[1]), 0);
	EQ(read(fd[0], scratch, 100), 4);
	EQ(read(fd[0], scratch, 100), 0);
	EQ(read(fd[0], scratch, 1), 0);
}

TEST(pipe, end_comes_with_the_last_writer)
{
	int fd[2];
	long second;

	EQ(pipe(fd), 0);
	second = dup(fd[1]);
	EQ(close(fd[1]), 0);
	EQ(write(second, "x", 1), 1);
	EQ(read(fd[0], scratch, 10), 1);
	EQ(close(second), 0);
	EQ(read(fd[0], scratch, 10), 0);
}

TEST(pipe, write_without_reader_fails)
{
	int fd[2];

	EQ(pipe(fd), 0);
	EQ(close(fd[0]), 0);
	REFUSED(write(fd[1], "x", 1)); /* and no signal */
	REFUSED(write(fd[1], scratch, 5000));
}

TEST(pipe, writer_is_woken_when_the_reader_goes)
{
	int fd[2];
	long pid;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		close(fd[0]);
		EQ(write(fd[1], scratch, 5000), -1);
		exit(0);
	}
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 100);
	EQ(close(fd[0]), 0);
	EQ(reap(pid), 0);
}

TEST(pipe, reader_is_woken_when_the_writer_goes)
{
	int fd[2];
	long pid;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		close(fd[1]);
		EQ(read(fd[0], scratch, 1), 0);
		exit(0);
	}
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 100);
	EQ(close(fd[1]), 0);
	EQ(reap(pid), 0);
}

TEST(pipe, who_is_killed_waits_no_more)
{
	int fd[2];

	EQ(pipe(fd), 0);
	EQ(write(fd[1], scratch, 512), 512);
	for (int i = 0; i < 10; i++) {
		long pid = must_fork();

		if (pid == 0) {
			write(fd[1], "z", 1);
			exit(0);
		}
		EVENTUALLY(process_state(pid) == PS_SLEEPING, 100);
		EQ(kill(pid), 0);
		EQ(reap(pid), -1);
	}
	EQ(read(fd[0], scratch, 1000), 512);
	EQ(write(fd[1], "ab", 2), 2);
	EQ(read(fd[0], scratch, 1000), 2);
}

TEST(pipe, holds_512_bytes)
{
	int fd[2], mark[2];
	long pid;

	EQ(pipe(fd), 0);
	EQ(pipe(mark), 0);
	EQ(write(fd[1], scratch, 512), 512); /* does not block */
	pid = must_fork();
	if (pid == 0) {
		EQ(write(fd[1], "z", 1), 1);
		EQ(write(mark[1], "m", 1), 1);
		exit(0);
	}
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 100);
	pause(2);
	EQ(process_state(pid), PS_SLEEPING);
	EQ(read(fd[0], scratch, 1), 1);
	EQ(read(mark[0], scratch, 1), 1);
	EQ(reap(pid), 0);
	EQ(read(fd[0], scratch, 1000), 512);
	EQ(scratch[511], 'z');
}

/* However large the ring is, a write returns when at most 512 bytes are unread. */
TEST(pipe, write_of_600_waits_for_88)
{
	int fd[2];
	long pid;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0)
		exit(write(fd[1], scratch, 600) == 600 ? 3 : 1);
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 100);
	EQ(read(fd[0], scratch, 87), 87);
	pause(2);
	EQ(process_state(pid), PS_SLEEPING);
	EQ(read(fd[0], scratch, 1), 1);
	EQ(reap(pid), 3);
	EQ(read(fd[0], scratch, 1000), 512);
}

/* Bytes that a sleeping reader asks for count as read.  This one cannot take them. */
TEST(pipe, bytes_that_the_reader_cannot_take_stay)
{
	int fd[2];
	long pid;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		REFUSED(read(fd[0], (void *)-1l, 4096));
		exit(0);
	}
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 100);
	memset(scratch, 'x', 4095);
	scratch[4095] = 'y';
	EQ(write(fd[1], scratch, 4096), 4096);
	EQ(reap(pid), 0);
	memset(scratch, 0, 4096);
	EQ(read(fd[0], scratch, 5000), 4096);
	EQ(scratch[0], 'x');
	EQ(scratch[4095], 'y');
	EQ(write(fd[1], "z", 1), 1);
}

/* One process writes in pieces of one size, another reads in pieces of another. */
static void transfer(long total, long write_size, long read_size)
{
	static unsigned char out[8192], in[8192];
	uint32_t from = 7, to = 7;
	int fd[2];
	long pid, n, left = total;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		close(fd[0]);
		for (; left > 0; left -= n) {
			n = left < write_size ? left : write_size;
			for (long i = 0; i < n; i++)
				out[i] = next_random(&from);
			EQ(write(fd[1], out, n), n);
		}
		exit(0);
	}
	EQ(close(fd[1]), 0);
	while ((n = read(fd[0], in, read_size)) > 0) {
		for (long i = 0; i < n; i++)
			CHECK(in[i] == (unsigned char)next_random(&to));
		left -= n;
	}
	EQ(n, 0);
	EQ(left, 0);
	EQ(close(fd[0]), 0);
	EQ(reap(pid), 0);
}

TEST(pipe, pieces_of_all_sizes)
{
	static const long sizes[] = { 1, 7, 511, 512, 513, 1033, 4096, 8192 };

	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t k = 0; k < COUNT(sizes); k++)
			transfer(sizes[i] < 10 || sizes[k] < 10 ? 2000 : 20000, sizes[i],
				 sizes[k]);
}

TEST(pipe, read_sizes_that_grow)
{
	static unsigned char in[2048];
	uint32_t seed = 3, check = 3;
	long pid, n, total = 0, ask = 1;
	int fd[2];

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		for (int i = 0; i < 5; i++) {
			for (int k = 0; k < 1033; k++)
				in[k] = next_random(&seed);
			EQ(write(fd[1], in, 1033), 1033);
		}
		exit(0);
	}
	close(fd[1]);
	for (; (n = read(fd[0], in, ask)) > 0; total += n) {
		for (long i = 0; i < n; i++)
			CHECK(in[i] == (unsigned char)next_random(&check));
		ask = ask * 2 > 2048 ? 2048 : ask * 2;
	}
	EQ(total, 5 * 1033);
	EQ(reap(pid), 0);
}

TEST(pipe, write_stops_at_a_bad_page)
{
	int fd[2];
	word brk = sbrk(0, EAGER);
	unsigned char *last;

	if (brk % PAGE)
		sbrk(PAGE - brk % PAGE, EAGER);
	sbrk(PAGE, EAGER);
	last = (unsigned char *)sbrk(0, EAGER) - 3;
	memcpy(last, "xyz", 3);
	EQ(pipe(fd), 0);
	EQ(write(fd[1], last, 10), 3);
	EQ(read(fd[0], scratch, 100), 3);
	EQ(memcmp(scratch, "xyz", 3), 0);
	REFUSED(write(fd[1], last + 3, 10));
	EQ(write(fd[1], "ab", 2), 2);
	REFUSED(write(fd[1], (void *)-1l, 1));
	EQ(read(fd[0], scratch, 100), 2); /* the refused bytes are not in the pipe */
}

TEST(pipe, console_write_stops_at_a_bad_page)
{
	word brk = sbrk(0, EAGER);
	unsigned char *last;

	if (brk % PAGE)
		sbrk(PAGE - brk % PAGE, EAGER);
	sbrk(PAGE, EAGER);
	last = (unsigned char *)sbrk(0, EAGER) - 3;
	memcpy(last, "  \n", 3);
	EQ(write(1, last, 10), 3);
	REFUSED(write(1, last + 3, 10));
}

TEST(pipe, nothing_to_write)
{
	int fd[2];

	EQ(pipe(fd), 0);
	EQ(write(fd[1], "x", 0), 0);
	EQ(write(fd[1], "y", 1), 1);
	EQ(read(fd[0], scratch, 0), 0);
	EQ(read(fd[0], scratch, 10), 1);
}

TEST(pipe, several_writers_lose_nothing)
{
	static unsigned count[4];
	long pid[4], n;
	int fd[2];

	EQ(pipe(fd), 0);
	for (int i = 0; i < 4; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			memset(scratch, 'a' + i, 100);
			for (int k = 0; k < 100; k++)
				EQ(write(fd[1], scratch, 100), 100);
			exit(0);
		}
	}
	close(fd[1]);
	while ((n = read(fd[0], scratch, 700)) > 0)
		for (long i = 0; i < n; i++) {
			CHECK(scratch[i] >= 'a' && scratch[i] < 'e');
			count[scratch[i] - 'a']++;
		}
	for (int i = 0; i < 4; i++) {
		EQ(reap(pid[i]), 0);
		EQ(count[i], 10000);
	}
}

TEST(pipe, several_readers_share)
{
	long pid[3], total = 0;
	int fd[2];

	EQ(pipe(fd), 0);
	for (int i = 0; i < 3; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			long n, mine = 0;

			close(fd[1]);
			while ((n = read(fd[0], scratch, 50)) > 0)
				mine += n;
			exit((int)mine);
		}
	}
	close(fd[0]);
	for (int i = 0; i < 50; i++)
		EQ(write(fd[1], scratch, 300), 300);
	close(fd[1]);
	for (int i = 0; i < 3; i++)
		total += reap(pid[i]);
	EQ(total, 50 * 300);
}

TEST(pipe, is_no_file)
{
	struct stat st;
	int fd[2];

	EQ(pipe(fd), 0);
	REFUSED(fstat(fd[0], &st));
	REFUSED(fstat(fd[1], &st));
	REFUSED(lseek(fd[0], 0, 0));
}

static int open_fds(int fd[NOFILE])
{
	int n = 0;

	while (n < NOFILE && (fd[n] = dup(0)) >= 0)
		n++;
	return n;
}

TEST(fd, sixteen_for_a_process)
{
	int fd[NOFILE], n = open_fds(fd), pair[2];

	EQ(fd[n - 1], 15);
	REFUSED(dup(0));
	REFUSED(open("/README", O_RDONLY));
	REFUSED(pipe(pair));
	EQ(close(fd[n - 1]), 0);
	REFUSED(pipe(pair));               /* a pipe needs two */
	EQ(open("/README", O_RDONLY), 15); /* the failed pipe() left the one free */
	EQ(close(15), 0);
	EQ(close(fd[n - 2]), 0);
	EQ(pipe(pair), 0);
	EQ(pair[0], 14);
	EQ(pair[1], 15);
}

TEST(fd, open_that_fails_creates_nothing)
{
	int fd[NOFILE], n = open_fds(fd);

	REFUSED(open("f", O_CREATE | O_WRONLY));
	for (int i = 0; i < n; i++)
		EQ(close(fd[i]), 0);
	unlink("f"); /* xv6 leaves an empty file there; both are right */
}

TEST(fd, lowest_free_one)
{
	int fd[2];
	long a, b, c;

	a = dup(0);
	b = dup(0);
	c = dup(0);
	EQ(b, a + 1);
	EQ(c, a + 2);
	EQ(close(b), 0);
	EQ(dup(0), b);
	EQ(close(a), 0);
	EQ(close(c), 0);
	EQ(pipe(fd), 0);
	EQ(fd[0], a);
	EQ(fd[1], c);
}

TEST(fd, bad_ones_are_refused)
{
	static const int bad[] = { -1, -2, 15, 16, 17, 99, 0x7fffffff, (int)0x80000000 };
	struct stat st;

	for (size_t i = 0; i < COUNT(bad); i++) {
		REFUSED(read(bad[i], scratch, 1));
		REFUSED(write(bad[i], scratch, 1));
		REFUSED(close(bad[i]));
		REFUSED(dup(bad[i]));
		REFUSED(fstat(bad[i], &st));
		REFUSED(fsync(bad[i]));
		REFUSED(lseek(bad[i], 0, 0));
		REFUSED(ftruncate(bad[i], 0));
	}
}

TEST(fd, closed_one_is_bad)
{
	long fd = dup(0);

	EQ(close(fd), 0);
	REFUSED(close(fd));
	REFUSED(dup(fd));
	REFUSED(write(fd, "x", 1));
}

TEST(fd, dup_shares_the_offset)
{
	long a, b;

	file_make("f", 100, 1);
	a = open("f", O_RDONLY);
	b = dup(a);
	EQ(read(a, scratch, 30), 30);
	EQ(read(b, scratch + 30, 100), 70);
	EQ(pattern_wrong(scratch, 100, 1), -1);
	EQ(close(a), 0);
	EQ(read(b, scratch, 1), 0);
	EQ(close(b), 0);
	EQ(unlink("f"), 0);
}

TEST(fd, hundred_files_in_the_system)
{
	int ready[2], stop[2];
	long total = 0, pids = 0;
	char c, got;

	EQ(pipe(ready), 0);
	EQ(pipe(stop), 0);
	for (; pids < 12; pids++) {
		if (must_fork() == 0) {
			close(stop[1]);
			for (got = 0; open("/README", O_RDONLY) >= 0; got++)
				;
			write(ready[1], &got, 1);
			read(stop[0], &c, 1);
			exit(0);
		}
	}
	for (int i = 0; i < pids; i++) {
		EQ(read(ready[0], &got, 1), 1);
		total += got;
	}
	close(stop[1]);
	for (int i = 0; i < pids; i++)
		CHECK(wait(0) > 0);
	/* the console and the ends of two pipes are open as well */
	CHECK(total <= NFILE - 4);
	CHECK(total >= NFILE - 20);
	EQ(close(open("/README", O_RDONLY)), 0);
}

#define RECORD 300
#define RECORDS 3000

static void write_records(int fd, int tag)
{
	unsigned char record[RECORD];

	memset(record, tag, sizeof(record));
	for (int i = 0; i < RECORDS; i++)
		EQ(write(fd, record, RECORD), RECORD);
}

/* Three processes write records; the reader asks for more than the pipe holds.  No other's
 * bytes come between those of a record, as it is shorter than the 512 bytes of the pipe. */
TEST(pipe, short_writes_stay_whole)
{
	static unsigned char buf[8192];
	long n, at = 0, tag = 0, pid[3];
	int fd[2];

	EQ(pipe(fd), 0);
	for (int i = 0; i < 3; i++) {
		pid[i] = must_fork();
		if (!pid[i]) {
			close(fd[0]);
			write_records(fd[1], i + 1);
			exit(0);
		}
	}
	EQ(close(fd[1]), 0);
	while ((n = read(fd[0], buf, sizeof(buf))) > 0) {
		for (long i = 0; i < n; i++, at++) {
			tag = at % RECORD ? tag : buf[i];
			EQ(buf[i], tag);
		}
	}
	EQ(at, 3 * RECORDS * RECORD);
	for (int i = 0; i < 3; i++)
		EQ(reap(pid[i]), 0);
	EQ(close(fd[0]), 0);
}
