/* machine.h - QEMU, started and controlled by the server. */
#pragma once

#include "lib/types.h"

struct server;

/* Starts QEMU with the arguments @argv, and those for its console and control channel.
 * Returns once the machine has its RAM; the file is there then.  False: it has ended, or
 * could not be started; s->status is the status. */
bool machine_start(struct server *s, char **argv);

/* Begins to relay and to listen to QEMU. */
bool machine_attach(struct server *s);

/* QEMU says something. */
int machine_on_control(struct server *s);

/* Takes what QEMU has said before it ended. */
void machine_hear_last(struct server *s);

/* Whether it has ended by now: then s->status is its status. */
bool machine_has_ended(struct server *s);

/* Ends it, and waits for that. */
void machine_stop(struct server *s);

/* @which: 0: the machine runs; 1: it stops; 2: it stops for a moment, in which the RAM is
 * read, unless it stands still already.  NULL, or why not. */
const char *machine_pause(struct server *s, u32 which);
