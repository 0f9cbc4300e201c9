/* tr - replace, delete or squeeze characters */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: tr [-cs] SET1 SET2 | tr -d [-c] SET1 | tr -ds [-c] SET1 SET2\n"
	"       tr -s [-c] SET1\n"
	"Copy standard input; each character of SET1 becomes that of SET2 at its place.\n"
	"The last character of SET2 stands for what is missing there.\n"
	"  -c, -C   all characters but SET1      -d   delete them\n"
	"  -s       one in place of equal ones in a row, for those of the last set\n"
	"A set may have ranges a-z, classes [:upper:], [x*N] or [x*] for repeated x, and\n"
	"\\n \\t \\\\ \\ooo and so on.\n";

struct set {
	unsigned char *bytes;
	size_t len;
	const char *text; /* what is not read yet */
	size_t star;      /* where [x*] is, if it has one */
	bool has_star;
};

static size_t full_length; /* [x*] in a set fills it to this length */

static void set_add(struct set *set, int c)
{
	if (set->len % 256 == 0)
		set->bytes = tool_realloc(set->bytes, set->len + 256, "a set");
	set->bytes[set->len++] = (unsigned char)c;
}

/* One character, perhaps an escape. */
static int set_char(struct set *set)
{
	static const char letters[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
	const char *at = set->text, *letter;
	int c = (unsigned char)*at++, n;

	if (c == '\\' && *at >= '0' && *at <= '7') {
		for (c = n = 0; n < 3 && *at >= '0' && *at <= '7' && c < 32; n++)
			c = c * 8 + *at++ - '0';
	} else if (c == '\\' && *at) {
		letter = strchr(letters, *at);
		c = letter ? values[letter - letters] : (unsigned char)*at;
		at++;
	}
	set->text = at;
	return c;
}

static const struct class
{
	const char *name;
	int (*has)(int c);
} classes[] = {
	{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank },
	{ "cntrl", iscntrl }, { "digit", isdigit }, { "graph", isgraph },
	{ "lower", islower }, { "print", isprint }, { "punct", ispunct },
	{ "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
};

/* [:NAME:]; false if the text is not one. */
static bool set_class(struct set *set)
{
	const char *name = set->text + 2, *end = strstr(name, ":]");

	if (strncmp(set->text, "[:", 2) != 0 || !end)
		return false;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strlen(classes[i].name) != (size_t)(end - name) ||
		    strncmp(classes[i].name, name, (size_t)(end - name)) != 0)
			continue;
		for (int c = 0; c < 256; c++)
			if (classes[i].has(c))
				set_add(set, c);
		set->text = end + 2;
		return true;
	}
	tool_refuse(set->text, "no such class of characters");
}

/* [=C=], [C*] or [C*N]; false if the text is none of them. */
static bool set_bracket(struct set *set)
{
	const char *start = set->text;
	unsigned long n;
	char *end;
	int c;

	if (start[0] != '[' || !start[1])
		return false;
	if (start[1] == '=' && start[2] && strncmp(start + 3, "=]", 2) == 0) {
		set_add(set, (unsigned char)start[2]);
		set->text += 5;
		return true;
	}
	set->text++;
	c = set_char(set);
	if (*set->text == '*') {
		n = strtoul(set->text + 1, &end, set->text[1] == '0' ? 8 : 10);
		if (*end == ']') {
			if (!n) {
				set->star = set->len;
				set->has_star = true;
				n = 1;
			}
			/* No set has use for more than the longest first one has. */
			for (n = n < full_length ? n : full_length; n; n--)
				set_add(set, c);
			set->text = end + 1;
			return true;
		}
	}
	set->text = start;
	return false;
}

static void set_read(struct set *set, const char *text)
{
	*set = (struct set){ .text = text };
	while (*set->text) {
		int first, last;

		if (set_class(set) || set_bracket(set))
			continue;
		first = last = set_char(set);
		if (set->text[0] == '-' && set->text[1]) {
			set->text++;
			last = set_char(set);
			if (last < first)
				tool_refuse(text, "a range goes upwards");
		}
		for (int c = first; c <= last; c++)
			set_add(set, c);
	}
}

static bool set_has(const struct set *set, int c)
{
	return set->len && memchr(set->bytes, c, set->len);
}

static void set_complement(struct set *set)
{
	struct set other = { 0 };

	for (int c = 0; c < 256; c++)
		if (!set_has(set, c))
			set_add(&other, c);
	*set = other;
}

/* Make @set as long as full_length: at its [x*], or else with its last character. */
static void set_fill(struct set *set)
{
	size_t at, more = set->len < full_length ? full_length - set->len : 0;
	int c;

	if (!set->len)
		tool_refuse("SET2", "is empty");
	at = set->has_star ? set->star : set->len - 1;
	c = set->bytes[at];
	for (size_t n = more; n; n--)
		set_add(set, c);
	memmove(set->bytes + at + more, set->bytes + at, set->len - more - at);
	memset(set->bytes + at, c, more);
}

static bool deleted[256], squeezed[256];
static unsigned char becomes[256];

static void copy(void)
{
	int c, last = EOF;

	while ((c = getchar()) != EOF) {
		if (deleted[c])
			continue;
		c = becomes[c];
		if (c == last && squeezed[c])
			continue;
		putchar(c);
		last = c;
	}
	if (ferror(stdin))
		tool_warn("standard input");
}

int main(int argc, char **argv)
{
	bool complement = false, delete = false, squeeze = false, translate;
	struct set one, two = { 0 };
	int c, sets;

	while ((c = tool_getopt(argc, argv, "+cCdsh", usage)) != -1) {
		complement |= c == 'c' || c == 'C';
		delete |= c == 'd';
		squeeze |= c == 's';
	}
	argv += optind;
	sets = argc - optind;
	translate = !delete &&sets == 2;
	if (sets != (delete ? 1 + squeeze : 2) && !(squeeze && !delete &&sets == 1))
		tool_usage(usage);
	full_length = 256;
	set_read(&one, argv[0]);
	if (complement)
		set_complement(&one);
	full_length = one.len;
	if (sets == 2)
		set_read(&two, argv[1]);
	if (translate && one.len)
		set_fill(&two);
	for (c = 0; c < 256; c++) {
		becomes[c] = (unsigned char)c;
		deleted[c] = delete &&set_has(&one, c);
		squeezed[c] = squeeze && set_has(sets == 2 ? &two : &one, c);
	}
	for (size_t i = 0; translate && i < one.len; i++)
		becomes[one.bytes[i]] = two.bytes[i];
	copy();
	return tool_finish();
}
