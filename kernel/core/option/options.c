/* options.c - the values of options; see options.h.
 *
 * A value that cannot change is that of the command line, or the default.  Others
 * are kept here, under a lock that is held while they are made true, so that what is
 * shown is what counts. */

#include "core/option/options.h"

#include "core/option/bootopt.h"
#include "core/report/klog.h"
#include "core/sync/mutex.h"
#include "lib/string.h"
#include "uapi/errno.h"

#define OPTIONS_MAX 32

static const struct option *options; /* (C) */
static unsigned noptions;            /* (C) */

static struct mutex lock;
static struct {
	void (*set)(const char *value); /* (C) after boot; NULL: cannot change   */
	bool changed;                   /* (lock)                                */
	char value[OPTION_VALUE_MAX];   /* (lock) "": that of the command line   */
} states[OPTIONS_MAX];

void options_register(const struct option *table, unsigned n)
{
	if (n > OPTIONS_MAX)
		panic("more than %d options", OPTIONS_MAX);
	options = table;
	noptions = n;
	mutex_init(&lock, "options", RANK_option);
}

const struct option *option_at(unsigned i)
{
	return i < noptions ? &options[i] : NULL;
}

const struct option *option_find(const char *name)
{
	for (unsigned i = 0; i < noptions; i++) {
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	}
	return NULL;
}

/* A number of up to four digits, up to @end; -1: none. */
static int number_at(const char *text, const char *end)
{
	int n = 0;

	if (end == text || end - text > 4)
		return -1;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		n = n * 10 + (*text - '0');
	}
	return n;
}

static int number_of(const char *text)
{
	return number_at(text, text + strlen(text));
}

/* Whether the word [@word, @end) of a list, perhaps a range, has @value. */
static bool word_has(const char *word, const char *end, const char *value)
{
	const char *dash = strchr(word, '-');
	int n = number_of(value);

	if (strlen(value) == (size_t)(end - word) &&
	    strncmp(word, value, (size_t)(end - word)) == 0)
		return !dash || dash >= end;
	if (!dash || dash >= end || n < 0)
		return false;
	return n >= number_at(word, dash) && n <= number_at(dash + 1, end);
}

static bool list_has(const char *list, const char *value)
{
	for (const char *end;; list = end + 1) {
		end = strchr(list, ' ');
		if (!end)
			return word_has(list, list + strlen(list), value);
		if (word_has(list, end, value))
			return true;
	}
}

bool option_takes(const struct option *o, const char *value)
{
	if (option_is_text(o))
		return true;
	if (option_is_number(o))
		return number_of(value) >= 1;
	return *value && list_has(o->values, value);
}

/* The table and those who read options are parts of one kernel. */
static unsigned index_of(const char *name)
{
	const struct option *o = option_find(name);

	if (!o)
		panic("option %s is not in the table", name);
	return o - options;
}

void option_became(const char *name, const char *value)
{
	unsigned i = index_of(name);

	strlcpy(states[i].value, value, sizeof(states[i].value));
}

void option_can_change(const char *name, void (*set)(const char *value))
{
	states[index_of(name)].set = set;
}

int option_set(const char *name, const char *value)
{
	const struct option *o = option_find(name);
	unsigned i;

	if (!o)
		return -ENOENT;
	i = o - options;
	if (!states[i].set)
		return -EPERM;
	if (!option_takes(o, value) || strlen(value) >= sizeof(states[i].value))
		return -EINVAL;
	mutex_lock(&lock);
	strlcpy(states[i].value, value, sizeof(states[i].value));
	states[i].changed = true;
	states[i].set(value);
	mutex_unlock(&lock);
	return 0;
}

/* The first word of the values. */
static void put_default(const struct option *o, char *to, size_t size)
{
	const char *end = strchr(o->values, ' ');
	size_t n = end ? (size_t)(end - o->values) : strlen(o->values);

	strlcpy(to, o->values, MIN(size, n + 1));
}

void option_look(const struct option *o, struct option_state *state)
{
	unsigned i = o - options;

	state->given = bootopt_get(o->name);
	state->can_change = states[i].set != NULL;
	mutex_lock(&lock);
	state->changed = states[i].changed;
	if (states[i].value[0])
		strlcpy(state->value, states[i].value, sizeof(state->value));
	else if (state->given)
		strlcpy(state->value, state->given, sizeof(state->value));
	else
		put_default(o, state->value, sizeof(state->value));
	mutex_unlock(&lock);
}
