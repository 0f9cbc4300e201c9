/* text.h - writes JSON piece by piece. */
#pragma once

#include "lib/types.h"

struct text {
	void (*put)(void *arg, const char *bytes, u64 n);
	void *arg;
	bool comma; /* the next value has one before it */
};

/* Each writes a value, after its @key in an object; @key NULL: in an array, or alone. */
void text_open(struct text *t, const char *key, char bracket); /* [ or { */
void text_close(struct text *t, char bracket);                 /* ] or } */
void text_number(struct text *t, const char *key, u64 value);
void text_address(struct text *t, const char *key, u64 value); /* as "0x80200000" */
void text_flag(struct text *t, const char *key, bool value);

/* Bytes that are not printable ASCII are written as \u00XX. */
void text_string(struct text *t, const char *key, const char *value);
