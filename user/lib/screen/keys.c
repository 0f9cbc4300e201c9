/* keys.c - which key the bytes of a terminal stand for; see keys.h. */
#include "screen/keys.h"

#include <string.h>

#define ESC 0x1b

static int keys_of_final(const struct keys *k, unsigned char c)
{
	/* The second parameter says Shift, Alt (3), Ctrl (5). */
	bool word = k->params[1] == 3 || k->params[1] == 5;

	switch (c) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return word ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D':
		return word ? KEY_WORD_LEFT : KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case 'R': /* one parameter or none: F3 */
		return k->params[0] && k->params[1] ? KEY_PLACE : KEY_NONE;
	}
	return KEY_NONE;
}

/* ESC [ number ~ */
static int keys_of_number(unsigned n)
{
	switch (n) {
	case 1:
	case 7:
		return KEY_HOME;
	case 4:
	case 8:
		return KEY_END;
	case 3:
		return KEY_DELETE;
	case 5:
		return KEY_PAGE_UP;
	case 6:
		return KEY_PAGE_DOWN;
	}
	return KEY_NONE;
}

/* ESC [ parameters final */
static int keys_csi_input(struct keys *k, unsigned char c)
{
	if (c >= '0' && c <= '9') {
		unsigned *p = &k->params[k->nparams];

		if (k->nparams < 2 && *p < 1000)
			*p = *p * 10 + (c - '0');
	} else if (c == ';') {
		k->nparams += k->nparams < 2;
	} else if (c == '[' && k->nparams == 0 && k->params[0] == 0) {
		k->state = KEYS_SWALLOW; /* the Linux console's ESC [ [ A */
	} else if (c >= '@') {
		k->state = KEYS_PLAIN;
		return c == '~' ? keys_of_number(k->params[0]) : keys_of_final(k, c);
	}
	return KEY_NONE;
}

int keys_input(struct keys *k, unsigned char c)
{
	int state = k->state;

	if (c < ' ' || c == DEL || state == KEYS_PLAIN) {
		k->state = c == ESC ? KEYS_START : KEYS_PLAIN;
		return c == ESC ? KEY_NONE : c;
	}
	if (state == KEYS_CSI)
		return keys_csi_input(k, c);
	k->state = KEYS_PLAIN;
	k->params[0] = k->params[1] = k->nparams = 0;
	if (state == KEYS_SS3)
		return keys_of_final(k, c);
	if (state == KEYS_START && c == '[')
		k->state = KEYS_CSI;
	else if (state == KEYS_START && c == 'O')
		k->state = KEYS_SS3;
	else if (state == KEYS_START && strchr("bfd", c))
		return c == 'b'   ? KEY_WORD_LEFT
		       : c == 'f' ? KEY_WORD_RIGHT
				  : KEY_WORD_DELETE;
	return KEY_NONE;
}

int keys_end(struct keys *k)
{
	bool escape = k->state == KEYS_START;

	k->state = KEYS_PLAIN;
	return escape ? KEY_ESCAPE : KEY_NONE;
}
