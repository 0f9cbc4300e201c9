/* chardev.c - the table of device files by major number.  It is filled at boot, and
 * read without a lock from then on. */

#include "dev/chardev.h"

#include "lib/assert.h"
#include "uapi/limits.h"

static const struct chardev *devices[NDEV];

void chardev_register(unsigned major, const struct chardev *dev)
{
	ASSERT(major >= 1 && major < NDEV && !devices[major]);
	devices[major] = dev;
}

const struct chardev *chardev_get(unsigned major)
{
	return major < NDEV ? devices[major] : NULL;
}
