/* console.h - the terminal as a device file: /console, major 1. */
#pragma once

#include "lib/types.h"

/* What keys do that is not the console's business.  Called in interrupt
 * context, no locks held. */
struct console_hooks {
	void (*list_processes)(void); /* ^P */

	/* ^C: ends the foreground job.  False: there is none; then an empty line
	 * is delivered, so that the shell, which reads or soon will, prompts again. */
	bool (*interrupt)(void);
};

struct console_info;

void console_init(void);

/* The system call console() (uapi/console.h), for the running thread: 0 with @info,
 * -EINVAL, -EAGAIN or -ENOTTY. */
int console_control(int how, struct console_info *info) MUST_CHECK;

/* The running thread ends, or becomes another program: its mode ends. */
void console_leave(void);

/* Whether the running thread was the last to write, and did not end the line. */
bool console_has_prompt(void);

/* @hooks stays for ever. */
void console_set_hooks(const struct console_hooks *hooks);
