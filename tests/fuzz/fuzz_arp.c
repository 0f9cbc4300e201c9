// sources: kernel/net/arp.c kernel/net/wire.c tests/host/shim/shim.c
/* fuzz_arp.c - any bytes as an ARP packet: what is accepted is the same when it is built
 * again. */
#include <stdlib.h>
#include <string.h>

#include "net/arp.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *exact = malloc(size), built[ARP_BYTES];
	struct arp a;

	memcpy(exact, data, size);
	if (arp_parse(exact, size, &a)) {
		arp_build(built, &a);
		if (memcmp(built, exact, ARP_BYTES) != 0)
			abort();
	}
	free(exact);
	return 0;
}
