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

void console_init(void);

/* @hooks stays for ever. */
void console_set_hooks(const struct console_hooks *hooks);
