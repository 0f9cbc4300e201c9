/* t_race.c - reads and look-ups without a lock, while others write and rename. */
#include "lib.h"

#define ROUNDS 20000
#define READERS 2
#define NAMES 40

/* Writes a page again and again, each time with other bytes at these places; now and then a
 * commit comes in between.  To compare all bytes would take longer than to read them. */
static const int places[] = { 0, PAGE / 4, PAGE / 2, PAGE - 1 };

static void race_write(long fd)
{
	for (int k = 0; k < ROUNDS; k++) {
		for (word i = 0; i < COUNT(places); i++)
			scratch[places[i]] = k;
		EQ(lseek(fd, 0, 0), 0);
		EQ(write(fd, scratch, PAGE), PAGE);
		if (k % (ROUNDS / 4) == 0)
			EQ(sync(), 0);
	}
}

static void race_read(long fd)
{
	for (int k = 0; k < ROUNDS; k++) {
		EQ(pread(fd, scratch, PAGE, 0), PAGE);
		for (word i = 1; i < COUNT(places); i++)
			EQ(scratch[places[i]], scratch[0]);
	}
}

TEST(race, a_page_is_read_in_one_piece)
{
	long fd = open("f", O_CREATE | O_RDWR), pid[READERS];

	CHECK(fd >= 0);
	memset(scratch, 0, PAGE);
	EQ(write(fd, scratch, PAGE), PAGE);
	for (int i = 0; i < READERS; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			race_read(open("f", O_RDONLY));
			exit(0);
		}
	}
	race_write(fd);
	for (int i = 0; i < READERS; i++)
		EQ(reap(pid[i]), 0);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

/* Every third one is in another directory. */
static char *race_name(char *name, int i)
{
	format(name, 12, i % 3 == 2 ? "d/n%d" : "n%d", i);
	return name;
}

static int race_is_there(int i)
{
	char name[12];
	long fd = open(race_name(name, i), O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The file goes upwards alone.  So if it is not at a name, it is above; and it must be at
 * the last one if it was at none of the others. */
static void race_follow(void)
{
	for (int i = 0; i < NAMES;)
		i += !race_is_there(i);
	CHECK(race_is_there(NAMES));
}

TEST(race, a_renamed_file_has_a_name_at_all_times)
{
	char from[12], to[12];
	long pid[READERS];

	EQ(mkdir("d"), 0);
	for (int k = 0; k < 40; k++) {
		EQ(close(open(race_name(from, 0), O_CREATE | O_RDWR)), 0);
		for (int i = 0; i < READERS; i++) {
			pid[i] = must_fork();
			if (pid[i] == 0) {
				race_follow();
				exit(0);
			}
		}
		for (int i = 0; i < NAMES; i++)
			EQ(rename(race_name(from, i), race_name(to, i + 1)), 0);
		for (int i = 0; i < READERS; i++)
			EQ(reap(pid[i]), 0);
		EQ(unlink(race_name(from, NAMES)), 0);
	}
	EQ(unlink("d"), 0);
}
