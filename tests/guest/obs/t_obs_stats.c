/* t_obs_stats.c - the device "statistics" and the counters that it shows. */
#include "t_obs.h"

#define TEXT 4096

static char text[TEXT + 1];

/* Until stats_close() the text is that of stats=full, whatever the machine was started
 * with. */
static int stats_open(void)
{
	int fd;

	EQ(mknod("st", STATS, 0), 0);
	fd = (int)open("st", O_RDWR);
	CHECK(fd >= 0);
	EQ(unlink("st"), 0);
	EQ(setoption("stats", "full"), 0);
	write(fd, "x", 1); /* drops a text that was made before */
	return fd;
}

static void stats_close(int fd)
{
	char before[16];

	if (bootarg("stats", before, sizeof(before)) < 0)
		strcpy(before, "full");
	EQ(setoption("stats", before), 0);
	close(fd);
}

/* Reads the whole text, at most @step bytes at a time; returns its length. */
static long stats_read(int fd, long step)
{
	long length = 0, n;

	while ((n = read(fd, text + length, length + step <= TEXT ? step : TEXT - length)) >
	       0) {
		CHECK(n <= step);
		length += n;
		CHECK(length < TEXT);
	}
	EQ(n, -1);
	text[length] = 0;
	return length;
}

/* The number in the line @name, which must be there. */
static long stat_value(const char *name)
{
	size_t n = strlen(name);

	for (const char *line = text; *line; line++) {
		if (strncmp(line, name, n) == 0 && line[n] == ':' && line[n + 1] == ' ') {
			long value = 0;

			for (line += n + 2; *line >= '0' && *line <= '9'; line++)
				value = value * 10 + *line - '0';
			return value;
		}
		while (*line && *line != '\n')
			line++;
	}
	FAIL("no line %s", name);
}

TEST(stats, form_of_the_text)
{
	int fd = stats_open();
	long length = stats_read(fd, TEXT);

	CHECK(strncmp(text, "copyin: ", 8) == 0);
	EQ(text[length - 1], '\n');
	for (long i = 0; i < length; i++)
		CHECK(text[i] != '=' && text[i] != '$' && text[i] != '\r');
	for (const char *s = text; *s; s++)
		if (*s == '\n') {
			CHECK(strncmp(s + 1, "copyinstr: ", 11) == 0);
			break;
		}
	stats_close(fd);
}

TEST(stats, read_in_pieces_and_ends_with_an_error)
{
	int fd = stats_open();
	const long steps[] = { 1, 7, 100, 128, 129, 1000 };

	for (unsigned i = 0; i < COUNT(steps); i++) {
		long first;

		stats_read(fd, steps[i]);
		first = stat_value("copyin");
		EQ(write(fd, "x", 1), -1);
		stats_read(fd, steps[i]); /* a new text: the write dropped the old one */
		CHECK(stat_value("copyin") >= first);
	}
	EQ(read(fd, text, 0), 0);
	stats_close(fd);
}

/* Bytes that could not be delivered are not lost. */
TEST(stats, a_bad_buffer_loses_nothing)
{
	int fd = stats_open();

	EQ(read(fd, text, 3), 3);
	EQ(strncmp(text, "cop", 3), 0);
	EQ(read(fd, 0, 100), -1);
	EQ(read(fd, (void *)TRAPFRAME, 100), -1);
	EQ(read(fd, (void *)~0ul, 100), -1);
	EQ(read(fd, text, 3), 3);
	EQ(strncmp(text, "yin", 3), 0);
	stats_read(fd, TEXT);
	stats_close(fd);
}

/* xv6's console fetches single bytes: a write counts as many copies as it has bytes, also
 * one that ends early because memory does. */
TEST(stats, console_counts_bytes)
{
	int fd = stats_open(), console;
	char *end = (char *)(((word)sbrk(0, EAGER) + PAGE) & -PAGE);
	long before;

	EQ(sbrk((int)(end - (char *)sbrk(0, EAGER)), EAGER) != -1, 1);
	EQ(mknod("con", CONSOLE, 0), 0);
	console = (int)open("con", O_WRONLY);
	memcpy(end - 3, "...", 3);
	stats_read(fd, TEXT);
	before = stat_value("copyin");
	EQ(write(console, "console\n", 8), 8);
	EQ(write(console, end - 3, 20), 3);
	EQ(write(console, "\n", 1), 1);
	EQ(write(console, end, 20), -1);
	stats_read(fd, TEXT);
	EQ(stat_value("copyin"), before + 8 + 3 + 1);
	stats_close(fd);
	close(console);
	EQ(unlink("con"), 0);
}

/* What an execve() that finds no file counts with @envp. */
static void execve_counts(int fd, char *const envp[], long count[2])
{
	char *argv[] = { "x", 0 };
	long pid;

	stats_read(fd, TEXT);
	count[0] = stat_value("copyin");
	count[1] = stat_value("copyinstr");
	pid = must_fork();
	if (pid == 0) {
		ecall_raw((long)"nosuch", (long)argv, (long)envp, 0, 0, 0,
			  SYS_NATIVE + 115);
		exit(0);
	}
	EQ(reap(pid), 0);
	stats_read(fd, TEXT);
	count[0] = stat_value("copyin") - count[0];
	count[1] = stat_value("copyinstr") - count[1];
}

TEST(stats, an_environment_counts_nothing)
{
	char *const two[] = { "A=1", "B=2", 0 };
	long without[2], with[2];
	int fd = stats_open();

	execve_counts(fd, 0, without);
	execve_counts(fd, two, with);
	EQ(with[0], without[0]);
	EQ(with[1], without[1]);
	CHECK(without[0] > 0 && without[1] > 0);
	stats_close(fd);
}

/* A copy that succeeds counts one, whatever its length; a copy that fails counts nothing.
 * Nobody else runs: the processes above this one wait for their children. */
TEST(stats, copyin_and_copyinstr_count_what_succeeds)
{
	int fd = stats_open(), out[2];
	long before, strings;

	EQ(pipe(out), 0);
	stats_read(fd, TEXT);
	before = stat_value("copyin");
	strings = stat_value("copyinstr");
	for (int i = 0; i < 10; i++) {
		EQ(write(out[1], "x", 1), 1);
		REFUSED(write(out[1], (void *)0x80000000, 1));
		REFUSED(write(out[1], (void *)TRAPFRAME, 8));
		EQ(write(out[1], "four", 4), 4);
		REFUSED(open((char *)0x80000000, O_RDONLY));
		REFUSED(open("nosuchfile", O_RDONLY));
		REFUSED(open((char *)TRAMPOLINE, O_RDONLY));
		REFUSED(mknod((char *)~0ul, 1, 1));
	}
	stats_read(fd, TEXT);
	EQ(stat_value("copyin"), before + 20);
	EQ(stat_value("copyinstr"), strings + 10);
	stats_close(fd);
	close(out[0]);
	close(out[1]);
}

/* A counter by its name. */
static word counter(const char *name)
{
	static struct snap_count counts[256]; /* also of locks that were waited for */
	struct snap_query q = { SNAP_STATS, 0, 0, SNAP_PIECE };
	int n = snap_all(&q, counts, COUNT(counts));

	for (int i = 0; i < n; i++)
		if (strcmp(counts[i].name, name) == 0)
			return counts[i].value;
	FAIL("no counter %s", name);
}

TEST(stats, faults_are_counted)
{
	char fork_option[8] = "";
	word heap = (word)sbrk(20 * PAGE, LAZY), before = counter("fault_lazy");
	word copies = counter("fault_cow_copy"), refused = counter("fault_refused");

	for (int i = 0; i < 20; i++)
		store8(heap + i * PAGE, 1);
	CHECK(counter("fault_lazy") >= before + 20);
	CHECK(counter("page_zeroed") >= 20);
	bootarg("fork", fork_option, sizeof(fork_option));
	CHILD(0, {
		for (int i = 0; i < 20; i++)
			store8(heap + i * PAGE, 2);
	});
	if (strcmp(fork_option, "copy") == 0)
		EQ(counter("fork_copied") >= 20, 1);
	else
		CHECK(counter("fault_cow_copy") >= copies + 20);
	KILLS(store8(0, 1));
	CHECK(counter("fault_refused") >= refused + 1);
}

/* A record "spin:NAME" or "mutex:NAME" is of a lock that somebody had to wait for.  The
 * text has no such lines. */
static int is_of_a_lock(const char *name)
{
	while (*name && *name != ':')
		name++;
	return *name == ':';
}

TEST(stats, text_and_records_agree)
{
	int fd = stats_open();
	static struct snap_count counts[256]; /* also of locks that were waited for */
	struct snap_query q = { SNAP_STATS, 0, 0, SNAP_PIECE };
	char option[8] = "";
	int n;

	stats_read(fd, TEXT);
	n = snap_all(&q, counts, COUNT(counts));
	CHECK(n > 2);
	bootarg("stats", option, sizeof(option));
	if (strcmp(option, "lab") == 0)
		n = 2;
	for (int i = 0; i < n; i++) {
		if (!is_of_a_lock(counts[i].name))
			CHECK((long)counts[i].value >= stat_value(counts[i].name));
	}
	stats_close(fd);
}

/* --- the text of the lock labs ------------------------------------------------------ */

static const char *text_number(const char *s, long *value)
{
	CHECK(*s >= '0' && *s <= '9');
	for (*value = 0; *s >= '0' && *s <= '9'; s++)
		*value = *value * 10 + *s - '0';
	return s;
}

static const char *text_word(const char *s, const char *word)
{
	EQ(strncmp(s, word, strlen(word)), 0);
	return s + strlen(word);
}

struct locks {
	long total;         /* what the labs' tests read            */
	long kmem, bcache;  /* acquisitions                         */
	int nkmem, nbcache; /* lines                                */
};

/* Reads the text and checks the form of each line. */
static void locks_read(int fd, struct locks *l)
{
	const char *s = text, *first;
	long sum = 0;

	memset(l, 0, sizeof(*l));
	stats_read(fd, 100);
	while (strncmp(s, "lock: ", 6) == 0) {
		int kmem = strncmp(s + 6, "kmem", 4) == 0;
		long missed, taken;

		CHECK(kmem || strncmp(s + 6, "bcache", 6) == 0);
		for (s += 6; *s != ':'; s++)
			CHECK(*s > ' ' && *s <= 'z' && *s != '=');
		s = text_number(text_word(s, ": #test-and-set "), &missed);
		s = text_number(text_word(s, " #acquire() "), &taken);
		s = text_word(s, "\n");
		sum += missed;
		*(kmem ? &l->kmem : &l->bcache) += taken;
		++*(kmem ? &l->nkmem : &l->nbcache);
	}
	for (first = text; *first && *first != '=';)
		first++;
	CHECK(text_word(s, "tot") == first);
	s = text_word(text_number(first + 2, &l->total), "\n");
	EQ(*s, 0);
	EQ(l->total, sum);
	CHECK(l->nkmem > 1 && l->nbcache > 1);
}

/* What was there before is there again at the end, but the locks stay counted. */
TEST(stats, text_of_the_lock_labs)
{
	int fd = stats_open(), file = (int)open("counted", O_CREATE | O_RDWR);
	struct locks then, now;

	EQ(setoption("stats", "lock"), 0);
	locks_read(fd, &then);
	for (int i = 0; i < 1000; i++) {
		long page = sbrk(PAGE, EAGER);

		store8((word)page, 1);
		EQ(sbrk(-(int)PAGE, EAGER), page + (long)PAGE);
		EQ(lseek(file, 0, 0), 0);
		/* A page that comes and goes: use of it takes no lock of the cache. */
		EQ(write(file, "x", 1), 1);
		EQ(ftruncate(file, 0), 0);
	}
	locks_read(fd, &now);
	CHECK(now.total >= then.total);
	CHECK(now.kmem - then.kmem >= 2000 && now.kmem - then.kmem < 20000);
	CHECK(now.bcache - then.bcache >= 1000 && now.bcache - then.bcache < 20000);
	close(file);
	EQ(unlink("counted"), 0);
	stats_close(fd);
}
