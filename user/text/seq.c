/* seq - print a sequence of numbers */
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: seq [-w] [-s TEXT] [-f FORMAT] [FIRST [STEP]] LAST\n"
	"Print the numbers from FIRST (1) up to LAST.\n"
	"  -w   all equally wide, with zeros in front      -s   TEXT between them\n"
	"  -f   with this format of printf, which has one of %a %e %f %g\n";

/* -2 is an argument, not an option. */
static bool is_number(const char *text)
{
	return text && text[0] == '-' &&
	       (isdigit((unsigned char)text[1]) || text[1] == '.');
}

/* Up to here a double is exact. */
#define EXACT 9007199254740992.0

static double read_number(const char *text)
{
	char *end;
	double number = strtod(text, &end);

	if (end == text || *end || isnan(number) || isspace((unsigned char)*text))
		tool_warnx(text, "not a number");
	else if (isfinite(number) && fabs(number) > EXACT)
		tool_warnx(text, "is larger than 9007199254740992, 2 to the 53rd");
	else
		return number;
	exit(2);
}

/* Digits after the point. */
static int places(const char *text)
{
	const char *point = strchr(text, '.');

	return point ? (int)strspn(point + 1, "0123456789") : 0;
}

/* Exactly one number is to be printed, with any text around it. */
static const char *check_format(const char *format)
{
	int count = 0;

	for (const char *at = format; (at = strchr(at, '%')) != NULL; at++) {
		if (at[1] == '%') {
			at++;
			continue;
		}
		at += 1 + strspn(at + 1, "-+ #0'");
		at += strspn(at, "0123456789");
		if (*at == '.')
			at += 1 + strspn(at + 1, "0123456789");
		if (!*at || !strchr("aAeEfFgG", *at)) {
			tool_warnx(format, "not a format for one number");
			exit(2);
		}
		count++;
	}
	if (count == 1)
		return format;
	tool_warnx(format, "not a format for one number");
	exit(2);
}

int main(int argc, char **argv)
{
	const char *between = "\n", *format = NULL, *number[3] = { "1", "1", NULL };
	double first, step, last, count;
	bool same_width = false;
	int c, width = 0, digits;

	while (!is_number(argv[optind ? optind : 1]) &&
	       (c = tool_getopt(argc, argv, "+wf:s:h", usage)) != -1) {
		same_width |= c == 'w';
		between = c == 's' ? optarg : between;
		format = c == 'f' ? check_format(optarg) : format;
	}
	/* 0 is the start of the options for picolibc's getopt(). */
	optind = optind ? optind : 1;
	argc -= optind;
	argv += optind;
	if (argc < 1 || argc > 3)
		tool_usage(usage);
	number[2] = argv[argc - 1];
	number[0] = argc > 1 ? argv[0] : "1";
	number[1] = argc > 2 ? argv[1] : "1";
	first = read_number(number[0]);
	step = read_number(number[1]);
	last = read_number(number[2]);
	if (step == 0) {
		tool_warnx(number[1], "a step of zero never arrives");
		return 2;
	}
	digits = places(number[0]) > places(number[1]) ? places(number[0])
						       : places(number[1]);
	/* A little more than the quotient, as 0.3 / 0.1 is less than 3. */
	count = floor((last - first) / step * (1 + 1e-14));
	if (same_width) {
		int a = snprintf(NULL, 0, "%.*f", digits, first);
		int b = snprintf(NULL, 0, "%.*f", digits, last);

		width = count < 0 ? 0 : a > b ? a : b;
	}
	for (double i = 0; i <= count && !ferror(stdout); i++) {
		if (i)
			fputs(between, stdout);
		if (format)
			printf(format, first + i * step);
		else
			printf("%0*.*f", width, digits, first + i * step);
	}
	if (count >= 0)
		putchar('\n');
	return tool_finish();
}
