/* elf.h - which ELF files exec accepts, and what is to be loaded of them.
 *
 * Pure decoding: nothing in a file, however hostile, makes these read outside
 * the bytes they are given.  Layout: System V ABI, ELF-64, little endian. */
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

/* One PT_LOAD: bytes [offset, offset + filesz) of the file go to va, the rest
 * up to va + memsz is zero.  va is page-aligned; segments ascend and their
 * pages do not overlap. */
struct elf_segment {
	va_t va;
	u64 memsz, filesz, offset;
	u32 flags; /* ELF_PF_* */
};

struct elf_image {
	va_t entry;
	u64 stack_size; /* PT_GNU_STACK's p_memsz, bytes; 0: not said */
	unsigned nsegments;
	struct elf_segment segment[ELF_MAX_SEGMENTS];
};

/* Whether @eh opens a file that can be run: magic, 64 bits, little endian,
 * program headers of the size we know and within reach, an entry in the user
 * half.  Type and machine are not looked at, as in xv6.  0 or -ENOEXEC. */
int elf_check_header(const struct elf_ehdr *eh) MUST_CHECK;

/* Starts @img for a file with header @eh. */
void elf_begin(struct elf_image *img, const struct elf_ehdr *eh);

/* Takes in the next program header; those that load nothing and say nothing of
 * the stack are passed over.  -ENOEXEC: not page-aligned, wraps, ends above
 * @limit (page-aligned, at most MAXVA), memsz < filesz, shares a page with an
 * earlier one or precedes it, too many. */
int elf_add(struct elf_image *img, const struct elf_phdr *ph, va_t limit) MUST_CHECK;

/* Where the last segment ends, bytes (0: none). */
va_t elf_end(const struct elf_image *img);
