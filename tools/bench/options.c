/* options.c - what the values of each boot option change.
 *
 * The options and their values come from the kernel itself: its program vmctl lists them.
 * Every value gets a boot in which QEMU counts, and the plain boots of all values take
 * turns, as kernels do.  Prints a table in Markdown. */
#define _GNU_SOURCE
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 40
#define START_MARK "@@pagoda-start@@" /* the output of the command follows */
#define COUNT_CHANGE 0.02             /* a smaller change of instructions is not shown */
#define TIME_CHANGE 0.25              /* nor one of time, which varies by itself       */

struct value {
	char name[16], word[16];
	bool is_default; /* of all options: the kernel as it is */
	struct plan plan;
	char boot[64];
};

static struct value *values[VALUES_MAX];
static int nvalues;

/* Those that change nothing that is measured: what is printed and typed, and tests. */
static bool option_is_quiet(const char *name)
{
	static const char *const quiet[] = { "vmprint", "echo",  "eof",       "columns",
					     "cmd",     "panic", "backtrace", "ktest",
					     "fsbig",   "stats", "rows" };

	for (size_t i = 0; i < sizeof(quiet) / sizeof(*quiet); i++)
		if (!strcmp(name, quiet[i]))
			return true;
	return false;
}

static void value_add(const struct plan *plan, const char *name, const char *word)
{
	struct value *v = calloc(1, sizeof(*v));

	if (!v || nvalues == VALUES_MAX)
		tool_die("bench", "too many values of options");
	v->plan = *plan;
	snprintf(v->name, sizeof(v->name), "%s", name);
	snprintf(v->word, sizeof(v->word), "%s", word);
	v->is_default = !*name;
	if (*name)
		snprintf(v->boot, sizeof(v->boot), "%s=%s %s", name, word,
			 plan->boot ? plan->boot : "");
	v->plan.boot = *name ? v->boot : plan->boot;
	values[nvalues++] = v;
}

/* A line of vmctl: " + fork    [cow] copy      share frames at fork, or copy them".  The
 * words are those before two blanks; the one in brackets is in effect.  Ranges of numbers
 * are left out: they have no value that stands for the others. */
static void options_line(const char *text, void *arg)
{
	char name[16], rest[160], *end, *word, *save = NULL;
	static bool started;

	started |= strstr(text, START_MARK) != NULL;
	if (!started || strlen(text) < 12 ||
	    sscanf(text + 3, "%15s %159[^\n]", name, rest) != 2 || option_is_quiet(name))
		return;
	end = strstr(rest, "  ");
	if (!end)
		return;
	*end = 0;
	for (word = strtok_r(rest, " ", &save); word; word = strtok_r(NULL, " ", &save))
		if (*word != '[' && strspn(word, "0123456789-") != strlen(word) &&
		    strcmp(word, "auto") != 0)
			value_add(arg, name, word);
}

static void options_list(const struct plan *plan)
{
	struct machine m = { .kernel = &plan->kernels[0],
			     .kind = KIND_TIME,
			     .image = "build/bench/plain.img",
			     .boot = plan->boot,
			     .command = "vmctl",
			     .memory = plan->memory,
			     .harts = 1,
			     .line = options_line,
			     .arg = (void *)plan };

	value_add(plan, "", "");
	machine_run(&m);
	if (nvalues < 2)
		tool_die("vmctl", "lists no options");
}

static bool options_measure(struct plan *plan)
{
	bool good = true;

	for (int i = 0; i < nvalues; i++) {
		values[i]->plan.time = false;
		good &= measure(&values[i]->plan);
		fprintf(stderr, ".");
	}
	for (int round = 0; plan->time && round < plan->rounds; round++) {
		for (int i = 0; i < nvalues; i++) {
			values[i]->plan.count = false;
			values[i]->plan.time = true;
			values[i]->plan.rounds = 1;
			good &= measure(&values[i]->plan);
			fprintf(stderr, ".");
		}
	}
	fprintf(stderr, "\n");
	return good;
}

/* The rows of @kind that @v changes by more than @least, as a list. */
static void value_print(const struct value *v, enum kind kind, double least)
{
	bool any = false;

	for (int row = 0; row < NROWS; row++) {
		double now = figure_median(&v->plan.kernels[0].figure[kind][row]);
		double before =
			figure_median(&values[0]->plan.kernels[0].figure[kind][row]);

		if (!now || !before)
			continue;
		if (now / before - 1 > -least && now / before - 1 < least)
			continue;
		if (now / before >= 3)
			printf("%s%s x %.1f", any ? ", " : "", row_name(row), now / before);
		else
			printf("%s%s %+.0f %%", any ? ", " : "", row_name(row),
			       100 * (now / before - 1));
		any = true;
	}
	if (!any)
		printf("none");
}

static void options_table(const struct plan *plan)
{
	printf("%s, %s, load %.1f; against the defaults, with uaccess=open.\n"
	       "Rows that change by more than %.0f %% in instructions",
	       plan->compiler, plan->qemu, plan->load[0], 100 * COUNT_CHANGE);
	if (plan->time)
		printf(", %.0f %% in time", 100 * TIME_CHANGE);
	printf(":\n\n| value | instructions |%s\n|---|---|%s\n",
	       plan->time ? " time |" : "", plan->time ? "---|" : "");
	for (int i = 1; i < nvalues; i++) {
		printf("| `%s=%s` | ", values[i]->name, values[i]->word);
		value_print(values[i], KIND_COUNT, COUNT_CHANGE);
		if (plan->time) {
			printf(" | ");
			value_print(values[i], KIND_TIME, TIME_CHANGE);
		}
		printf(" |\n");
	}
}

int options_print(struct plan *plan)
{
	bool good;

	if (getloadavg(plan->load, 1) < 1)
		plan->load[0] = 0;
	options_list(plan);
	good = options_measure(plan);
	if (plan->docs)
		docs_begin();
	options_table(plan);
	if (plan->docs)
		docs_end(plan->docs, "options");
	return good ? 0 : 1;
}
