/* elf.c - see elf.h. */
#include "lib/elf.h"

#include "uapi/errno.h"
#include "uapi/layout.h"

#define ELF_MAGIC 0x464c457fu /* 0x7f E L F */
#define ELF_CLASS_64 2        /* ident[4] */
#define ELF_LITTLE_ENDIAN 1   /* ident[5] */
#define ELF_PHDRS_MAX 64
#define PT_LOAD 1
#define PT_GNU_STACK 0x6474e551

int elf_check_header(const struct elf_ehdr *eh)
{
	u32 magic = eh->ident[0] | eh->ident[1] << 8 | eh->ident[2] << 16 |
		    (u32)eh->ident[3] << 24;

	if (magic != ELF_MAGIC || eh->phentsize != ELF_PHDR_SIZE)
		return -ENOEXEC;
	if (eh->ident[4] != ELF_CLASS_64 || eh->ident[5] != ELF_LITTLE_ENDIAN)
		return -ENOEXEC;
	if (eh->entry >= MAXVA)
		return -ENOEXEC;
	if (eh->phnum > ELF_PHDRS_MAX || eh->phoff > UINT32_MAX)
		return -ENOEXEC;
	return 0;
}

void elf_begin(struct elf_image *img, const struct elf_ehdr *eh)
{
	img->entry = eh->entry;
	img->stack_size = 0;
	img->nsegments = 0;
}

va_t elf_end(const struct elf_image *img)
{
	const struct elf_segment *last;

	if (!img->nsegments)
		return 0;
	last = &img->segment[img->nsegments - 1];
	return last->va + last->memsz;
}

/* The checks of a segment alone, without its neighbours. */
static int elf_check_load(const struct elf_phdr *ph, va_t limit)
{
	if (ph->memsz < ph->filesz)
		return -ENOEXEC;
	if (!IS_ALIGNED(ph->vaddr, PAGE_SIZE) || ph->vaddr > limit ||
	    ph->memsz > limit - ph->vaddr)
		return -ENOEXEC;
	/* The file system has 32-bit sizes: no file is larger. */
	if (ph->filesz && (ph->offset > UINT32_MAX || ph->filesz > UINT32_MAX))
		return -ENOEXEC;
	return 0;
}

int elf_add(struct elf_image *img, const struct elf_phdr *ph, va_t limit)
{
	if (ph->type == PT_GNU_STACK) {
		if (ph->memsz > limit)
			return -ENOEXEC;
		img->stack_size = ph->memsz;
		return 0;
	}
	if (ph->type != PT_LOAD)
		return 0;
	if (elf_check_load(ph, limit))
		return -ENOEXEC;
	if (ph->memsz == 0)
		return 0;
	if (img->nsegments == ELF_MAX_SEGMENTS ||
	    ph->vaddr < ALIGN_UP(elf_end(img), PAGE_SIZE))
		return -ENOEXEC;
	img->segment[img->nsegments++] = (struct elf_segment){
		.va = ph->vaddr,
		.memsz = ph->memsz,
		.filesz = ph->filesz,
		.offset = ph->offset,
		.flags = ph->flags,
	};
	return 0;
}
