/* vring.h - the driver's side of a split virtqueue (virtio 1.2, section 2.7).
 *
 * Pure: memory and barriers, no registers.  The caller holds a lock over each call.
 * The memory has the layout that the legacy interface demands and the modern one
 * accepts. */
#pragma once

#include "lib/types.h"

#define VRING_MAX 128    /* descriptors that we use at most; a power of 2 */
#define VRING_ALIGN 4096 /* of the used ring, legacy                      */

struct vring_desc {
	u64 pa;
	u32 bytes;
	u16 flags;
	u16 next;
};

#define VRING_DESC_NEXT 1u  /* another one follows   */
#define VRING_DESC_WRITE 2u /* the device writes it  */

struct vring_avail {
	u16 flags;
	u16 idx; /* entries ever made available */
	u16 ring[];
};

#define VRING_AVAIL_NO_INTERRUPT 1u

struct vring_used_elem {
	u32 id; /* first descriptor of the chain */
	u32 bytes;
};

struct vring_used {
	u16 flags;
	u16 idx; /* chains ever returned */
	struct vring_used_elem ring[];
};

#define VRING_USED_NO_NOTIFY 1u

_Static_assert(sizeof(struct vring_desc) == 16 && sizeof(struct vring_used_elem) == 8,
	       "layout of the virtio specification");

/* One stretch of memory of a request. */
struct vring_seg {
	pa_t pa;
	u32 bytes;
	bool device_writes;
};

struct vring {
	u32 size; /* descriptors, a power of 2 */
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	u32 nfree;
	u16 free_head; /* chained by next[]                          */
	u16 added;     /* chains not published yet                   */
	u16 last_used; /* entries of used seen so far                */
	u32 written;   /* by the device, in the chain that vring_take() gave last */
	bool broken;   /* the device completed what it was not given */
	u16 next[VRING_MAX];
	void *cookie[VRING_MAX]; /* of the chain in flight that starts here; else NULL */
};

/* vring_init() sets up a ring of @size descriptors, a power of 2 up to VRING_MAX.  @memory:
 * vring_bytes() of it, page-aligned and cleared. */
u64 vring_bytes(u32 size);
void vring_init(struct vring *r, void *memory, u32 size);

/* Queues a chain of @n segments.  False: not enough free descriptors.  vring_take()
 * gives back @cookie (not NULL) when the device is done with it. */
bool vring_add(struct vring *r, const struct vring_seg *segs, u32 n,
	       void *cookie) MUST_CHECK;

/* Makes what was added visible to the device.  True: it wants to be notified. */
bool vring_publish(struct vring *r) MUST_CHECK;

/* The cookie of the next chain that the device is done with, or NULL. */
void *vring_take(struct vring *r);

/* Whether the device is to interrupt when it is done with a chain; it may do it all the
 * same.  Returns whether there are such chains now. */
bool vring_want_interrupt(struct vring *r, bool want);
