/* printf.c - formatted output to a descriptor.
 *
 * A call collects its text and writes it at its end, or when its buffer is full, so lines
 * of several processes usually stay whole.  The formats are those of all years: %d %u %x
 * %c %s %p %%, and since 2024 l or ll before the letter.  %l alone is a long in decimal, as
 * it was before 2024. */
#include "user/user.h"

#define ROOM 96 /* bytes; the stack is one page */

struct output {
	int fd;
	int n;
	char text[ROOM];
};

static void output_flush(struct output *o)
{
	if (o->n)
		write(o->fd, o->text, o->n);
	o->n = 0;
}

static void put(struct output *o, char c)
{
	if (o->n == ROOM)
		output_flush(o);
	o->text[o->n++] = c;
}

static void put_string(struct output *o, const char *s)
{
	for (s = s ? s : "(null)"; *s; s++)
		put(o, *s);
}

/* At least @width digits. */
static void put_number(struct output *o, uint64 value, uint base, int width)
{
	char digit[20]; /* the last one first */
	int n = 0;

	while (value || n < width) {
		digit[n++] = "0123456789ABCDEF"[value % base];
		value /= base;
	}
	while (n > 0)
		put(o, digit[--n]);
}

static void put_signed(struct output *o, long value)
{
	uint64 size = (uint64)value;

	if (value < 0) {
		put(o, '-');
		size = -size;
	}
	put_number(o, size, 10, 1);
}

/* d, u or x; an l before it makes it 64 bits wide.  False: another letter. */
static int put_integer(struct output *o, char letter, int wide, __builtin_va_list *ap)
{
	if (letter == 'd' && wide)
		put_signed(o, __builtin_va_arg(*ap, long));
	else if (letter == 'd')
		put_signed(o, __builtin_va_arg(*ap, int));
	else if (letter != 'u' && letter != 'x')
		return 0;
	else if (wide)
		put_number(o, __builtin_va_arg(*ap, uint64), letter == 'u' ? 10 : 16, 1);
	else
		put_number(o, __builtin_va_arg(*ap, uint), letter == 'u' ? 10 : 16, 1);
	return 1;
}

/* Any other letter; an unknown one is printed as it is, so that the error shows. */
static void put_other(struct output *o, char letter, __builtin_va_list *ap)
{
	switch (letter) {
	case 'c':
		put(o, (char)__builtin_va_arg(*ap, int));
		break;
	case 's':
		put_string(o, __builtin_va_arg(*ap, const char *));
		break;
	case 'p':
		put_string(o, "0x");
		put_number(o, __builtin_va_arg(*ap, uint64), 16, 16);
		break;
	default:
		put(o, '%');
		if (letter != '%')
			put(o, letter);
		break;
	}
}

/* Formats one conversion; @format is after its %.  Returns what follows it. */
static const char *put_format(struct output *o, const char *format, __builtin_va_list *ap)
{
	const char *letter = format;

	while (*letter == 'l' && letter - format < 2)
		letter++;
	if (put_integer(o, *letter, letter > format, ap))
		return letter + 1;
	if (letter > format) { /* %l alone */
		put_signed(o, __builtin_va_arg(*ap, long));
		return format + 1;
	}
	if (!*letter) {
		put(o, '%');
		return letter;
	}
	put_other(o, *letter, ap);
	return letter + 1;
}

static void format_to(int fd, const char *format, __builtin_va_list *ap)
{
	struct output o;

	o.fd = fd;
	o.n = 0;
	while (*format) {
		char c = *format++;

		if (c == '%')
			format = put_format(&o, format, ap);
		else
			put(&o, c);
	}
	output_flush(&o);
}

void printf(const char *format, ...)
{
	__builtin_va_list ap;

	__builtin_va_start(ap, format);
	format_to(1, format, &ap);
	__builtin_va_end(ap);
}

void fprintf(int fd, const char *format, ...)
{
	__builtin_va_list ap;

	__builtin_va_start(ap, format);
	format_to(fd, format, &ap);
	__builtin_va_end(ap);
}
