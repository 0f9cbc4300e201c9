/* fake_virtio.h - a virtio block device for tests: registers, one queue, a disk
 * in memory.  It insists on what the specification asks of a driver. */
#pragma once

#include <string.h>

#include "dev/virtio/vring.h"
#include "lib/types.h"

#define FAKE_SECTORS 4096
#define FAKE_HELD_MAX 128

struct fake_device {
	/* Set by the test before the driver starts. */
	bool legacy;
	u32 device_id;
	u32 queue_max;
	u64 features; /* offered                          */
	u32 seg_max, size_max;
	u64 capacity; /* sectors                          */
	bool refuse_features;

	/* How it behaves; may change at any time. */
	bool fifo;          /* answers in order, else at random           */
	u64 bad_sector;     /* requests that touch it fail; ~0: there is none */
	bool quiet;         /* does not want to be notified               */
	bool no_interrupts; /* its interrupts are lost                    */

	/* Its state. */
	u32 status;
	u64 driver_features;
	u32 device_sel, driver_sel;
	u32 page_size, align, pfn;
	u64 desc, avail, used; /* physical addresses */
	u32 queue_num;
	bool ready;
	u32 irq_status;
	u16 seen;                /* entries taken from the available ring */
	u16 held[FAKE_HELD_MAX]; /* chains taken and not answered         */
	u32 nheld;
	u32 notified; /* how often the driver did it */
	u32 flushes, resets, max_segs_seen, max_bytes_seen;
	u8 disk[FAKE_SECTORS * 512];
};

extern struct fake_device fake;

void fake_init(bool legacy);

/* Takes the chains that the driver has made available.  Returns how many are held now. */
u32 fake_take(void);

/* Answers up to @n held chains and interrupts once.  Returns how many it answered. */
u32 fake_answer(u32 n);

/* Puts chain @id into the used ring, whether or not it was given. */
void fake_return_chain(u32 id);

/* Defined by the test: called for an interrupt. */
void fake_interrupt(void);
