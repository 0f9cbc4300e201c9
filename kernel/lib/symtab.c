/* symtab.c - see symtab.h. */
#include "lib/symtab.h"

#include "lib/elf.h"
#include "lib/string.h"
#include "uapi/errno.h"

#define SHT_SYMTAB 2
#define SHT_STRTAB 3
#define STB_GLOBAL 1
#define STT_NOTYPE 0
#define STT_FUNC 2
#define SHN_UNDEF 0

#define AT_ONCE 8 /* symbols that are read together: they are on the kernel's stack */

struct symtab_section {
	u32 name, type;
	u64 flags, addr, offset, size;
	u32 link, info;
	u64 align, entsize;
};

struct symtab_symbol {
	u32 name;
	u8 info, other;
	u16 section;
	u64 value, size;
};

_Static_assert(sizeof(struct symtab_section) == 64, "ELF-64 section header");
_Static_assert(sizeof(struct symtab_symbol) == 24, "ELF-64 symbol");

/* Two tables of a file: no offset, size or sum of both exceeds 33 bits. */
struct symtab {
	u64 symbols, nsymbols; /* offset in the file, number */
	u64 names, name_bytes;
};

/* 1: all @n bytes are there; 0: not all; -errno. */
static int symtab_read(const struct symtab_file *f, void *dst, u64 off, u64 n)
{
	s64 got = f->read(f->file, dst, off, n);

	return got < 0 ? (int)got : (u64)got == n;
}

static int symtab_read_section(const struct symtab_file *f, const struct elf_ehdr *eh,
			       u32 index, struct symtab_section *s)
{
	int ok = symtab_read(f, s, eh->shoff + index * sizeof(*s), sizeof(*s));

	/* The file system has 32-bit sizes: no file is larger. */
	return ok == 1 ? s->offset <= UINT32_MAX && s->size <= UINT32_MAX : ok;
}

/* Finds the first symbol table and its names.  1, 0 or -errno. */
static int symtab_find(const struct symtab_file *f, const struct elf_ehdr *eh,
		       struct symtab *t)
{
	struct symtab_section s;
	u32 n = MIN((u32)eh->shnum, SYMTAB_SECTIONS), i = 0;
	int ok;

	do {
		ok = i < n ? symtab_read_section(f, eh, i++, &s) : 0;
	} while (ok == 1 && s.type != SHT_SYMTAB);
	if (ok != 1 || s.entsize != sizeof(struct symtab_symbol) || s.link >= eh->shnum)
		return MIN(ok, 0);
	t->symbols = s.offset;
	t->nsymbols = MIN(s.size / sizeof(struct symtab_symbol), (u64)SYMTAB_SYMBOLS);
	ok = symtab_read_section(f, eh, s.link, &s);
	t->names = s.offset;
	t->name_bytes = s.size;
	return ok == 1 ? s.type == SHT_STRTAB : ok;
}

static bool symtab_is_name(const char *name)
{
	const char *c = name;

	for (; *c; c++) {
		char low = *c | 0x20;

		if (!(low >= 'a' && low <= 'z') && !(*c >= '0' && *c <= '9') && *c != '_' &&
		    *c != '.' && *c != '$')
			return false;
	}
	return c > name;
}

/* Reads a symbol's name.  1, 0: it has none that counts; -errno. */
static int symtab_read_name(const struct symtab_file *f, const struct symtab *t, u32 at,
			    char name[SYMTAB_NAME_MAX])
{
	u64 n;
	s64 got;

	if (at >= t->name_bytes)
		return 0;
	n = MIN(t->name_bytes - at, (u64)SYMTAB_NAME_MAX);
	got = f->read(f->file, name, t->names + at, n);
	if (got < 0)
		return (int)got;
	return memchr(name, '\0', (size_t)got) && symtab_is_name(name);
}

static bool symtab_is_code_at(const struct symtab_symbol *s, va_t va)
{
	u8 type = s->info & 15;

	return s->value == va && s->info >> 4 == STB_GLOBAL && s->section != SHN_UNDEF &&
	       (type == STT_NOTYPE || type == STT_FUNC);
}

struct symtab_search {
	const struct symtab_file *file;
	struct symtab table;
	va_t va;
	bool (*wanted)(const char *name);
	char *name; /* the first name found */
	u32 found;  /* symbols at va so far */
	bool named; /* name is valid */
};

/* Looks at a symbol of the address.  1: it has a wanted name; 0: go on; -errno. */
static int symtab_try(struct symtab_search *s, const struct symtab_symbol *sym)
{
	char name[SYMTAB_NAME_MAX] = { 0 };
	int ok = symtab_read_name(s->file, &s->table, sym->name, name);

	s->found++;
	if (ok != 1)
		return ok;
	if (!s->named || s->wanted(name))
		memcpy(s->name, name, SYMTAB_NAME_MAX);
	s->named = true;
	return s->wanted(name);
}

static int symtab_search(struct symtab_search *s)
{
	struct symtab_symbol sym[AT_ONCE];
	u64 n;
	int ok = 0;

	for (u64 i = 0; i < s->table.nsymbols && s->found < SYMTAB_SAME_ADDRESS; i += n) {
		n = MIN(s->table.nsymbols - i, (u64)AT_ONCE);
		ok = symtab_read(s->file, sym, s->table.symbols + i * sizeof(sym[0]),
				 n * sizeof(sym[0]));
		if (ok != 1)
			return ok;
		for (u64 j = 0; j < n; j++) {
			ok = symtab_is_code_at(&sym[j], s->va) ? symtab_try(s, &sym[j]) : 0;
			if (ok)
				return ok;
		}
	}
	return 0;
}

int symtab_name_at(const struct symtab_file *f, va_t va, bool (*wanted)(const char *name),
		   char name[SYMTAB_NAME_MAX])
{
	struct symtab_search s = { .file = f, .va = va, .wanted = wanted, .name = name };
	struct elf_ehdr eh;
	int ok = symtab_read(f, &eh, 0, sizeof(eh));

	if (ok == 1)
		ok = !elf_check_header(&eh) &&
		     eh.shentsize == sizeof(struct symtab_section) &&
		     eh.shoff <= UINT32_MAX;
	if (ok == 1)
		ok = symtab_find(f, &eh, &s.table);
	if (ok == 1)
		ok = symtab_search(&s);
	return ok < 0 ? ok : s.named;
}
