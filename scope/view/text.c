/* text.c - see text.h. */

#include "view/text.h"

#include "lib/string.h"

static void text_put(struct text *t, const char *text)
{
	t->put(t->arg, text, strlen(text));
}

static void text_quote(struct text *t, const char *value)
{
	static const char digits[] = "0123456789abcdef";

	text_put(t, "\"");
	for (; *value; value++) {
		u8 c = (u8)*value;
		char one[7] = { (char)c };

		if (c == '"' || c == '\\') {
			one[0] = '\\';
			one[1] = (char)c;
		} else if (c < ' ' || c > '~') {
			memcpy(one, "\\u00", 4);
			one[4] = digits[c >> 4];
			one[5] = digits[c & 15];
		}
		text_put(t, one);
	}
	text_put(t, "\"");
}

static void text_begin(struct text *t, const char *key)
{
	if (t->comma)
		text_put(t, ",");
	t->comma = true;
	if (key) {
		text_quote(t, key);
		text_put(t, ":");
	}
}

void text_open(struct text *t, const char *key, char bracket)
{
	text_begin(t, key);
	t->put(t->arg, &bracket, 1);
	t->comma = false;
}

void text_close(struct text *t, char bracket)
{
	t->put(t->arg, &bracket, 1);
	t->comma = true;
}

/* The digits of @value in @base, and the NUL, at the end of @to. */
static const char *text_digits(u64 value, u32 base, char to[24])
{
	char *at = to + 23;

	*at = '\0';
	do {
		*--at = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	return at;
}

void text_number(struct text *t, const char *key, u64 value)
{
	char digits[24];

	text_begin(t, key);
	text_put(t, text_digits(value, 10, digits));
}

void text_address(struct text *t, const char *key, u64 value)
{
	char digits[24];

	text_begin(t, key);
	text_put(t, "\"0x");
	text_put(t, text_digits(value, 16, digits));
	text_put(t, "\"");
}

void text_flag(struct text *t, const char *key, bool value)
{
	text_begin(t, key);
	text_put(t, value ? "true" : "false");
}

void text_string(struct text *t, const char *key, const char *value)
{
	text_begin(t, key);
	text_quote(t, value);
}
