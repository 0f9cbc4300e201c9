/* t_options.c - the boot options as a program sees and changes them. */
#include "t_obs.h"

#include "uapi/errno.h"

#define MAX_OPTIONS 64
#define MAX_STATS 256

static struct snap_option options[MAX_OPTIONS];

static int options_read(word piece)
{
	struct snap_query q = { SNAP_OPTIONS, 0, 0, piece };

	memset(options, 0x5a, sizeof(options));
	return snap_all(&q, options, MAX_OPTIONS);
}

static struct snap_option *option(const char *name)
{
	int n = options_read(SNAP_PIECE);

	for (int i = 0; i < n; i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	FAIL("no option %s", name);
}

static long set_errno(const char *name, const char *value)
{
	return ecall_raw((long)name, (long)value, 0, 0, 0, 0, SYS_NATIVE + 86);
}

/* How many of the words in @values are @word. */
static int count_word(const char *values, const char *word)
{
	size_t n = strlen(word);
	int count = 0;

	while (*values) {
		count += strncmp(values, word, n) == 0 && (values[n] == ' ' || !values[n]);
		while (*values && *values++ != ' ')
			;
	}
	return count;
}

static word stat_of(const char *name)
{
	static struct snap_count counts[MAX_STATS];
	struct snap_query q = { SNAP_STATS, 0, 0, SNAP_PIECE };
	int n = snap_all(&q, counts, MAX_STATS);

	for (int i = 0; i < n; i++)
		if (strcmp(counts[i].name, name) == 0)
			return counts[i].value;
	FAIL("no counter %s", name);
}

static int is_ended(const char *text, word size)
{
	for (word i = 0; i < size; i++)
		if (!text[i])
			return 1;
	return 0;
}

/* Whether the value is a number and the option takes a range of numbers. */
static int is_in_range(const struct snap_option *o)
{
	for (const char *s = o->values; *s; s++)
		if (*s == '-')
			return o->value[0] >= '0' && o->value[0] <= '9';
	return 0;
}

TEST(options, each_has_a_name_a_meaning_and_a_valid_value)
{
	int n = options_read(SNAP_PIECE);

	CHECK(n >= 10);
	for (int i = 0; i < n; i++) {
		const struct snap_option *o = &options[i];

		CHECK(is_ended(o->name, sizeof(o->name)) && o->name[0]);
		CHECK(is_ended(o->what, sizeof(o->what)) && o->what[0]);
		CHECK(strlen(o->what) <= 40); /* a line of vmctl */
		CHECK(is_ended(o->values, sizeof(o->values)));
		CHECK(is_ended(o->value, sizeof(o->value)));
		CHECK(is_ended(o->given, sizeof(o->given)));
		if (!(o->flags & (SNAP_OPTION_NUMBER | SNAP_OPTION_TEXT)))
			CHECK(count_word(o->values, o->value) == 1 || is_in_range(o));
		for (int j = 0; j < i; j++)
			CHECK(strcmp(options[j].name, o->name) != 0);
	}
}

TEST(options, pieces_of_any_size_say_the_same)
{
	static struct snap_option all[MAX_OPTIONS];
	int n = options_read(SNAP_PIECE);

	memcpy(all, options, sizeof(all));
	for (int room = SNAP_LEAST; room < n; room++) {
		EQ(options_read(sizeof(struct snap_header) + (word)room * sizeof(*all)), n);
		EQ(memcmp(all, options, sizeof(all)), 0);
	}
}

TEST(options, given_at_boot_is_what_bootarg_says)
{
	int n = options_read(SNAP_PIECE);
	char value[512];

	for (int i = 0; i < n; i++) {
		const struct snap_option *o = &options[i];
		long length = bootarg(o->name, value, sizeof(value));

		EQ(length >= 0, (o->flags & SNAP_OPTION_GIVEN) != 0);
		if (length >= 0 && length < (long)sizeof(o->given))
			EQ(strcmp(value, o->given), 0);
		if (length < 0)
			EQ(o->given[0], 0);
		if (length >= 0 && !(o->flags & SNAP_OPTION_WAS_SET) &&
		    length < (long)sizeof(o->given) && strcmp(value, "auto") != 0 &&
		    strcmp(o->name, "asid") != 0) /* off without hardware support */
			EQ(strcmp(o->value, value), 0);
	}
}

TEST(options, auto_shows_what_it_became)
{
	const struct snap_option *o = option("uaccess");

	EQ(count_word("strict open walk", o->value), 1);
}

TEST(options, wrong_changes_are_refused)
{
	char before[sizeof(options[0].value)];

	strcpy(before, option("fork")->value);
	EQ(set_errno("fork", "maybe"), -EINVAL);
	EQ(set_errno("fork", ""), -EINVAL);
	EQ(set_errno("fork", "cow copy"), -EINVAL);
	EQ(set_errno("fork", "co"), -EINVAL);
	EQ(set_errno("columns", "12x"), -EINVAL);
	EQ(set_errno("columns", "0"), -EINVAL);
	EQ(set_errno("columns", "1"), -EINVAL);
	EQ(set_errno("columns", "0000"), -EINVAL);
	EQ(set_errno("columns", ""), -EINVAL);
	EQ(set_errno("columns", "12345"), -EINVAL);
	EQ(set_errno("isolate", "on"), -EPERM);
	EQ(set_errno("uaccess", "nonsense"), -EPERM);
	EQ(set_errno("nonsense", "on"), -ENOENT);
	EQ(set_errno("", ""), -ENOENT);
	EQ(set_errno((char *)-1, "on"), -EFAULT);
	EQ(set_errno("fork", (char *)-1), -EFAULT);
	EQ(setoption("isolate", "on"), -1);
	EQ(strcmp(option("fork")->value, before), 0);
}

TEST(options, numbers_go_from_2_to_9999)
{
	char before[sizeof(options[0].value)];

	strcpy(before, option("columns")->value);
	EQ(setoption("columns", "2"), 0);
	EQ(setoption("columns", "9999"), 0);
	EQ(strcmp(option("columns")->value, "9999"), 0);
	EQ(setoption("columns", before), 0);
}

/* Whether fork copies the pages of this process. */
static int fork_copies(void)
{
	word before = stat_of("fork_copied");

	CHILD(0, exit(0));
	return stat_of("fork_copied") != before;
}

TEST(options, fork_can_be_changed)
{
	char before[sizeof(options[0].value)];

	strcpy(before, option("fork")->value);
	EQ(setoption("fork", "copy"), 0);
	EQ(strcmp(option("fork")->value, "copy"), 0);
	CHECK(option("fork")->flags & SNAP_OPTION_WAS_SET);
	CHECK(fork_copies());
	EQ(setoption("fork", "cow"), 0);
	CHECK(!fork_copies());
	EQ(setoption("fork", before), 0);
}

static word resident(void)
{
	static struct procinfo list[NPROC];
	long n = procinfo(list, NPROC, sizeof(struct procinfo)), me = getpid();

	for (long i = 0; i < n; i++)
		if (list[i].pid == me)
			return list[i].resident;
	FAIL("no process %ld", me);
}

TEST(options, heap_can_be_changed)
{
	char before[sizeof(options[0].value)];
	word had;

	strcpy(before, option("heap")->value);
	EQ(setoption("heap", "lazy"), 0);
	had = resident();
	CHECK(sbrk(10 * PAGE, EAGER) > 0);
	EQ(resident(), had);
	EQ(setoption("heap", "eager"), 0);
	CHECK(sbrk(10 * PAGE, EAGER) > 0);
	EQ(resident(), had + 10);
	EQ(setoption("heap", before), 0);
}

/* Memory that was made under one value of an option is used, split, shared and freed under
 * the other. */
TEST(options, changes_while_memory_is_in_use)
{
	static const char *const names[] = { "fork", "heap", "super" };
	char before[COUNT(names)][sizeof(options[0].value)];
	uint32_t seed = 7;

	for (word i = 0; i < COUNT(names); i++)
		strcpy(before[i], option(names[i])->value);
	for (int round = 0; round < 24; round++) {
		const char *name = names[next_random(&seed) % 3];
		int other = next_random(&seed) & 1;
		word heap;

		EQ(setoption(name, name[0] == 'f'   ? (other ? "copy" : "cow")
				   : name[0] == 'h' ? (other ? "lazy" : "eager")
						    : (other ? "off" : "on")),
		   0);
		heap = (word)sbrk(300 * (int)PAGE, EAGER);
		for (word i = 0; i < 300; i += 7)
			store8(heap + i * PAGE, (unsigned char)(round + i));
		CHILD(0, {
			for (word i = 0; i < 300; i += 7) {
				EQ(load8(heap + i * PAGE), (unsigned char)(round + i));
				store8(heap + i * PAGE, 0);
			}
		});
		for (word i = 0; i < 300; i += 7)
			EQ(load8(heap + i * PAGE), (unsigned char)(round + i));
		if (round % 5 == 4)
			CHECK(sbrk(-700 * (int)PAGE, EAGER) > 0);
	}
	for (word i = 0; i < COUNT(names); i++)
		EQ(setoption(names[i], before[i]), 0);
}
