/* xxd - print bytes in hexadecimal, or make bytes of such text */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: xxd [-pru] [-c N] [-g N] [-s SKIP] [-l LENGTH] [IN [OUT]]\n"
	"Print each 16 bytes as offset, hexadecimal numbers and characters.\n"
	"  -c   N bytes on a line         -g   N bytes in a group (2)\n"
	"  -p   only the numbers          -u   capital letters\n"
	"  -s   after the first SKIP      -l   at most LENGTH bytes\n"
	"  -r   the way back: bytes of numbers, which -r puts at their offsets\n";

#define COLUMNS_MAX 256

static bool plain, capitals;
static long columns, group = 2, length = LONG_MAX;
static unsigned long offset;

static void print_line(const unsigned char *bytes, long n)
{

	if (!plain)
		printf("%08lx: ", offset);
	for (long i = 0; i < columns && (i < n || !plain); i++) {
		if (i < n)
			printf(capitals ? "%02X" : "%02x", bytes[i]);
		else
			fputs("  ", stdout);
		if (!plain && group && (i + 1) % group == 0)
			putchar(' ');
	}
	if (!plain) {
		printf(group && columns % group == 0 ? " " : "  ");
		for (long i = 0; i < n; i++)
			putchar(isprint(bytes[i]) ? bytes[i] : '.');
	}
	putchar('\n');
}

static void dump(FILE *file)
{
	unsigned char bytes[COLUMNS_MAX];
	long n;

	for (unsigned long left = offset; left; left--)
		if (getc(file) == EOF)
			return;
	for (; length > 0; length -= n, offset += (unsigned long)n) {
		n = (long)fread(bytes, 1, (size_t)(length < columns ? length : columns),
				file);
		if (n <= 0)
			return;
		print_line(bytes, n);
	}
}

static int digit(int c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* The numbers of @text become bytes.  Two blanks end them, as characters follow. */
static void make_bytes(const char *text)
{
	for (; *text; text++) {
		if (isblank((unsigned char)*text)) {
			if (!plain && isblank((unsigned char)text[1]))
				return;
			continue;
		}
		if (digit((unsigned char)text[0]) < 0 || digit((unsigned char)text[1]) < 0)
			return;
		putchar(digit((unsigned char)text[0]) << 4 | digit((unsigned char)text[1]));
		offset++;
		text++;
	}
}

/* Offsets have to go upwards; what they leave out becomes zeros. */
static void reverse(FILE *file)
{
	struct tool_line line = { 0 };

	while (tool_line(file, &line)) {
		unsigned long wanted;
		char *text = line.text, *end;

		text[line.len - (text[line.len - 1] == '\n')] = '\0';
		if (!plain) {
			wanted = strtoul(text, &end, 16);
			if (end == text || *end != ':')
				continue;
			if (wanted < offset) {
				tool_warnx(text, "the offset goes back");
				return;
			}
			for (; offset < wanted; offset++)
				putchar(0);
			text = end + 1 + (end[1] == ' ');
		}
		make_bytes(text);
	}
	free(line.text);
}

int main(int argc, char **argv)
{
	const char *name;
	bool back = false;
	FILE *file;
	int c;

	while ((c = tool_getopt(argc, argv, "pruc:g:s:l:h", usage)) != -1) {
		plain |= c == 'p';
		back |= c == 'r';
		capitals |= c == 'u';
		if (c == 'c')
			columns = tool_number(optarg, 1, COLUMNS_MAX);
		else if (c == 'g')
			group = tool_number(optarg, 0, COLUMNS_MAX);
		else if (c == 'l')
			length = tool_number(optarg, 0, LONG_MAX);
		else if (c == 's')
			offset = (unsigned long)tool_number(optarg, 0, LONG_MAX);
	}
	if (!columns)
		columns = plain ? 30 : 16;
	if (argc - optind > 2)
		tool_usage(usage);
	name = argv[optind] ? argv[optind] : "-";
	file = tool_open(name);
	if (!file)
		return 1;
	if (argc - optind == 2 && !freopen(argv[optind + 1], "w", stdout))
		tool_die(argv[optind + 1]);
	(back ? reverse : dump)(file);
	tool_close(file, name);
	return tool_finish();
}
