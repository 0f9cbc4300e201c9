/* serve.h - the RAM of a machine as a page in a browser. */
#pragma once

#include "lib/types.h"

struct serve_options {
	const char *file;
	const char *name; /* that the page shows            */
	int port;         /* on 127.0.0.1; 0: any           */
	bool browser;     /* open one, if there is one here */
};

/* Serves until a signal ends it.  Returns the exit status of the program. */
int serve(const struct serve_options *options);
