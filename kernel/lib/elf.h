/* elf.h - which ELF files exec accepts, and what it loads of them.
 *
 * Pure decoding: whatever a file holds, these functions read only the bytes that they are
 * given.  Layout: System V ABI, ELF-64, little endian. */
#pragma once

#include "lib/types.h"

#define ELF_MAX_SEGMENTS 16
#define ELF_PHDR_SIZE 56

struct elf_ehdr {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_phdr {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

_Static_assert(sizeof(struct elf_ehdr) == 64, "ELF-64 header");
_Static_assert(sizeof(struct elf_phdr) == ELF_PHDR_SIZE, "ELF-64 program header");

#define ELF_PF_X 1u
#define ELF_PF_W 2u
#define ELF_PF_R 4u

/* One PT_LOAD: bytes [offset, offset + filesz) of the file go to va, and the rest up to
 * va + memsz is zero.  va is page-aligned.  Segments are in ascending order and share no
 * page. */
struct elf_segment {
	va_t va;
	u64 memsz, filesz, offset;
	u32 flags; /* ELF_PF_* */
};

struct elf_image {
	va_t entry;
	u64 stack_size; /* p_memsz of PT_GNU_STACK, bytes; 0: not given */
	unsigned nsegments;
	struct elf_segment segment[ELF_MAX_SEGMENTS];
};

/* Checks the header of a file that is to be run: magic, 64 bits, little endian, an entry
 * in the user half, program headers of the right size, not too many and not too far
 * into the file.  Ignores type and machine, as xv6 does.  0 or -ENOEXEC. */
int elf_check_header(const struct elf_ehdr *eh) MUST_CHECK;

/* Starts @img for a file with header @eh. */
void elf_begin(struct elf_image *img, const struct elf_ehdr *eh);

/* Adds the next program header to @img.  One that loads nothing and does not describe the
 * stack is skipped.  @limit is page-aligned and at most MAXVA.  -ENOEXEC: the stack is
 * larger than @limit; or a segment is not page-aligned, wraps around, ends above @limit,
 * has memsz < filesz, has a file offset or size of 4 GiB or more, shares a page with an
 * earlier one or precedes it, or is one too many. */
int elf_add(struct elf_image *img, const struct elf_phdr *ph, va_t limit) MUST_CHECK;

/* The address at which the last segment ends; 0: there is none. */
va_t elf_end(const struct elf_image *img);
