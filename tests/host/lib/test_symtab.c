// sources: kernel/lib/symtab.c kernel/lib/elf.c
// cflags:
/* test_symtab.c - which name the symbol table of a program gives to an address. */
#include "rig.h"

#include <string.h>

#include "lib/elf.h"
#include "lib/symtab.h"
#include "uapi/errno.h"

#define FUNC 0x12   /* GLOBAL FUNC   */
#define NOTYPE 0x10 /* GLOBAL NOTYPE */
#define NSECTIONS 4

struct section {
	u32 name, type;
	u64 flags, addr, offset, size;
	u32 link, info;
	u64 align, entsize;
};

struct symbol {
	u32 name;
	u8 info, other;
	u16 section;
	u64 value, size;
};

/* A file: header, symbols, names, and at the end, as ld does it, the section headers. */
static struct {
	struct elf_ehdr eh;
	struct symbol symbol[40];
	char names[120];
	struct section section[NSECTIONS];
} file;
static u64 file_size, reads, bytes_read;
static int read_error;

static s64 read_file(void *arg, void *dst, u64 off, u64 n)
{
	assert_ptr_equal(arg, &file);
	assert_in_range(n, 1, 256);
	reads++;
	if (read_error)
		return read_error;
	if (off >= file_size)
		return 0;
	n = MIN(n, file_size - off);
	memcpy(dst, (char *)&file + off, n);
	bytes_read += n;
	return (s64)n;
}

static u32 nsymbols, name_end;

static u32 add_name(const char *name)
{
	u32 at = name_end;

	strcpy(file.names + at, name);
	name_end += strlen(name) + 1;
	file.section[3].size = name_end;
	return at;
}

static struct symbol *add_symbol(const char *name, u64 value, u8 info)
{
	struct symbol *s = &file.symbol[nsymbols++];

	*s = (struct symbol){ .name = add_name(name),
			      .info = info,
			      .section = 1,
			      .value = value };
	file.section[2].size = nsymbols * sizeof(*s);
	return s;
}

static int setup(void **state)
{
	(void)state;
	memset(&file, 0, sizeof(file));
	file.eh = (struct elf_ehdr){
		.ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
		.phoff = 64,
		.phentsize = ELF_PHDR_SIZE,
		.shoff = (u64)((char *)file.section - (char *)&file),
		.shentsize = sizeof(struct section),
		.shnum = NSECTIONS,
	};
	file.section[1] = (struct section){ .type = 1 };
	file.section[2] = (struct section){
		.type = 2,
		.offset = (u64)((char *)file.symbol - (char *)&file),
		.entsize = sizeof(struct symbol),
		.link = 3,
	};
	file.section[3] =
		(struct section){ .type = 3, .offset = (u64)(file.names - (char *)&file) };
	file_size = sizeof(file);
	nsymbols = name_end = 0;
	reads = bytes_read = 0;
	read_error = 0;
	add_symbol("", 0, 0);
	add_symbol("main", 0x10, FUNC);
	add_symbol("trace", 0x3a8, NOTYPE);
	return 0;
}

static bool want_all(const char *name)
{
	return *name;
}

static bool want_munmap(const char *name)
{
	return !strcmp(name, "munmap");
}

static char name[SYMTAB_NAME_MAX];

static int find(u64 va)
{
	const struct symtab_file f = { read_file, &file };

	memset(name, 'x', sizeof(name));
	return symtab_name_at(&f, va, want_all, name);
}

static void finds(u64 va, const char *expected)
{
	assert_int_equal(find(va), 1);
	assert_string_equal(name, expected);
}

static void test_names(void **state)
{
	(void)state;
	finds(0x3a8, "trace");
	finds(0x10, "main");
	assert_int_equal(find(0x3a9), 0);
	assert_int_equal(find(0x3a7), 0);
	assert_int_equal(find(0), 0); /* the first symbol of a table is none */
	for (unsigned i = 0; i < 30; i++)
		add_symbol("f", 0x1000 + i, FUNC);
	add_symbol("last", 0x2000, NOTYPE);
	finds(0x2000, "last");
	finds(0x101d, "f");
}

static void test_symbols_that_do_not_count(void **state)
{
	static const u8 infos[] = { 0x00, 0x02, 0x20, 0x22, 0x11, 0x13, 0x14, 0x16, 0xf0 };
	struct symbol *s;

	(void)state;
	for (unsigned i = 0; i < sizeof(infos); i++)
		add_symbol("local", 0x400 + i, infos[i]);
	for (unsigned i = 0; i < sizeof(infos); i++)
		assert_int_equal(find(0x400 + i), 0);
	s = add_symbol("undefined", 0x500, NOTYPE);
	s->section = 0;
	assert_int_equal(find(0x500), 0);
	/* One that counts comes after one that does not. */
	add_symbol("mmap", 0x500, NOTYPE);
	finds(0x500, "mmap");
}

static void test_of_several_names_the_wanted_one(void **state)
{
	const struct symtab_file f = { read_file, &file };

	(void)state;
	add_symbol("first", 0x600, NOTYPE);
	add_symbol("second", 0x600, NOTYPE);
	assert_int_equal(symtab_name_at(&f, 0x600, want_munmap, name), 1);
	assert_string_equal(name, "first");
	add_symbol("munmap", 0x600, FUNC);
	add_symbol("third", 0x600, FUNC);
	assert_int_equal(symtab_name_at(&f, 0x600, want_munmap, name), 1);
	assert_string_equal(name, "munmap");
}

static void test_names_that_are_none(void **state)
{
	struct symbol *s;

	(void)state;
	add_symbol("", 0x700, NOTYPE);
	add_symbol("a b", 0x701, NOTYPE);
	add_symbol("a\nb", 0x702, NOTYPE);
	add_symbol("a\x80", 0x703, NOTYPE);
	add_symbol("nineteen_bytes_here", 0x704, NOTYPE);
	add_symbol("twenty_bytes_are_one", 0x705, NOTYPE);
	for (u64 va = 0x700; va < 0x704; va++)
		assert_int_equal(find(va), 0);
	finds(0x704, "nineteen_bytes_here");
	assert_int_equal(find(0x705), 0);
	/* Offsets past the names, and a name without its NUL. */
	s = add_symbol("cut", 0x706, NOTYPE);
	finds(0x706, "cut");
	file.section[3].size--;
	assert_int_equal(find(0x706), 0);
	file.section[3].size++;
	s->name = name_end;
	assert_int_equal(find(0x706), 0);
	s->name = UINT32_MAX;
	assert_int_equal(find(0x706), 0);
	file.section[3].size = UINT32_MAX;
	assert_int_equal(find(0x706), 0);
}

/* Sets a field, expects no name, and sets it back. */
#define WITHOUT(field, value)                       \
	do {                                        \
		__typeof__(field) was = field;      \
		field = (__typeof__(field))(value); \
		assert_int_equal(find(0x3a8), 0);   \
		field = was;                        \
		assert_int_equal(find(0x3a8), 1);   \
	} while (0)

static void test_broken_headers(void **state)
{
	(void)state;
	WITHOUT(file.eh.ident[0], 0);
	WITHOUT(file.eh.shentsize, 40);
	WITHOUT(file.eh.shentsize, 0xffff);
	WITHOUT(file.eh.shoff, 0);
	WITHOUT(file.eh.shoff, file_size);
	WITHOUT(file.eh.shoff, file_size - 64 * 2);
	WITHOUT(file.eh.shoff, 0x100000000);
	WITHOUT(file.eh.shoff, -1);
	WITHOUT(file.eh.shoff, -63);
	WITHOUT(file.eh.shnum, 0);
	WITHOUT(file.eh.shnum, 2);
	WITHOUT(file.eh.shnum, 3); /* without the names */
	WITHOUT(file.section[2].type, 3);
	WITHOUT(file.section[2].type, 11); /* the symbols of a dynamic linker */
	WITHOUT(file.section[2].entsize, 16);
	WITHOUT(file.section[2].entsize, 0);
	WITHOUT(file.section[2].entsize, -1);
	WITHOUT(file.section[2].link, 2);
	WITHOUT(file.section[2].link, NSECTIONS);
	WITHOUT(file.section[2].link, UINT32_MAX);
	WITHOUT(file.section[2].size, 0);
	WITHOUT(file.section[2].size, -1);
	WITHOUT(file.section[2].offset, file_size);
	WITHOUT(file.section[2].offset, UINT32_MAX);
	WITHOUT(file.section[2].offset, -(s64)sizeof(file.eh));
	WITHOUT(file.section[3].size, 0);
	WITHOUT(file.section[3].offset, file_size);
	WITHOUT(file.section[3].offset, -1);
	WITHOUT(file.section[3].type, 2);
	WITHOUT(file_size, 0);
	WITHOUT(file_size, 63);
	WITHOUT(file_size, file.eh.shoff + 3 * 64 - 1);
	WITHOUT(file_size, file.section[2].offset + 24 * 3 - 1);
}

/* More sections than the file has are no reason to refuse those that are there. */
static void test_too_many_sections(void **state)
{
	(void)state;
	file.eh.shnum = 0xffff;
	assert_int_equal(find(0x3a8), 1);
	file.section[2].type = 1;
	assert_int_equal(find(0x3a8), 0);
	assert_in_range(reads, 1, 20);
}

/* A file without an end, in which every section but the first two has type *arg.  The work
 * has a limit, however large the file says that its tables are. */
static s64 read_endless(void *arg, void *dst, u64 off, u64 n)
{
	struct section s = { .type = *(u32 *)arg, .offset = 0x100000, .size = UINT32_MAX };
	struct elf_ehdr eh = file.eh;

	reads++;
	eh.shoff = 64;
	eh.shnum = 0xffff;
	memset(dst, 0, n);
	if (off == 64 + 64) {
		s.entsize = sizeof(struct symbol);
		s.link = 0;
	} else if (off == 64) {
		s.type = s.type == 2 ? 3 : 1;
	}
	if (off == 0)
		memcpy(dst, &eh, n);
	else if (n == sizeof(s))
		memcpy(dst, &s, n);
	return (s64)n;
}

static void test_work_is_bounded(void **state)
{
	u32 type;
	const struct symtab_file f = { read_endless, &type };

	(void)state;
	type = 2;
	reads = 0;
	assert_int_equal(symtab_name_at(&f, 0x3a8, want_all, name), 0);
	assert_in_range(reads, SYMTAB_SYMBOLS / 8, SYMTAB_SYMBOLS / 8 + 10);
	type = 1;
	reads = 0;
	assert_int_equal(symtab_name_at(&f, 0x3a8, want_all, name), 0);
	assert_in_range(reads, SYMTAB_SECTIONS, SYMTAB_SECTIONS + 10);
}

static bool want_none(const char *n)
{
	return !*n;
}

static void test_many_names_of_one_address(void **state)
{
	const struct symtab_file f = { read_file, &file };
	u32 first = name_end;

	(void)state;
	add_symbol("again", 0x800, NOTYPE);
	while (nsymbols < 40)
		add_symbol("x", 0x800, NOTYPE)->name = first;
	reads = 0;
	assert_int_equal(symtab_name_at(&f, 0x800, want_none, name), 1);
	assert_string_equal(name, "again");
	/* The header, the sections, five pieces of symbols; a piece is finished. */
	assert_in_range(reads, 1, 1 + 4 + 5 + SYMTAB_SAME_ADDRESS + 7);
}

static void test_errors_of_the_file(void **state)
{
	(void)state;
	read_error = -EIO;
	assert_int_equal(find(0x3a8), -EIO);
	read_error = -EINTR;
	assert_int_equal(find(0x3a8), -EINTR);
}

/* An error at any step is reported. */
static u64 reads_left;

static s64 read_until(void *arg, void *dst, u64 off, u64 n)
{
	return reads_left-- ? read_file(arg, dst, off, n) : -ENOMEM;
}

static void test_error_at_any_step(void **state)
{
	const struct symtab_file f = { read_until, &file };
	u64 all;

	(void)state;
	finds(0x3a8, "trace");
	all = reads;
	for (u64 n = 0; n <= all; n++) {
		reads_left = n;
		assert_int_equal(symtab_name_at(&f, 0x3a8, want_all, name),
				 n < all ? -ENOMEM : 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_names, setup),
		cmocka_unit_test_setup(test_symbols_that_do_not_count, setup),
		cmocka_unit_test_setup(test_of_several_names_the_wanted_one, setup),
		cmocka_unit_test_setup(test_names_that_are_none, setup),
		cmocka_unit_test_setup(test_broken_headers, setup),
		cmocka_unit_test_setup(test_too_many_sections, setup),
		cmocka_unit_test_setup(test_work_is_bounded, setup),
		cmocka_unit_test_setup(test_many_names_of_one_address, setup),
		cmocka_unit_test_setup(test_errors_of_the_file, setup),
		cmocka_unit_test_setup(test_error_at_any_step, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
