/* tool.c - what the small programs share; see tool.h. */
#include <tool.h>

#include "../sys.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "uapi/limits.h"

int tool_status, tool_failed = 1;
void (*tool_colour_word)(const char *when);

const char *tool_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* picolibc's getopt_long() takes the argument `-` for an option without a letter and drops
 * it.  So this string replaces all such arguments, and it is empty during the call. */
static char dash[] = "-";

static int getopt_with_dash(int argc, char **argv, const char *options,
			    const struct option *words)
{
	int c;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "-") == 0)
			argv[i] = dash;
	dash[0] = '\0';
	c = getopt_long(argc, argv, options, words, NULL);
	dash[0] = '-';
	return c;
}

/* Complain about `-x` and exit. */
_Noreturn static void refuse_letter(char letter, const char *reason)
{
	char option[] = { '-', letter, '\0' };

	tool_refuse(option, reason);
}

/* Complain about letters that are no options, or lack their argument.  True: the next word
 * is the argument of the last letter. */
static bool check_letters(const char *letters, const char *options, const char *next)
{
	for (; *letters; letters++) {
		const char *known = *letters == ':' ? NULL : strchr(options, *letters);

		if (!known || *letters == '+')
			refuse_letter(*letters, "no such option");
		if (known[1] != ':')
			continue;
		if (known[2] == ':') /* the rest of the word, or none */
			return false;
		if (!letters[1] && !next)
			refuse_letter(*letters, "its argument is missing");
		return !letters[1];
	}
	return false;
}

/* Complain about a wrong option and exit.  picolibc would take a word `--all` for the
 * letters a, l and l, and its messages do not show the word. */
static void check_options(char **argv, const char *options)
{
	for (argv++; *argv && strcmp(*argv, "--") != 0; argv++) {
		const char *word = *argv;

		/* After a + the first argument ends the options; it may be a number. */
		bool argument = word[0] != '-' || !word[1] ||
				(*options == '+' && isdigit((unsigned char)word[1]));

		if (argument && *options == '+')
			return;
		if (argument)
			continue;
		if (strcmp(word, "--help") == 0)
			return;
		if (tool_colour_word &&
		    (strcmp(word, "--color") == 0 || strncmp(word, "--color=", 8) == 0))
			continue;
		if (word[1] == '-')
			tool_refuse(word, "no such option");
		argv += check_letters(word + 1, options, argv[1]);
	}
}

enum { HELP = 256, COLOUR }; /* no letters */

int tool_getopt_h(int argc, char **argv, const char *options, const char *usage)
{
	static const struct option words[] = {
		{ .name = "help", .val = HELP },
		{ .name = "color", .has_arg = optional_argument, .val = COLOUR },
		{ 0 }
	};
	static bool checked;
	int c;

	if (!checked)
		check_options(argv, options);
	checked = true;
	while ((c = getopt_with_dash(argc, argv, options, words)) == COLOUR)
		tool_colour_word(optarg);
	if (c == HELP) {
		fputs(usage, stdout);
		exit(0);
	}
	if (c == '?' || c == ':')
		exit(2);
	return c;
}

int tool_getopt(int argc, char **argv, const char *options, const char *usage)
{
	int c = tool_getopt_h(argc, argv, options, usage);

	if (c != 'h')
		return c;
	fputs(usage, stdout);
	exit(0);
}

void tool_old_number(int argc, char **argv)
{
	static char option[32];

	if (argc < 2 || argv[1][0] != '-' || argv[1][1] < '0' || argv[1][1] > '9')
		return;
	if (snprintf(option, sizeof(option), "-n%s", argv[1] + 1) < (int)sizeof(option))
		argv[1] = option;
}

void tool_usage(const char *usage)
{
	size_t first = strcspn(usage, "\n");

	fprintf(stderr, "%.*s\n", (int)first, usage);
	if (usage[first] && usage[first + 1])
		fprintf(stderr, "`%s --help` says more.\n", program_name);
	exit(2);
}

void tool_warnx(const char *what, const char *reason)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s: %s\n", program_name, what, reason);
	tool_status = tool_failed;
}

void tool_refuse(const char *what, const char *reason)
{
	tool_warnx(what, reason);
	exit(2);
}

const char *tool_reason(void)
{
	return errno == EPERM ? "not permitted" : strerror(errno);
}

void tool_warn(const char *what)
{
	/* EPIPE says that nobody reads the pipe any more.  Other systems then end the
	 * program without a message, so there is none here. */
	if (errno == EPIPE)
		tool_status = tool_failed;
	else
		tool_warnx(what, tool_reason());
}

void tool_die(const char *what)
{
	tool_warn(what);
	exit(tool_failed);
}

_Noreturn static void refuse(const char *text, const char *reason)
{
	tool_warnx(text, reason);
	exit(2);
}

const char *tool_number_wrong(const char *text, long min, long max, long *number)
{
	static char reason[64];
	char *end;

	errno = 0;
	*number = strtol(text, &end, 10);
	/* strtol() would skip blanks and accept a plus sign. */
	if (!isdigit((unsigned char)text[*text == '-']) || *end)
		return "not a number";
	if (*number >= min && *number <= max && !errno)
		return NULL;
	if (*number < min)
		snprintf(reason, sizeof(reason), "must be at least %ld", min);
	else
		snprintf(reason, sizeof(reason), "must be at most %ld", max);
	return reason;
}

long tool_number(const char *text, long min, long max)
{
	long number;
	const char *wrong = tool_number_wrong(text, min, max, &number);

	if (wrong)
		refuse(text, wrong);
	return number;
}

int tool_ticks(const char *text)
{
	static const char units[] = "smhd";
	static const long unit_seconds[] = { 1, 60, 3600, 86400 };
	long micros = 0, scale = 1000000, seconds = 1;
	const char *at = text, *unit;
	bool digits = false;

	for (; isdigit((unsigned char)*at); at++, digits = true)
		if (micros <= INT_MAX * 1000000l)
			micros = micros * 10 + (*at - '0') * scale;
	if (*at == '.')
		for (at++; isdigit((unsigned char)*at); at++, digits = true)
			micros += (*at - '0') * (scale /= 10);
	unit = *at ? strchr(units, *at) : NULL;
	if (unit) {
		seconds = unit_seconds[unit - units];
		at++;
	}
	if (!digits || *at)
		refuse(text, "not a time like 2, 1.5s or 3m");
	if (micros > INT_MAX / TICK_HZ * 1000000l / seconds)
		refuse(text, "too long");
	return (int)((micros * seconds * TICK_HZ + 999999) / 1000000);
}

void *tool_realloc(void *old, size_t size, const char *what)
{
	void *new = realloc(old, size);

	if (!new &&size)
		tool_die(what);
	return new;
}

unsigned long tool_address(const char *text)
{
	unsigned long va;
	char *end;

	errno = 0;
	va = strtoul(text, &end, 16);
	if (!isxdigit((unsigned char)text[0]) || *end)
		refuse(text, "not an address in hexadecimal");
	if (errno)
		refuse(text, "does not fit into 64 bits");
	return va;
}

bool tool_join(char *buf, int size, const char *path, const char *name)
{
	size_t len = strlen(path);
	const char *slash = len && path[len - 1] == '/' ? "" : "/";

	if (snprintf(buf, (size_t)size, "%s%s%s", path, slash, name) < size)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

const char *tool_human(unsigned long bytes)
{
	static const char units[] = "KMGTPE";
	static char text[24];
	unsigned long unit = 1024, tenths;
	const char *letter = units;

	if (bytes < unit) {
		snprintf(text, sizeof(text), "%lu", bytes);
		return text;
	}
	for (; letter[1] && (bytes + unit - 1) / unit >= 1024; letter++)
		unit *= 1024;
	tenths = bytes / unit * 10 + (bytes % unit * 10 + unit - 1) / unit;
	if (tenths < 100)
		snprintf(text, sizeof(text), "%lu.%lu%c", tenths / 10, tenths % 10,
			 *letter);
	else
		snprintf(text, sizeof(text), "%lu%c", (bytes + unit - 1) / unit, *letter);
	return text;
}

int tool_finish(void)
{
	int error = stdio_error();

	if (error) {
		errno = error;
		tool_warn("standard output");
	}
	return tool_status;
}
