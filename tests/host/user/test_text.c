// sources: user/lib/screen/text.c user/lib/screen/keys.c user/edit/buffer.c
// cflags: -iquote user/lib -iquote user/edit -Dmalloc=failing_malloc -Drealloc=failing_realloc
/* test_text.c - the text of less and edit, its changes, and the keys of a terminal.  Random
 * changes are compared with a flat text, with allocations that fail. */
#undef malloc
#undef realloc
#include "rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "failing.h"
#include "screen/keys.h"

static struct failing failing;

void *failing_malloc(size_t size);
void *failing_realloc(void *old, size_t size);

void *failing_malloc(size_t size)
{
	return failing_now(&failing) ? NULL : malloc(size);
}

void *failing_realloc(void *old, size_t size)
{
	return failing_now(&failing) ? NULL : realloc(old, size);
}

#define MODEL 4096

static void check_text(struct text *t, const char *want, size_t n)
{
	assert_int_equal(text_len(t), n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(text_byte(t, i), (unsigned char)want[i]);
}

static char model[MODEL];
static size_t len; /* of the model */

static void change_model(size_t at, size_t removed, const char *bytes, size_t n)
{
	memmove(model + at + n, model + at + removed, len - at - removed);
	memcpy(model + at, bytes, n);
	len += n - removed;
}

static void drop(struct buffer *b)
{
	failing_end(&failing);
	while (buffer_undo(b))
		;
	free(b->text.bytes);
}

/* Every change is whole or not made, and undoing gives back each text there was. */
static void changes_and_undoes(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct buffer b = { .text = { 0 } };
		static char first[MODEL];
		size_t first_len = 0;
		bool failed = false;

		len = 0;
		for (int i = 0; i < 60; i++) {
			char add[] = "ab\ncdefghij";
			size_t at = rig_below(len + 1), removed = rig_below(len - at + 1);
			size_t n = rig_below(sizeof(add));

			removed = removed < 12 ? removed : 12;
			if (i == 30) {
				memcpy(first, model, len);
				first_len = len;
				buffer_saved(&b);
			}
			if (round % 3)
				failing_set(&failing, 1 + rig_below(4), round % 3 == 2);
			if (buffer_change(&b, at, removed, add, n)) {
				change_model(at, removed, add, n);
				assert_int_equal(b.cursor, at + n);
			}
			failed |= failing_end(&failing) > 0;
			check_text(&b.text, model, len);
		}
		while (!failed && b.changed)
			assert_true(buffer_undo(&b));
		if (!failed)
			check_text(&b.text, first, first_len);
		drop(&b);
	}
}

static void typing_is_one_step(void **state)
{
	struct buffer b = { .text = { 0 } };

	(void)state;
	for (const char *c = "one\ntwo"; *c; c++)
		assert_true(buffer_change(&b, b.cursor, 0, c, 1));
	assert_true(buffer_undo(&b));
	check_text(&b.text, "one\n", 4);
	assert_true(buffer_undo(&b));
	check_text(&b.text, "", 0);
	assert_false(b.changed);
	assert_false(buffer_undo(&b));
	free(b.text.bytes);
}

/* After the saved text was undone and another change made, nothing is that text. */
static void knows_what_was_saved(void **state)
{
	struct buffer b = { .text = { 0 } };

	(void)state;
	assert_true(buffer_change(&b, 0, 0, "x", 1));
	buffer_saved(&b);
	assert_false(b.changed);
	assert_true(buffer_undo(&b));
	assert_true(b.changed);
	assert_true(buffer_change(&b, 0, 0, "y", 1));
	assert_true(b.changed);
	drop(&b);
}

static void shows_characters(void **state)
{
	char bytes[] = "a\xc3\xa9\xe4\xb8\xad\t\x01\xff\xed\xa0\x80\n\xcc\x81";
	struct text t = { bytes, sizeof(bytes) - 1, sizeof(bytes) - 1, sizeof(bytes) - 1 };
	static const struct {
		unsigned bytes, width;
		const char *shown;
	} want[] = { { 1, 1, "a" },    { 2, 1, "\xc3\xa9" }, { 3, 2, "\xe4\xb8\xad" },
		     { 1, 4, " " },    { 1, 2, "^A" },       { 1, 4, "<FF>" },
		     { 1, 4, "<ED>" }, { 1, 4, "<A0>" },     { 1, 4, "<80>" },
		     { 1, 2, "^J" },   { 2, 0, "\xcc\x81" } };
	size_t at = 0;
	unsigned column = 0;
	struct glyph g;

	(void)state;
	for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		text_glyph(&t, at, column, &g);
		assert_int_equal(g.bytes, want[i].bytes);
		assert_int_equal(g.width, want[i].width);
		assert_string_equal(g.shown, want[i].shown);
		assert_int_equal(text_before(&t, at + g.bytes), at);
		assert_int_equal(text_after(&t, at), at + g.bytes);
		at += g.bytes;
		column += g.width;
	}
	assert_int_equal(at, text_len(&t));
	assert_int_equal(text_row_end(&t, 0, 3), 3); /* no half of a wide one */
	assert_int_equal(text_row_end(&t, 0, 4), 6);
	assert_int_equal(text_row_end(&t, 0, 80), 12);
	assert_int_equal(text_column(&t, 7), 8);
	assert_int_equal(text_at_column(&t, 0, 8), 7);
	assert_int_equal(text_at_column(&t, 0, 1000), 12);
}

/* text_read() adds what comes, and nothing if that fails. */
static void reads_a_file(void **state)
{
	struct text t = { 0 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	failing_set(&failing, 1, true);
	assert_int_equal(text_read(&t, ends[0]), -1);
	assert_int_equal(errno, ENOMEM);
	failing_end(&failing);
	assert_int_equal(text_read(&t, ends[0]), 3);
	close(ends[1]);
	assert_int_equal(text_read(&t, ends[0]), 0);
	close(ends[0]);
	assert_int_equal(text_read(&t, ends[0]), -1);
	assert_int_equal(errno, EBADF);
	check_text(&t, "abc", 3);
	free(t.bytes);
}

static void finds_lines(void **state)
{
	struct text t = { 0 };
	struct text_mark m = { 0 };

	(void)state;
	assert_string_equal(text_flat(&t), "");
	assert_true(text_insert(&t, 0, "1\n22\n\n4", 7));
	assert_int_equal(text_line_start(&t, 3), 2);
	assert_int_equal(text_line_end(&t, 3), 4);
	assert_int_equal(text_line_from(&t, 0, 2), 5);
	assert_int_equal(text_line_from(&t, 0, 99), 6);
	assert_int_equal(text_line_from(&t, 6, -2), 2);
	assert_int_equal(text_lines_before(&t, &m, 7), 3);
	assert_int_equal(text_lines_before(&t, &m, 2), 1);
	assert_int_equal(text_word_after(&t, 0), 1);
	assert_int_equal(text_word_before(&t, 6), 2);
	free(t.bytes);
}

static void knows_keys(void **state)
{
	static const struct {
		const char *bytes;
		int key;
	} want[] = { { "a", 'a' },
		     { "\033[A", KEY_UP },
		     { "\033OB", KEY_DOWN },
		     { "\033[5~", KEY_PAGE_UP },
		     { "\033[6~", KEY_PAGE_DOWN },
		     { "\033[3~", KEY_DELETE },
		     { "\033[1;5C", KEY_WORD_RIGHT },
		     { "\033[1;3D", KEY_WORD_LEFT },
		     { "\033[24;80R", KEY_PLACE },
		     { "\033[R", KEY_NONE },
		     { "\033[[A", KEY_NONE },
		     { "\033x", KEY_NONE },
		     { "\033[99999999999;1;1Z", KEY_NONE },
		     { "\033[1\x03", 3 } };
	struct keys k = { 0 };

	(void)state;
	for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		int key = KEY_NONE;

		for (const char *c = want[i].bytes; *c; c++) {
			assert_int_equal(key, KEY_NONE);
			key = keys_input(&k, (unsigned char)*c);
		}
		assert_int_equal(key, want[i].key);
		assert_int_equal(keys_end(&k), KEY_NONE);
	}
	assert_int_equal(keys_input(&k, 033), KEY_NONE);
	assert_int_equal(keys_end(&k), KEY_ESCAPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_and_undoes),
		cmocka_unit_test(typing_is_one_step),
		cmocka_unit_test(shows_characters),
		cmocka_unit_test(finds_lines),
		cmocka_unit_test(reads_a_file),
		cmocka_unit_test(knows_keys),
		cmocka_unit_test(knows_what_was_saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
