/* options.c - reads, shows and changes options; see options.h. */

#include "core/option/options.h"

#include "core/report/klog.h"
#include "lib/describe.h"
#include "lib/fmt.h"
#include "lib/string.h"
#include "uapi/errno.h"

#define LINE_MAX 1024

u32 option_values[NOPTIONS];

#define OPTION_WORD(value, text) text,
#define OPTION_ROW(id, name_, when_, what_, words_, ...) \
	[OPT_##id] = { .name = name_,                    \
		       .what = what_,                    \
		       .when = when_,                    \
		       .words = { words_ },              \
		       __VA_ARGS__ },
static const struct option options[NOPTIONS] = { OPTIONS(OPTION_ROW, OPTION_WORD) };

static struct option_place {
	const char *given; /* (C) after boot, in `line` */
	bool changed;      /* (A)                       */
} states[NOPTIONS];

static char line[LINE_MAX]; /* (C) after boot: the command line, cut into words */
static char fault[256];     /* (C) after boot; "": none, longer ones are cut */

/* --- one option ---------------------------------------------------------------- */

const struct option *option_at(u32 i)
{
	return i < NOPTIONS ? &options[i] : NULL;
}

const struct option *option_find(const char *name)
{
	for (u32 i = 0; i < NOPTIONS; i++) {
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	}
	return NULL;
}

/* The number that @text is: one to four digits and nothing else.  -1: it is none. */
static int option_parse_number(const char *text)
{
	size_t len = strlen(text);
	int n = 0;

	if (len < 1 || len > 4)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		n = n * 10 + (*text - '0');
	}
	return n;
}

int option_parse(const struct option *o, const char *text)
{
	int n, value = 0;

	if (option_is_text(o))
		return 0;
	for (; o->words[value]; value++) {
		if (strcmp(o->words[value], text) == 0)
			return value;
	}
	n = option_parse_number(text);
	return o->high && n >= o->low && n <= o->high ? value + n : -1;
}

/* The text of @value, which is one that option_parse() has returned. */
static void option_print(const struct option *o, int value, char *to, size_t size)
{
	int nwords = 0;

	while (nwords < value && o->words[nwords])
		nwords++;
	if (o->words[nwords])
		strlcpy(to, o->words[nwords], size);
	else
		fmt_snprintf(to, size, "%d", value - nwords);
}

void option_list(const struct option *o, char *to, size_t size)
{
	size_t len = 0;

	*to = '\0';
	for (int i = 0; o->words[i]; i++)
		len += fmt_snprintf(to + len, size - len, "%s%s", i ? " " : "",
				    o->words[i]);
	if (option_is_number(o))
		len += fmt_snprintf(to, size, "%d", o->initial);
	if (o->high)
		fmt_snprintf(to + len, size - len, " %d-%d", o->low, o->high);
}

/* --- the command line ------------------------------------------------------------ */

/* The first fault is the one that is reported. */
static void options_complain(const struct option *o, const char *name, const char *value)
{
	char list[OPTION_LIST_MAX], *values = list;

	if (fault[0])
		return;
	if (!o) {
		fmt_snprintf(fault, sizeof(fault),
			     "boot option '%s' is unknown; docs/options.md lists all",
			     name);
		return;
	}
	option_list(o, list, sizeof(list));
	if (option_is_number(o)) /* the default lies in the range */
		values = strchr(list, ' ') + 1;
	fmt_snprintf(fault, sizeof(fault), "boot option %s=%s: the values are: %s", name,
		     value, values);
}

/* `name=value` or `name`; the word is cut in two. */
static void options_take(char *word)
{
	char *equals = strchr(word, '=');
	const char *value = equals ? equals + 1 : "on";
	const struct option *o;
	int n;

	if (equals)
		*equals = '\0';
	o = option_find(word);
	n = o ? option_parse(o, value) : -1;
	if (n < 0) {
		options_complain(o, word, value);
	} else if (!states[o - options].given) {
		states[o - options].given = value;
		option_values[o - options] = (u32)n;
	}
}

void options_init(const char *text)
{
	char *p = line;

	for (u32 i = 0; i < NOPTIONS; i++)
		option_values[i] = (u32)options[i].initial;
	memset(states, 0, sizeof(states));
	fault[0] = '\0';
	if (strlcpy(line, text, sizeof(line)) >= sizeof(line))
		printk("boot: the command line is cut at %d bytes\n", LINE_MAX - 1);
	while (*p) {
		char *word = p;

		while (*p && *p != ' ')
			p++;
		if (*p)
			*p++ = '\0';
		if (*word)
			options_take(word);
	}
}

const char *options_fault(void)
{
	return fault[0] ? fault : NULL;
}

const char *option_given(const char *name)
{
	const struct option *o = option_find(name);

	return o ? states[o - options].given : NULL;
}

/* --- while the machine runs -------------------------------------------------------- */

int option_set(const char *name, const char *value)
{
	const struct option *o = option_find(name);
	int n;

	if (!o)
		return -ENOENT;
	if (o->when != ANY_TIME)
		return -EPERM;
	n = option_parse(o, value);
	if (n < 0)
		return -EINVAL;
	__atomic_store_n(&option_values[o - options], (u32)n, __ATOMIC_RELAXED);
	__atomic_store_n(&states[o - options].changed, true, __ATOMIC_RELAXED);
	return 0;
}

void option_look(const struct option *o, struct option_state *state)
{
	u32 i = o - options;
	int value = (int)__atomic_load_n(&option_values[i], __ATOMIC_RELAXED);

	state->given = states[i].given;
	state->changed = __atomic_load_n(&states[i].changed, __ATOMIC_RELAXED);
	if (!option_is_text(o))
		option_print(o, value, state->value, sizeof(state->value));
	else
		strlcpy(state->value, state->given ? state->given : "",
			sizeof(state->value));
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_ARRAY("option_values", option_values);
DESCRIBE_ARRAY("options", options);
DESCRIBE_FIELD(option, name);
DESCRIBE_FIELD_ARRAY(option, words);
DESCRIBE_FIELD(option, high);
DESCRIBE_ARRAY("option_places", states);
DESCRIBE_FIELD(option_place, given);
