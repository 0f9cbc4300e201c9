/* t_conc.c - several processes on the same files and directories at once. */
#include "lib.h"

TEST(together, one_offset_two_writers)
{
	static unsigned count[2];
	long fd = open("f", O_CREATE | O_RDWR), pid, n;

	CHECK(fd >= 0);
	pid = must_fork();
	memset(scratch, pid == 0 ? 'c' : 'p', 10);
	for (int i = 0; i < 1000; i++)
		EQ(write(fd, scratch, 10), 10);
	if (pid == 0)
		exit(0);
	EQ(reap(pid), 0);
	EQ(close(fd), 0);
	fd = open("f", O_RDONLY);
	while ((n = read(fd, scratch, 10)) > 0) {
		EQ(n, 10);
		for (int i = 1; i < 10; i++)
			CHECK(scratch[i] == scratch[0]); /* each write in one piece */
		count[scratch[0] == 'c']++;
	}
	EQ(count[0], 1000);
	EQ(count[1], 1000);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(together, four_files)
{
	char name[] = "f0";
	long pid[4];

	for (int i = 0; i < 4; i++) {
		name[1] = '0' + i;
		pid[i] = must_fork();
		if (pid[i] == 0) {
			file_make(name, 6000, i * 100);
			file_check(name, 6000, i * 100);
			exit(0);
		}
	}
	for (int i = 0; i < 4; i++)
		EQ(reap(pid[i]), 0);
	for (int i = 0; i < 4; i++) {
		name[1] = '0' + i;
		file_check(name, 6000, i * 100);
		EQ(unlink(name), 0);
	}
}

TEST(together, create_and_unlink)
{
	long pid[4];

	for (int i = 0; i < 4; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			char name[] = "p0q0";

			name[1] = '0' + i;
			for (int k = 0; k < 20; k++) {
				name[3] = '0' + k;
				EQ(close(open(name, O_CREATE | O_RDWR)), 0);
				if (k % 2) {
					name[3] = '0' + k / 2;
					EQ(unlink(name), 0);
				}
			}
			exit(0);
		}
	}
	for (int i = 0; i < 4; i++)
		EQ(reap(pid[i]), 0);
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 20; k++) {
			char name[] = "p0q0";

			name[1] = '0' + i;
			name[3] = '0' + k;
			EQ(file_exists(name), k >= 10);
			if (k >= 10)
				EQ(unlink(name), 0);
		}
}

TEST(together, same_names)
{
	char name[] = "c0";
	long pid;

	for (int i = 0; i < 40; i++) {
		name[1] = '0' + i % 20;
		unlink(name);
		pid = must_fork();
		if (pid && i % 3 == 1) {
			link("c0", name);
		} else if (pid == 0 && i % 5 == 1) {
			link("c0", name);
		} else {
			long fd = open(name, O_CREATE | O_RDWR);

			CHECK(fd >= 0);
			EQ(close(fd), 0);
		}
		if (pid == 0)
			exit(0);
		EQ(reap(pid), 0);
		CHECK(file_exists(name));
	}
	/* each name once */
	for (int i = 0; i < 20; i++) {
		name[1] = '0' + i;
		EQ(unlink(name), 0);
		REFUSED(unlink(name));
	}
}

TEST(together, link_and_unlink)
{
	long pid = must_fork();
	uint32_t seed = pid ? 1 : 97;

	for (int i = 0; i < 200; i++) {
		switch (next_random(&seed) % 3) {
		case 0:
			close(open("x", O_CREATE | O_RDWR));
			break;
		case 1:
			link("/README", "x");
			break;
		default:
			unlink("x");
		}
	}
	if (pid == 0)
		exit(0);
	EQ(reap(pid), 0);
	unlink("x");
	CHECK(file_size("/README") > 0);
}

TEST(together, truncate_against_write)
{
	long pid, fd;

	EQ(close(open("f", O_CREATE | O_RDWR)), 0);
	pid = must_fork();
	if (pid == 0) {
		for (int i = 0; i < 100; i++) {
			fd = open("f", O_WRONLY);
			EQ(write(fd, "1234567890", 10), 10);
			EQ(close(fd), 0);
			fd = open("f", O_RDONLY);
			CHECK(read(fd, scratch, 32) >= 0);
			EQ(close(fd), 0);
		}
		exit(0);
	}
	for (int i = 0; i < 100; i++) {
		fd = open("f", O_CREATE | O_WRONLY | O_TRUNC);
		EQ(write(fd, "xxx", 3), 3);
		EQ(close(fd), 0);
	}
	EQ(reap(pid), 0);
	EQ(unlink("f"), 0);
}

TEST(together, one_directory)
{
	long pid[3];

	EQ(mkdir("d"), 0);
	for (int i = 0; i < 3; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			for (int k = 0; k < 60; k++) {
				mkdir("d/sub");
				close(open("d/sub/file", O_CREATE | O_RDWR));
				unlink("d/sub/file");
				unlink("d/sub");
			}
			exit(0);
		}
	}
	for (int i = 0; i < 3; i++)
		EQ(reap(pid[i]), 0);
	unlink("d/sub/file");
	unlink("d/sub");
	EQ(unlink("d"), 0);
}

TEST(together, renames_across_directories)
{
	long pid[2];

	EQ(mkdir("a"), 0);
	EQ(mkdir("b"), 0);
	file_make("a/f", 100, 1);
	for (int i = 0; i < 2; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			for (int k = 0; k < 100; k++) {
				rename("a/f", "b/f");
				rename("b/f", "a/f");
			}
			exit(0);
		}
	}
	EQ(reap(pid[0]), 0);
	EQ(reap(pid[1]), 0);
	/* there is exactly one */
	EQ(file_exists("a/f") + file_exists("b/f"), 1);
	unlink("a/f");
	unlink("b/f");
	EQ(unlink("a"), 0);
	EQ(unlink("b"), 0);
}

SLOW_TEST(together, directories_that_move_into_each_other)
{
	long pid[2];

	/* must neither deadlock nor make a cycle */
	EQ(mkdir("a"), 0);
	EQ(mkdir("b"), 0);
	for (int i = 0; i < 2; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			for (int k = 0; k < 200; k++) {
				rename(i ? "a" : "b", i ? "b/x" : "a/x");
				rename(i ? "b/x" : "a/x", i ? "a" : "b");
			}
			exit(0);
		}
	}
	EQ(reap(pid[0]), 0);
	EQ(reap(pid[1]), 0);
	EQ(file_exists("a"), 1);
	EQ(file_exists("b"), 1);
	EQ(unlink("a"), 0);
	EQ(unlink("b"), 0);
}

SLOW_TEST(together, large_writes)
{
	long pid[4];

	for (int i = 0; i < 4; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			char name[] = "w0";

			name[1] += i;
			for (int round = 0; round < 15; round++) {
				long fd = open(name, O_CREATE | O_RDWR | O_TRUNC);

				pattern_fill(scratch, 12288, round * 4 + i);
				for (int k = 0; k < 4; k++)
					EQ(write(fd, scratch, 12288), 12288);
				EQ(close(fd), 0);
				fd = open(name, O_RDONLY);
				for (int k = 0; k < 4; k++) {
					EQ(read(fd, scratch, 12288), 12288);
					EQ(pattern_wrong(scratch, 12288, round * 4 + i),
					   -1);
				}
				EQ(close(fd), 0);
				EQ(unlink(name), 0);
			}
			exit(0);
		}
	}
	for (int i = 0; i < 4; i++)
		EQ(reap(pid[i]), 0);
}

TEST(together, many_readers_of_one_file)
{
	long pid[6];

	file_make("f", 50000, 9);
	for (int i = 0; i < 6; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			for (int k = 0; k < 5; k++)
				file_check("f", 50000, 9);
			exit(0);
		}
	}
	for (int i = 0; i < 6; i++)
		EQ(reap(pid[i]), 0);
	EQ(unlink("f"), 0);
}

TEST(together, symbolic_links)
{
	struct stat st;
	long pid[3];

	/* all make and remove the same link, whose target does not exist */
	for (int i = 0; i < 3; i++) {
		uint32_t seed = (uint32_t)(31 + i * 7);

		pid[i] = must_fork();
		for (int k = 0; pid[i] == 0 && k < 100; k++) {
			long fd;

			if (next_random(&seed) % 3) {
				unlink("z");
				continue;
			}
			symlink("nothing/at/all", "z");
			fd = open("z", O_RDONLY | O_NOFOLLOW);
			if (fd >= 0) {
				EQ(fstat(fd, &st), 0);
				EQ(st.type, T_SYMLINK);
				EQ(close(fd), 0);
			}
			REFUSED(open("z", O_RDONLY));
		}
		if (pid[i] == 0)
			exit(0);
	}
	for (int i = 0; i < 3; i++)
		EQ(reap(pid[i]), 0);
	unlink("z");
}

TEST(together, symbolic_link_and_file_take_turns)
{
	long pid;

	/* open() finds either of the two, and must not mix them up */
	file_make("file", 700, 5);
	pid = must_fork();
	if (pid == 0) {
		for (int k = 0; k < 150; k++) {
			symlink("file", "z");
			unlink("z");
			link("file", "z");
			unlink("z");
		}
		exit(0);
	}
	for (int k = 0; k < 150; k++) {
		long fd = open("z", O_RDONLY);

		if (fd >= 0) {
			EQ(read(fd, scratch, 1000), 700);
			EQ(pattern_wrong(scratch, 700, 5), -1);
			EQ(close(fd), 0);
		}
	}
	EQ(reap(pid), 0);
	EQ(unlink("file"), 0);
}
