/* virtio_net.c - network devices on virtio-mmio (virtio 1.2, section 5.1).
 *
 * The device has every receive buffer but those that receive() is looking at.  A frame that
 * came in is handed up only if there is memory for a buffer in its place; otherwise it is
 * dropped.  A frame that goes out is copied into a buffer of its own, so no caller's memory
 * is ever in use by the device.
 *
 * The header that goes before each frame is a segment of its own, as old devices demand.
 * We offer nothing that would need it, so it is zero. */

#include "dev/virtio/virtio_net.h"

#include "core/irq.h"
#include "core/report/klog.h"
#include "dev/net/netdev.h"
#include "dev/net/packet.h"
#include "dev/plic.h"
#include "dev/virtio/virtio.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/frame.h"
#include "mm/phys/kmap.h"
#include "uapi/errno.h"

#define NET_F_MAC BIT(5)     /* the configuration has an address    */
#define NET_F_STATUS BIT(16) /* and the state of the link           */
#define CONFIG_MAC 0u        /* 6 bytes                             */
#define CONFIG_STATUS 6u     /* u16                                 */
#define STATUS_LINK_UP 1u
#define HEADER_LEGACY 10u
#define HEADER 12u
#define RX 0u /* queues */
#define TX 1u
#define RX_BUFFERS 64 /* at most; each takes two descriptors */
#define TX_BUFFERS 16

struct virtio_nic {
	struct netdev dev;
	struct virtio virtio; /* (C) once it runs    */
	u32 header;           /* (C) bytes           */
	bool failed;          /* (lock) given up     */
	struct spinlock lock;
	struct vring rx, tx; /* (lock)                           */
	struct list tx_free; /* (lock) packets of the transmitter */
};

static struct virtio_nic nic;

/* Gives @p to queue @r; false: it is full.  Lock held. */
static bool nic_add(struct vring *r, struct packet *p, u32 bytes)
{
	bool in = r == &nic.rx;
	const struct vring_seg segs[] = {
		{ kmap_pa(p->head), nic.header, in },
		{ kmap_pa(p->data), bytes, in },
	};

	return vring_add(r, segs, ARRAY_SIZE(segs), p);
}

/* After vring_publish(), without the lock, since the host may take its time.  The device
 * may have been given up since: one that was reset has no queue, and does nothing. */
static void nic_notify(bool wanted, u32 index)
{
	if (wanted)
		virtio_notify(&nic.virtio, index);
}

/* Gives the device up if it returned what it was not given.  Lock held. */
static void nic_check(const struct vring *r)
{
	if (nic.failed || !r->broken)
		return;
	nic.failed = true;
	virtio_reset(&nic.virtio);
	printk("net: virtio-net returns buffers that it does not have; given up\n");
}

/* --- receiving: the thread ------------------------------------------------------- */

/* The next frame that may be handed up, or NULL.  The device gets *@fresh in its place;
 * without one, and if the frame is too long, it gets the frame's own buffer back, and the
 * frame counts as lost.  Sets *@notify if the device has to be told.  Lock held. */
static struct packet *nic_take(struct packet **fresh, u64 *lost, bool *notify)
{
	struct packet *p, *back;
	bool given;
	u32 bytes;

	for (;;) {
		p = vring_take(&nic.rx);
		nic_check(&nic.rx);
		if (!p)
			return NULL;
		bytes = nic.rx.written - nic.header;
		back = p;
		if (nic.rx.written >= nic.header && bytes <= PACKET_ROOM && *fresh)
			back = *fresh;
		given = nic_add(&nic.rx, back, PACKET_ROOM);
		ASSERT(given); /* a chain of as many descriptors was just taken */
		*notify |= vring_publish(&nic.rx);
		if (back != p)
			break;
		++*lost;
	}
	*fresh = NULL;
	p->start = 0;
	p->bytes = bytes;
	return p;
}

/* The lock ranks after that of the frames, since the interrupt handler takes it.  So memory
 * comes before it is taken, and goes back after it. */
static struct packet *nic_receive(struct netdev *dev, u64 *lost)
{
	struct packet *fresh = packet_alloc(FRAME_NOWAIT), *p = NULL;
	bool notify = false;

	(void)dev;
	spin_lock(&nic.lock);
	if (!nic.failed)
		p = nic_take(&fresh, lost, &notify);
	spin_unlock(&nic.lock);
	nic_notify(notify, RX);
	if (fresh)
		packet_free(fresh);
	return p;
}

static bool nic_listen(struct netdev *dev)
{
	bool waiting;

	(void)dev;
	spin_lock(&nic.lock);
	waiting = vring_want_interrupt(&nic.rx, true) && !nic.failed;
	spin_unlock(&nic.lock);
	return !waiting;
}

static void nic_interrupt(void *arg)
{
	(void)arg;
	(void)virtio_irq_reason(&nic.virtio);
	spin_lock(&nic.lock);
	(void)vring_want_interrupt(&nic.rx, false);
	spin_unlock(&nic.lock);
	netdev_wake(&nic.dev);
}

/* --- sending --------------------------------------------------------------------- */

static bool nic_has_link(void)
{
	u32 word;

	if (!(nic.virtio.features & NET_F_STATUS))
		return true;
	word = virtio_config32(&nic.virtio, CONFIG_STATUS & ~3u);
	return word >> 8 * (CONFIG_STATUS & 3u) & STATUS_LINK_UP;
}

/* A free packet of the transmitter, or NULL.  Lock held. */
static struct packet *nic_tx_packet(void)
{
	struct packet *p;

	while ((p = vring_take(&nic.tx)) != NULL)
		list_add_tail(&nic.tx_free, &p->link);
	nic_check(&nic.tx);
	if (list_empty(&nic.tx_free))
		return NULL;
	p = list_first(&nic.tx_free, struct packet, link);
	list_del(&p->link);
	return p;
}

/* Lock held. */
static int nic_send(const void *frame, u32 bytes, bool *notify)
{
	struct packet *p;

	if (nic.failed)
		return -ENETDOWN;
	p = nic_tx_packet();
	if (!p)
		return nic.failed ? -ENETDOWN : -EAGAIN;
	memset(p->head, 0, sizeof(p->head));
	memcpy(p->data, frame, bytes);
	if (!nic_add(&nic.tx, p, bytes)) {
		list_add_tail(&nic.tx_free, &p->link);
		return -EAGAIN;
	}
	*notify = vring_publish(&nic.tx);
	return 0;
}

static int nic_transmit(struct netdev *dev, const void *frame, u32 bytes)
{
	bool notify = false;
	int err;

	(void)dev;
	if (!nic_has_link())
		return -ENETDOWN;
	spin_lock(&nic.lock);
	err = nic_send(frame, bytes, &notify);
	spin_unlock(&nic.lock);
	nic_notify(notify, TX);
	return err;
}

/* --- set-up ---------------------------------------------------------------------- */

/* A queue for up to @buffers packets. */
static int nic_set_up_queue(u32 index, struct vring *r, u32 buffers)
{
	u32 size = 2 * buffers, max = virtio_queue_max(&nic.virtio, index);
	unsigned order = 0;
	struct page *pg;

	while (size > max)
		size /= 2;
	if (size < 2)
		return -EIO;
	while (PAGE_SIZE << order < vring_bytes(size))
		order++;
	pg = frame_alloc_order(FRAME_pool, order, FRAME_ZERO);
	if (!pg)
		return -ENOMEM;
	vring_init(r, frame_va(pg), size);
	virtio_queue_set(&nic.virtio, index, r);
	return 0;
}

/* Fills the receive queue, and makes the packets of the transmitter. */
static int nic_alloc_packets(void)
{
	u32 nrx = nic.rx.size / 2, ntx = nic.tx.size / 2;

	nic.dev.buffers = nrx + ntx;
	for (u32 i = 0; i < nrx + ntx; i++) {
		struct packet *p = packet_alloc(0);

		if (!p)
			return -ENOMEM;
		if (i < ntx)
			list_add_tail(&nic.tx_free, &p->link);
		else if (!nic_add(&nic.rx, p, PACKET_ROOM))
			packet_free(p);
	}
	return 0;
}

static void nic_read_address(void)
{
	u32 low = virtio_config32(&nic.virtio, CONFIG_MAC);
	u32 high = virtio_config32(&nic.virtio, CONFIG_MAC + 4);

	for (u32 i = 0; i < 4; i++)
		nic.dev.mac[i] = low >> 8 * i;
	nic.dev.mac[4] = high;
	nic.dev.mac[5] = high >> 8;
}

static int nic_start(const struct virtio *v)
{
	int err;

	nic.virtio = *v;
	nic.header = v->legacy ? HEADER_LEGACY : HEADER;
	nic.dev = (struct netdev){
		.name = "virtio-net",
		.transmit = nic_transmit,
		.receive = nic_receive,
		.listen = nic_listen,
	};
	spin_init(&nic.lock, "virtio-net", RANK_device);
	list_init(&nic.tx_free);
	err = virtio_start(&nic.virtio, NET_F_MAC | NET_F_STATUS);
	if (!err && !(nic.virtio.features & NET_F_MAC))
		err = -EIO;
	if (!err)
		err = nic_set_up_queue(RX, &nic.rx, RX_BUFFERS);
	if (!err)
		err = nic_set_up_queue(TX, &nic.tx, TX_BUFFERS);
	if (!err)
		err = nic_alloc_packets();
	if (err)
		virtio_fail(&nic.virtio);
	else
		nic_read_address();
	return err;
}

static void nic_attach(const struct virtio *v, u32 irq)
{
	int err = nic_start(v);

	if (err) {
		printk("net: virtio-net cannot be used (error %d)\n", -err);
		return;
	}
	if (!netdev_register(&nic.dev)) {
		virtio_reset(&nic.virtio);
		return;
	}
	(void)vring_want_interrupt(&nic.tx, false);
	irq_register(irq, nic_interrupt, NULL);
	virtio_run(&nic.virtio);
	nic_notify(vring_publish(&nic.rx), RX);
}

void virtio_net_init(void)
{
	u64 pa = 0, bytes = 0;
	struct virtio v;
	int node;
	u32 irq;

	while (!netdev_get() && (node = virtio_next_slot(pa, &pa, &bytes)) >= 0) {
		if (virtio_probe(&v, pa, bytes) && v.id == VIRTIO_ID_NET &&
		    plic_irq_of(node, &irq) == 0)
			nic_attach(&v, irq);
	}
}
