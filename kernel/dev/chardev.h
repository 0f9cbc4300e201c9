/* chardev.h - device files: what read() and write() do, by major number. */
#pragma once

#include "lib/types.h"

struct chardev {
	const char *name;
	bool tty; /* isatty() says 1 */

	/* Return the bytes done (0: end of file) or -errno.  Called by a thread that
	 * holds no lock. */
	s64 (*read)(uptr_t dst, u64 n);
	s64 (*write)(uptr_t src, u64 n);

	/* Whether a read has something now; NULL: always. */
	bool (*ready)(void);
};

/* At boot.  @major in [1, NDEV). */
void chardev_register(unsigned major, const struct chardev *dev);
const struct chardev *chardev_get(unsigned major); /* NULL: none */
