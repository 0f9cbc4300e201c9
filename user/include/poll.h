/* poll.h - waiting for several descriptors. */
#pragma once

#include "uapi/poll.h"
#include <sys/cdefs.h>

__BEGIN_DECLS

typedef unsigned nfds_t;

/* @ms less than 0: for ever.  At most POLL_MAX descriptors: EINVAL. */
int poll(struct pollfd *fds, nfds_t n, int ms);

__END_DECLS
