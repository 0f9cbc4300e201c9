/* tty_rig.h - a line discipline with a terminal for tests to type at. */
#pragma once

#include "rig.h"

#include <string.h>

#include "dev/tty/tty_line.h"
#include "terminal.h"

static struct tty_line tty;
static struct terminal term;
static char echoed[1 << 16];
static size_t nechoed;
static u32 column;
static int events[8]; /* how often each came */

static inline void show(const char *text, u64 n)
{
	column = tty_column_after(column, text, n);
	for (u64 i = 0; i < n; i++) {
		term_put(&term, text[i]);
		if (nechoed < sizeof(echoed) - 1)
			echoed[nechoed++] = text[i];
	}
	echoed[nechoed] = '\0';
}

static inline void start(u32 columns)
{
	tty_line_init(&tty, show);
	term_init(&term, columns);
	memset(events, 0, sizeof(events));
	nechoed = column = 0;
	echoed[0] = '\0';
}

static inline int begin(void **state)
{
	(void)state;
	start(80);
	return 0;
}

static inline void type_bytes(const char *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		events[tty_line_input(&tty, keys[i])]++;
}

static inline void type(const char *keys)
{
	type_bytes(keys, strlen(keys));
}

/* What read(@n) returns, as the console's read does it; -1: it would wait. */
static inline int read_line(char *buf, u32 n)
{
	bool end = false;
	u32 done = 0;

	while (done < n && !end) {
		u32 got;

		if (!tty_line_is_ready(&tty))
			return -1;
		got = tty_line_peek(&tty, buf + done, MIN(n - done, 16u), &end);
		tty_line_consume(&tty, got);
		if (end && got == 0 && done == 0)
			tty_line_take_end(&tty);
		done += got;
	}
	return done;
}

static inline void check_read(const char *want)
{
	char buf[1024];
	int n = read_line(buf, sizeof(buf) - 1);

	assert_int_equal(n, strlen(want));
	buf[n] = '\0';
	assert_string_equal(buf, want);
}

static inline void check_echo(const char *want)
{
	assert_string_equal(echoed, want);
	nechoed = 0;
	echoed[0] = '\0';
}

#define TEST(fn) cmocka_unit_test_setup(fn, begin)
