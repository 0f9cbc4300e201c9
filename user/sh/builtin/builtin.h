/* builtin.h - what the files of the builtin commands share. */
#pragma once

#include "shell.h"

#include <builtins.h>

#define X(word, run, arguments, what) int run(int argc, char **argv);
SH_BUILTINS(X)
#undef X

/* `sh: name: what: why`; returns the status.  A special builtin ends a script. */
int builtin_complain(const char *name, const char *what, const char *why);

/* The same after another complaint. */
int builtin_fail(const char *name);

/* The number that is argv[1], if it is there; false after a complaint. */
bool builtin_number(char **argv, long max, long *number);
