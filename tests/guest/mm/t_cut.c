/* t_cut.c - files that become shorter while they are mapped: pages wholly past the new
 * end disappear from every mapping, and the rest of the last page becomes zeros. */
#include "mapping.h"
#include "vm.h"

#define LEN (4 * (long)PAGE)

/* Cuts "m" to @len bytes, with ftruncate() or, if @by_open and to 0, with O_TRUNC. */
static void cut(int file, long len, int by_open)
{
	if (by_open && len == 0)
		EQ(close((int)open("m", O_RDWR | O_TRUNC)), 0);
	else
		EQ(ftruncate(file, len), 0);
}

TEST(cut, pages_past_the_end_are_gone)
{
	for (int by_open = 0; by_open < 2; by_open++) {
		int file = make_pattern(LEN, 3);
		word p = map(0, LEN, RW, MAP_SHARED, file, 0);
		word q = map(0, LEN, RW, MAP_PRIVATE, file, 0);
		long len = by_open ? 0 : PAGE + 100;

		EQ(pattern_wrong((void *)p, LEN, 3), -1);
		EQ(pattern_wrong((void *)q, LEN, 3), -1);
		store8(p + 2 * PAGE, 1);
		store8(q + 3 * PAGE, 1); /* private copies are removed, too */
		cut(file, len, by_open);
		for (word at = (word)(len + (long)PAGE - 1) & -PAGE; at < (word)LEN;
		     at += PAGE) {
			EQ(pgpte((void *)(p + at)), 0);
			EQ(pgpte((void *)(q + at)), 0);
			KILLS(load8(p + at));
			KILLS(store8(p + at + PAGE - 1, 1));
			KILLS(load8(q + at));
			REFUSED(sysinfo((void *)(p + at)));
			REFUSED(open((char *)(q + at), O_RDONLY));
		}
		if (len) {
			EQ(pattern_wrong((void *)p, len, 3), -1);
			EQ(pattern_wrong((void *)q, len, 3), -1);
			for (word at = (word)len; at < 2 * PAGE; at++)
				EQ(load8(p + at), 0);
		}
		EQ(close(file), 0);
		EQ(unmap(p, LEN), 0);
		EQ(unmap(q, LEN), 0);
		EQ(unlink("m"), 0);
	}
}

/* A mapping of the middle of the file, and one that starts past the new end. */
TEST(cut, offsets_of_mappings_count)
{
	int file = make_pattern(LEN, 3);
	word p = map(0, 2 * PAGE, RW, MAP_SHARED, file, PAGE);
	word q = map(0, PAGE, RW, MAP_SHARED, file, 3 * PAGE);

	EQ(load8(p + PAGE), scratch[2 * PAGE]);
	EQ(load8(q), scratch[3 * PAGE]);
	cut(file, 2 * (long)PAGE, 0);
	EQ(load8(p), scratch[PAGE]);
	KILLS(load8(p + PAGE));
	KILLS(load8(q));
	/* the pages that the file grows by are zeros */
	EQ(ftruncate(file, LEN), 0);
	EQ(load8(p + PAGE), 0);
	EQ(load8(q), 0);
	store8(q, 9);
	EQ(lseek(file, 3 * PAGE, 0), (long)(3 * PAGE));
	EQ(read(file, scratch, 10), 10);
	EQ(scratch[0], 9);
	EQ(close(file), 0);
	EQ(unmap(p, 2 * PAGE), 0);
	EQ(unmap(q, PAGE), 0);
	EQ(unlink("m"), 0);
}

/* A cut reaches every process that maps the file: parents, children and processes with a
 * mapping of their own, all of them using the pages at that moment. */
TEST(cut, reaches_all_processes)
{
	int file = make_pattern(LEN, 3), ready[2];
	word p = map(0, LEN, RW, MAP_SHARED, file, 0);
	long pid[6];
	char byte;

	EQ(pipe(ready), 0);
	for (int i = 0; i < 6; i++) {
		pid[i] = must_fork();
		if (pid[i])
			continue;
		if (i >= 3)
			p = map(0, LEN, RW, i % 2 ? MAP_SHARED : MAP_PRIVATE, file, 0);
		store8(p + 2 * PAGE, 1);
		EQ(write(ready[1], "r", 1), 1);
		for (;;) /* runs until it is killed */
			store8(p + 2 * PAGE, (unsigned char)i);
	}
	for (int i = 0; i < 6; i++)
		EQ(read(ready[0], &byte, 1), 1);
	cut(file, PAGE, 0);
	for (int i = 0; i < 6; i++)
		EQ(reap(pid[i]), KILLED);
	KILLS(load8(p + 2 * PAGE));
	EQ(load8(p), scratch[0]);
	EQ(close(file), 0);
	EQ(close(ready[0]), 0);
	EQ(close(ready[1]), 0);
	EQ(unmap(p, LEN), 0);
	EQ(unlink("m"), 0);
}

/* The tail of the last page is zeros in the mapping.  It stays so when the file grows
 * over bytes that a program stored there. */
TEST(cut, tail_is_cleared)
{
	int file = make_pattern(LEN, 3);
	word p = map(0, LEN, RW, MAP_SHARED, file, 0);

	for (long len = LEN - 1; len > 0; len -= 1023) {
		cut(file, len, 0);
		EQ(load8(p + (word)len - 1), scratch[len - 1]);
		if (len % (long)PAGE) {
			EQ(load8(p + (word)len), 0);
			store8(p + (word)len, 0xee); /* past the end: belongs to no file */
		}
	}
	EQ(ftruncate(file, LEN), 0);
	EQ(lseek(file, 0, 0), 0);
	EQ(read(file, (void *)(p + 2 * PAGE), 2 * PAGE), (long)(2 * PAGE));
	/* the last cut left 15 bytes */
	for (word at = 0; at < PAGE; at++) {
		EQ(load8(p + at), at < 15 ? scratch[at] : 0);
		EQ(load8(p + 2 * PAGE + at), load8(p + at));
	}
	EQ(close(file), 0);
	EQ(unmap(p, LEN), 0);
	EQ(unlink("m"), 0);
}

/* Maps the file again and again, in short-lived children, while it is cut and grows. */
static void use_mapping(int file)
{
	for (int i = 0; i < 30; i++)
		CHILD(0, {
			word p = map(0, LEN, RW, i % 2 ? MAP_SHARED : MAP_PRIVATE, file, 0);
			word q = anon(1, RW);

			CHECK(p != ~0ul);
			for (int n = 0; n < 40; n++) {
				word at = p + (word)(n * 7 + i) % 4 * PAGE;

				/* the kernel's copy may succeed or fail, but must do no
				 * harm */
				(void)sysinfo((void *)at);
				(void)write(-1, (void *)at, 100);
				store8(q, (unsigned char)n);
				if (n == 20)
					CHILD(0, (void)sysinfo((void *)(at ^ PAGE)));
				EQ(load8(q), (unsigned char)n);
			}
		});
}

TEST(cut, while_others_map_and_fork)
{
	int file = make_pattern(LEN, 3);
	long pid[3];

	for (int i = 0; i < 3; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			use_mapping(file);
			exit(0);
		}
	}
	for (int i = 0; i < 200; i++) {
		EQ(ftruncate(file, i % 4 * (long)PAGE + 1), 0);
		EQ(ftruncate(file, LEN), 0);
	}
	for (int i = 0; i < 3; i++)
		EQ(reap(pid[i]), 0);
	EQ(close(file), 0);
	EQ(unlink("m"), 0);
}
