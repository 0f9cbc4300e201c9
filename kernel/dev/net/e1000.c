/* e1000.c - Intel's 82540EM (PCI/PCI-X Family of Gigabit Ethernet Controllers Software
 * Developer's Manual, 317453; section numbers are of that manual).
 *
 * The device has every receive buffer but those that receive() is looking at.  A frame
 * that came in is handed up only if there is memory for a buffer in its place; otherwise it
 * is dropped.  A frame that goes out is copied into a buffer of its own, so no caller's
 * memory is ever in use by the device. */

#include "dev/net/e1000.h"

#include "core/irq.h"
#include "core/report/klog.h"
#include "dev/mmio.h"
#include "dev/net/netdev.h"
#include "dev/net/packet.h"
#include "dev/pci.h"
#include "lib/string.h"
#include "mm/phys/frame.h"
#include "mm/phys/kmap.h"
#include "uapi/errno.h"

#define VENDOR_INTEL 0x8086
#define DEVICE_82540EM 0x100e
#define REGS_BYTES 0x6000u

/* Registers (13.4). */
enum {
	REG_CTRL = 0x0000,
	REG_STATUS = 0x0008,
	REG_ICR = 0x00c0, /* causes; reading clears them */
	REG_IMS = 0x00d0, /* switches interrupts on      */
	REG_IMC = 0x00d8, /* and off                     */
	REG_RCTL = 0x0100,
	REG_TCTL = 0x0400,
	REG_TIPG = 0x0410,
	REG_RX_RING = 0x2800,
	REG_TX_RING = 0x3800,
	REG_MTA = 0x5200, /* 128 words: multicast addresses */
	REG_RAL = 0x5400, /* our address                    */
	REG_RAH = 0x5404,
};

/* Of a ring, from its first register on. */
enum {
	RING_LOW = 0x0,
	RING_HIGH = 0x4,
	RING_BYTES = 0x8,
	RING_HEAD = 0x10,
	RING_TAIL = 0x18
};

#define CTRL_LINK_UP BIT(6)
#define CTRL_RESET BIT(26)
#define STATUS_LINK_UP BIT(1)
#define IRQ_RX_THRESHOLD BIT(4)
#define IRQ_RX_OVERRUN BIT(6)
#define IRQ_RX_TIMER BIT(7)
#define IRQ_RX (IRQ_RX_THRESHOLD | IRQ_RX_OVERRUN | IRQ_RX_TIMER)
#define RCTL_ENABLE BIT(1)
#define RCTL_BROADCAST BIT(15)
#define RCTL_STRIP_CRC BIT(26) /* bits 16, 17: 0, buffers of 2,048 bytes */
#define TCTL_ENABLE BIT(1)
#define TCTL_PAD BIT(3)
#define TCTL_COLLISIONS (0x10u << 4 | 0x40u << 12) /* 13.4.33, full duplex */
#define TIPG_COPPER (10u | 8u << 10 | 6u << 20)    /* 13.4.34 */
#define RAH_VALID BIT(31)

struct rx_desc { /* 3.2.3 */
	u64 pa;
	u16 bytes;
	u16 checksum;
	u8 status;
	u8 errors;
	u16 special;
};

struct tx_desc { /* 3.3.3 */
	u64 pa;
	u16 bytes;
	u8 checksum_offset;
	u8 command;
	u8 status;
	u8 checksum_start;
	u16 special;
};

_Static_assert(sizeof(struct rx_desc) == 16 && sizeof(struct tx_desc) == 16, "manual 3");

#define DESC_DONE 1u /* in both statuses            */
#define RX_END 2u    /* the frame ends here         */
#define TX_END 1u    /* commands: the same, and ... */
#define TX_CRC 2u    /* add the check sum           */
#define TX_REPORT 8u /* set DESC_DONE               */

/* Multiples of 8: the size of a ring is one of 128 bytes. */
#define RX_RING 64
#define TX_RING 16

struct e1000 {
	struct netdev dev;
	volatile u8 *regs;
	volatile struct rx_desc *rx; /* RX_RING of them */
	volatile struct tx_desc *tx; /* TX_RING of them */
	struct packet *rx_packet[RX_RING];
	struct packet *tx_packet[TX_RING];
	u32 rx_next; /* (S) the thread's: the oldest that the device has */
	u32 tx_next; /* (tx_lock) the next to be filled                  */
	struct spinlock tx_lock;
};

static struct e1000 nic;

static u32 e1000_read(u32 reg)
{
	return mmio_read32(nic.regs + reg);
}

static void e1000_write(u32 reg, u32 value)
{
	mmio_write32(nic.regs + reg, value);
}

/* --- receiving: the thread ------------------------------------------------------- */

/* Gives the descriptor that was looked at back to the device, with packet @p. */
static void e1000_give_buffer(struct packet *p)
{
	volatile struct rx_desc *d = &nic.rx[nic.rx_next];

	nic.rx_packet[nic.rx_next] = p;
	d->pa = kmap_pa(p->data);
	d->status = 0;
	e1000_write(REG_RX_RING + RING_TAIL, nic.rx_next);
	nic.rx_next = (nic.rx_next + 1) % RX_RING;
}

static bool e1000_has_frame(void)
{
	bool done = nic.rx[nic.rx_next].status & DESC_DONE;

	/* Read the rest, and the bytes, only after the status. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return done;
}

static struct packet *e1000_receive(struct netdev *dev, u64 *lost)
{
	(void)dev;
	while (e1000_has_frame()) {
		const volatile struct rx_desc *d = &nic.rx[nic.rx_next];
		struct packet *p = nic.rx_packet[nic.rx_next], *fresh = NULL;

		p->start = 0;
		p->bytes = d->bytes;
		if (d->status & RX_END && d->errors == 0 && p->bytes <= PACKET_ROOM)
			fresh = packet_alloc(FRAME_NOWAIT);
		e1000_give_buffer(fresh ? fresh : p);
		if (fresh)
			return p;
		(*lost)++;
	}
	return NULL;
}

static bool e1000_listen(struct netdev *dev)
{
	(void)dev;
	e1000_write(REG_IMS, IRQ_RX);
	return !e1000_has_frame();
}

static void e1000_interrupt(void *arg)
{
	(void)arg;
	if (!(e1000_read(REG_ICR) & IRQ_RX))
		return;
	e1000_write(REG_IMC, ~0u);
	netdev_wake(&nic.dev);
}

/* --- sending --------------------------------------------------------------------- */

/* (tx_lock) A ring whose head equals its tail is empty, so one descriptor stays unused:
 * the next one may be filled once the one after it is done. */
static bool e1000_tx_is_full(void)
{
	return !(nic.tx[(nic.tx_next + 1) % TX_RING].status & DESC_DONE);
}

static void e1000_fill(const void *frame, u32 bytes)
{
	volatile struct tx_desc *d = &nic.tx[nic.tx_next];

	memcpy(nic.tx_packet[nic.tx_next]->data, frame, bytes);
	d->bytes = bytes;
	d->command = TX_END | TX_CRC | TX_REPORT;
	d->status = 0;
	nic.tx_next = (nic.tx_next + 1) % TX_RING;
	e1000_write(REG_TX_RING + RING_TAIL, nic.tx_next);
}

static int e1000_transmit(struct netdev *dev, const void *frame, u32 bytes)
{
	int err = 0;

	(void)dev;
	if (!(e1000_read(REG_STATUS) & STATUS_LINK_UP))
		return -ENETDOWN;
	spin_lock(&nic.tx_lock);
	if (e1000_tx_is_full())
		err = -EAGAIN;
	else
		e1000_fill(frame, bytes);
	spin_unlock(&nic.tx_lock);
	return err;
}

/* --- set-up ---------------------------------------------------------------------- */

static bool e1000_alloc(void)
{
	struct page *pg = frame_alloc(FRAME_pool, FRAME_ZERO);
	bool ok = pg != NULL;

	for (u32 i = 0; i < RX_RING; i++)
		ok = ok && (nic.rx_packet[i] = packet_alloc(0)) != NULL;
	for (u32 i = 0; i < TX_RING; i++)
		ok = ok && (nic.tx_packet[i] = packet_alloc(0)) != NULL;
	if (!ok)
		return false; /* at boot: without memory it fails anyway */
	nic.rx = frame_va(pg);
	nic.tx = (volatile struct tx_desc *)(nic.rx + RX_RING);
	for (u32 i = 0; i < RX_RING; i++)
		nic.rx[i].pa = kmap_pa(nic.rx_packet[i]->data);
	for (u32 i = 0; i < TX_RING; i++) {
		nic.tx[i].pa = kmap_pa(nic.tx_packet[i]->data);
		nic.tx[i].status = DESC_DONE;
	}
	return true;
}

static void e1000_set_ring(u32 ring, volatile void *desc, u32 bytes)
{
	pa_t pa = kmap_pa((const void *)desc);

	e1000_write(ring + RING_LOW, pa);
	e1000_write(ring + RING_HIGH, pa >> 32);
	e1000_write(ring + RING_BYTES, bytes);
	e1000_write(ring + RING_HEAD, 0);
	e1000_write(ring + RING_TAIL, 0);
}

static void e1000_read_address(void)
{
	u32 low = e1000_read(REG_RAL), high = e1000_read(REG_RAH);

	for (u32 i = 0; i < 4; i++)
		nic.dev.mac[i] = low >> 8 * i;
	nic.dev.mac[4] = high;
	nic.dev.mac[5] = high >> 8;
	e1000_write(REG_RAH, (high & 0xffff) | RAH_VALID);
}

/* Section 14. */
static void e1000_start(void)
{
	e1000_write(REG_IMC, ~0u);
	e1000_write(REG_CTRL, e1000_read(REG_CTRL) | CTRL_RESET);
	e1000_write(REG_IMC, ~0u);
	e1000_write(REG_CTRL, e1000_read(REG_CTRL) | CTRL_LINK_UP);
	e1000_read_address();
	for (u32 i = 0; i < 128; i++)
		e1000_write(REG_MTA + 4 * i, 0);
	e1000_set_ring(REG_TX_RING, nic.tx, TX_RING * sizeof(struct tx_desc));
	e1000_write(REG_TIPG, TIPG_COPPER);
	e1000_write(REG_TCTL, TCTL_ENABLE | TCTL_PAD | TCTL_COLLISIONS);
	e1000_set_ring(REG_RX_RING, nic.rx, RX_RING * sizeof(struct rx_desc));
	e1000_write(REG_RX_RING + RING_TAIL, RX_RING - 1);
	e1000_write(REG_RCTL, RCTL_ENABLE | RCTL_BROADCAST | RCTL_STRIP_CRC);
}

void e1000_init(void)
{
	struct pci_dev pci;
	u32 irq;

	if (!pci_find(VENDOR_INTEL, DEVICE_82540EM, &pci))
		return;
	nic.dev = (struct netdev){
		.name = "e1000",
		.transmit = e1000_transmit,
		.receive = e1000_receive,
		.listen = e1000_listen,
		.buffers = RX_RING + TX_RING,
	};
	spin_init(&nic.tx_lock, "e1000", RANK_device);
	nic.regs = pci_enable(&pci, REGS_BYTES);
	if (!nic.regs || pci_irq(&pci, &irq) < 0 || !e1000_alloc()) {
		printk("net: e1000 cannot be used\n");
		return;
	}
	e1000_start();
	if (netdev_register(&nic.dev))
		irq_register(irq, e1000_interrupt, NULL);
}
