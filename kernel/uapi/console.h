/* console.h - how the console hands out what is typed: console(how, info).
 *
 * A mode is that of the process which asked for it, and ends with it: when it exits, is
 * killed or runs another program, and when another process asks.  A job in the background
 * gets EPERM. */
#pragma once

#define CONSOLE_LINES 0 /* lines, echoed and erased by the kernel; so it is at first */
#define CONSOLE_KEYS 1  /* for a line that a program lets people edit; below         */
#define CONSOLE_RAW 2   /* bytes as they come, without echo                          */

/* CONSOLE_KEYS is CONSOLE_LINES until the first control byte that has no meaning there (a
 * cursor key starts with one): then readers get what has been typed of the line, and that
 * byte, and the console is in CONSOLE_RAW.  It ends with the line.  EAGAIN: a line is
 * there already; ENOTTY: nothing is echoed, so nobody edits.
 *
 * In CONSOLE_RAW ^C is a byte, too; ^P shows the processes, then it is.  After
 * CONSOLE_LINES what has not been read is taken for typed then. */

struct console_info {
	unsigned mode;    /* now: CONSOLE_LINES, ...                     */
	unsigned columns; /* of the terminal                             */
	unsigned column;  /* that the cursor is in, as far as is known   */
	unsigned raw;     /* 1: what is read from here on was not echoed */
};
