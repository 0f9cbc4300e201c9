// sources: kernel/dev/net/e1000.c kernel/dev/net/netdev.c kernel/dev/net/packet.c kernel/dev/pci.c kernel/lib/fdt.c tests/host/shim/shim.c
// cflags:
/* test_e1000.c - the driver and the scan of the PCI bus, against a card that checks them.
 * The machine keeps its network device for good: the first tests find none, one finds it,
 * and all after that use it. */
#include "nic_rig.h"

#include "dev/net/e1000.h"

#define ECAM 0x30000000ul
#define WINDOW 0x40000000ul
#define SLOT 3
#define RX_RING 64
#define TX_RING 16

/* --- the card ---------------------------------------------------------------- */

static struct {
	u32 config[1024]; /* of its slot */
	u32 nothing[1024];
	u32 regs[0x6000 / 4];
	u32 bar_size;
	u32 bar_flags;
	u32 pin;
	bool present;
	u32 rx_next, tx_next;
	u32 interrupts_on;
} card;

void *kmap_device(pa_t pa, u64 bytes)
{
	if (pa >= WINDOW) {
		assert_true(pa >= WINDOW + 0x1000 && pa + card.bar_size <= 0x7ffff000);
		assert_int_equal(pa % card.bar_size, 0);
		assert_int_equal(card.config[4] & ~0xfu, pa);
		assert_int_equal(card.config[1] & 6, 6); /* it decodes, and is a master */
		assert_int_equal(bytes, 0x6000);
		return card.regs;
	}
	assert_int_equal(bytes, 0x1000);
	assert_int_equal((pa - ECAM) % 0x8000, 0);
	return (pa - ECAM) / 0x8000 == SLOT ? card.config : card.nothing;
}

static u32 offset_in(const volatile void *reg, const u32 *area, u32 bytes)
{
	u64 offset = (u64)reg - (u64)area;

	return offset < bytes ? (u32)offset : ~0u;
}

static u32 config_read(u32 at)
{
	if (at == 0)
		return card.present ? 0x100e8086 : ~0u;
	if (at == 0x3c)
		return card.pin << 8 | 0x55;
	return card.config[at / 4];
}

static void config_write(u32 at, u32 value)
{
	if (at == 0x10) /* the address: the bits below the size do not change */
		value = (value & -card.bar_size) | card.bar_flags;
	card.config[at / 4] = value;
}

u32 mmio_read32(const volatile void *reg)
{
	u32 at = offset_in(reg, card.config, sizeof(card.config)), value;

	if (at != ~0u)
		return config_read(at);
	if (offset_in(reg, card.nothing, sizeof(card.nothing)) != ~0u)
		return ~0u;
	at = offset_in(reg, card.regs, sizeof(card.regs));
	assert_int_not_equal(at, ~0u);
	value = card.regs[at / 4];
	if (at == 0xc0)
		card.regs[at / 4] = 0; /* reading the causes clears them */
	return value;
}

void mmio_write32(volatile void *reg, u32 value)
{
	u32 at = offset_in(reg, card.config, sizeof(card.config));

	if (at != ~0u) {
		config_write(at, value);
		return;
	}
	at = offset_in(reg, card.regs, sizeof(card.regs));
	assert_int_not_equal(at, ~0u);
	if (at == 0xd0)
		card.interrupts_on |= value;
	else if (at == 0xd8)
		card.interrupts_on &= ~value;
	else if (at == 0)
		value &= ~(1u << 26);
	card.regs[at / 4] = value;
}

struct desc {
	u64 pa;
	u16 bytes;
	u16 checksum;
	u8 status, errors;
	u16 special;
};

static struct desc *ring(u32 reg)
{
	pa_t pa = card.regs[reg / 4] | (u64)card.regs[reg / 4 + 1] << 32;

	return kmap_direct(pa);
}

/* The card puts a frame into the next buffer; false: it has none. */
static bool card_receives(const void *frame, u32 bytes, u32 status, u32 errors)
{
	struct desc *d = &ring(0x2800)[card.rx_next];

	assert_true(card.regs[0x100 / 4] & 2);
	if (card.rx_next == card.regs[0x2818 / 4])
		return false;
	assert_int_equal(d->status, 0);
	memcpy(kmap_direct(d->pa), frame, bytes > 2048 ? 2048 : bytes);
	*d = (struct desc){ .pa = d->pa,
			    .bytes = bytes,
			    .status = status,
			    .errors = errors };
	card.rx_next = (card.rx_next + 1) % RX_RING;
	card.regs[0xc0 / 4] |= 0x80;
	return true;
}

#define GOOD 3 /* done, and the frame ends here */

/* The card sends what it has; returns how many, the last in *@last. */
static u32 card_sends(struct desc *last)
{
	u32 n = 0;

	for (; card.tx_next != card.regs[0x3818 / 4]; n++) {
		struct desc *d = &ring(0x3800)[card.tx_next];

		/* Command: the end, a check sum, report it. */
		assert_int_equal(d->checksum >> 8, 0xb);
		assert_int_equal(d->status & 1, 0);
		*last = *d;
		d->status |= 1;
		card.tx_next = (card.tx_next + 1) % TX_RING;
	}
	return n;
}

static void card_make(void)
{
	memset(&card, 0, sizeof(card));
	card.present = true;
	card.bar_size = 0x20000;
	card.pin = 1;
	card.regs[8 / 4] = 2; /* the link is up */
	card.regs[0x5400 / 4] = 0x12005452;
	card.regs[0x5404 / 4] = 0x80005634;
}

/* --- the machine ------------------------------------------------------------- */

static void make_tree(void)
{
	tree_begin();
	tree_node("");
	TREE_CELLS("#address-cells", 2);
	TREE_CELLS("#size-cells", 2);
	tree_node("plic");
	TREE_CELLS("phandle", 7);
	TREE_CELLS("#interrupt-cells", 1);
	TREE_CELLS("#address-cells", 0);
	tree_end_node();
	tree_node("pci@30000000");
	tree_string("compatible", "pci-host-ecam-generic");
	TREE_CELLS("#address-cells", 3);
	TREE_CELLS("#size-cells", 2);
	TREE_CELLS("reg", 0, ECAM, 0, 0x100000);
	TREE_CELLS("interrupt-map-mask", 0x1800, 0, 0, 7);
	TREE_CELLS("interrupt-map", 0x800, 0, 0, 1, 7, 33, 0x1000, 0, 0, 1, 7, 34, 0x1800,
		   0, 0, 2, 7, 35, 0x1800, 0, 0, 1, 7, 36);
	TREE_CELLS("ranges", 0x1000000, 0, 0, 0, 0x3000000, 0, 0x10000, 0x2000000, 0,
		   0x40001000, 0, 0x40001000, 0, 0x3fffe000);
	tree_end_node();
	tree_end_node();
	tree_end();
}

static int begin(void **state)
{
	(void)state;
	rig_start();
	card_make();
	make_tree();
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_int_equal(shim_spin_depth(), 0);
	return 0;
}

static struct netdev *nic;

/* --- finding it -------------------------------------------------------------- */

static void there_is_none(void **state)
{
	(void)state;
	card.present = false;
	e1000_init();
	assert_null(netdev_get());
	assert_int_equal(ram_used, 0); /* and nothing was spent */
}

static void cannot_be_used(void **state)
{
	(void)state;
	card.bar_flags = 1; /* registers among the I/O ports */
	e1000_init();
	assert_null(netdev_get());
	card_make();
	card.bar_size = 0x4000;
	e1000_init();
	assert_null(netdev_get());
	card_make();
	card.pin = 4; /* which the map does not have */
	e1000_init();
	assert_null(netdev_get());
	tree_begin();
	tree_node("");
	tree_end_node();
	tree_end();
	e1000_init();
	assert_null(netdev_get());
	assert_null(irq_fn);
}

static void finds_it(void **state)
{
	(void)state;
	e1000_init();
	nic = netdev_get();
	assert_non_null(nic);
	assert_int_equal(irq_number, 36);
	assert_memory_equal(nic->mac, "\x52\x54\0\x12\x34\x56", 6);
	assert_string_equal(nic->name, "e1000");
	assert_int_equal(live, nic->buffers);
	assert_int_equal(card.regs[0x2808 / 4], RX_RING * 16);
	assert_int_equal(card.regs[0x3808 / 4], TX_RING * 16);
	assert_int_equal(card.regs[0x2818 / 4], RX_RING - 1);
	assert_true(card.regs[0x5404 / 4] >> 31);
	assert_true(card.regs[0x100 / 4] >> 15 & 1); /* broadcasts: ARP requests */
}

/* --- receiving --------------------------------------------------------------- */

static struct packet *receive(u64 *lost)
{
	return nic->receive(nic, lost);
}

static void receives(void **state)
{
	u8 frame[1514];
	u64 lost = 0;

	(void)state;
	assert_null(receive(&lost));
	for (u32 i = 0; i < 5 * RX_RING; i++) {
		struct packet *p;

		memset(frame, i, sizeof(frame));
		assert_true(card_receives(frame, 60 + i, GOOD, 0));
		p = receive(&lost);
		assert_non_null(p);
		assert_int_equal(p->bytes, 60 + i);
		assert_memory_equal(p->data + p->start, frame, 60 + i);
		assert_null(receive(&lost));
		packet_free(p);
	}
	assert_int_equal(lost, 0);
	assert_int_equal(live, nic->buffers);
}

static void receives_a_full_ring(void **state)
{
	u64 lost = 0;
	u8 frame[60];
	u32 n = 0;

	(void)state;
	for (u32 i = 0; i < 3; i++) {
		for (n = 0; card_receives(frame, sizeof(frame), GOOD, 0); n++)
			frame[0] = n + 1;
		assert_int_equal(n, RX_RING - 1);
		for (u32 k = 0; k < n; k++) {
			struct packet *p = receive(&lost);

			assert_non_null(p);
			packet_free(p);
		}
		assert_null(receive(&lost));
	}
}

/* Damaged frames, and those for which there is no memory, leave the buffer where it is. */
static void drops(void **state)
{
	struct packet *p;
	u64 lost = 0;
	u8 frame[3000] = { 7 };

	(void)state;
	card_receives(frame, 60, GOOD, 1);
	card_receives(frame, 60, 1, 0);
	card_receives(frame, 2049, GOOD, 0);
	card_receives(frame, 65535, GOOD, 0);
	assert_null(receive(&lost));
	assert_int_equal(lost, 4);
	frames_left = 0;
	card_receives(frame, 60, GOOD, 0); /* takes the packet that is kept */
	card_receives(frame, 61, GOOD, 0);
	p = receive(&lost);
	assert_non_null(p);
	assert_int_equal(p->bytes, 60);
	assert_null(receive(&lost));
	assert_int_equal(lost, 5);
	packet_free(p);
	card_receives(frame, 62, GOOD, 0);
	p = receive(&lost);
	assert_non_null(p);
	assert_int_equal(lost, 5);
	frames_left = 100;
	packet_free(p);
	assert_int_equal(live, nic->buffers);
}

/* --- interrupts -------------------------------------------------------------- */

static void interrupts(void **state)
{
	u8 frame[60];
	u64 lost = 0;
	struct packet *p;

	(void)state;
	assert_int_equal(card.interrupts_on, 0);
	card.regs[0xc0 / 4] = 0; /* of frames before */
	assert_true(nic->listen(nic));
	assert_int_equal(card.interrupts_on, 0xd0);
	irq_fn(irq_arg); /* another device's */
	assert_int_equal(card.interrupts_on, 0xd0);
	assert_false(nic->work);
	card_receives(frame, 60, GOOD, 0);
	assert_int_equal(card.regs[0xc0 / 4], 0x80);
	irq_fn(irq_arg);
	assert_int_equal(card.interrupts_on, 0); /* until the thread has seen all frames */
	assert_true(nic->work);
	p = receive(&lost);
	packet_free(p);
	card_receives(frame, 60, GOOD, 0);
	assert_false(nic->listen(nic)); /* one came meanwhile */
	packet_free(receive(&lost));
	assert_true(nic->listen(nic));
}

/* --- sending ----------------------------------------------------------------- */

static void sends(void **state)
{
	u8 frame[1514];
	struct desc d;

	(void)state;
	for (u32 i = 0; i < 5 * TX_RING; i++) {
		memset(frame, i, sizeof(frame));
		assert_int_equal(nic->transmit(nic, frame, 60 + i), 0);
		assert_int_equal(card_sends(&d), 1);
		assert_int_equal(d.bytes, 60 + i);
		assert_memory_equal(kmap_direct(d.pa), frame, 60 + i);
	}
}

static void ring_is_full(void **state)
{
	u8 frame[60] = { 0 };
	struct desc d;
	u32 n;

	(void)state;
	for (u32 i = 0; i < 3; i++) {
		for (n = 0; nic->transmit(nic, frame, sizeof(frame)) == 0; n++)
			frame[0] = n + 1;
		assert_int_equal(n, TX_RING - 1);
		assert_int_equal(nic->transmit(nic, frame, sizeof(frame)), -EAGAIN);
		assert_int_equal(card_sends(&d), TX_RING - 1);
		assert_int_equal(*(u8 *)kmap_direct(d.pa), TX_RING - 2);
		frame[0] = 0;
	}
}

static void no_link(void **state)
{
	u8 frame[60] = { 0 };
	struct desc d;

	(void)state;
	card.regs[8 / 4] = 0;
	assert_int_equal(nic->transmit(nic, frame, sizeof(frame)), -ENETDOWN);
	assert_int_equal(card_sends(&d), 0);
	card.regs[8 / 4] = 2;
	assert_int_equal(nic->transmit(nic, frame, sizeof(frame)), 0);
	assert_int_equal(card_sends(&d), 1);
}

int main(void)
{
#define FIRST(name) cmocka_unit_test_setup_teardown(name, begin, end)
#define T(name) cmocka_unit_test_teardown(name, end)
	const struct CMUnitTest tests[] = {
		FIRST(there_is_none),    FIRST(cannot_be_used),
		FIRST(finds_it),         T(receives),
		T(receives_a_full_ring), T(drops),
		T(interrupts),           T(sends),
		T(ring_is_full),         T(no_link),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	shim_ram_fini();
	return failed;
}
