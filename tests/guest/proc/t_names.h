/* t_names.h - programs as each year's labs make them, for the cases about the numbers 22 to
 * 63. */
#pragma once

#include "elf.h"

#include "uapi/snapshot.h"

#define CODE_AT 0xb0 /* offset in the file of address 0 */
#define SECTIONS 0x1800

#define SPIN 0x0000006fu /* j . */
#define J_RA(off)                                              \
	(0xefu | ((off)&0xff000u) | ((off) >> 11 & 1u) << 20 | \
	 ((off) >> 1 & 0x3ffu) << 21 | ((off) >> 20 & 1u) << 31)

struct stub_def {
	int number;
	const char *name;
};

#define LAB_MAX 16

/* How sbrk() is called: with one argument to 2024, later with a mode. */
enum sbrk_kind { ONE_ARGUMENT, WITH_MODE };

struct kind_of_program {
	const char *year;
	enum sbrk_kind sbrk;
	struct stub_def lab[LAB_MAX]; /* until a number 0 */
};

struct section_header {
	uint32_t name, type;
	uint64_t flags, addr, offset, size;
	uint32_t link, info;
	uint64_t align, entsize;
};

struct symbol {
	uint32_t name;
	uint8_t info, other;
	uint16_t section;
	uint64_t value, size;
};

/* The program under construction. */
struct made {
	struct elf_file *file;
	word here;     /* address of the next instruction */
	word stub[64]; /* address by number, or 0         */
	int nsymbols;
	long name_end;
};
extern struct made made;

/* Starts a program of such a kind, without symbols: its code goes to address 0 on. */
void make_program(const struct kind_of_program *k);
/* Gives it symbols. */
void name_stubs(const struct kind_of_program *k);
struct symbol *add_symbol(const char *name, word value);
struct section_header *section(int index); /* 2: symbols, 3: names */

void put32(uint32_t insn);
void put_call(int number);      /* of the stub */
void put_bare_call(int number); /* an ecall that is in no stub */
void put_arguments(int value);  /* a0 to a5 */
/* The call with this argument in a0 to a5, then a byte to descriptor 1, then a loop. */
void put_call_and_tell(int number, int argument);

/* What is known of @number in process @pid (0: this one); how == 0: it has not used it. */
struct snap_call answer_of(long pid, int number);

extern const struct kind_of_program mmap_2026;
/* Maps a page at 28, unmaps it at 29, and stores to it if @store.  Exits with what munmap
 * returned. */
void make_unmapper(int store);
