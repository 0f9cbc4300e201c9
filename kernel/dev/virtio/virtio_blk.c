/* virtio_blk.c - disks on virtio-mmio (virtio 1.2, section 5.2).
 *
 * A bio becomes one request to the device, or several if it has more segments, or larger
 * ones, than the device takes in one: a bio may be of any size.  What does not fit into
 * the ring waits in a queue.  The interrupt handler takes completions, and ends bios after
 * it has given back the lock.
 *
 * An access to a register may take the host a thousand times as long as one to memory, so
 * the device is told of requests, and its interrupt acknowledged, without the lock.
 *
 * A device that leaves a request unanswered for TIMEOUT_MS is reset, so that it no longer
 * writes to our memory.  From then on every request ends with -EIO.  A thread per disk
 * watches for that; while no request is in flight it sleeps without a time limit. */

#include "dev/virtio/virtio_blk.h"

#include "core/clock.h"
#include "core/irq.h"
#include "core/report/klog.h"
#include "core/machine.h"
#include "core/thread.h"
#include "core/sync/waitq.h"
#include "dev/block.h"
#include "dev/plic.h"
#include "dev/virtio/virtio.h"
#include "mm/phys/frame.h"
#include "mm/phys/kmap.h"
#include "uapi/errno.h"

#define TIMEOUT_MS 30000u
#define WATCH_MS 1000u
#define REQUESTS 64   /* at once; each takes two descriptors or more */
#define MAX_BYTES MIB /* of a segment, even if the device sets no limit */

/* Feature bits and configuration. */
#define BLK_F_SIZE_MAX BIT(1) /* the size of a segment is limited */
#define BLK_F_SEG_MAX BIT(2)  /* the number of segments is limited */
#define BLK_F_RO BIT(5)
#define BLK_F_FLUSH BIT(9)
#define CONFIG_CAPACITY 0u /* u64, sectors */
#define CONFIG_SIZE_MAX 8u
#define CONFIG_SEG_MAX 12u

struct blk_header {
	u32 type;
	u32 reserved;
	u64 sector;
};

enum { BLK_T_IN = 0, BLK_T_OUT = 1, BLK_T_FLUSH = 4 };
enum { BLK_S_OK = 0, BLK_S_NONE = 0xff };

/* One request to the device: a bio, or a part of one. */
struct request {
	struct list link; /* (lock) in free or inflight */
	struct bio *bio;
	u64 deadline; /* time base cycles */
	struct blk_header header;
	u8 status; /* written by the device */
};

struct disk {
	struct blkdev dev;
	struct virtio virtio; /* (C) once it runs                         */
	u32 max_segs;         /* (C) of one request                       */
	u32 max_bytes;        /* (C) of one segment, a multiple of SECTOR */
	struct spinlock lock;
	struct vring ring;    /* (lock) */
	struct list queued;   /* (lock) bios not wholly started, oldest first */
	struct list inflight; /* (lock) requests, oldest first                */
	struct list free;     /* (lock) requests                              */
	bool failed;          /* (lock) given up                              */
	bool watch_idle;      /* (lock) the watchdog sleeps without a limit   */
	bool watch_again;     /* (lock) a request was started since it looked */
	struct waitq watch;
	struct vring_seg segs[BIO_MAX_SEGS + 2]; /* (lock) scratch */
	struct request requests[REQUESTS];
};

/* --- requests; (lock) held ------------------------------------------------ */

static bool bio_is_wholly_started(const struct bio *bio)
{
	return bio->next_seg == bio->nsegs;
}

static void disk_fill_header(struct request *req, const struct bio *bio)
{
	static const u32 types[] = {
		[BIO_READ] = BLK_T_IN,
		[BIO_WRITE] = BLK_T_OUT,
		[BIO_FLUSH] = BLK_T_FLUSH,
	};

	req->header = (struct blk_header){
		.type = types[bio->op],
		.sector = bio->op == BIO_FLUSH ? 0 : bio->next_sector,
	};
	req->status = BLK_S_NONE;
}

/* Fills d->segs for the next part of @bio: header, as many data segments as the device
 * takes, and status.  Returns how many.  The bio moves on only with disk_advance_bio(). */
static u32 disk_fill_segs(struct disk *d, struct request *req, const struct bio *bio)
{
	struct vring_seg *seg = d->segs, *end = seg + 1 + d->max_segs;
	u32 i = bio->next_seg, byte = bio->next_byte;

	*seg++ = (struct vring_seg){ kmap_pa(&req->header), sizeof(req->header), false };
	while (i < bio->nsegs && seg < end) {
		const struct bio_seg *from = &bio->seg[i];
		u32 n = MIN(from->bytes - byte, d->max_bytes);

		*seg++ = (struct vring_seg){ kmap_pa((char *)from->data + byte), n,
					     bio->op == BIO_READ };
		byte += n;
		if (byte == from->bytes) {
			byte = 0;
			i++;
		}
	}
	*seg++ = (struct vring_seg){ kmap_pa(&req->status), 1, true };
	return seg - d->segs;
}

/* Records in @bio that the device was given d->segs: @n segments, header and status
 * included. */
static void disk_advance_bio(const struct disk *d, struct bio *bio, u32 n)
{
	for (u32 i = 1; i + 1 < n; i++) {
		bio->next_byte += d->segs[i].bytes;
		bio->next_sector += d->segs[i].bytes / SECTOR;
		if (bio->next_byte == bio->seg[bio->next_seg].bytes) {
			bio->next_byte = 0;
			bio->next_seg++;
		}
	}
}

/* Starts the next part of @bio.  False: the ring is full. */
static bool disk_start_part(struct disk *d, struct bio *bio)
{
	struct request *req = list_first(&d->free, struct request, link);
	u32 n;

	if (list_empty(&d->free))
		return false;
	disk_fill_header(req, bio);
	n = disk_fill_segs(d, req, bio);
	if (!vring_add(&d->ring, d->segs, n, req))
		return false;
	req->bio = bio;
	req->deadline = clock_now() + clock_from_ms(TIMEOUT_MS);
	list_del(&req->link);
	list_add_tail(&d->inflight, &req->link);
	bio->pending++;
	disk_advance_bio(d, bio, n);
	return true;
}

/* True: the device has to be told, by disk_notify(). */
static bool disk_start_queued(struct disk *d)
{
	while (!list_empty(&d->queued)) {
		struct bio *bio = list_first(&d->queued, struct bio, link);

		if (!disk_start_part(d, bio))
			break;
		if (bio_is_wholly_started(bio))
			list_del(&bio->link);
	}
	d->watch_again = true;
	if (d->watch_idle) {
		d->watch_idle = false;
		waitq_wake_all(&d->watch);
	}
	return vring_publish(&d->ring);
}

/* @req is over; its bio goes to @done if it was the last part. */
static void disk_end_request(struct disk *d, struct request *req, bool ok,
			     struct list *done)
{
	struct bio *bio = req->bio;

	list_del(&req->link);
	list_add(&d->free, &req->link);
	if (!ok)
		bio->error = -EIO;
	if (--bio->pending == 0 && bio_is_wholly_started(bio))
		list_add_tail(done, &bio->link);
}

/* Takes what the device has completed; bios that end go to @done. */
static void disk_collect(struct disk *d, struct list *done)
{
	struct request *req;

	while ((req = vring_take(&d->ring)) != NULL)
		disk_end_request(d, req, req->status == BLK_S_OK, done);
}

/* Gives the device up; all bios go to @done. */
static void disk_give_up(struct disk *d, struct list *done)
{
	d->failed = true;
	virtio_reset(&d->virtio);
	while (!list_empty(&d->inflight))
		disk_end_request(d, list_first(&d->inflight, struct request, link), false,
				 done);
	while (!list_empty(&d->queued)) {
		struct bio *bio = list_first(&d->queued, struct bio, link);

		list_del(&bio->link);
		bio->error = -EIO;
		list_add_tail(done, &bio->link);
	}
}

/* --- these take the lock -------------------------------------------------- */

/* After disk_start_queued(), without the lock.  The device may have been given up since:
 * one that was reset has no queue, and does nothing. */
static void disk_notify(struct disk *d, bool wanted)
{
	if (wanted)
		virtio_notify(&d->virtio, 0);
}

static void disk_finish_bios(struct list *done)
{
	while (!list_empty(done)) {
		struct bio *bio = list_first(done, struct bio, link);

		list_del(&bio->link);
		bio_finish(bio, bio->error);
	}
}

static void disk_submit(struct blkdev *dev, struct bio *bio)
{
	struct disk *d = dev->priv;
	bool accepted, notify = false;

	bio->error = 0;
	bio->pending = 0;
	bio->next_sector = bio->sector;
	bio->next_seg = bio->op == BIO_FLUSH ? bio->nsegs : 0; /* no data */
	bio->next_byte = 0;
	spin_lock(&d->lock);
	accepted = !d->failed;
	if (accepted) {
		list_add_tail(&d->queued, &bio->link);
		notify = disk_start_queued(d);
	}
	spin_unlock(&d->lock);
	disk_notify(d, notify);
	if (!accepted)
		bio_finish(bio, -EIO);
}

static void disk_interrupt(void *arg)
{
	struct disk *d = arg;
	struct list done = LIST_INIT(done);
	bool broken, notify = false;

	(void)virtio_irq_reason(&d->virtio);
	spin_lock(&d->lock);
	if (!d->failed)
		disk_collect(d, &done);
	broken = !d->failed && d->ring.broken;
	if (broken)
		disk_give_up(d, &done);
	else if (!d->failed)
		notify = disk_start_queued(d);
	spin_unlock(&d->lock);
	disk_notify(d, notify);
	if (broken)
		printk("disk: %s answers requests that it was not given; given up\n",
		       d->dev.name);
	disk_finish_bios(&done);
}

static bool disk_is_overdue(const struct disk *d)
{
	if (list_empty(&d->inflight))
		return false;
	return clock_now() >= list_first(&d->inflight, struct request, link)->deadline;
}

/* (lock) Sleeps until the next look.  It sleeps without a limit only if nothing was
 * started in the last WATCH_MS, so that not every request has to wake it. */
static void disk_watch_sleep(struct disk *d)
{
	u64 until = clock_now() + clock_from_ms(WATCH_MS);

	if (d->failed || (list_empty(&d->inflight) && !d->watch_again)) {
		d->watch_idle = true;
		waitq_wait_quiet(&d->watch, &d->lock);
		return;
	}
	d->watch_again = false;
	if (waitq_wait_until_quiet(&d->watch, &d->lock, until))
		return; /* the time has passed, as usual */
}

static void disk_watchdog(void *arg)
{
	struct disk *d = arg;

	for (;;) {
		struct list done = LIST_INIT(done);
		bool hangs, notify = false;

		spin_lock(&d->lock);
		while (!disk_is_overdue(d))
			disk_watch_sleep(d);
		disk_collect(d, &done); /* perhaps only an interrupt was lost */
		hangs = disk_is_overdue(d);
		if (hangs)
			disk_give_up(d, &done);
		else
			notify = disk_start_queued(d);
		spin_unlock(&d->lock);
		disk_notify(d, notify);
		if (hangs)
			printk("disk: %s has not answered for %u s; given up\n",
			       d->dev.name, TIMEOUT_MS / 1000);
		disk_finish_bios(&done);
	}
}

/* --- set-up --------------------------------------------------------------- */

static void *disk_boot_memory(u64 bytes)
{
	unsigned order = 0;
	struct page *pg;

	while (PAGE_SIZE << order < bytes)
		order++;
	pg = frame_alloc_order(FRAME_pool, order, FRAME_ZERO);
	return pg ? frame_va(pg) : NULL;
}

static u32 disk_queue_size(struct virtio *v)
{
	u32 max = virtio_queue_max(v, 0), size = VRING_MAX;

	while (size > max)
		size /= 2;
	return size;
}

/* Reads what the device takes in one request.  -EIO: not even a sector. */
static int disk_set_limits(struct disk *d)
{
	struct virtio *v = &d->virtio;

	d->max_segs = MIN(d->ring.size - 2, (u32)BIO_MAX_SEGS);
	if (v->features & BLK_F_SEG_MAX)
		d->max_segs = MIN(d->max_segs, MAX(virtio_config32(v, CONFIG_SEG_MAX), 1u));
	d->max_bytes = MAX_BYTES;
	if (v->features & BLK_F_SIZE_MAX)
		d->max_bytes = MIN(d->max_bytes, virtio_config32(v, CONFIG_SIZE_MAX));
	d->max_bytes = ALIGN_DOWN(d->max_bytes, (u32)SECTOR);
	return d->max_bytes ? 0 : -EIO;
}

static int disk_set_up_queue(struct disk *d)
{
	struct virtio *v = &d->virtio;
	u32 size = disk_queue_size(v);
	void *memory;
	int err;

	if (size < 4)
		return -EIO;
	memory = disk_boot_memory(vring_bytes(size));
	if (!memory)
		return -ENOMEM;
	vring_init(&d->ring, memory, size);
	err = disk_set_limits(d);
	if (!err)
		virtio_queue_set(v, 0, &d->ring);
	return err;
}

static void disk_init(struct disk *d, const struct virtio *v)
{
	d->virtio = *v;
	spin_init(&d->lock, "disk", RANK_device);
	waitq_init(&d->watch);
	list_init(&d->queued);
	list_init(&d->inflight);
	list_init(&d->free);
	for (u32 i = 0; i < REQUESTS; i++)
		list_add_tail(&d->free, &d->requests[i].link);
}

static int disk_start(struct disk *d, u32 irq)
{
	struct virtio *v = &d->virtio;
	int err = virtio_start(v, BLK_F_SIZE_MAX | BLK_F_SEG_MAX | BLK_F_RO | BLK_F_FLUSH);

	if (!err)
		err = disk_set_up_queue(d);
	if (!err)
		err = kthread_start("disk", disk_watchdog, d);
	if (err) {
		virtio_fail(v);
		return err;
	}
	d->dev = (struct blkdev){
		.name = "virtio-blk",
		.sectors = virtio_config64(v, CONFIG_CAPACITY),
		.read_only = v->features & BLK_F_RO,
		.has_flush = v->features & BLK_F_FLUSH,
		.submit = disk_submit,
		.priv = d,
	};
	irq_register(irq, disk_interrupt, d);
	virtio_run(v);
	return 0;
}

static bool disk_attach(const struct virtio *v, u32 irq)
{
	struct disk *d = disk_boot_memory(sizeof(*d));
	int err = -ENOMEM;

	if (d) {
		disk_init(d, v);
		err = disk_start(d, irq);
	}
	if (err) {
		printk("disk: virtio-blk cannot be used (error %d)\n", -err);
		return false;
	}
	blk_register(&d->dev);
	printk("disk: virtio-blk (%s) %lu KiB%s%s\n", v->legacy ? "legacy" : "modern",
	       d->dev.sectors / (KIB / SECTOR), d->dev.has_flush ? ", flush" : "",
	       d->dev.read_only ? ", read-only" : "");
	return true;
}

/* The first disk that works has the root.  The others get no thread and no memory. */
void virtio_blk_init(void)
{
	u64 pa = 0, bytes = 0;
	struct virtio v;
	u32 irq, unused = 0;
	bool found = false;
	int node;

	while ((node = virtio_next_slot(pa, &pa, &bytes)) >= 0) {
		if (!virtio_probe(&v, pa, bytes) || v.id != VIRTIO_ID_BLOCK)
			continue;
		if (found)
			unused++;
		else if (plic_irq_of(node, &irq) < 0)
			printk("disk: virtio-blk without an interrupt cannot be used\n");
		else
			found = disk_attach(&v, irq);
	}
	if (unused)
		printk("disk: %u more, not used\n", unused);
}
