/* colour.c - colours on a terminal; see tool.h. */
#include <tool.h>

#include <pagoda.h>
#include <string.h>
#include <unistd.h>

const char *tool_colour(enum tool_colour colour)
{
	static const char *const codes[] = { [PLAIN] = "\033[m",
					     [BOLD] = "\033[1m",
					     [FAINT] = "\033[2m",
					     [RED] = "\033[31m",
					     [YELLOW] = "\033[33m" };
	static int on = -1;
	char value[4];

	if (on < 0)
		on = isatty(STDOUT_FILENO) && bootarg("colour", value, sizeof(value)) > 0 &&
		     strcmp(value, "on") == 0;
	return on ? codes[colour] : "";
}
