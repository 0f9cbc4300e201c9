/* console.h - the terminal as a device file: /console, major 1. */
#pragma once

#include "lib/types.h"

/* What ^P, ^C and ^Z do.  Called by a thread or in an interrupt, no lock held. */
struct console_hooks {
	void (*list_processes)(void); /* ^P */

	/* ^C: ends the foreground job.  False: there is none; then the console delivers
	 * an empty line, so that the shell, which reads now or soon, prompts again. */
	bool (*interrupt)(void);

	/* ^Z: stops the foreground job.  False: there is none that can be stopped; then it
	 * is a key like others. */
	bool (*suspend)(void);
};

struct console_info;

void console_init(void);

/* The system call console() (uapi/console.h), for the running thread.  0, -EAGAIN or
 * -ENOTTY, with *info set; -EINVAL: no such mode. */
int console_control(int how, struct console_info *info) MUST_CHECK;

/* Ends the mode that the running thread has chosen, if any: it ends or runs another
 * program. */
void console_leave(void);

/* Whether the running thread was the last to write, and did not end the line. */
bool console_has_prompt(void);

/* @hooks stays valid for ever. */
void console_set_hooks(const struct console_hooks *hooks);
