// sources: kernel/net/udp.c kernel/net/wire.c tests/host/shim/shim.c
/* fuzz_udp.c - any bytes as a datagram, with the check sum that they have and without one:
 * what is accepted lies within the bytes. */
#include <stdlib.h>
#include <string.h>

#include "net/udp.h"
#include "net/wire.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void look(const u8 *p, size_t size)
{
	const struct ipv4 ip = { 0x0a000202, 0x0a00020f, IPV4_UDP, size };
	struct udp u;

	if (udp_parse(p, size, &ip, &u) == 0 && u.bytes + UDP_HEADER > size)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *p = malloc(size);

	memcpy(p, data, size);
	look(p, size);
	if (size >= UDP_HEADER) {
		wire_put16(p + 6, 0);
		look(p, size);
	}
	free(p);
	return 0;
}
