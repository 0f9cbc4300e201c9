// sources: kernel/dev/virtio/virtio_net.c kernel/dev/virtio/virtio_mmio.c kernel/dev/virtio/vring.c kernel/dev/net/netdev.c kernel/dev/net/packet.c kernel/lib/fdt.c tests/host/shim/shim.c
// cflags:
/* test_virtio_net.c - the driver against a device with two queues.  The argument of each
 * test says which interface the device has.  The machine keeps its network device for good,
 * so each test starts the driver in a process of its own. */
#include "nic_rig.h"

#include <sys/wait.h>
#include <unistd.h>

#include "dev/plic.h"
#include "dev/virtio/virtio_net.h"
#include "dev/virtio/vring.h"

#define RX_MAX 64
#define TX_MAX 16

/* --- the device -------------------------------------------------------------- */

static struct {
	bool legacy;
	u32 id, status, queue, queue_max;
	u64 features, driver_features;
	u32 feature_word, driver_word;
	struct {
		u32 size, pfn;
		bool ready;
		u64 desc, avail, used;
		u16 seen; /* entries of the available ring */
	} q[2];
	u32 notified[2];
	u32 irq_status;
	u16 link;
	u32 extra; /* added to the length that is reported */
} fake;

void *kmap_device(pa_t pa, u64 bytes)
{
	assert_int_equal(pa, 0x10002000);
	assert_int_equal(bytes, 0x1000);
	return (void *)0x10000;
}

int plic_irq_of(int node, u32 *irq)
{
	return fdt_prop_u32(&machine.fdt, node, "interrupts", 0, irq);
}

static u32 config_read(u32 at)
{
	static const u8 mac[6] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 };
	u8 all[8];

	memcpy(all, mac, 6);
	all[6] = fake.link;
	all[7] = 0;
	assert_true(at == 0 || at == 4);
	return all[at] | (u32)all[at + 1] << 8 | (u32)all[at + 2] << 16 |
	       (u32)all[at + 3] << 24;
}

u32 mmio_read32(const volatile void *reg)
{
	u32 at = (u32)((u64)reg - 0x10000);

	switch (at) {
	case 0x00:
		return 0x74726976;
	case 0x04:
		return fake.legacy ? 1 : 2;
	case 0x08:
		return fake.id;
	case 0x10:
		return fake.feature_word ? fake.features >> 32 : fake.features;
	case 0x34:
		return fake.queue_max;
	case 0x40:
		return fake.q[fake.queue].pfn;
	case 0x44:
		return fake.q[fake.queue].ready;
	case 0x60:
		assert_int_equal(shim_spin_depth(), 0);
		return fake.irq_status;
	case 0x70:
		return fake.status;
	}
	assert_true(at >= 0x100);
	assert_int_equal(shim_spin_depth(), 0);
	return config_read(at - 0x100);
}

static void set_pfn(u32 pfn)
{
	u32 size = fake.q[fake.queue].size;

	fake.q[fake.queue].pfn = pfn;
	fake.q[fake.queue].desc = (u64)pfn << 12;
	fake.q[fake.queue].avail = fake.q[fake.queue].desc + 16ul * size;
	fake.q[fake.queue].used =
		ALIGN_UP(fake.q[fake.queue].avail + 6 + 2ul * size, 4096ul);
}

static void set_half(u64 *value, bool high, u32 bits)
{
	*value = high ? (*value & 0xffffffff) | (u64)bits << 32
		      : (*value & ~0xfffffffful) | bits;
}

void mmio_write32(volatile void *reg, u32 value)
{
	u32 at = (u32)((u64)reg - 0x10000);

	switch (at) {
	case 0x14:
		fake.feature_word = value;
		break;
	case 0x24:
		fake.driver_word = value;
		break;
	case 0x20:
		set_half(&fake.driver_features, fake.driver_word, value);
		break;
	case 0x30:
		assert_true(value < 2);
		fake.queue = value;
		break;
	case 0x38:
		fake.q[fake.queue].size = value;
		break;
	case 0x40:
		set_pfn(value);
		break;
	case 0x44:
		fake.q[fake.queue].ready = value;
		break;
	case 0x50:
		assert_true(fake.status & 4);           /* not before the driver is ready */
		assert_int_equal(shim_spin_depth(), 0); /* the host may take long */
		fake.notified[value]++;
		break;
	case 0x64:
		fake.irq_status &= ~value;
		break;
	case 0x70:
		fake.status = value;
		break;
	case 0x80:
	case 0x84:
		set_half(&fake.q[fake.queue].desc, at & 4, value);
		break;
	case 0x90:
	case 0x94:
		set_half(&fake.q[fake.queue].avail, at & 4, value);
		break;
	case 0xa0:
	case 0xa4:
		set_half(&fake.q[fake.queue].used, at & 4, value);
		break;
	case 0x28:
	case 0x3c:
		assert_int_equal(value, 4096);
		break;
	default:
		fail_msg("the driver writes register %x", at);
	}
}

/* The next chain of queue @i: the number of its first descriptor, or -1. */
static int fake_next(u32 i)
{
	const struct vring_avail *a = kmap_direct(fake.q[i].avail);

	if (fake.q[i].seen == a->idx)
		return -1;
	return a->ring[fake.q[i].seen++ % fake.q[i].size];
}

static void fake_return(u32 i, u32 id, u32 bytes)
{
	struct vring_used *u = kmap_direct(fake.q[i].used);

	u->ring[u->idx % fake.q[i].size] = (struct vring_used_elem){ id, bytes };
	u->idx++;
	fake.irq_status |= 1;
}

/* A chain has a header of its own, and then the frame. */
static const struct vring_desc *fake_chain(u32 i, int id, bool device_writes)
{
	const struct vring_desc *d = kmap_direct(fake.q[i].desc);
	u16 flags = device_writes ? VRING_DESC_WRITE : 0;

	assert_int_equal(d[id].bytes, fake.legacy ? 10 : 12);
	assert_int_equal(d[id].flags, flags | VRING_DESC_NEXT);
	d = (const struct vring_desc *)kmap_direct(fake.q[i].desc) + d[id].next;
	assert_int_equal(d->flags, flags);
	return d;
}

/* A frame comes in; false: there is no buffer. */
static bool fake_receives(const void *frame, u32 bytes)
{
	int id = fake_next(0);
	const struct vring_desc *d;

	if (id < 0)
		return false;
	d = fake_chain(0, id, true);
	assert_true(d->bytes >= 1526);
	memcpy(kmap_direct(d->pa), frame, bytes > d->bytes ? d->bytes : bytes);
	fake_return(0, id, bytes + (fake.legacy ? 10 : 12) + fake.extra);
	return true;
}

/* Sends one frame; its length, or 0. */
static u32 fake_sends(u8 *frame)
{
	int id = fake_next(1);
	const struct vring_desc *d, *head;

	if (id < 0)
		return 0;
	head = (const struct vring_desc *)kmap_direct(fake.q[1].desc) + id;
	for (u32 i = 0; i < head->bytes; i++)
		assert_int_equal(((u8 *)kmap_direct(head->pa))[i], 0);
	d = fake_chain(1, id, false);
	memcpy(frame, kmap_direct(d->pa), d->bytes);
	fake_return(1, id, 0);
	return d->bytes;
}

/* --- the machine ------------------------------------------------------------- */

static void prepare(bool legacy)
{
	rig_start();
	memset(&fake, 0, sizeof(fake));
	fake.legacy = legacy;
	fake.id = 1;
	fake.queue_max = 256;
	fake.link = 1;
	fake.features = BIT(5) | BIT(16) | BIT(15) | BIT(17) | (legacy ? 0 : BIT(32));
	tree_begin();
	tree_node("");
	TREE_CELLS("#address-cells", 2);
	TREE_CELLS("#size-cells", 2);
	tree_node("virtio@10002000");
	tree_string("compatible", "virtio,mmio");
	TREE_CELLS("reg", 0, 0x10002000, 0, 0x1000);
	TREE_CELLS("interrupts", 2);
	tree_end_node();
	tree_end_node();
	tree_end();
}

static struct netdev *nic;

static void start(void)
{
	virtio_net_init();
	nic = netdev_get();
	assert_non_null(nic);
}

/* Runs a test in a process of its own. */
static void apart(void (*fn)(void), bool legacy)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		prepare(legacy);
		fn();
		_exit(shim_spin_depth() != 0);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
}

/* --- tests ------------------------------------------------------------------- */

static void negotiates(void)
{
	start();
	assert_int_equal(irq_number, 2);
	assert_memory_equal(nic->mac, "\x52\x54\0\x12\x34\x56", 6);
	assert_int_equal(fake.driver_features,
			 BIT(5) | BIT(16) | (fake.legacy ? 0 : BIT(32)));
	assert_int_equal(fake.status, fake.legacy ? 7 : 15);
	assert_int_equal(nic->buffers, RX_MAX + TX_MAX + 1);
	assert_int_equal(live, RX_MAX + TX_MAX + 1);
	assert_int_equal(fake.notified[0], 1);
}

static void small_queues(void)
{
	u8 frame[60] = { 0 }, out[2048];

	fake.queue_max = 4;
	start();
	assert_int_equal(fake.q[0].size, 4);
	for (u32 i = 0; i < 2; i++)
		assert_int_equal(nic->transmit(nic, frame, sizeof(frame)), 0);
	assert_int_equal(nic->transmit(nic, frame, sizeof(frame)), -EAGAIN);
	assert_int_equal(fake_sends(out), 60);
	assert_int_equal(nic->transmit(nic, frame, sizeof(frame)), 0);
}

static void is_not_used(void)
{
	fake.queue_max = 0;
	virtio_net_init();
	assert_null(netdev_get());
	assert_true(fake.status & 128);
	fake.queue_max = 256;
	fake.features &= ~BIT(5); /* no address */
	virtio_net_init();
	assert_null(netdev_get());
	fake.features |= BIT(5);
	fake.id = 2; /* a disk */
	virtio_net_init();
	assert_null(netdev_get());
	fake.id = 1;
	frames_left = 20;
	virtio_net_init();
	assert_null(netdev_get());
	assert_null(irq_fn);
}

static void receives(void)
{
	u8 frame[1514];
	u64 lost = 0;

	start();
	for (u32 i = 0; i < 300; i++) {
		struct packet *p;

		memset(frame, i, sizeof(frame));
		assert_true(fake_receives(frame, 60 + i));
		p = nic->receive(nic, &lost);
		assert_non_null(p);
		assert_int_equal(p->bytes, 60 + i);
		assert_memory_equal(p->data + p->start, frame, 60 + i);
		packet_free(p);
		assert_null(nic->receive(nic, &lost));
	}
	while (fake_receives(frame, 60))
		;
	for (u32 i = 0; i < RX_MAX; i++)
		packet_free(nic->receive(nic, &lost));
	assert_null(nic->receive(nic, &lost));
	assert_int_equal(lost, 0);
	assert_int_equal(live, nic->buffers);
}

/* Lengths that cannot be, and no memory. */
static void drops(void)
{
	u8 frame[2048] = { 0 };
	struct packet *p;
	u64 lost = 0;

	start();
	fake.extra = 4000;
	fake_receives(frame, 60);
	fake.extra = ~0u - 70; /* fewer bytes than the header has */
	fake_receives(frame, 60);
	fake.extra = 0;
	assert_null(nic->receive(nic, &lost));
	assert_int_equal(lost, 2);
	frames_left = 0;
	fake_receives(frame, 60); /* takes the packet that is kept */
	fake_receives(frame, 60);
	p = nic->receive(nic, &lost);
	assert_non_null(p);
	assert_null(nic->receive(nic, &lost));
	assert_int_equal(lost, 3);
	packet_free(p);
	fake_receives(frame, 77);
	packet_free(nic->receive(nic, &lost));
	assert_int_equal(lost, 3);
	assert_int_equal(live, nic->buffers);
	while (fake_receives(frame, 60))
		lost++;
	assert_int_equal(lost, 3 + RX_MAX); /* the device has all buffers */
}

static void sends(void)
{
	u8 frame[1514], out[2048];
	u32 n;

	start();
	for (u32 i = 0; i < 100; i++) {
		memset(frame, i, sizeof(frame));
		assert_int_equal(nic->transmit(nic, frame, 60 + i), 0);
		assert_int_equal(fake_sends(out), 60 + i);
		assert_memory_equal(out, frame, 60 + i);
	}
	for (n = 0; nic->transmit(nic, frame, 60) == 0; n++)
		;
	assert_int_equal(n, TX_MAX);
	assert_int_equal(nic->transmit(nic, frame, 60), -EAGAIN);
	assert_int_equal(fake_sends(out), 60);
	assert_int_equal(nic->transmit(nic, frame, 60), 0);
	fake.link = 0;
	fake_sends(out);
	assert_int_equal(nic->transmit(nic, frame, 60), -ENETDOWN);
	fake.link = 1;
	assert_int_equal(nic->transmit(nic, frame, 60), 0);
}

static void interrupts(void)
{
	const struct vring_avail *rx, *tx;
	u8 frame[60] = { 0 };
	u64 lost = 0;

	start();
	rx = kmap_direct(fake.q[0].avail);
	tx = kmap_direct(fake.q[1].avail);
	assert_int_equal(tx->flags, VRING_AVAIL_NO_INTERRUPT);
	assert_true(nic->listen(nic));
	assert_int_equal(rx->flags, 0);
	fake_receives(frame, 60);
	irq_fn(irq_arg);
	assert_int_equal(fake.irq_status, 0);
	assert_int_equal(rx->flags, VRING_AVAIL_NO_INTERRUPT);
	assert_true(nic->work);
	assert_false(nic->listen(nic));
	packet_free(nic->receive(nic, &lost));
	assert_true(nic->listen(nic));
}

/* A device that returns what it was not given is reset, and never asked again. */
static void nonsense(void)
{
	u8 frame[60] = { 0 };
	u64 lost = 0;

	start();
	fake_receives(frame, 60);
	fake_return(0, 3 * 64, 100);
	packet_free(nic->receive(nic, &lost));
	assert_null(nic->receive(nic, &lost));
	assert_int_equal(fake.status, 0);
	assert_null(nic->receive(nic, &lost));
	assert_true(nic->listen(nic)); /* the thread sleeps */
	assert_int_equal(nic->transmit(nic, frame, 60), -ENETDOWN);
}

#define TESTS(X)        \
	X(negotiates)   \
	X(small_queues) \
	X(is_not_used) X(receives) X(drops) X(sends) X(interrupts) X(nonsense)

#define X(name)                               \
	static void test_##name(void **state) \
	{                                     \
		apart(name, *state != NULL);  \
	}
TESTS(X)
#undef X

int main(void)
{
	const struct CMUnitTest tests[] = {
#define X(name)                                       \
	cmocka_unit_test_prestate(test_##name, NULL), \
		cmocka_unit_test_prestate(test_##name, (void *)"legacy"),
		TESTS(X)
#undef X
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
