/* netdev.h - network devices: packets go out, and come in through a thread.
 *
 * A driver's interrupt handler only switches the device's interrupts off and wakes the
 * thread.  The thread takes packets until there are none, and switches the interrupts on
 * again.  So a storm of packets costs as much processor time as one thread may have, and
 * no more. */
#pragma once

#include "core/sync/waitq.h"
#include "lib/types.h"

struct packet;

struct netdev {
	const char *name;
	u8 mac[6];

	/* The driver.  transmit() copies a whole Ethernet frame of 60 to 1514 bytes; any
	 * context.  0; -EAGAIN: no room at the moment; -ENETDOWN: there is no link. */
	int (*transmit)(struct netdev *dev, const void *frame, u32 bytes);

	/* Only the thread calls these.  receive(): the next frame that came in, or NULL;
	 * *lost counts frames that were dropped because there was no memory, or because
	 * the device reports an error.  listen(): from now on the device interrupts when a
	 * frame comes.  False: there is one already. */
	struct packet *(*receive)(struct netdev *dev, u64 *lost);
	bool (*listen)(struct netdev *dev);

	/* netdev.c */
	void (*upcall)(struct packet *p); /* (C) gets each frame, and frees it */
	u64 lost;                         /* (S) the thread's                  */
	u64 buffers; /* (C) packets that the driver has, and the one that is kept */
	struct spinlock lock;
	struct waitq wq;
	bool work; /* (lock) the device may have frames */
};

/* For drivers, at boot.  True: @dev is the machine's network device; false: there is one
 * already. */
bool netdev_register(struct netdev *dev);

/* For interrupt handlers: the device may have frames. */
void netdev_wake(struct netdev *dev);

/* The network device, or NULL. */
struct netdev *netdev_get(void);

/* At boot: starts the thread, which calls @upcall for each frame.  -ENOMEM. */
int netdev_start(struct netdev *dev, void (*upcall)(struct packet *)) MUST_CHECK;
