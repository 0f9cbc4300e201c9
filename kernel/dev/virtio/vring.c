/* vring.c - see vring.h. */

#include "dev/virtio/vring.h"

#include "lib/assert.h"

static u64 vring_used_offset(u32 size)
{
	u64 driver_part = sizeof(struct vring_desc) * size + sizeof(struct vring_avail) +
			  sizeof(u16) * (size + 1); /* one more for used_event */

	return ALIGN_UP(driver_part, (u64)VRING_ALIGN);
}

u64 vring_bytes(u32 size)
{
	return vring_used_offset(size) + sizeof(struct vring_used) +
	       sizeof(struct vring_used_elem) * size + sizeof(u16);
}

void vring_init(struct vring *r, void *memory, u32 size)
{
	char *base = memory;

	ASSERT(size > 0 && size <= VRING_MAX && (size & (size - 1)) == 0);
	*r = (struct vring){ .size = size, .nfree = size };
	r->desc = memory;
	r->avail = (struct vring_avail *)(base + sizeof(struct vring_desc) * size);
	r->used = (struct vring_used *)(base + vring_used_offset(size));
	for (u32 i = 0; i < size; i++)
		r->next[i] = i + 1;
}

bool vring_add(struct vring *r, const struct vring_seg *segs, u32 n, void *cookie)
{
	u16 head = r->free_head, id = head;

	ASSERT(n > 0 && cookie);
	if (n > r->nfree)
		return false;
	for (u32 i = 0; i < n; i++) {
		struct vring_desc *d = &r->desc[id];

		d->pa = segs[i].pa;
		d->bytes = segs[i].bytes;
		d->flags = segs[i].device_writes ? VRING_DESC_WRITE : 0;
		if (i + 1 < n)
			d->flags |= VRING_DESC_NEXT;
		d->next = r->next[id];
		id = r->next[id];
	}
	r->free_head = id;
	r->nfree -= n;
	r->cookie[head] = cookie;
	/* The device sees the entry only after vring_publish() has moved avail->idx
	 * past it. */
	r->avail->ring[(u16)(r->avail->idx + r->added++) % r->size] = head;
	return true;
}

bool vring_publish(struct vring *r)
{
	u16 idx = r->avail->idx + r->added;

	if (r->added == 0)
		return false;
	r->added = 0;
	/* The device sees the descriptors before the index that covers them. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(&r->avail->idx, idx, __ATOMIC_RELAXED);
	/* The device sees the index before we read whether it wants to be notified. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !(__atomic_load_n(&r->used->flags, __ATOMIC_RELAXED) & VRING_USED_NO_NOTIFY);
}

/* Frees the chain that starts at @head. */
static void vring_free_chain(struct vring *r, u16 head)
{
	u16 last = head;
	u32 n = 1;

	while (r->desc[last].flags & VRING_DESC_NEXT) {
		last = r->next[last];
		n++;
	}
	r->next[last] = r->free_head;
	r->free_head = head;
	r->nfree += n;
}

void *vring_take(struct vring *r)
{
	u16 idx = __atomic_load_n(&r->used->idx, __ATOMIC_RELAXED);
	u32 id;
	void *cookie;

	if (r->broken || idx == r->last_used)
		return NULL;
	/* Read the entry, and the data of its request, only after the index. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	id = r->used->ring[r->last_used % r->size].id;
	if (id >= r->size || !r->cookie[id]) {
		r->broken = true;
		return NULL;
	}
	r->written = r->used->ring[r->last_used % r->size].bytes;
	r->last_used++;
	cookie = r->cookie[id];
	r->cookie[id] = NULL;
	vring_free_chain(r, id);
	return cookie;
}

bool vring_want_interrupt(struct vring *r, bool want)
{
	__atomic_store_n(&r->avail->flags, want ? 0 : VRING_AVAIL_NO_INTERRUPT,
			 __ATOMIC_RELAXED);
	/* A chain that the device returned without seeing the flag is seen here. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&r->used->idx, __ATOMIC_RELAXED) != r->last_used;
}
