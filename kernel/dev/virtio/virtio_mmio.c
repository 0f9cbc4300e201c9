/* virtio_mmio.c - see virtio.h. */

#include "dev/virtio/virtio.h"

#include "core/machine.h"
#include "dev/mmio.h"
#include "mm/phys/kmap.h"
#include "uapi/errno.h"

enum {
	REG_MAGIC = 0x00,
	REG_VERSION = 0x04,
	REG_DEVICE_ID = 0x08,
	REG_DEVICE_FEATURES = 0x10,
	REG_DEVICE_FEATURES_SEL = 0x14,
	REG_DRIVER_FEATURES = 0x20,
	REG_DRIVER_FEATURES_SEL = 0x24,
	REG_GUEST_PAGE_SIZE = 0x28, /* legacy */
	REG_QUEUE_SEL = 0x30,
	REG_QUEUE_NUM_MAX = 0x34,
	REG_QUEUE_NUM = 0x38,
	REG_QUEUE_ALIGN = 0x3c, /* legacy */
	REG_QUEUE_PFN = 0x40,   /* legacy */
	REG_QUEUE_READY = 0x44, /* modern */
	REG_QUEUE_NOTIFY = 0x50,
	REG_IRQ_STATUS = 0x60,
	REG_IRQ_ACK = 0x64,
	REG_STATUS = 0x70,
	REG_QUEUE_DESC = 0x80,        /* modern, low word; the high word follows */
	REG_QUEUE_AVAIL = 0x90,       /* modern */
	REG_QUEUE_USED = 0xa0,        /* modern */
	REG_CONFIG_GENERATION = 0xfc, /* modern */
	REG_CONFIG = 0x100,
};

#define MAGIC 0x74726976u /* "virt" */

#define STATUS_ACKNOWLEDGE 1u
#define STATUS_DRIVER 2u
#define STATUS_DRIVER_OK 4u
#define STATUS_FEATURES_OK 8u
#define STATUS_FAILED 128u

#define RESET_POLLS 1000000u

static u32 virtio_reg_read(struct virtio *v, u32 reg)
{
	return mmio_read32(v->regs + reg);
}

static void virtio_reg_write(struct virtio *v, u32 reg, u32 value)
{
	mmio_write32(v->regs + reg, value);
}

static void virtio_add_status(struct virtio *v, u32 bits)
{
	virtio_reg_write(v, REG_STATUS, virtio_reg_read(v, REG_STATUS) | bits);
}

int virtio_next_slot(u64 after, u64 *pa, u64 *bytes)
{
	const struct fdt *f = &machine.fdt;
	int node = -1, found = -ENOENT;
	u64 addr, size;

	while ((node = fdt_next_compatible(f, node, "virtio,mmio")) >= 0) {
		if (!fdt_is_enabled(f, node) || fdt_reg_pa(f, node, 0, &addr, &size) < 0)
			continue;
		if (addr > after && (found < 0 || addr < *pa)) {
			found = node;
			*pa = addr;
			*bytes = size;
		}
	}
	return found;
}

bool virtio_probe(struct virtio *v, pa_t pa, u64 bytes)
{
	u32 version;

	if (bytes < REG_CONFIG)
		return false;
	*v = (struct virtio){ .regs = kmap_device(pa, bytes) };
	if (virtio_reg_read(v, REG_MAGIC) != MAGIC)
		return false;
	version = virtio_reg_read(v, REG_VERSION);
	v->legacy = version == 1;
	v->id = virtio_reg_read(v, REG_DEVICE_ID);
	return (version == 1 || version == 2) && v->id != 0;
}

void virtio_reset(struct virtio *v)
{
	virtio_reg_write(v, REG_STATUS, 0);
	/* Modern devices say when the reset is over. */
	for (u32 i = 0; i < RESET_POLLS && virtio_reg_read(v, REG_STATUS) != 0; i++)
		;
}

static u64 virtio_read_features(struct virtio *v)
{
	u64 features;

	virtio_reg_write(v, REG_DEVICE_FEATURES_SEL, 0);
	features = virtio_reg_read(v, REG_DEVICE_FEATURES);
	if (v->legacy)
		return features;
	virtio_reg_write(v, REG_DEVICE_FEATURES_SEL, 1);
	return features | (u64)virtio_reg_read(v, REG_DEVICE_FEATURES) << 32;
}

static void virtio_write_features(struct virtio *v)
{
	virtio_reg_write(v, REG_DRIVER_FEATURES_SEL, 0);
	virtio_reg_write(v, REG_DRIVER_FEATURES, v->features);
	if (v->legacy)
		return;
	virtio_reg_write(v, REG_DRIVER_FEATURES_SEL, 1);
	virtio_reg_write(v, REG_DRIVER_FEATURES, v->features >> 32);
}

int virtio_start(struct virtio *v, u64 wanted)
{
	virtio_reset(v);
	virtio_add_status(v, STATUS_ACKNOWLEDGE);
	virtio_add_status(v, STATUS_DRIVER);
	v->features = virtio_read_features(v) & (wanted | VIRTIO_F_VERSION_1);
	virtio_write_features(v);
	if (v->legacy) {
		virtio_reg_write(v, REG_GUEST_PAGE_SIZE, PAGE_SIZE);
		return 0;
	}
	if (!(v->features & VIRTIO_F_VERSION_1))
		return -EIO;
	virtio_add_status(v, STATUS_FEATURES_OK);
	return virtio_reg_read(v, REG_STATUS) & STATUS_FEATURES_OK ? 0 : -EIO;
}

u32 virtio_queue_max(struct virtio *v, u32 index)
{
	virtio_reg_write(v, REG_QUEUE_SEL, index);
	if (virtio_reg_read(v, v->legacy ? REG_QUEUE_PFN : REG_QUEUE_READY) != 0)
		return 0; /* it is in use */
	return virtio_reg_read(v, REG_QUEUE_NUM_MAX);
}

static void virtio_write_address(struct virtio *v, u32 reg, const void *memory)
{
	pa_t pa = kmap_pa(memory);

	virtio_reg_write(v, reg, pa);
	virtio_reg_write(v, reg + 4, pa >> 32);
}

void virtio_queue_set(struct virtio *v, u32 index, const struct vring *r)
{
	virtio_reg_write(v, REG_QUEUE_SEL, index);
	virtio_reg_write(v, REG_QUEUE_NUM, r->size);
	if (v->legacy) {
		virtio_reg_write(v, REG_QUEUE_ALIGN, VRING_ALIGN);
		virtio_reg_write(v, REG_QUEUE_PFN, kmap_pa(r->desc) >> PAGE_SHIFT);
		return;
	}
	virtio_write_address(v, REG_QUEUE_DESC, r->desc);
	virtio_write_address(v, REG_QUEUE_AVAIL, r->avail);
	virtio_write_address(v, REG_QUEUE_USED, r->used);
	virtio_reg_write(v, REG_QUEUE_READY, 1);
}

void virtio_run(struct virtio *v)
{
	virtio_add_status(v, STATUS_DRIVER_OK);
}

void virtio_fail(struct virtio *v)
{
	virtio_add_status(v, STATUS_FAILED);
}

void virtio_notify(struct virtio *v, u32 index)
{
	virtio_reg_write(v, REG_QUEUE_NOTIFY, index);
}

u32 virtio_irq_reason(struct virtio *v)
{
	u32 reason = virtio_reg_read(v, REG_IRQ_STATUS);

	virtio_reg_write(v, REG_IRQ_ACK, reason);
	return reason;
}

u32 virtio_config32(struct virtio *v, u32 offset)
{
	return virtio_reg_read(v, REG_CONFIG + offset);
}

u64 virtio_config64(struct virtio *v, u32 offset)
{
	u32 before, after, tries = 0;
	u64 value;

	do {
		before = v->legacy ? 0 : virtio_reg_read(v, REG_CONFIG_GENERATION);
		value = virtio_config32(v, offset);
		value |= (u64)virtio_config32(v, offset + 4) << 32;
		after = v->legacy ? 0 : virtio_reg_read(v, REG_CONFIG_GENERATION);
	} while (before != after && tries++ < 100);
	return value;
}
