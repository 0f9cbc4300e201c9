// sources: kernel/core/option/options.c kernel/lib/fmt.c tests/host/shim/shim.c
// cflags: -Wl,--wrap=printk
/* test_options.c - the boot options: what a command line makes of them, which values each
 * takes, how they are shown and changed. */
#include "rig.h"

#include <string.h>

#include "core/option/options.h"
#include "uapi/errno.h"
#include "uapi/snapshot.h"

static bool is_cut; /* the kernel has said that the line is too long */

void __wrap_printk(const char *format, ...);

void __wrap_printk(const char *format, ...)
{
	is_cut = strstr(format, "cut") != NULL;
}

static const char *boot(const char *line)
{
	is_cut = false;
	options_init(line);
	return options_fault();
}

static const struct option *option(const char *name)
{
	const struct option *o = option_find(name);

	assert_non_null(o);
	return o;
}

static const char *shown(const struct option *o)
{
	static struct option_state state;

	option_look(o, &state);
	return state.value;
}

static const char *list(const struct option *o)
{
	static char text[OPTION_LIST_MAX];

	option_list(o, text, sizeof(text));
	return text;
}

/* Whether the command line takes @value for the option is as @is_good says.  If it does
 * not, the message names the option and its values. */
static void check(const struct option *o, const char *value, bool is_good)
{
	char line[100];
	const char *fault;

	snprintf(line, sizeof(line), "%s=%s", o->name, value);
	fault = boot(line);
	assert_int_equal(fault == NULL, is_good);
	assert_int_equal(option_parse(o, value) >= 0, is_good);
	if (is_good) {
		assert_string_equal(shown(o), value);
		assert_string_equal(option_given(o->name), value);
	} else {
		assert_non_null(strstr(fault, line));
		assert_non_null(strstr(fault, option_is_number(o) ? strchr(list(o), ' ') + 1
								  : list(o)));
		assert_null(strchr(fault, '\n'));
	}
}

/* --- the table ------------------------------------------------------------------- */

static void test_each_option_can_be_shown(void **state)
{
	const struct option *o;
	struct snap_option record;
	u32 n = 0;

	(void)state;
	for (; (o = option_at(n)); n++) {
		assert_ptr_equal(option(o->name), o);
		assert_in_range(strlen(o->name), 1, sizeof(record.name) - 1);
		assert_in_range(strlen(o->what), 1, 40);
		assert_true(strlen(list(o)) < sizeof(record.values));
		assert_null(o->words[OPTION_WORDS_MAX - 1]);
		assert_true(o->low <= o->initial || !option_is_number(o));
		assert_true(o->initial <= o->high);
	}
	assert_int_equal(n, NOPTIONS);
	assert_null(option_at(~0u));
}

static void test_first_value_is_the_default(void **state)
{
	const struct option *o;

	(void)state;
	assert_null(boot(""));
	for (u32 i = 0; (o = option_at(i)); i++) {
		size_t n = strcspn(list(o), " ");

		assert_int_equal(strlen(shown(o)), n);
		assert_memory_equal(shown(o), list(o), n);
		assert_null(option_given(o->name));
	}
	assert_int_equal(opt(FORK), FORK_TABLES);
	assert_int_equal(opt(UACCESS), UACCESS_AUTO);
	assert_int_equal(opt_number(COLUMNS), 80);
}

struct word {
	u32 value;
	const char *text;
};

/* The last entry of @word has no text. */
static void check_words(const struct option *o, const struct word *word)
{
	u32 n = 0;

	for (; word[n].text; n++) {
		assert_int_equal(word[n].value, n);
		assert_string_equal(o->words[n], word[n].text);
		check(o, word[n].text, true);
		assert_int_equal(option_values[o - option_at(0)], n);
	}
	assert_int_equal(word[n].value, n);
	assert_null(o->words[n]);
}

/* Every value of every option, by its name in the kernel. */
static void test_words_are_the_values(void **state)
{
	(void)state;
#define WORD(value, text) { value, text },
#define WORDS(id, name, when, what, list, ...) \
	check_words(option(name), (const struct word[]){ list{ id##_NUMBERS, NULL } });
	OPTIONS(WORDS, WORD)
}

static void test_numbers_are_those_of_the_range(void **state)
{
	const struct option *o;
	char text[16];

	(void)state;
	for (u32 i = 0; (o = option_at(i)); i++) {
		if (option_is_text(o))
			continue;
		for (int n = -1; n <= 10001; n++) {
			snprintf(text, sizeof(text), "%d", n);
			check(o, text, o->high && n >= o->low && n <= o->high);
		}
	}
	assert_null(boot("asid=7 columns=132"));
	assert_int_equal(opt_number(ASID), 7);
	assert_int_equal(opt_number(COLUMNS), 132);
	assert_null(boot("asid=off"));
	assert_true(opt_number(ASID) < 0);
	assert_string_equal(list(option("asid")), "on off 0-16");
	assert_string_equal(list(option("columns")), "80 2-9999");
}

static void test_junk_is_no_value(void **state)
{
	static const char *const junk[] = {
		"",
		"nonsense",
		"0-16",
		"2-9999",
		"16-",
		"-1",
		"+5",
		"1x",
		"x1",
		"0x10",
		"12345",
		"00000",
		"99999999999999999999",
		"on,off",
		"ON",
		"=",
		"on=",
		"cow=copy",
	};
	const struct option *o;

	(void)state;
	for (u32 i = 0; (o = option_at(i)); i++) {
		for (unsigned j = 0; j < sizeof(junk) / sizeof(*junk); j++)
			check(o, junk[j], option_is_text(o));
		for (int w = 0; o->words[w]; w++) { /* a longer word, and a shorter one */
			char longer[24], shorter[24];

			snprintf(longer, sizeof(longer), "%sx", o->words[w]);
			check(o, longer, false);
			snprintf(shorter, sizeof(shorter), "%.*s",
				 (int)strlen(o->words[w]) - 1, o->words[w]);
			check(o, shorter, false);
		}
	}
}

/* --- the command line ------------------------------------------------------------ */

static void test_line_is_split_at_blanks(void **state)
{
	(void)state;
	assert_null(boot("  fork=copy   heap=lazy cmd=echo%20a=b "));
	assert_int_equal(opt(FORK), FORK_COPY);
	assert_int_equal(opt(HEAP), HEAP_LAZY);
	assert_string_equal(option_given("cmd"), "echo%20a=b");
	assert_string_equal(shown(option("cmd")), "echo%20a=b");
	assert_null(option_given("columns"));
	assert_null(option_given("nonsense"));
}

static void test_name_alone_means_on(void **state)
{
	(void)state;
	assert_null(boot("isolate"));
	assert_int_equal(opt(ISOLATE), ISOLATE_ON);
	assert_string_equal(option_given("isolate"), "on");
	assert_non_null(boot("fork"));
}

static void test_first_of_two_is_used(void **state)
{
	(void)state;
	assert_null(boot("fork=copy fork=cow"));
	assert_int_equal(opt(FORK), FORK_COPY);
	assert_non_null(boot("fork=cow fork=maybe"));
}

static void test_first_fault_is_reported(void **state)
{
	(void)state;
	assert_non_null(strstr(boot("heap=lazy nonsense=1 fork=maybe"), "nonsense"));
	assert_non_null(strstr(boot("fork=maybe nonsense=1"), "fork=maybe"));
	assert_non_null(boot("=copy"));
}

static void test_long_line_is_cut(void **state)
{
	char line[3000];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "fork=copy cmd=", 14);
	line[sizeof(line) - 1] = '\0';
	assert_null(boot(line));
	assert_true(is_cut);
	assert_int_equal(opt(FORK), FORK_COPY);
	assert_in_range(strlen(option_given("cmd")), 900, 1023);
	assert_int_equal(strlen(shown(option("cmd"))), OPTION_VALUE_MAX - 1);
	line[1023] = '\0';
	assert_null(boot(line));
	assert_false(is_cut);
	memset(line, 'x', sizeof(line) - 1); /* a long line that has a fault */
	assert_non_null(boot(line));
}

/* --- while the machine runs ------------------------------------------------------- */

static void test_changes_take_effect_at_once(void **state)
{
	struct option_state now;

	(void)state;
	assert_null(boot("fork=copy"));
	option_look(option("fork"), &now);
	assert_false(now.changed);
	assert_int_equal(option_set("fork", "cow"), 0);
	assert_int_equal(opt(FORK), FORK_COW);
	option_look(option("fork"), &now);
	assert_true(now.changed);
	assert_string_equal(now.value, "cow");
	assert_string_equal(now.given, "copy");
	assert_int_equal(option_set("columns", "9999"), 0);
	assert_int_equal(opt_number(COLUMNS), 9999);
}

static void test_wrong_changes_change_nothing(void **state)
{
	struct option_state now;

	(void)state;
	assert_null(boot(""));
	assert_int_equal(option_set("fork", "maybe"), -EINVAL);
	assert_int_equal(option_set("columns", "1"), -EINVAL);
	assert_int_equal(option_set("isolate", "on"), -EPERM);
	assert_int_equal(option_set("cmd", "ls"), -EPERM);
	assert_int_equal(option_set("nonsense", "on"), -ENOENT);
	for (u32 i = 0; i < NOPTIONS; i++) {
		option_look(option_at(i), &now);
		assert_false(now.changed);
	}
	assert_int_equal(opt(FORK), FORK_TABLES);
	assert_int_equal(opt(ISOLATE), ISOLATE_OFF);
	assert_int_equal(opt_number(COLUMNS), 80);
}

static void test_value_that_was_put_is_shown(void **state)
{
	(void)state;
	assert_null(boot("uaccess=auto"));
	option_put(UACCESS, UACCESS_STRICT);
	assert_int_equal(opt(UACCESS), UACCESS_STRICT);
	assert_string_equal(shown(option("uaccess")), "strict");
	assert_string_equal(option_given("uaccess"), "auto");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_option_can_be_shown),
		cmocka_unit_test(test_first_value_is_the_default),
		cmocka_unit_test(test_words_are_the_values),
		cmocka_unit_test(test_numbers_are_those_of_the_range),
		cmocka_unit_test(test_junk_is_no_value),
		cmocka_unit_test(test_line_is_split_at_blanks),
		cmocka_unit_test(test_name_alone_means_on),
		cmocka_unit_test(test_first_of_two_is_used),
		cmocka_unit_test(test_first_fault_is_reported),
		cmocka_unit_test(test_long_line_is_cut),
		cmocka_unit_test(test_changes_take_effect_at_once),
		cmocka_unit_test(test_wrong_changes_change_nothing),
		cmocka_unit_test(test_value_that_was_put_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
