/* sys/uio.h - reads and writes of several pieces of memory at once. */
#pragma once

#include <stddef.h>
#include <sys/cdefs.h>
#include <sys/types.h>

__BEGIN_DECLS

#define IOV_MAX 1024

struct iovec {
	void *iov_base;
	size_t iov_len;
};

/* One read or write for all pieces; they pass through memory of that size, so ENOMEM is
 * possible. */
ssize_t readv(int fd, const struct iovec *pieces, int n);
ssize_t writev(int fd, const struct iovec *pieces, int n);

__END_DECLS
