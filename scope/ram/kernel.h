/* kernel.h - the memory of the kernel: objects at virtual addresses, and their fields.
 *
 * Reading never fails loudly.  What cannot be read is 0, and `unreadable` becomes true and
 * stays so: whoever makes a record of many fields clears it before, and looks after. */
#pragma once

#include "ram/layout.h"

struct kernel {
	struct ram *ram;
	struct layout layout;
	bool unreadable;

	/* Of frame_span: constant after boot. */
	va_t frame_table; /* struct page of the first frame */
	pfn_t frame_base;
	u64 frames;
	pa_t root; /* of the kernel's own page table */
};

/* @index: of the page with the descriptor.  False: k->layout.why says why not. */
bool kernel_open(struct kernel *k, struct ram *ram, u64 index) MUST_CHECK;

/* Copies @n bytes from the virtual address @va of the kernel; what is unreadable is 0. */
void kernel_read(struct kernel *k, va_t va, void *to, u64 n);

/* A field of the object at @object, or an element of a field that is an array: a number of
 * at most 8 bytes, or the first 8 of a larger field. */
u64 kernel_field(struct kernel *k, va_t object, enum layout_id field);
u64 kernel_field_at(struct kernel *k, va_t object, enum layout_id field, u64 i);

/* The @n bytes at @va, which lie within one page; NULL: they cannot be read.  Good as long
 * as the struct ram is used.  For what is read so often that kernel_read() is too slow. */
const void *kernel_bytes(struct kernel *k, va_t va, u64 n);

/* A field of the struct page at @bytes, which kernel_bytes() has given; NULL: 0. */
u64 page_field(const struct kernel *k, const void *bytes, enum layout_id field);

/* Where a field is. */
static inline va_t kernel_place(const struct kernel *k, va_t object, enum layout_id field)
{
	return object + k->layout.item[field].value;
}

/* The element @i of an array; 0: it has fewer.  Element 0 of an object is the object. */
va_t kernel_element(const struct kernel *k, enum layout_id array, u64 i);

static inline u64 kernel_count(const struct kernel *k, enum layout_id array)
{
	return k->layout.item[array].count;
}

static inline u64 kernel_number(const struct kernel *k, enum layout_id number)
{
	return k->layout.item[number].value;
}

/* The value of a variable. */
u64 kernel_value(struct kernel *k, enum layout_id object);

/* The text at @va, which ends with a NUL, cut to @size bytes with its NUL.  What is not
 * printable ASCII becomes "?". */
void kernel_text(struct kernel *k, va_t va, char *to, u64 size);

/* The text @i of an array of texts; "?": it has fewer.  @size >= 2. */
void kernel_name(struct kernel *k, enum layout_id names, u64 i, char *to, u64 size);

/* The name of the function that has the address @pc; "": none.  *offset: from its start. */
void kernel_function(struct kernel *k, va_t pc, char *to, u64 size, u64 *offset);
