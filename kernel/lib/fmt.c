/* fmt.c - the formatter.  It needs only the stack, and no locks.
 *
 * An unknown conversion is printed as it stands in the format, so that the mistake shows;
 * no argument is taken for it. */
#include "lib/fmt.h"

#include "lib/string.h"

/* Where the text goes. */
struct sink {
	void (*put)(char c, void *arg);
	void *arg;
	int len; /* characters so far */
};

/* One conversion: %[flags][width][.precision][length]type */
struct spec {
	bool left, plus, blank, alt, zero;
	char type;
	signed char length; /* -2 hh, -1 h, 0 int, 1 long and longer */
	int width;
	int precision; /* -1: none given */
};

static void sink_char(struct sink *out, char c)
{
	out->put(c, out->arg);
	out->len++;
}

static void sink_fill(struct sink *out, char c, int n)
{
	while (n-- > 0)
		sink_char(out, c);
}

static void sink_text(struct sink *out, const char *text, int n)
{
	while (n-- > 0)
		sink_char(out, *text++);
}

/* Prints @n characters of @text, with blanks up to the width. */
static void fmt_padded(struct sink *out, const struct spec *s, const char *text, int n)
{
	if (!s->left)
		sink_fill(out, ' ', s->width - n);
	sink_text(out, text, n);
	if (s->left)
		sink_fill(out, ' ', s->width - n);
}

/* The digits of @v, written backwards from @end; returns the first one. */
static char *fmt_digits(char *end, u64 v, unsigned base, const char *alphabet)
{
	while (v) {
		*--end = alphabet[v % base];
		v /= base;
	}
	return end;
}

/* Prints @v after @sign: "", "-", "0x", ... */
static void fmt_number(struct sink *out, const struct spec *s, u64 v, const char *sign)
{
	unsigned base = s->type == 'x' || s->type == 'X' ? 16 : 10;
	char buf[20]; /* 2^64 - 1 has 20 decimal digits */
	char *end = buf + sizeof(buf);
	char *first = fmt_digits(end, v, base,
				 s->type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef");
	int ndigits = end - first, nsign = strlen(sign);
	int least = s->precision < 0 ? 1 : s->precision; /* the least number of digits */
	int zeros, blanks;

	if (s->precision < 0 && s->zero && !s->left)
		least = MAX(least, s->width - nsign);
	zeros = MAX(0, least - ndigits);
	blanks = s->width - nsign - zeros - ndigits;
	if (!s->left)
		sink_fill(out, ' ', blanks);
	sink_text(out, sign, nsign);
	sink_fill(out, '0', zeros);
	sink_text(out, first, ndigits);
	if (s->left)
		sink_fill(out, ' ', blanks);
}

static void fmt_signed(struct sink *out, const struct spec *s, s64 v)
{
	const char *sign = v < 0 ? "-" : s->plus ? "+" : s->blank ? " " : "";

	fmt_number(out, s, v < 0 ? -(u64)v : (u64)v, sign);
}

static void fmt_unsigned(struct sink *out, const struct spec *s, u64 v)
{
	const char *sign = "";

	if (s->alt && v && s->type == 'x')
		sign = "0x";
	else if (s->alt && v && s->type == 'X')
		sign = "0X";
	fmt_number(out, s, v, sign);
}

static void fmt_string(struct sink *out, const struct spec *s, const char *text)
{
	if (!text)
		text = "(null)";
	fmt_padded(out, s, text,
		   s->precision < 0 ? strlen(text) : strnlen(text, s->precision));
}

static void fmt_pointer(struct sink *out, const struct spec *s, const void *p)
{
	struct spec hex = { .left = s->left,
			    .type = 'x',
			    .width = s->width,
			    .precision = 16 };

	fmt_number(out, &hex, (uintptr_t)p, "0x");
}

/* Reads flags; returns what follows them. */
static const char *spec_parse_flags(const char *f, struct spec *s)
{
	for (;; f++) {
		switch (*f) {
		case '-':
			s->left = true;
			break;
		case '+':
			s->plus = true;
			break;
		case ' ':
			s->blank = true;
			break;
		case '#':
			s->alt = true;
			break;
		case '0':
			s->zero = true;
			break;
		default:
			return f;
		}
	}
}

/* Reads a number; ignores digits with which an int would overflow. */
static const char *spec_parse_number(const char *f, int *value)
{
	for (*value = 0; *f >= '0' && *f <= '9'; f++)
		if (*value < 100000000)
			*value = 10 * *value + (*f - '0');
	return f;
}

static const char *spec_parse_length(const char *f, struct spec *s)
{
	switch (*f) {
	case 'h':
		s->length = f[1] == 'h' ? -2 : -1;
		return f[1] == 'h' ? f + 2 : f + 1;
	case 'l':
		s->length = 1;
		return f[1] == 'l' ? f + 2 : f + 1;
	case 'z':
		s->length = 1;
		return f + 1;
	}
	return f;
}

/* A function that has used its va_list leaves it unusable for its caller (C17 7.16).  With
 * a pointer to this struct, all functions go on in one list. */
struct args {
	va_list ap;
};

/* @f is after the %.  Returns what follows the letter of the conversion. */
static const char *spec_parse(const char *f, struct spec *s, struct args *a)
{
	*s = (struct spec){ .precision = -1 };
	f = spec_parse_flags(f, s);
	if (*f == '*') {
		s->width = va_arg(a->ap, int);
		if (s->width < 0) {
			s->left = true;
			s->width = -s->width;
		}
		f++;
	} else {
		f = spec_parse_number(f, &s->width);
	}
	if (*f == '.') {
		if (*++f == '*') {
			s->precision = va_arg(a->ap, int);
			f++;
		} else {
			f = spec_parse_number(f, &s->precision);
		}
	}
	f = spec_parse_length(f, s);
	s->type = *f;
	return *f ? f + 1 : f;
}

static s64 args_signed(struct args *a, const struct spec *s)
{
	s64 v = s->length > 0 ? va_arg(a->ap, long) : va_arg(a->ap, int);

	return s->length == -2 ? (signed char)v : s->length == -1 ? (short)v : v;
}

static u64 args_unsigned(struct args *a, const struct spec *s)
{
	u64 v = s->length > 0 ? va_arg(a->ap, unsigned long) : va_arg(a->ap, unsigned);

	return s->length == -2 ? (u8)v : s->length == -1 ? (u16)v : v;
}

static void fmt_spec(struct sink *out, const struct spec *s, struct args *a,
		     const char *text, int ntext)
{
	char c;

	switch (s->type) {
	case 'd':
	case 'i':
		fmt_signed(out, s, args_signed(a, s));
		break;
	case 'u':
	case 'x':
	case 'X':
		fmt_unsigned(out, s, args_unsigned(a, s));
		break;
	case 'p':
		fmt_pointer(out, s, va_arg(a->ap, void *));
		break;
	case 's':
		fmt_string(out, s, va_arg(a->ap, const char *));
		break;
	case 'c':
		c = va_arg(a->ap, int);
		fmt_padded(out, s, &c, 1);
		break;
	case '%':
		sink_char(out, '%');
		break;
	default:
		sink_text(out, text, ntext);
	}
}

static int sink_format(struct sink *out, const char *format, va_list ap)
{
	struct args args;
	struct spec spec;

	va_copy(args.ap, ap);
	while (*format) {
		const char *start = format;

		if (*format++ != '%') {
			sink_char(out, *start);
			continue;
		}
		format = spec_parse(format, &spec, &args);
		fmt_spec(out, &spec, &args, start, format - start);
	}
	va_end(args.ap);
	return out->len;
}

/* @last is where the NUL goes if the text fills the buffer. */
struct buffer {
	char *next, *last;
};

static void buffer_put(char c, void *arg)
{
	struct buffer *b = arg;

	if (b->next < b->last)
		*b->next++ = c;
}

int fmt_vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
	struct buffer b = { buf, size ? buf + size - 1 : buf };
	struct sink out = { .put = buffer_put, .arg = &b };
	int len = sink_format(&out, format, args);

	if (size)
		*b.next = '\0';
	return len;
}

int fmt_snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = fmt_vsnprintf(buf, size, format, args);
	va_end(args);
	return len;
}

void fmt_vprint(void (*put)(char c, void *arg), void *arg, const char *format, va_list args)
{
	struct sink out = { .put = put, .arg = arg };

	sink_format(&out, format, args);
}
