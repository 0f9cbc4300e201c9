// sources: kernel/net/icmp.c kernel/net/wire.c tests/host/shim/shim.c
/* fuzz_icmp.c - any bytes as an ICMP message, with the check sum that they have and with
 * the right one: a request that is accepted becomes a reply that is accepted. */
#include <stdlib.h>
#include <string.h>

#include "net/icmp.h"
#include "net/wire.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void look(u8 *p, size_t size)
{
	struct icmp_echo e, back;

	if (icmp_parse(p, size, &e) != 0)
		return;
	e.is_reply = true;
	icmp_build(p, size, &e);
	if (icmp_parse(p, size, &back) != 0 || !back.is_reply || back.id != e.id ||
	    back.seq != e.seq)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *p = malloc(size);

	if (size > 65535)
		size = 65535;
	memcpy(p, data, size);
	look(p, size);
	if (size >= 4) {
		wire_put16(p + 2, 0);
		wire_put16(p + 2, wire_checksum(wire_sum(0, p, size)));
		look(p, size);
	}
	free(p);
	return 0;
}
