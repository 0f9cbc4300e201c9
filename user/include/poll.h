/* poll.h - waiting for several descriptors. */
#pragma once

#include "uapi/poll.h"
#include <sys/cdefs.h>
#include <sys/types.h>
#include <signal.h>
#include <time.h>

__BEGIN_DECLS

typedef unsigned nfds_t;

/* @ms less than 0: for ever.  At most POLL_MAX descriptors: EINVAL. */
int poll(struct pollfd *fds, nfds_t n, int ms);

/* @timeout NULL: for ever.  @mask, if not NULL, is the mask of signals while it waits. */
int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
	  const sigset_t *mask);

__END_DECLS
