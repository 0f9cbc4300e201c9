/* notes.c - see notes.h. */

#include "decode/notes.h"

#include "lib/string.h"

u64 notes_messages(struct kernel *k, u64 *from, char *to, u64 n)
{
	u64 size = k->layout.item[LAYOUT_klog_kept].size;
	u64 written = kernel_value(k, LAYOUT_klog_written), at;

	if (!size)
		return 0;
	if (written > size)
		*from = MAX(*from, written - size);
	if (*from >= written)
		return 0;
	at = *from % size; /* the kept bytes are a ring */
	n = MIN(n, MIN(written - *from, size - at));
	kernel_read(k, kernel_element(k, LAYOUT_klog_kept, 0) + at, to, n);
	return n;
}

u64 notes_recorded(struct kernel *k, u64 hart)
{
	va_t ring = kernel_element(k, LAYOUT_event_rings, hart);

	return ring && kernel_field(k, ring, LAYOUT_event_ring_at)
		       ? kernel_field(k, ring, LAYOUT_event_ring_recorded)
		       : 0;
}

bool notes_event(struct kernel *k, u64 hart, u64 number, struct event *e)
{
	va_t ring = kernel_element(k, LAYOUT_event_rings, hart);
	va_t at = ring ? kernel_field(k, ring, LAYOUT_event_ring_at) : 0;

	k->unreadable = false;
	kernel_read(k, at + number % EVENT_RING * sizeof(*e), e, sizeof(*e));
	return !k->unreadable && e->number == (u32)number && e->kind < EVENT_NKINDS;
}

/* A number, at the end of @to. */
static void note_number(char *to, u64 size, u64 value)
{
	char digits[24];
	u64 n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value && n < sizeof(digits));
	for (u64 i = 0; i < n && i + 1 < size; i++)
		to[i] = digits[n - 1 - i];
	to[MIN(n, size - 1)] = '\0';
}

/* A value below the number of words is a word; one from there on, a number.  An option
 * without words and numbers has the text that was given. */
bool notes_option(struct kernel *k, u64 i, struct note_option *o)
{
	va_t option = kernel_element(k, LAYOUT_options, i);
	va_t value_at = kernel_element(k, LAYOUT_option_values, i);
	va_t place = kernel_element(k, LAYOUT_option_places, i);
	u64 words = 0, value = 0, given;

	memset(o, 0, sizeof(*o));
	if (!option || !value_at || !place)
		return false;
	kernel_text(k, kernel_field(k, option, LAYOUT_option_name), o->name,
		    sizeof(o->name));
	kernel_read(k, value_at, &value, sizeof(u32));
	while (words < kernel_count(k, LAYOUT_option_words) &&
	       kernel_field_at(k, option, LAYOUT_option_words, words))
		words++;
	given = kernel_field(k, place, LAYOUT_option_given);
	if (value < words)
		kernel_text(k, kernel_field_at(k, option, LAYOUT_option_words, value),
			    o->value, sizeof(o->value));
	else if (kernel_field(k, option, LAYOUT_option_high))
		note_number(o->value, sizeof(o->value), value - words);
	else if (given)
		kernel_text(k, given, o->value, sizeof(o->value));
	return true;
}
