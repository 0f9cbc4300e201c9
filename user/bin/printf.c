/* printf - print in a format */
#include <string.h>

#include <tool.h>

static const char usage[] =
	"usage: printf FORMAT [ARG...]\n"
	"Print FORMAT, in which each % takes an ARG, again and again until none is left.\n"
	"  %d %i %u %o %x %X   integers; 'c is the number of the character c\n"
	"  %e %f %g %a         numbers with a fraction\n"
	"  %s %c               a text, its first character\n"
	"  %b                  a text with escapes in it, and \\c, which ends all output\n"
	"  %5d %-5d %05d %.2f  flags, width and precision; * takes them from an ARG\n"
	"  \\n \\t \\\\ \\123       escapes in FORMAT\n";

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		fputs(usage, stdout);
	else
		tool_status = tool_printf(argc, argv);
	return tool_finish();
}
