// sources: kernel/lib/elf.c
/* fuzz_elf.c - any bytes as a program file: what is accepted can be loaded. */
#include "../host/lib/elf_exercise.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* The fuzzer need not guess the first six bytes. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u8 start[6] = { 0x7f, 'E', 'L', 'F', 2, 1 };
	struct elf_image img;
	u8 *file;

	elf_exercise(data, size, &img);
	file = malloc(size + sizeof(start));
	memcpy(file, start, sizeof(start));
	memcpy(file + sizeof(start), data, size);
	elf_exercise(file, size + sizeof(start), &img);
	free(file);
	return 0;
}
