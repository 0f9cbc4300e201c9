/* console.h - the serial line of the machine: to and from our terminal and the clients.
 *
 * Ctrl-A is QEMU's: x ends the machine, c leads to its monitor and back.  The monitor can
 * run programs of this computer, so it is for the terminal alone: a browser has Ctrl-A x,
 * and Ctrl-A twice, which stands for itself. */
#pragma once

#include "lib/types.h"

#define CONSOLE_KEPT ((u64)64 << 10) /* bytes of output that are kept for clients  */
#define CONSOLE_TYPED (64u << 10)    /* bytes of input that wait for the machine   */
#define CONSOLE_SHOWN 4096u          /* bytes of output that wait for our terminal */

struct server;
struct lws;

struct console {
	int fd; /* the machine's end; -1: none */
	struct lws *machine, *keyboard;
	bool shows;        /* output goes to standard output */
	bool raw;          /* the terminal hands keys through */
	bool held;         /* the machine's output waits      */
	bool monitor;      /* the terminal is at the monitor  */
	bool escaped;      /* the terminal's last key was Ctrl-A ... */
	bool page_escaped; /* ... a browser's                    */
	u64 written;       /* bytes of output so far, the last ones are in kept */
	u32 ntyped, nshown, shown_at;
	u8 kept[CONSOLE_KEPT], typed[CONSOLE_TYPED], shown[CONSOLE_SHOWN];
};

/* Begins to relay.  @terminal: from and to our terminal, too. */
bool console_start(struct server *s, int fd, bool terminal);

/* The machine has ended: shows the rest, and gives the terminal back as it was. */
void console_end(struct server *s);

/* A descriptor has something, or has room. */
int console_on_output(struct server *s);
int console_on_room(struct server *s);
int console_on_keys(struct server *s);

/* Keys of a browser.  NULL, or why (some of) them are dropped. */
const char *console_type(struct server *s, const u8 *keys, u32 n);

/* Copies output from byte *at on, which moves; older output than is kept is left out. */
u32 console_read(const struct console *k, u64 *at, u8 *to, u32 size);
