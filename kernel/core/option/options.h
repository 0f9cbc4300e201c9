/* options.h - the boot options that there are, their values now, and changing those that
 * can be changed while the machine runs.
 *
 * The table itself is init's (init/options.c).  Whoever reads an option asks bootopt_get()
 * at boot, and says here what became of it, or that it can be changed. */
#pragma once

#include "lib/types.h"

struct option {
	const char *name;
	const char *values; /* separated by blanks, the default first; 0-9: numbers of
			       a range; a digit first: a number of 1 to 9999,
			       by default this; empty: any text */
	const char *what;   /* in a few words */
};

static inline bool option_is_number(const struct option *o)
{
	return o->values[0] >= '0' && o->values[0] <= '9';
}

static inline bool option_is_text(const struct option *o)
{
	return !o->values[0];
}

#define OPTION_VALUE_MAX 40 /* bytes of a value with its NUL; longer ones are cut */

/* At boot, before any other call here: all options. */
void options_register(const struct option *table, unsigned n);

/* Option @i, NULL behind the last one; and the one of that name, or NULL. */
const struct option *option_at(unsigned i);
const struct option *option_find(const char *name);

/* Whether the option can have that value. */
bool option_takes(const struct option *o, const char *value);

/* At boot: the value in effect, where it is not the one that was asked for. */
void option_became(const char *name, const char *value);

/* At boot: from now on the option can be changed; @set makes the (good) value true.
 * A thread calls it, one at a time; it may take spin locks. */
void option_can_change(const char *name, void (*set)(const char *value));

/* Changes it.  -ENOENT: no such option, -EPERM: only at boot, -EINVAL: no such value. */
int option_set(const char *name, const char *value);

/* What is true of an option now. */
struct option_state {
	const char *given; /* on the boot command line, or NULL */
	bool can_change;
	bool changed; /* since the boot */
	char value[OPTION_VALUE_MAX];
};
void option_look(const struct option *o, struct option_state *state);
