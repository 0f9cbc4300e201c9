/* date - print the date and the time */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: date [-uRI] [-d @SECONDS] [+FORMAT]\n"
	"Print what time it is, by the clock of the machine.  FORMAT is that of\n"
	"strftime(): %Y year, %m month, %d day, %H hour, %M minute, %S second, and more.\n"
	"The variable TZ says which time zone it is; without it, it is UTC.\n"
	"  -u   UTC      -R   as in mail      -I   as in 2027-12-31\n"
	"  -d   the time that is so many seconds after 1970, not now\n";

/* Prints any length of text that strftime() makes of @format. */
static void date_print(const char *format, const struct tm *tm)
{
	size_t size = 256;
	char *padded = malloc(strlen(format) + 2), *text = NULL;

	if (!padded)
		tool_die("FORMAT");
	/* One more byte, so that an empty result is no failure. */
	strcpy(padded, format);
	strcat(padded, ".");
	do {
		text = realloc(text, size *= 2);
		if (!text)
			tool_die("FORMAT");
	} while (strftime(text, size, padded, tm) == 0);
	text[strlen(text) - 1] = '\0';
	puts(text);
}

int main(int argc, char **argv)
{
	const char *format = "+%a %b %e %H:%M:%S %Z %Y";
	time_t now = time(NULL);
	int c;

	while ((c = tool_getopt(argc, argv, "uRId:h", usage)) != -1)
		if (c == 'u')
			setenv("TZ", "UTC0", 1);
		else if (c == 'd' && *optarg != '@')
			tool_refuse(optarg, "not @ and a number");
		else if (c == 'd')
			now = tool_number(optarg + 1, 0, LONG_MAX / 2);
		else
			format = c == 'R' ? "+%a, %d %b %Y %H:%M:%S %z" : "+%Y-%m-%d";
	if (argv[optind])
		format = argv[optind++];
	if (argv[optind] || *format != '+')
		tool_usage(usage);
	if (!getenv("TZ"))
		setenv("TZ", "UTC0", 1);
	tzset();
	date_print(format + 1, localtime(&now));
	return tool_finish();
}
