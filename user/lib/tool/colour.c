/* colour.c - output on a terminal: its colours, its width; see tool.h. */
#include <tool.h>

#include <pagoda.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define WIDTH 80 /* of a terminal that does not tell, as to a job in the background */

const char *tool_colour(enum tool_colour colour)
{
	static const char *const codes[] = {
		[PLAIN] = "\033[m", [BOLD] = "\033[1m",    [FAINT] = "\033[2m",
		[RED] = "\033[31m", [YELLOW] = "\033[33m", [BLUE] = "\033[1;34m",
		[CYAN] = "\033[36m"
	};
	static int on = -1;
	char value[4];

	if (on < 0)
		on = isatty(STDOUT_FILENO) && bootarg("colour", value, sizeof(value)) > 0 &&
		     strcmp(value, "on") == 0;
	return on ? codes[colour] : "";
}

unsigned tool_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	return tcgetwinsize(STDOUT_FILENO, &size) == 0 && size.ws_col ? size.ws_col : WIDTH;
}
