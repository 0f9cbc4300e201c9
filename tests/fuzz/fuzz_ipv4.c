// sources: kernel/net/ipv4.c kernel/net/wire.c tests/host/shim/shim.c
/* fuzz_ipv4.c - any bytes as an IP packet, with the check sum that they have and with the
 * right one: what is accepted lies within the bytes. */
#include <stdlib.h>
#include <string.h>

#include "net/ipv4.h"
#include "net/wire.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void look(const u8 *p, size_t size)
{
	struct ipv4 ip;

	if (ipv4_parse(p, size, &ip) == 0 && ip.bytes + IPV4_HEADER > size)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *p = malloc(size);
	u32 header;

	memcpy(p, data, size);
	look(p, size);
	header = size ? (p[0] & 15) * 4u : 0;
	if (header >= IPV4_HEADER && header <= size) {
		wire_put16(p + 10, 0);
		wire_put16(p + 10, wire_checksum(wire_sum(0, p, header)));
		look(p, size);
	}
	free(p);
	return 0;
}
