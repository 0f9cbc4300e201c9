/* wc - count lines, words and bytes */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: wc [-lwcm] [FILE...]\n"
	"Count lines, words and bytes of the files, or of standard input.\n"
	"  -l   lines only      -w   words only\n"
	"  -c   bytes only      -m   characters of UTF-8 only\n";

struct counts {
	unsigned long lines, words, chars, bytes;
};

static bool show_lines, show_words, show_chars, show_bytes;
static struct counts total;

static void print_counts(const struct counts *n, const char *name)
{
	const char *gap = "";

	if (show_lines)
		printf("%lu", n->lines), gap = " ";
	if (show_words)
		printf("%s%lu", gap, n->words), gap = " ";
	if (show_chars)
		printf("%s%lu", gap, n->chars), gap = " ";
	if (show_bytes)
		printf("%s%lu", gap, n->bytes);
	printf("%s%s\n", *name ? " " : "", name);
}

static void count(FILE *file, const char *name)
{
	struct counts n = { 0 };
	bool in_word = false;
	int c;

	while ((c = getc(file)) != EOF) {
		n.bytes++;
		n.chars += (c & 0xc0) != 0x80;
		n.lines += c == '\n';
		n.words += !isspace(c) && !in_word;
		in_word = !isspace(c);
	}
	print_counts(&n, strcmp(name, "-") == 0 ? "" : name);
	total.lines += n.lines;
	total.words += n.words;
	total.chars += n.chars;
	total.bytes += n.bytes;
}

int main(int argc, char **argv)
{
	int c;

	while ((c = tool_getopt(argc, argv, "lwcmh", usage)) != -1) {
		show_lines |= c == 'l';
		show_words |= c == 'w';
		show_bytes |= c == 'c';
		show_chars |= c == 'm';
	}
	if (!show_lines && !show_words && !show_chars && !show_bytes)
		show_lines = show_words = show_bytes = true;
	tool_each(argv + optind, count);
	if (argc - optind > 1)
		print_counts(&total, "total");
	return tool_finish();
}
