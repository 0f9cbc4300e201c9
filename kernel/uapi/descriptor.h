/* descriptor.h - where the kernel says what its memory means, for programs that have the
 * machine's RAM as a file: those in scope/.
 *
 * The descriptor lies at the start of a page, in the kernel's read-only data (symbol
 * `descriptor`).  Whoever has no symbols finds it by its magic, at the lowest address that
 * has it.  All that a reader needs is in its items: names, addresses, offsets, numbers.
 *
 * An item keeps its name as long as it keeps its meaning; DESCRIPTOR_VERSION is raised when
 * the two structs below change.  So a reader looks its items up by name, and says which
 * one is missing. */
#pragma once

#define DESCRIPTOR_MAGIC "Pagoda: here is" /* 16 bytes with the NUL */
#define DESCRIPTOR_VERSION 1

struct descriptor {
	char magic[16];
	unsigned int version;    /* DESCRIPTOR_VERSION                             */
	unsigned int item_bytes; /* sizeof(struct descriptor_item)                 */
	unsigned long long self; /* physical address of this struct, so that its   */
				 /* place in a file tells where RAM begins         */
	unsigned long long items, items_end; /* physical addresses                 */

	/* The addresses in memory are virtual.  Those in [image, image_end), of the kernel
	 * itself, are at address - image_offset; those in [direct, direct_end) at address -
	 * direct.  All others are in the page table of which kernel_pt has the root. */
	unsigned long long image, image_end, image_offset;
	unsigned long long direct, direct_end;
};

/* X(what an item is) */
#define DESCRIPTOR_KINDS(X)                                       \
	X(OBJECT) /* a variable: value is its address          */ \
	X(FIELD)  /* `struct.field`: value is its offset       */ \
	X(STRUCT) /* a struct: size is all there is to say     */ \
	X(NUMBER) /* a constant: value                         */

enum descriptor_kind {
#define X(name) DESCRIPTOR_##name,
	DESCRIPTOR_KINDS(X) DESCRIPTOR_NKINDS
#undef X
};

struct descriptor_item {
	char name[40];
	unsigned int kind;        /* enum descriptor_kind                          */
	unsigned int size;        /* bytes; of one element, if it is an array      */
	unsigned long long count; /* elements; 1 if it is no array                 */
	unsigned long long value;
};
