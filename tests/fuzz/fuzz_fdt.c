// sources: kernel/lib/fdt.c
/* fuzz_fdt.c - any bytes as a device tree: the reader stays inside them and always ends. */
#include "../host/lib/fdt_exercise.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	fdt_exercise(data, size);
	return 0;
}
