/* printf.c - formatted output to a descriptor.
 *
 * A call's text is gathered and written at its end, or when the room for it is
 * full, so that lines of several processes stay whole as a rule.  The formats
 * are those of all years: %d %u %x %c %s %p %%, from 2024 with l or ll before
 * the letter; a lone %l is a long in decimal, as it was before. */
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

/* One %... of @format, which starts behind the %.  Returns what follows. */
static const char *put_format(struct output *o, const char *format, __builtin_va_list *ap)
{
	const char *letter = format;
	int wide;

	while (*letter == 'l' && letter - format < 2)
		letter++;
	wide = letter > format;
	switch (*letter) {
	case 'd':
		put_signed(o, wide ? __builtin_va_arg(*ap, long) : __builtin_va_arg(*ap, int));
		return letter + 1;
	case 'u':
	case 'x':
		put_number(o, wide ? __builtin_va_arg(*ap, uint64) : __builtin_va_arg(*ap, uint),
			   *letter == 'u' ? 10 : 16, 1);
		return letter + 1;
	default:
		break;
	}
	if (wide) { /* %l alone */
		put_signed(o, __builtin_va_arg(*ap, long));
		return format + 1;
	}
	switch (*letter) {
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
	case '\0':
		put(o, '%');
		return letter;
	case '%':
		put(o, '%');
		break;
	default: /* shown as it is, so that it is seen */
		put(o, '%');
		put(o, *letter);
		break;
	}
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
