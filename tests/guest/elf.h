/* elf.h - makes program files, valid and broken ones, for the cases about exec(). */
#pragma once

#include "lib.h"

#define PT_LOAD 1
#define PT_NOTE 4
#define PT_GNU_STACK 0x6474e551u
#define PF_X 1
#define PF_W 2
#define PF_R 4

struct elf_header {
	unsigned char magic[4], class, data, ident_version, abi, pad[8];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

#define ELF_SEGMENTS 8
#define ELF_BYTES 12288

/* A file under construction: a header, the segment table right after it, contents. */
struct elf_file {
	struct elf_header *header;
	struct elf_segment *segment;
	unsigned char *bytes;
	long size; /* of the file */
};

/* Returns the only such file, with a valid header and no segments yet. */
struct elf_file *elf_new(void);
/* Adds a segment whose memory size is its file size. */
struct elf_segment *elf_add(struct elf_file *f, uint32_t flags, uint64_t vaddr, long offset,
			    long size);
/* Puts instructions at @offset; returns the offset after them. */
long elf_code(struct elf_file *f, long offset, const uint32_t *code, int count);
void elf_save(const struct elf_file *f, const char *path);

/* Runs the file; returns its exit status, or ELF_REFUSED if exec() returned -1. */
#define ELF_REFUSED 0x7ef0
int elf_run(const char *path);
int elf_run_args(const char *path, char *const argv[]);
/* Saves the file, runs it and removes it. */
int elf_try(const struct elf_file *f);

/* A program with one segment at 0 with all permissions, its code at file offset 0xb0. */
struct elf_file *elf_simple(const uint32_t *code, int count);

/* Instructions. */
#define LI(reg, value) \
	(0x00000013u | (uint32_t)(reg) << 7 | ((uint32_t)(value)&0xfff) << 20)
#define LUI(reg, upper) (0x00000037u | (uint32_t)(reg) << 7 | (uint32_t)(upper) << 12)
#define ADDI(to, from, value) (LI(to, value) | (uint32_t)(from) << 15)
#define LW(reg, base, at) \
	(0x00002003u | (uint32_t)(reg) << 7 | (uint32_t)(base) << 15 | (uint32_t)(at) << 20)
#define SW(reg, base) (0x00002023u | (uint32_t)(base) << 15 | (uint32_t)(reg) << 20)
#define JR(base) (0x00000067u | (uint32_t)(base) << 15)
#define ECALL 0x00000073u
#define A0 10
#define A1 11
#define A2 12
#define A7 17
#define T0 5
#define SP 2
#define EXIT_A0 LI(A7, 2), ECALL
