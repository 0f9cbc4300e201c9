/* snapshot.c - what all kinds of snapshots have in common; see uapi/snapshot.h.
 *
 * A piece is gathered in a frame of the kernel, under the area lock of the space that
 * it describes.  It is copied to the caller after the lock is given back, because the
 * copy may fault and the space may be the caller's own. */

#include "core/clock.h"
#include "lib/string.h"
#include "mm/space/aspace.h"
#include "mm/xlate/kmap_init.h"
#include "mm/uaccess.h"
#include "mm/space/watch.h"
#include "obs/snap/snap_priv.h"
#include "proc/proc.h"
#include "proc/program/program.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

#define KERNEL_HALF (-BIT(38)) /* its lowest address */

_Static_assert(sizeof(struct snap_header) == 72, "snapshot ABI");
_Static_assert(sizeof(struct snap_entry) == 40, "snapshot ABI");
_Static_assert(sizeof(struct snap_area) == 88, "snapshot ABI");
_Static_assert(sizeof(struct snap_count) == 96, "snapshot ABI");
_Static_assert(sizeof(struct snap_run) == 16, "snapshot ABI");
_Static_assert(sizeof(struct snap_option) == 192, "snapshot ABI");
_Static_assert(sizeof(struct snap_use) == 48, "snapshot ABI");
_Static_assert(sizeof(struct snap_call) == 72, "snapshot ABI");
_Static_assert(sizeof(struct snap_frame) == 32, "snapshot ABI");
_Static_assert(sizeof(struct snap_bytes) == 80, "snapshot ABI");
_Static_assert(sizeof(struct event) == 32, "snapshot ABI");
_Static_assert(sizeof(struct snap_disk) == 40, "snapshot ABI");
_Static_assert(SNAP_PIECE == PAGE_SIZE, "a piece is gathered in a frame");

struct request {
	int kind, pid;
	va_t start;
	uptr_t buf;
	u64 bytes;
};

static u32 snapshot_record_bytes(int kind)
{
	switch (kind) {
#define X(number, name, record, start) \
	case SNAP_##name:              \
		return sizeof(record);
		SNAP_KINDS(X)
#undef X
	default:
		return 0;
	}
}

/* --- decode: checks, and changes nothing --------------------------------- */

static bool snapshot_needs_space(int kind)
{
	return kind == SNAP_PT || kind == SNAP_PATH || kind == SNAP_AREAS ||
	       kind == SNAP_TOUCHED || kind == SNAP_BYTES;
}

/* Page tables have both halves, everything else of a space has the user half only. */
static bool snapshot_start_is_good(const struct request *r)
{
	if (r->kind == SNAP_FRAME || r->kind == SNAP_RAM)
		return frame_of_pa(r->start) != NULL;
	if (r->kind == SNAP_EVENTS)
		return r->start >> 32 < nharts;
	if (!snapshot_needs_space(r->kind) || r->start < MAXVA)
		return true;
	return (r->kind == SNAP_PT || r->kind == SNAP_PATH) && r->start >= KERNEL_HALF;
}

/* Makes the pages of the buffer present and writable, so that a bad buffer is found
 * before anything is done.  -EFAULT, -ENOMEM. */
static int snapshot_reach_buffer(uptr_t buf, u64 bytes)
{
	struct aspace *as = proc_current()->as;
	va_t end = buf.va + bytes;
	int err = 0;

	if (!aspace_range_ok(as, buf.va, bytes))
		return -EFAULT;
	for (va_t va = buf.va; va < end && !err; va = ALIGN_DOWN(va, PAGE_SIZE) + PAGE_SIZE)
		err = uaccess_prepare(uptr(va), true);
	return err;
}

static int snapshot_decode(struct request *r)
{
	u32 record = snapshot_record_bytes(r->kind);

	if (!record || !snapshot_start_is_good(r))
		return -EINVAL;
	r->bytes = MIN(r->bytes, (u64)SNAP_PIECE);
	if (r->bytes < sizeof(struct snap_header) + SNAP_LEAST * record)
		return -EINVAL;
	return snapshot_reach_buffer(r->buf, r->bytes);
}

/* --- perform ------------------------------------------------------------- */

static void snapshot_gather_space(struct snap *s, int kind)
{
	struct aspace *as = s->as;
	bool kernel = s->start >= KERNEL_HALF;
	struct pt *pt = kernel ? &kernel_pt : &as->pt;
	struct vma_set *areas = kernel ? NULL : &as->areas;

	s->header->root = pt->root;
	s->header->user_root = as->pt.twin;
	s->header->flags = as->pt.twin ? SNAP_ISOLATED : 0;
	mutex_lock(&as->lock);
	if (kind == SNAP_PT)
		snap_table(s, pt, areas);
	else if (kind == SNAP_PATH)
		snap_path(s, pt, areas);
	else if (kind == SNAP_AREAS)
		snap_areas(s);
	else if (kind == SNAP_BYTES)
		snap_bytes(s);
	else
		snap_touched(s);
	mutex_unlock(&as->lock);
}

/* What belongs to the machine, not to a process. */
static void snapshot_gather_machine(struct snap *s, int kind)
{
	if (kind == SNAP_FRAMES)
		snap_frames(s);
	else if (kind == SNAP_OPTIONS)
		snap_options(s);
	else if (kind == SNAP_LEDGER)
		snap_ledger(s);
	else if (kind == SNAP_FRAME)
		snap_frame(s);
	else if (kind == SNAP_RAM)
		snap_ram(s);
	else if (kind == SNAP_EVENTS)
		snap_events(s);
	else if (kind == SNAP_DISK)
		snap_disk(s);
	else if (kind == SNAP_MESSAGES)
		snap_messages(s);
	else
		snap_stats(s);
}

static int snapshot_gather(struct snap *s, const struct request *r)
{
	struct procinfo who = { 0 };

	*s->header = (struct snap_header){
		.version = SNAP_VERSION,
		.kind = r->kind,
		.record_bytes = snapshot_record_bytes(r->kind),
		.next = SNAP_END,
		.time = clock_ns(),
	};
	s->room = (r->bytes - sizeof(*s->header)) / s->header->record_bytes;
	if (snapshot_needs_space(r->kind)) {
		s->as = proc_watch(r->pid, &who);
		if (!s->as)
			return -ESRCH;
		snapshot_gather_space(s, r->kind);
		aspace_unwatch(s->as);
	} else if (r->kind == SNAP_CALLS) {
		struct program *pr = program_of(r->pid, &who);

		if (!pr)
			return -ESRCH;
		snap_calls(s, pr);
		program_put(pr);
	} else {
		snapshot_gather_machine(s, r->kind);
	}
	s->header->pid = who.pid;
	strlcpy(s->header->name, who.name, sizeof(s->header->name));
	return 0;
}

static s64 snapshot_perform(const struct request *r)
{
	struct page *frame = frame_alloc(FRAME_other, 0);
	struct snap s = { .start = r->start };
	s64 result;

	if (!frame)
		return -ENOMEM;
	s.header = frame_va(frame);
	result = snapshot_gather(&s, r);
	if (!result) {
		u64 used = (u64)s.header->count * s.header->record_bytes;

		result = copyout(r->buf, s.header, sizeof(*s.header) + used);
		result = result ? result : (s64)s.header->count;
	}
	frame_put(frame);
	return result;
}

static s64 snapshot(struct request *r)
{
	int err = snapshot_decode(r);

	return err ? err : snapshot_perform(r);
}

s64 sys_snapshot(const u64 arg[6])
{
	struct request r = { (int)arg[0], (int)arg[1], arg[2], uptr(arg[3]), arg[4] };

	return r.kind == SNAP_TOUCHED ? -EINVAL : snapshot(&r);
}

s64 sys_harvest(const u64 arg[6])
{
	struct request r = { SNAP_TOUCHED, (int)arg[0], arg[1], uptr(arg[2]), arg[3] };

	return snapshot(&r);
}
