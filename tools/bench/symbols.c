/* symbols.c - which function of a kernel an address belongs to. */
#include "symbols.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* The page at the top of a program's addresses is one of the kernel's, with user_vector. */
#define TRAMPOLINE 0x3ffffff000ull
#define PAGE_MASK 0xfffull
#define UPPER_HALF (1ull << 38)

static char *read_all(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *data;

	if (!f || fseek(f, 0, SEEK_END) < 0)
		tool_die(path, strerror(errno));
	*size = (size_t)ftell(f);
	rewind(f);
	data = malloc(*size + 1);
	if (!data || fread(data, 1, *size, f) != *size)
		tool_die(path, "cannot be read");
	data[*size] = 0;
	fclose(f);
	return data;
}

static int symbol_compare(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* Functions of C, and labels of assembly that are visible elsewhere. */
static bool symbol_is_function(const Elf64_Sym *sym, const char *name)
{
	int type = ELF64_ST_TYPE(sym->st_info);

	return sym->st_value >= UPPER_HALF && *name && *name != '$' && *name != '.' &&
	       (type == STT_FUNC ||
		(type == STT_NOTYPE && ELF64_ST_BIND(sym->st_info) == STB_GLOBAL));
}

static void symbols_add(struct symbols *s, const char *data, const Elf64_Shdr *table,
			const Elf64_Shdr *strings)
{
	const Elf64_Sym *sym = (const Elf64_Sym *)(data + table->sh_offset);
	size_t n = table->sh_size / sizeof(*sym);

	s->all = calloc(n + 1, sizeof(*s->all));
	if (!s->all)
		tool_die("bench", "out of memory");
	for (size_t i = 0; i < n; i++) {
		const char *name = data + strings->sh_offset + sym[i].st_name;

		if (symbol_is_function(&sym[i], name))
			s->all[s->n++] =
				(struct symbol){ .address = sym[i].st_value, .name = name };
		if (!strcmp(name, "user_vector"))
			s->trampoline = sym[i].st_value & ~PAGE_MASK;
	}
	qsort(s->all, s->n, sizeof(*s->all), symbol_compare);
}

void symbols_read(struct symbols *s, const char *path)
{
	size_t size;
	char *data = read_all(path, &size);
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)data;
	const Elf64_Shdr *sections = (const Elf64_Shdr *)(data + head->e_shoff);

	memset(s, 0, sizeof(*s));
	if (size < sizeof(*head) || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
	    head->e_shoff + head->e_shnum * sizeof(*sections) > size)
		tool_die(path, "is no ELF file");
	for (int i = 0; i < head->e_shnum; i++)
		if (sections[i].sh_type == SHT_SYMTAB)
			symbols_add(s, data, &sections[i], &sections[sections[i].sh_link]);
	if (!s->n)
		tool_die(path, "has no symbols");
}

struct symbol *symbols_at(struct symbols *s, unsigned long long *address)
{
	size_t low = 0, high = s->n;

	if ((*address & ~PAGE_MASK) == TRAMPOLINE && s->trampoline)
		*address = s->trampoline | (*address & PAGE_MASK);
	if (*address < UPPER_HALF)
		return NULL;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->all[middle].address <= *address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &s->all[low - 1] : NULL;
}
