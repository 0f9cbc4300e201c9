/* fake_virtio.c - see fake_virtio.h. */
#include "fake_virtio.h"

#include <stdio.h>
#include <stdlib.h>

#include "dev/mmio.h"
#include "mm/phys/kmap.h"
#include "rig.h"
#include "shim.h"

struct fake_device fake;

#define CHECK(cond) ((cond) ? (void)0 : check_failed(#cond, __LINE__))

static void check_failed(const char *what, int line)
{
	fail_msg("the driver does not keep to the specification: line %d: %s", line, what);
}

void fake_init(bool legacy)
{
	memset(&fake, 0, sizeof(fake));
	fake.legacy = legacy;
	fake.device_id = 2;
	fake.queue_max = 1024;
	fake.features = 1ul << 9 | 1ul << 28 | 1ul << 29 | (legacy ? 0 : 1ul << 32);
	fake.capacity = FAKE_SECTORS;
	fake.bad_sector = ~0ul;
	for (u32 i = 0; i < sizeof(fake.disk); i++)
		fake.disk[i] = i * 7 + (i >> 9);
}

/* --- registers ------------------------------------------------------------ */

static void reset(void)
{
	fake.resets++;
	fake.driver_features = fake.device_sel = fake.driver_sel = 0;
	fake.pfn = fake.page_size = 0;
	fake.desc = fake.avail = fake.used = 0xdeadul << 48; /* both halves must be set */
	fake.ready = false;
	fake.seen = fake.nheld = fake.irq_status = 0;
}

static void write_status(u32 value)
{
	CHECK(value == 0 || (value & fake.status) == fake.status);
	if (value == 0)
		reset();
	if (value & 2)
		CHECK(value & 1);
	if (value & 8) {
		CHECK(!fake.legacy);
		CHECK((fake.driver_features & ~fake.features) == 0);
		CHECK(fake.driver_features >> 32 & 1);
		if (fake.refuse_features)
			value &= ~8u;
	}
	if (value & 4) {
		CHECK(fake.legacy || (value & 8));
		CHECK(fake.ready);
	}
	fake.status = value;
}

static void set_legacy_queue(u32 pfn)
{
	u64 base = (u64)pfn * fake.page_size;

	CHECK(fake.page_size == 4096 && fake.align == 4096 && fake.queue_num);
	fake.pfn = pfn;
	fake.desc = base;
	fake.avail = base + 16ul * fake.queue_num;
	fake.used = ALIGN_UP(fake.avail + 6 + 2ul * fake.queue_num, 4096ul);
	fake.ready = pfn != 0;
}

static u32 config_read(u32 offset)
{
	switch (offset) {
	case 0:
		return fake.capacity;
	case 4:
		return fake.capacity >> 32;
	case 8:
		return fake.size_max;
	case 12:
		return fake.seg_max;
	}
	fail_msg("the driver reads configuration byte %u", offset);
	return 0;
}

static u32 register_of(const volatile void *reg)
{
	return (u32)((const volatile u8 *)reg - (const volatile u8 *)&fake);
}

/* The registers are at the address of `fake` itself, because only offsets matter. */
void *kmap_device(pa_t pa, u64 bytes)
{
	CHECK(pa == 0x10001000 && bytes == 0x1000);
	return &fake;
}

u32 mmio_read32(const volatile void *address)
{
	u32 reg = register_of(address);

	switch (reg) {
	case 0x00:
		return 0x74726976;
	case 0x04:
		return fake.legacy ? 1 : 2;
	case 0x08:
		return fake.device_id;
	case 0x10:
		return fake.device_sel ? fake.features >> 32 : fake.features;
	case 0x34:
		return fake.queue_max;
	case 0x40:
		CHECK(fake.legacy);
		return fake.pfn;
	case 0x44:
		CHECK(!fake.legacy);
		return fake.ready;
	case 0x60:
		return fake.irq_status;
	case 0x70:
		return fake.status;
	case 0xfc:
		CHECK(!fake.legacy);
		return 0;
	}
	CHECK(reg >= 0x100);
	return config_read(reg - 0x100);
}

static void set_half(u64 *value, u32 half, u32 bits)
{
	CHECK(!fake.legacy && !fake.ready);
	*value = half ? (*value & 0xffffffff) | (u64)bits << 32
		      : (*value & ~0xfffffffful) | bits;
}

static void queue_write(u32 reg, u32 value)
{
	switch (reg) {
	case 0x38:
		CHECK(value > 0 && value <= fake.queue_max && (value & (value - 1)) == 0);
		fake.queue_num = value;
		return;
	case 0x3c:
		CHECK(fake.legacy);
		fake.align = value;
		return;
	case 0x40:
		CHECK(fake.legacy);
		set_legacy_queue(value);
		return;
	case 0x44:
		CHECK(!fake.legacy && fake.desc % 16 == 0 && fake.used % 4 == 0);
		fake.ready = value;
		return;
	case 0x80:
	case 0x84:
		set_half(&fake.desc, reg & 4, value);
		return;
	case 0x90:
	case 0x94:
		set_half(&fake.avail, reg & 4, value);
		return;
	case 0xa0:
	case 0xa4:
		set_half(&fake.used, reg & 4, value);
		return;
	}
	fail_msg("register 0x%x is not to be written", reg);
}

void mmio_write32(volatile void *address, u32 value)
{
	u32 reg = register_of(address);

	switch (reg) {
	case 0x14:
		fake.device_sel = value;
		break;
	case 0x20:
		CHECK(fake.status == 3);
		if (fake.driver_sel)
			fake.driver_features |= (u64)value << 32;
		else
			fake.driver_features |= value;
		break;
	case 0x24:
		fake.driver_sel = value;
		break;
	case 0x28:
		CHECK(fake.legacy);
		fake.page_size = value;
		break;
	case 0x30:
		CHECK(value == 0);
		break;
	case 0x50:
		CHECK(value == 0 && (fake.status & 4));
		CHECK(shim_spin_depth() == 0); /* the host may take long */
		fake.notified++;
		break;
	case 0x64:
		CHECK(shim_spin_depth() == 0);
		fake.irq_status &= ~value;
		break;
	case 0x70:
		write_status(value);
		break;
	default:
		queue_write(reg, value);
	}
}

/* --- the queue ------------------------------------------------------------ */

static void *memory(u64 pa)
{
	return kmap_direct(pa);
}

u32 fake_take(void)
{
	struct vring_avail *avail = memory(fake.avail);
	struct vring_used *used = memory(fake.used);

	if (!(fake.status & 4))
		return 0;
	used->flags = fake.quiet;
	while (fake.seen != avail->idx) {
		CHECK(fake.nheld < FAKE_HELD_MAX && fake.nheld < fake.queue_num);
		fake.held[fake.nheld++] = avail->ring[fake.seen++ % fake.queue_num];
	}
	return fake.nheld;
}

void fake_return_chain(u32 id)
{
	struct vring_used *used = memory(fake.used);

	used->ring[used->idx % fake.queue_num] = (struct vring_used_elem){ .id = id };
	used->idx++;
}

static u8 transfer(u32 type, u64 sector, const struct vring_desc *d)
{
	u64 n = d->bytes / 512;

	CHECK(d->bytes % 512 == 0 && n > 0);
	CHECK(!(d->flags & VRING_DESC_WRITE) == (type == 1));
	CHECK(fake.size_max == 0 || d->bytes <= fake.size_max);
	fake.max_bytes_seen = MAX(fake.max_bytes_seen, d->bytes);
	if (sector + n > FAKE_SECTORS || sector + n > fake.capacity)
		return 1;
	if (fake.bad_sector >= sector && fake.bad_sector < sector + n)
		return 1;
	if (type == 1)
		memcpy(fake.disk + sector * 512, memory(d->pa), d->bytes);
	else
		memcpy(memory(d->pa), fake.disk + sector * 512, d->bytes);
	return 0;
}

/* Does what the chain at @id says. */
static void serve(u32 id)
{
	const struct vring_desc *table = memory(fake.desc), *d = &table[id];
	struct {
		u32 type, reserved;
		u64 sector;
	} header;
	u8 status = 0;
	u32 segs = 0;

	CHECK(id < fake.queue_num && d->bytes == 16 && d->flags == VRING_DESC_NEXT);
	memcpy(&header, memory(d->pa), 16);
	CHECK(header.type == 0 || header.type == 1 || header.type == 4);
	for (d = &table[d->next]; d->flags & VRING_DESC_NEXT; d = &table[d->next]) {
		CHECK(++segs <= fake.queue_num && header.type != 4);
		status |= transfer(header.type, header.sector, d);
		header.sector += d->bytes / 512;
	}
	CHECK(d->bytes == 1 && d->flags == VRING_DESC_WRITE);
	CHECK(segs > 0 || header.type == 4);
	CHECK(fake.seg_max == 0 || segs <= fake.seg_max);
	fake.flushes += header.type == 4;
	fake.max_segs_seen = MAX(fake.max_segs_seen, segs);
	*(u8 *)memory(d->pa) = status;
	fake_return_chain(id);
}

u32 fake_answer(u32 n)
{
	u32 answered = 0;

	while (fake_take() > 0 && answered < n) {
		u32 which = fake.fifo ? 0 : rig_below(fake.nheld);
		u16 id = fake.held[which];

		memmove(fake.held + which, fake.held + which + 1,
			(--fake.nheld - which) * sizeof(fake.held[0]));
		serve(id);
		answered++;
	}
	if (answered && !fake.no_interrupts) {
		fake.irq_status |= 1;
		fake_interrupt();
	}
	return answered;
}
