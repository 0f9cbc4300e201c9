/* vmctl - show the options of the kernel, or change one */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pagoda.h>
#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: vmctl [-n] [NAME | NAME=VALUE]...\n"
	"List the options of the kernel, show one in detail, or change one.  The list\n"
	"has the values of each, the default first and [the one in effect] in brackets.\n"
	"Marks before the name:\n"
	"  *   it was given at boot\n"
	"  +   vmctl can change it; new work uses the new value\n"
	"The others are read at boot only: ./run --boot 'NAME=VALUE'.\n"
	"  -n   only the values that are in effect\n"
	"Status: 0, 1 if an option cannot be changed, 2 if there is no such option or\n"
	"value.\n";

#define STATUS_WRONG 2
#define VALUES_WIDTH 25

static bool values_only;

/* The next option, or the next one of that name; NULL: no more. */
static const struct snap_option *option_next(struct snap_reader *r, const char *name)
{
	const struct snap_option *o;

	while ((o = snap_next(r)) != NULL)
		if (!name || strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

static void reader_begin(struct snap_reader *r)
{
	if (!snap_begin(r, SNAP_OPTIONS, 0, 0))
		tool_die("options");
}

/* --- the list ----------------------------------------------------------------- */

/* Call @fn for each of the words of @values. */
static void each_word(const char *values, void (*fn)(const char *word, void *arg),
		      void *arg)
{
	char word[sizeof(((struct snap_option *)0)->values)];

	while (*values) {
		size_t n = strcspn(values, " ");

		snprintf(word, sizeof(word), "%.*s", (int)n, values);
		fn(word, arg);
		values += n + (values[n] == ' ');
	}
}

struct marked {
	const char *value;
	char text[2 * VALUES_WIDTH + 4];
	bool found;
};

static void mark_append(struct marked *m, const char *word)
{
	bool is_it = strcmp(word, m->value) == 0;
	size_t len = strlen(m->text);

	m->found |= is_it;
	snprintf(m->text + len, sizeof(m->text) - len, "%s%s%s%s", len ? " " : "",
		 is_it ? "[" : "", word, is_it ? "]" : "");
}

static void mark_word(const char *word, void *marked)
{
	mark_append(marked, word);
}

static void print_line(const struct snap_option *o)
{
	struct marked m = { .value = o->value };

	if (!(o->flags & (SNAP_OPTION_NUMBER | SNAP_OPTION_TEXT)))
		each_word(o->values, mark_word, &m);
	if (!m.found && (*o->value || !*o->values))
		mark_append(&m, o->value);
	printf("%c%c %-9s %-*s %s%s\n", o->flags & SNAP_OPTION_GIVEN ? '*' : ' ',
	       o->flags & SNAP_OPTION_CAN_SET ? '+' : ' ', o->name, VALUES_WIDTH, m.text,
	       strlen(m.text) > VALUES_WIDTH ? "- " : "", o->what);
}

static void print_list(void)
{
	static struct snap_reader r;
	const struct snap_option *o;

	reader_begin(&r);
	while ((o = option_next(&r, NULL)) != NULL) {
		if (values_only)
			printf("%s=%s\n", o->name, o->value);
		else
			print_line(o);
	}
	if (!values_only)
		puts("[ ] in effect, first the default; + may be changed now; "
		     "* given at boot");
}

/* --- one ---------------------------------------------------------------------- */

/* The worst status of several complaints remains. */
static void complain(const char *what, const char *reason, int status)
{
	int before = tool_status;

	tool_warnx(what, reason);
	tool_status = before > status ? before : status;
}

/* The option of that name, or NULL after a complaint; good until the next call. */
static const struct snap_option *option_find(const char *name)
{
	static struct snap_reader r;
	const struct snap_option *o;

	reader_begin(&r);
	o = option_next(&r, name);
	if (!o)
		complain(name, "no such option; vmctl alone lists them", STATUS_WRONG);
	return o;
}

static void print_values(const struct snap_option *o)
{
	size_t first = strcspn(o->values, " ");

	if (o->flags & SNAP_OPTION_TEXT)
		puts("  values    any text");
	else
		printf("  values    %.*s (default)%s\n", (int)first, o->values,
		       o->values + first);
}

#define LINE_WIDTH 79

/* The pieces of @text, which have ", " between them, from column @from on; further lines
 * begin there, too. */
static void print_pieces(int from, const char *text)
{
	int at = from;

	while (*text) {
		int n = (int)strcspn(text, ",") + (strchr(text, ',') != NULL);

		if (at > from && at + 1 + n > LINE_WIDTH) {
			printf("\n%*s", from, "");
			at = from;
		}
		at += printf("%s%.*s", at > from ? " " : "", n, text);
		text += n;
		text += strspn(text, " ");
	}
	putchar('\n');
}

/* What other values than the default change: made from docs/performance.md. */
static void print_costs(const char *name)
{
	static const struct {
		const char *name, *value, *rows;
	} costs[] = {
#include "option_costs.h"
		{ "", "", "" },
	};

	for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++)
		if (strcmp(costs[i].name, name) == 0)
			print_pieces(printf("  %-9s changes instructions: ",
					    costs[i].value),
				     costs[i].rows);
}

static void print_detail(const struct snap_option *o)
{
	printf("%s=%s\n  what      %s\n", o->name, o->value, o->what);
	print_values(o);
	if (o->flags & SNAP_OPTION_GIVEN)
		printf("  at boot   %s\n", o->given);
	else
		puts("  at boot   not given");
	if (o->flags & SNAP_OPTION_WAS_SET)
		puts("  since     changed");
	if (o->flags & SNAP_OPTION_CAN_SET)
		printf("  change    vmctl %s=VALUE\n", o->name);
	else
		printf("  change    at boot only: ./run --boot '%s=VALUE'\n", o->name);
	print_costs(o->name);
}

static void show(const char *name)
{
	const struct snap_option *o = option_find(name);

	if (o && values_only)
		puts(o->value);
	else if (o)
		print_detail(o);
}

/* --- changing ----------------------------------------------------------------- */

static void refuse_change(const struct snap_option *o, const char *value)
{
	char reason[160];

	snprintf(reason, sizeof(reason),
		 "it counts at boot only; boot with: ./run --boot '%s=%s'", o->name, value);
	complain(o->name, reason, 1);
}

static void refuse_value(const struct snap_option *o, const char *value)
{
	char what[64], reason[96];
	const char *values = o->values;

	if (o->flags & SNAP_OPTION_NUMBER) /* the default lies in the range */
		values += strcspn(values, " ") + 1;
	snprintf(what, sizeof(what), "%s=%s", o->name, value);
	snprintf(reason, sizeof(reason), "the values are: %s", values);
	complain(what, reason, STATUS_WRONG);
}

static void find_word(const char *word, void *marked)
{
	struct marked *m = marked;
	unsigned long low, high, n;
	char more;

	m->found |= strcmp(word, m->value) == 0;
	if (sscanf(word, "%lu-%lu", &low, &high) == 2 &&
	    sscanf(m->value, "%lu%c", &n, &more) == 1)
		m->found |= n >= low && n <= high;
}

/* Whether @o has no such value, even if it cannot be changed now. */
static bool is_wrong(const struct snap_option *o, const char *value)
{
	struct marked m = { .value = value };

	if (o->flags & SNAP_OPTION_TEXT)
		return false;
	each_word(o->values, find_word, &m);
	return !m.found;
}

static void change(char *name, char *value)
{
	const struct snap_option *o = option_find(name);

	if (!o)
		return;
	if (setoption(name, value) == 0)
		return;
	if (errno == EINVAL || (errno == EPERM && is_wrong(o, value)))
		refuse_value(o, value);
	else if (errno == EPERM)
		refuse_change(o, value);
	else
		tool_warn(name);
}

int main(int argc, char **argv)
{
	int c;

	while ((c = tool_getopt(argc, argv, "nh", usage)) != -1)
		values_only |= c == 'n';
	if (!argv[optind])
		print_list();
	for (; argv[optind]; optind++) {
		char *equals = strchr(argv[optind], '=');

		if (equals)
			*equals++ = '\0';
		if (equals)
			change(argv[optind], equals);
		else
			show(argv[optind]);
	}
	return tool_finish();
}
