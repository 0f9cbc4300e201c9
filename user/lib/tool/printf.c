/* printf.c - the command printf, for the program and for the shell; see tool.h. */
#include <tool.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_WRONG 2
#define SPEC_SIZE 40

struct format {
	char **args; /* those that are left */
	int status;
	bool stop; /* \c was printed */
};

static void format_complain(struct format *f, const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "printf: %s: %s\n", what, why);
	f->status = 1;
}

static const char *format_arg(struct format *f)
{
	return *f->args ? *f->args++ : NULL;
}

/* Prints the character that begins with the backslash at @s; returns what follows it.  In
 * the argument of %b an octal number begins with 0, and \c ends all output. */
static const char *format_escape(struct format *f, const char *s, bool in_arg)
{
	static const char letters[] = "abfnrtv\\", codes[] = "\a\b\f\n\r\t\v\\";
	const char *at = s[1] ? strchr(letters, s[1]) : NULL;
	int n = 0, value = 0;

	if (at) {
		putchar(codes[at - letters]);
		return s + 2;
	}
	if (in_arg && s[1] == 'c') {
		f->stop = true;
		return s + 2;
	}
	s++;
	if (in_arg && *s == '0')
		s++;
	else if (*s < '0' || *s > '7') {
		putchar('\\');
		return s;
	}
	for (; n < 3 && *s >= '0' && *s <= '7'; n++)
		value = value * 8 + (*s++ - '0');
	putchar(value & 0xff);
	return s;
}

/* The text of %b, its escapes replaced; the caller frees it. */
static void format_print_escaped(struct format *f, const char *text)
{
	while (*text && !f->stop) {
		if (*text == '\\')
			text = format_escape(f, text, true);
		else
			putchar(*text++);
	}
}

/* After a conversion of @text up to @end. */
static void format_check(struct format *f, const char *text, const char *end)
{
	if (end == text)
		format_complain(f, text, "not a number");
	else if (*end)
		format_complain(f, text, "not a number to its end");
	else if (errno)
		format_complain(f, text, strerror(errno));
}

static intmax_t format_integer(struct format *f, bool is_signed)
{
	const char *text = format_arg(f);
	intmax_t value;
	char *end;

	if (!text || !*text)
		return 0;
	if (*text == '"' || *text == '\'')
		return (unsigned char)text[1];
	errno = 0;
	value = is_signed ? strtoimax(text, &end, 0) : (intmax_t)strtoumax(text, &end, 0);
	format_check(f, text, end);
	return value;
}

static double format_real(struct format *f)
{
	const char *text = format_arg(f);
	double value;
	char *end;

	if (!text || !*text)
		return 0;
	if (*text == '"' || *text == '\'')
		return (unsigned char)text[1];
	errno = 0;
	value = strtod(text, &end);
	format_check(f, text, end);
	return value;
}

/* Prints one argument; @spec is "%", flags, and room for more; its numbers are in @n. */
static void format_print(struct format *f, char *spec, const int n[2], char type)
{
	size_t len = strlen(spec);
	const char *text;

	if (strchr("diouxX", type))
		spec[len++] = 'j';
	spec[len++] = type == 'c' ? 's' : type;
	spec[len] = '\0';
	if (type == 'd' || type == 'i') {
		printf(spec, n[0], n[1], format_integer(f, true));
	} else if (strchr("ouxX", type)) {
		printf(spec, n[0], n[1], format_integer(f, false));
	} else if (type == 'c') {
		char one[2] = "";

		text = format_arg(f);
		one[0] = text ? *text : '\0';
		printf(spec, n[0], n[1], one);
	} else if (type == 's') {
		text = format_arg(f);
		printf(spec, n[0], n[1], text ? text : "");
	} else {
		printf(spec, n[0], n[1], format_real(f));
	}
}

/* A width or a precision: digits or `*`; -1: there is none. */
static const char *format_number(struct format *f, const char *s, int *n)
{
	long value = 0;

	if (*s == '*') {
		*n = (int)format_integer(f, true);
		return s + 1;
	}
	for (; isdigit((unsigned char)*s); s++)
		value = value < 100000 ? value * 10 + (*s - '0') : value;
	*n = (int)value;
	return s;
}

/* Prints what the "%" at @s stands for; returns what follows, or NULL after a complaint. */
static const char *format_directive(struct format *f, const char *s)
{
	const char *start = s++;
	char spec[SPEC_SIZE] = "%";
	size_t flags = strspn(s, "-+ #0"), len;
	int n[2] = { 0, -1 }; /* a precision below 0 counts as none */

	if (*s == '%') {
		putchar('%');
		return s + 1;
	}
	for (size_t i = 0; i < flags; i++)
		if (!strchr(spec, s[i])) {
			len = strlen(spec);
			spec[len] = s[i];
			spec[len + 1] = '\0';
		}
	s = format_number(f, s + flags, &n[0]);
	if (*s == '.')
		s = format_number(f, s + 1, &n[1]);
	strcat(spec, "*.*");
	if (*s == 'b') {
		const char *text = format_arg(f);

		format_print_escaped(f, text ? text : "");
		return s + 1;
	}
	if (!*s || !strchr("diouxXcsaAeEfFgG", *s)) {
		format_complain(f, start, "no such conversion");
		return NULL;
	}
	format_print(f, spec, n, *s);
	return s + 1;
}

int tool_printf(int argc, char **argv)
{
	struct format f = { 0 };
	char **before;

	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc < 2) {
		fputs("usage: printf FORMAT [ARG...]\n", stderr);
		return STATUS_WRONG;
	}
	f.args = argv + 2;
	do {
		before = f.args;
		for (const char *s = argv[1]; s && *s && !f.stop;) {
			if (*s == '%')
				s = format_directive(&f, s);
			else if (*s == '\\')
				s = format_escape(&f, s, false);
			else
				putchar(*s++);
			if (!s)
				return 1;
		}
	} while (*f.args && f.args != before && !f.stop);
	return f.status;
}
