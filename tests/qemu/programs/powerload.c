/* powerload.c - `powerload NAME...`: runs the scripts /s.NAME, each in a process of its own
 * and in a directory /NAME of its own.
 *
 * The test writes the scripts, so it knows what must be on the disk after a power cut.  A
 * script is text, one step a line; the first is step 1.  Paths begin in /NAME.
 *
 *	c PATH              create an empty file
 *	w PATH OFF LEN SEED write data_fill(SEED) in one call
 *	l PATH LEN          set the length
 *	t PATH              open with O_TRUNC
 *	r OLD NEW           rename
 *	k OLD NEW           link
 *	u PATH              unlink
 *	m PATH              mkdir
 *	o PATH              open, and keep it open: after `u` it has no name, but stays
 *	x                   close what `o` opened
 *	f PATH              fsync;  then `=NAME STEP` is printed: all up to here is durable
 *	s                   sync;   the same
 *	p TICKS             sleep;  the same, as the kernel has had its second to commit
 *
 * At the end each prints `end NAME`. */
#include "lib.h"

#define WORDS 5

static char script[40000];
static uint64_t data[16384 / 8];

/* Unlike pattern_fill() it works a word at a time, as the test does in Python. */
static void data_fill(long n, uint64_t seed)
{
	for (long i = 0; i < (n + 7) / 8; i++) {
		uint64_t v = ((seed << 20) + (uint64_t)i) * 0x9e3779b97f4a7c15ul;

		data[i] = v ^ v >> 29;
	}
}

/* Cuts the line at @line into words; returns the next line. */
static char *line_split(char *line, char *word[WORDS])
{
	int n = 0;

	for (int i = 0; i < WORDS; i++)
		word[i] = line + strlen(line);
	while (*line != '\n') {
		if (n < WORDS)
			word[n++] = line;
		while (*line != ' ' && *line != '\n')
			line++;
		if (*line == ' ')
			*line++ = '\0';
	}
	*line = '\0';
	return line + 1;
}

static int must_open(const char *path, int flags)
{
	long fd = open(path, flags);

	if (fd < 0)
		FAIL("cannot open %s", path);
	return (int)fd;
}

static void step_write(char *word[WORDS])
{
	int fd = must_open(word[1], O_WRONLY);
	long off = number(word[2]), n = number(word[3]);

	CHECK(n <= (long)sizeof(data));
	data_fill(n, (uint64_t)number(word[4]));
	EQ(lseek(fd, off, 0), off);
	EQ(write(fd, data, n), n);
	EQ(close(fd), 0);
}

static void step_set_length(char *word[WORDS])
{
	int fd = must_open(word[1], O_RDWR);

	EQ(ftruncate(fd, number(word[2])), 0);
	EQ(close(fd), 0);
}

static void step_fsync(char *word[WORDS])
{
	int fd = must_open(word[1], O_RDONLY);

	EQ(fsync(fd), 0);
	EQ(close(fd), 0);
}

/* Returns whether everything so far is durable now. */
static int step_do(char *word[WORDS], int *kept)
{
	switch (word[0][0]) {
	case 'c':
		EQ(close(must_open(word[1], O_CREATE | O_WRONLY)), 0);
		return 0;
	case 'w':
		step_write(word);
		return 0;
	case 'l':
		step_set_length(word);
		return 0;
	case 't':
		EQ(close(must_open(word[1], O_TRUNC | O_WRONLY)), 0);
		return 0;
	case 'r':
		EQ(rename(word[1], word[2]), 0);
		return 0;
	case 'k':
		EQ(link(word[1], word[2]), 0);
		return 0;
	case 'u':
		EQ(unlink(word[1]), 0);
		return 0;
	case 'm':
		EQ(mkdir(word[1]), 0);
		return 0;
	case 'o':
		*kept = must_open(word[1], O_RDONLY);
		return 0;
	case 'x':
		EQ(close(*kept), 0);
		return 0;
	case 'f':
		step_fsync(word);
		return 1;
	case 's':
		EQ(sync(), 0);
		return 1;
	case 'p':
		EQ(pause((int)number(word[1])), 0);
		return 1;
	}
	FAIL("no such step: %s", word[0]);
}

static void script_run(const char *name)
{
	char path[24], *word[WORDS], *at = script;
	int kept = -1;
	long n;
	int fd;

	format(path, sizeof(path), "/s.%s", name);
	fd = must_open(path, O_RDONLY);
	n = read(fd, script, sizeof(script) - 1);
	CHECK(n > 0 && script[n - 1] == '\n');
	EQ(close(fd), 0);
	format(path, sizeof(path), "/%s", name);
	mkdir(path);
	EQ(chdir(path), 0);
	for (long step = 1; at < script + n; step++) {
		at = line_split(at, word);
		if (step_do(word, &kept))
			printf("=%s %ld\n", name, step);
	}
	printf("end %s\n", name);
}

int main(int argc, char *argv[])
{
	test_name = "powerload";
	printf("powerload: start\n");
	for (int i = 1; i < argc; i++) {
		if (must_fork() == 0) {
			test_name = argv[i];
			script_run(argv[i]);
			exit(0);
		}
	}
	for (int i = 1; i < argc; i++) {
		int status;

		CHECK(wait(&status) > 0);
		EQ(status, 0);
	}
	printf("powerload: end\n");
	return 0;
}
