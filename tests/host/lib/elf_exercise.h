/* elf_exercise.h - takes a file apart as exec does and checks what comes out. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "lib/elf.h"

#define EXERCISE_LIMIT (BIT(38) - GIB)

/* Whatever the file was: segments ascend, share no page, and fit. */
static inline void elf_exercise_image(const struct elf_image *img)
{
	va_t end = 0;

	if (img->nsegments > ELF_MAX_SEGMENTS || img->entry >= BIT(38) ||
	    img->stack_size > EXERCISE_LIMIT)
		abort();
	for (unsigned i = 0; i < img->nsegments; i++) {
		const struct elf_segment *s = &img->segment[i];

		if (s->va % PAGE_SIZE || s->va < end || !s->memsz || s->memsz < s->filesz ||
		    s->va > EXERCISE_LIMIT || s->memsz > EXERCISE_LIMIT - s->va ||
		    s->offset + s->filesz < s->offset)
			abort();
		end = (s->va + s->memsz + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
	}
	if ((elf_end(img) + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE != end)
		abort();
}

/* 0, or -1 if the file is refused. */
static inline int elf_exercise(const u8 *file, size_t size, struct elf_image *img)
{
	struct elf_ehdr eh;
	struct elf_phdr ph;

	if (size < sizeof(eh))
		return -1;
	memcpy(&eh, file, sizeof(eh));
	if (elf_check_header(&eh))
		return -1;
	elf_begin(img, &eh);
	for (unsigned i = 0; i < eh.phnum; i++) {
		u64 at = eh.phoff + i * sizeof(ph);

		if (at > size || size - at < sizeof(ph))
			return -1;
		memcpy(&ph, file + at, sizeof(ph));
		if (elf_add(img, &ph, EXERCISE_LIMIT))
			return -1;
		elf_exercise_image(img);
	}
	elf_exercise_image(img);
	return 0;
}
