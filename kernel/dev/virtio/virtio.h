/* virtio.h - a virtio device with memory-mapped registers (virtio 1.2, section 4.2),
 * the legacy interface included. */
#pragma once

#include "dev/virtio/vring.h"
#include "lib/types.h"

#define VIRTIO_ID_NET 1
#define VIRTIO_ID_BLOCK 2

/* Feature bits that any device may have. */
#define VIRTIO_F_VERSION_1 BIT(32)

#define VIRTIO_IRQ_RING 1u   /* used buffers           */
#define VIRTIO_IRQ_CONFIG 2u /* the configuration changed */

struct virtio {
	volatile u8 *regs;
	bool legacy;
	u32 id;       /* VIRTIO_ID_*                 */
	u64 features; /* agreed upon                 */
};

/* The slot of the device tree with the lowest address above @after: its node, and where its
 * registers are.  -ENOENT: there are no more. */
int virtio_next_slot(u64 after, u64 *pa, u64 *bytes);

/* Looks at the registers at @pa.  False: no device there, or none that can be used. */
bool virtio_probe(struct virtio *v, pa_t pa, u64 bytes);

/* Resets the device, and agrees with it on those of the features @wanted that it has.
 * 0 or -EIO. */
int virtio_start(struct virtio *v, u64 wanted) MUST_CHECK;

/* The largest size of queue @index; 0: there is none, or it is in use. */
u32 virtio_queue_max(struct virtio *v, u32 index);

/* Makes @r queue @index; before virtio_run(). */
void virtio_queue_set(struct virtio *v, u32 index, const struct vring *r);

void virtio_run(struct virtio *v);  /* set-up is over                        */
void virtio_fail(struct virtio *v); /* set-up failed; the device is not used */

/* Stops it: after this the device touches no memory of ours. */
void virtio_reset(struct virtio *v);

/* Tells the device that queue @index has new chains. */
void virtio_notify(struct virtio *v, u32 index);

/* Why the device interrupted (VIRTIO_IRQ_*).  Acknowledges it. */
u32 virtio_irq_reason(struct virtio *v);

/* The field of the device's configuration at byte @offset. */
u32 virtio_config32(struct virtio *v, u32 offset);
u64 virtio_config64(struct virtio *v, u32 offset);
