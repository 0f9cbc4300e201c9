/* console.h - how readers of the console get what is typed: console(how, info).
 *
 * CONSOLE_KEYS and CONSOLE_RAW belong to the process that has set them.  They end when that
 * process exits, is killed, runs another program or sets CONSOLE_LINES, and when another
 * process sets one of the two.  The call fails with EPERM for a job in the background.
 * info may be NULL. */
#pragma once

#define CONSOLE_LINES 0 /* the default: lines; the kernel echoes and erases   */
#define CONSOLE_KEYS 1  /* for a program that lets people edit a line; below  */
#define CONSOLE_RAW 2   /* each byte as it comes, without echo                */

/* CONSOLE_KEYS is like CONSOLE_LINES until a control byte is typed that has no meaning
 * there; a cursor key starts with one.  Then readers get what has been typed of the line
 * and that byte, and the console is in CONSOLE_RAW.  The mode ends with the line.
 * EAGAIN: a line is already there; ENOTTY: there is no echo, so nobody edits.
 *
 * In CONSOLE_RAW ^C is a byte like others; ^P shows the processes, and is a byte as well.
 * When CONSOLE_RAW ends, bytes that nobody has read are taken as if typed only then. */

struct console_info {
	unsigned mode;          /* now: CONSOLE_LINES, ...                       */
	unsigned short columns; /* of the terminal                      */
	unsigned short screen;  /* 1: it shows its second screen, to which a program
				 * switched by ESC [ ? 1049 h and not back by l */
	unsigned column;        /* of the cursor, as far as the kernel knows  */
	unsigned short raw;     /* 1: what is read from now on was not echoed */
	unsigned short rows;    /* of the terminal                      */
};
