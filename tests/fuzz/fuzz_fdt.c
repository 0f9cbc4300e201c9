// sources: kernel/lib/fdt.c
/* fuzz_fdt.c - any bytes at all as a device tree: the reader reads none beside
 * them and comes to an end. */
#include "../host/lib/fdt_exercise.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	fdt_exercise(data, size);
	return 0;
}
