/* netstat.c - see netstat.h. */

#include "net/netstat.h"

#include "dev/net/netdev.h"

static u64 counts[NETSTAT_COUNT]; /* (A) */

const char *const netstat_name[NETSTAT_COUNT] = {
#define X(name, what) #name,
	NETSTATS(X)
#undef X
};

const char *const netstat_what[NETSTAT_COUNT] = {
#define X(name, what) what,
	NETSTATS(X)
#undef X
};

void netstat_inc(enum netstat s)
{
	__atomic_fetch_add(&counts[s], 1, __ATOMIC_RELAXED);
}

u64 netstat_read(enum netstat s)
{
	const struct netdev *dev = netdev_get();

	if (s == NETSTAT_net_lost)
		return dev ? __atomic_load_n(&dev->lost, __ATOMIC_RELAXED) : 0;
	return __atomic_load_n(&counts[s], __ATOMIC_RELAXED);
}
