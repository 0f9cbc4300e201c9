// sources: kernel/lib/stub.c kernel/lib/symtab.c kernel/lib/elf.c
/* fuzz_stub.c - any bytes as a program: the search for a call's name stays inside them,
 * ends, and finds nothing but names. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/stub.h"
#include "lib/symtab.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const u8 *bytes;
static u64 nbytes, reads;

/* The program's memory: its file, from address 0 on. */
static bool read_memory(va_t va, void *dst, u64 n)
{
	if (++reads > 100000 || n > 256)
		abort();
	if (va >= nbytes || n > nbytes - va)
		return false;
	memcpy(dst, bytes + va, n);
	return true;
}

static s64 read_file(void *file, void *dst, u64 off, u64 n)
{
	if (++reads > 100000 || n > 256 || file != &bytes)
		abort();
	if (off >= nbytes)
		return 0;
	n = MIN(n, nbytes - off);
	memcpy(dst, bytes + off, n);
	return (s64)n;
}

static bool want(const char *name)
{
	return name[0] == 'm';
}

static void look_up(va_t va)
{
	const struct symtab_file f = { read_file, &bytes };
	char name[SYMTAB_NAME_MAX];
	int found = symtab_name_at(&f, va, want, name);

	if (found != 0 && found != 1)
		abort();
	for (const char *c = name; found && (*c || c == name); c++)
		if (c == name + SYMTAB_NAME_MAX - 1 ||
		    !(isalnum((u8)*c) || *c == '_' || *c == '.' || *c == '$'))
			abort();
}

static void try_at(va_t ecall)
{
	const char *name;
	struct stub s, other;

	for (u32 number = 22; number < 64; number++) {
		if (!stub_find(read_memory, ecall, number, &s))
			continue;
		if (s.number != number || s.start >= ecall || s.end < ecall + 6)
			abort();
		reads = 0;
		look_up(s.start);
		name = stub_name_by_run(read_memory, &s);
		if (name && strlen(name) < 3)
			abort();
		reads = 0;
		if (stub_in_run(read_memory, &s, 22 + (number + 7) % 42, &other) &&
		    (other.number != 22 + (number + 7) % 42 || other.ecall <= other.start))
			abort();
	}
}

/* A program with a run of stubs and a name for each: the fuzzer only has to change it. */
#define CODE 64
#define LAB_NUMBERS 18
#define SECTIONS 1040
#define TEMPLATE (SECTIONS + 4 * 64)

static void put(u8 *at, u64 value, u64 n)
{
	memcpy(at, &value, n);
}

static void make_section(u8 *file, u32 index, u64 type_link, u64 where)
{
	u8 *s = file + SECTIONS + index * 64;

	put(s + 4, type_link & 0xff, 4);
	put(s + 40, type_link >> 8, 4);
	put(s + 24, where & 0xffff, 8);
	put(s + 32, where >> 16, 8);
	put(s + 56, 24, 8);
}

static void make_template(u8 *file)
{
	static const u8 number[] = { 12, 13, 14, 22, 23, 24, 25, 26, 27,
				     28, 29, 30, 31, 32, 33, 34, 35, 36 };
	u8 *code = file + CODE, *symbol = file + 400, *name = file + 900;

	memset(file, 0, TEMPLATE);
	put(file, 0x102464c457f, 6);
	put(file + 40, SECTIONS, 8);
	put(file + 54, 56, 2);
	put(file + 58, 64 | 4 << 16, 4);
	for (u32 i = 0; i < LAB_NUMBERS; i++) {
		put(symbol, (u32)(name - (file + 900)) | 0x10ull << 32 | 1ull << 48, 8);
		put(symbol + 8, (u64)(code - file), 8);
		put(code, number[i] << 20 | 0x893, 4);
		put(code + 4, 0x73, 4);
		put(code + 8, 0x8082, 2);
		put(name, 'm' | ('a' + i) << 8, 3);
		code += 10;
		symbol += 24;
		name += 3;
	}
	make_section(file, 2, 2 | 3 << 8, 400 | (u64)LAB_NUMBERS * 24 << 16);
	make_section(file, 3, 3, 900 | (u64)LAB_NUMBERS * 3 << 16);
}

static void try_everywhere(const u8 *file, u64 n)
{
	bytes = file;
	nbytes = n;
	reads = 0;
	look_up(n % 512);
	for (u64 va = 0; va + 4 <= nbytes; va += 2) {
		u32 insn;

		memcpy(&insn, bytes + va, 4);
		reads = 0;
		if (insn == 0x73 || va < 4)
			try_at(va);
	}
}

/* With an even first byte the rest is a program, but for its first bytes, which the fuzzer
 * need not guess; else a list of changes of the template, each an address and a byte. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u8 start[6] = { 0x7f, 'E', 'L', 'F', 2, 1 };
	u64 n = TEMPLATE;
	u8 *file;

	if (size < 8)
		return 0;
	if (data[0] & 1) {
		file = malloc(n);
		make_template(file);
		for (size_t i = 1; i + 3 <= size; i += 3)
			file[(data[i] | data[i + 1] << 8) % TEMPLATE] = data[i + 2];
	} else {
		n = size - 1;
		file = malloc(n);
		memcpy(file, data + 1, n);
		memcpy(file, start, sizeof(start));
	}
	try_everywhere(file, n);
	free(file);
	return 0;
}
