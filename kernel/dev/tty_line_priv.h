/* tty_line_priv.h - between the two halves of the line discipline. */
#pragma once

#include "dev/tty_line.h"

#define CTRL(c) ((c)&0x1f)
#define ESC 0x1b
#define DEL 0x7f

/* Whether one more byte can be stored and a line end still be delivered. */
bool tty_line_has_room(const struct tty_line *t, u32 more);

/* Delivers the line as it stands. */
void tty_line_deliver(struct tty_line *t);

/* tty_edit.c */
void tty_edit_begin(struct tty_line *t);
enum tty_event tty_edit_key(struct tty_line *t, u8 c); /* no ESC, LF, ^C, ^D, ^P */
void tty_edit_finish(struct tty_line *t);       /* moves behind the text, ends editing */
bool tty_edit_escape(struct tty_line *t, u8 c); /* false: @c is not part of it */
void tty_history_add(struct tty_line *t);
