/* colour.c - output on a terminal: its colours, its width; see tool.h. */
#include <tool.h>

#include <pagoda.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define WIDTH 80 /* of a terminal that does not tell, as to a job in the background */

static int on = -1; /* whether there are colours; -1: as the terminal has them */

const char *tool_colour(enum tool_colour colour)
{
	static const char *const codes[] = {
		[PLAIN] = "\033[m", [BOLD] = "\033[1m",     [FAINT] = "\033[2m",
		[RED] = "\033[31m", [MAGENTA] = "\033[35m", [BLUE] = "\033[1;34m",
		[CYAN] = "\033[36m"
	};
	char value[4];

	if (on < 0)
		on = isatty(STDOUT_FILENO) && bootarg("colour", value, sizeof(value)) > 0 &&
		     strcmp(value, "on") == 0;
	return on ? codes[colour] : "";
}

static const char *when_alone;

static void colour_word(const char *when)
{
	when = when ? when : when_alone;
	if (strcmp(when, "auto") == 0)
		on = -1;
	else if (strcmp(when, "always") == 0 || strcmp(when, "never") == 0)
		on = *when == 'a';
	else
		tool_refuse(when, "--color takes auto, always or never");
}

int tool_getopt_colour(int argc, char **argv, const char *options, const char *usage,
		       const char *alone)
{
	when_alone = alone;
	tool_colour_word = colour_word;
	return tool_getopt_h(argc, argv, options, usage);
}

unsigned tool_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	return tcgetwinsize(STDOUT_FILENO, &size) == 0 && size.ws_col ? size.ws_col : WIDTH;
}
