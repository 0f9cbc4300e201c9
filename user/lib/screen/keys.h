/* keys.h - which key the bytes of a terminal stand for; no system calls.
 *
 * Knows the sequences of xterm, of the Linux console, of rxvt and of VT100. */
#pragma once

#include <stdbool.h>

#define CTRL(c) ((c)&0x1f)
#define DEL 0x7f

/* A key is a byte, or one of these. */
enum {
	KEY_NONE = 0x100, /* more bytes have to come, or the key is unknown */
	KEY_LEFT,
	KEY_RIGHT,
	KEY_UP,
	KEY_DOWN,
	KEY_HOME,
	KEY_END,
	KEY_DELETE,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_WORD_LEFT, /* with Ctrl or Alt; Alt-B, Alt-F */
	KEY_WORD_RIGHT,
	KEY_WORD_DELETE, /* Alt-D */
	KEY_ESCAPE,      /* only of keys_end() */
	KEY_PLACE, /* no key: the terminal answers KEYS_ASK, row and column are in params */
};

/* Asks the terminal for the place of its cursor, and for its lower right corner, where the
 * cursor is for a moment.  Two KEY_PLACE are the answer. */
#define KEYS_ASK "\033[6n\0337\033[999;999H\033[6n\0338"

struct keys {
	enum { KEYS_PLAIN, KEYS_START, KEYS_CSI, KEYS_SS3, KEYS_SWALLOW } state;
	unsigned params[2], nparams;
};

/* Takes in one byte.  A control byte ends any sequence. */
int keys_input(struct keys *k, unsigned char c);

/* No byte has come for a while: KEY_ESCAPE if the last was ESC, and else KEY_NONE. */
int keys_end(struct keys *k);
