/* recording.h - the server with a recording: it writes one, or it shows one. */
#pragma once

#include "lib/types.h"

struct server;

/* Begins to record into a new file.  NULL, or what is wrong. */
const char *recording_start(struct server *s, const char *name);

/* The last moment, also of a machine that has ended. */
void recording_end(struct server *s);

/* If the file that was mapped is a recording, its end is shown from now on.  NULL, or what
 * is wrong with it. */
const char *recording_open(struct server *s);

/* Shows another moment of it, soon.  NULL, or why not. */
const char *recording_show(struct server *s, double ms);
