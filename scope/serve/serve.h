/* serve.h - the RAM of a machine as a page in a browser. */
#pragma once

#include "lib/types.h"

struct serve_options {
	const char *file;
	const char *name; /* that the page shows            */
	int port;         /* on 127.0.0.1; 0: any           */
	bool browser;     /* open one, if there is one here */
	char **qemu; /* NULL, or QEMU's command line: it is started, with the RAM in file */
	bool temporary;     /* the file is removed once QEMU has it */
	bool only;          /* the terminal is in the page alone    */
	const char *record; /* NULL, or a new file: a recording */
	int tell;           /* descriptor that is told the address  */
};

/* Serves until a signal ends it, or the machine that it started is left.  Returns the exit
 * status of the program: that of QEMU, if it was started. */
int serve(const struct serve_options *options);
