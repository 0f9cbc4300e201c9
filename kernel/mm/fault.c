/* fault.c - the one fault path, for programs and for the kernel's copies.
 *
 * It repairs four things: a page that comes on demand, the first write to a shared page,
 * an A or D bit on a core that leaves them to software (Svade), and a stale translation.
 * Everything else is an error, which the caller turns into a killed process or -EFAULT. */

#include "core/report/event.h"
#include "core/sched.h"
#include "lib/string.h"
#include "mm/space/aspace.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/pagecache.h"
#include "mm/phys/kmap.h"
#include "mm/phys/reclaim.h"
#include "mm/phys/vmstat.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

/* --- runs of pages ------------------------------------------------------- */

/* A program that goes upwards through its memory page by page gets several pages at a
 * fault: as many as it went through so far, up to RUN_MAX.  It gets them only while half
 * of the memory is free.  Their A or D is clear until it comes to them, as for any page.
 * If it leaves out the last of them, the run ends. */
#define RUN_MAX 8

/* How many pages of @area a fault at the cursor brings in, at most.  @came: bits of which
 * the page below has one if the program has come to it. */
static u32 fault_run_room(struct aspace *as, const struct vma *area, const struct pt_cur *c,
			  u64 came)
{
	u64 n = MIN(as->run_pages, RUN_MAX);

	if (c->va != as->run_end || c->level > 0 || level_index(c->va, 0) == 0 ||
	    !(pte_load(c->slot - 1).bits & came)) {
		as->run_pages = 0;
		return 1;
	}
	if (n <= 1 || !aspace_is_plenty(RUN_MAX))
		return 1;
	return MIN(n, (area->end - c->va) / PAGE_SIZE);
}

static void fault_run_done(struct aspace *as, va_t va, u32 n)
{
	as->run_end = va + n * PAGE_SIZE;
	as->run_pages += n;
}

/* Nothing is there yet: maps cleared frames, or with super=on a cleared block of 2 MiB if
 * the area has room for it and memory is plentiful. */
static int fault_absent(struct aspace *as, const struct vma *area, struct pt_cur *c,
			enum access access)
{
	u64 used = access_used_bits(access);
	int n;

	if (super_map_touched(as, area, c->va, used)) {
		vmstat_inc(VM_fault_lazy);
		event(EVENT_ZERO, ALIGN_DOWN(c->va, SUPER_SIZE), SUPER_PAGES, access);
		return 0;
	}
	n = aspace_put_fresh(as, area, c, used, fault_run_room(as, area, c, PTE_TOUCHED));
	if (n < 0)
		return n;
	vmstat_add(VM_fault_lazy, n);
	event(EVENT_ZERO, c->va, (u64)n, access);
	fault_run_done(as, c->va, n);
	return 0;
}

/* --- copy on write ------------------------------------------------------- */

/* Private memory that others hold, too, and that this space has not written to. */
static bool fault_may_copy_ahead(pte_t e)
{
	const struct page *pg = frame_of_pa(pte_pa(e));

	return pte_is_leaf(e) && (e.bits & (PTE_COW | PTE_D)) == PTE_COW &&
	       pg->kind == FRAME_anon && frame_is_shared(pg);
}

/* How many pages from the one under the cursor on are to be copied.  Where there are other
 * threads, which could use the pages ahead meanwhile, it is one. */
static u32 fault_cow_run(struct aspace *as, const struct vma *area, const struct pt_cur *c)
{
	u32 n = 1, max = fault_run_room(as, area, c, PTE_D);

	max = as->shared || max == 1 ? 1 : pt_own_run(c, max);
	while (n < max && fault_may_copy_ahead(pte_load(c->slot + n)))
		n++;
	return n;
}

/* Puts @copy in the place of the page under the cursor, which it returns.  Other threads
 * find no page meanwhile: else one could write to the copy while another still reads the
 * old page. */
static struct page *fault_cow_replace(struct aspace *as, struct pt_cur *c,
				      struct page *copy, u64 used)
{
	pte_t e = pte_load(c->slot);
	struct page *old = frame_of_pa(pte_pa(e));
	u64 flags = (e.bits & PTE_FLAGS & ~PTE_COW) | PTE_W | used;

	page_copy(frame_va(copy), frame_va(old));
	aspace_before_leaf(as, flags);
	if (as->shared) {
		pt_set_leaf(c, (pte_t){ 0 });
		tlb_shootdown(&as->root.tlb, c->va, c->va + PAGE_SIZE);
	}
	pt_set_leaf(c, pte_make(frame_pa(copy), flags));
	return old;
}

/* Gives the space copies of its own. */
static int fault_cow_copy(struct aspace *as, const struct vma *area, struct pt_cur *c)
{
	struct page *pg[RUN_MAX];
	struct pt_cur at = *c;
	u32 n = frame_alloc_many(FRAME_anon, 0, pg, fault_cow_run(as, area, c));

	if (!n)
		return -ENOMEM;
	vmstat_add(VM_fault_cow_copy, n);
	event(EVENT_COPY, c->va, n, ACCESS_WRITE);
	pg[0] = fault_cow_replace(as, &at, pg[0], PTE_A | PTE_D);
	for (u32 i = 1; i < n; i++) {
		pt_next(&at);
		pg[i] = fault_cow_replace(as, &at, pg[i], 0);
	}
	if (!as->shared)
		tlb_shootdown(&as->root.tlb, c->va, c->va + n * PAGE_SIZE);
	for (u32 i = 0; i < n; i++)
		frame_put(pg[i]);
	fault_run_done(as, c->va, n);
	return 0;
}

/* A write to a copy-on-write page, shared by fork or with a file.  Private memory that
 * nobody else holds any more becomes writable in place; otherwise this space gets a
 * copy. */
static int fault_cow_page(struct aspace *as, const struct vma *area, struct pt_cur *c,
			  pte_t e)
{
	struct page *pg = frame_of_pa(pte_pa(e));

	if (pg->kind != FRAME_anon || frame_is_shared(pg))
		return fault_cow_copy(as, area, c);
	vmstat_inc(VM_fault_cow_reuse);
	event(EVENT_REUSE, c->va, 1, ACCESS_WRITE);
	pt_set_leaf(c, (pte_t){ (e.bits & ~PTE_COW) | PTE_W | PTE_A | PTE_D });
	return 0;
}

/* A large leaf that nobody else holds stays whole.  Otherwise it is split and only the
 * page written to is copied, which costs far less than a copy of 2 MiB. */
static int fault_cow(struct aspace *as, const struct vma *area, struct pt_cur *c, pte_t e)
{
	if (c->level > 0) {
		if (super_keep(c, PTE_A | PTE_D)) {
			vmstat_inc(VM_fault_cow_reuse);
			event(EVENT_REUSE, ALIGN_DOWN(c->va, SUPER_SIZE), SUPER_PAGES,
			      ACCESS_WRITE);
			return 0;
		}
		super_split(c);
		e = pte_load(c->slot);
	}
	return fault_cow_page(as, area, c, e);
}

/* --- files ------------------------------------------------------------- */

/* The first access to a private page is a write: maps a copy of the file's page. */
static int fault_map_copy(struct aspace *as, const struct vma *area, struct pt_cur *c,
			  struct page *pg)
{
	struct page *copy = frame_alloc(FRAME_anon, 0);
	int err;

	if (!copy)
		return -ENOMEM;
	page_copy(frame_va(copy), frame_va(pg));
	err = aspace_put_frame(as, c, copy, prot_to_pte(area->prot) | PTE_A | PTE_D);
	if (err)
		frame_put(copy);
	return err;
}

/* Maps the file's own page.  In a private writable mapping it becomes copy-on-write; in a
 * shared one it gets W if this access is a write.  The file may replace *pg by another
 * page. */
static int fault_map_own(struct aspace *as, const struct vma *area, struct pt_cur *c,
			 struct page **pg, bool write)
{
	u64 flags = prot_to_pte(area->prot & ~VMA_W) | PTE_A;
	int err = 0;

	if (area->flags & VMA_SHARED && write) {
		err = area->object->ops->prepare_write(area->object, pg);
		flags |= PTE_W | PTE_D;
	} else if (area->flags & VMA_SHARED && page_flags(*pg) & PG_TEXT) {
		err = area->object->ops->own_page(area->object, pg);
	} else if (!(area->flags & VMA_SHARED) && area->prot & VMA_W) {
		flags |= PTE_COW;
	}
	if (!err)
		err = aspace_put_frame(as, c, *pg, flags);
	if (!err)
		frame_get(*pg);
	return err;
}

/* @c: at the empty entry for the page. */
static int fault_file(struct aspace *as, const struct vma *area, struct pt_cur *c,
		      enum access access)
{
	struct object *obj = area->object;
	u64 index = (area->offset + (c->va - area->start)) / PAGE_SIZE;
	bool write = access == ACCESS_WRITE;
	struct page *pg;
	int err = -ESTALE;

	vmstat_inc(VM_fault_file);
	event(EVENT_FILE, c->va, 1, access);
	while (err == -ESTALE) { /* pg is no longer the file's page */
		if (index >= obj->ops->pages(obj))
			return -EFAULT; /* past the end of the file */
		err = object_get_page(obj, index, &pg);
		if (err)
			return err == -ENOMEM ? err : -EFAULT;
		if (write && !(area->flags & VMA_SHARED))
			err = fault_map_copy(as, area, c, pg);
		else
			err = fault_map_own(as, area, c, &pg, write);
		frame_put(pg);
	}
	if (!err && index >= obj->ops->pages(obj)) {
		/* It was truncated meanwhile: the page must not stay mapped. */
		aspace_zap(as, c->va, c->va + PAGE_SIZE);
		err = -EFAULT;
	}
	return err;
}

/* The first write to a page of a shared mapping that has only been read so far. */
static int fault_shared_write(struct aspace *as, const struct vma *area, struct pt_cur *c,
			      pte_t e)
{
	struct page *pg = frame_of_pa(pte_pa(e)), *now = pg;
	int err = 0;

	event(EVENT_DIRTY, c->va, 1, ACCESS_WRITE);
	if (area->object) {
		frame_get(pg);
		err = area->object->ops->prepare_write(area->object, &now);
		frame_put(now);
	}
	if (err == -ESTALE || now != pg) {
		/* No longer the file's page: unmap it, and fault in the new one. */
		aspace_zap(as, c->va, c->va + PAGE_SIZE);
		return fault_file(as, area, c, ACCESS_WRITE);
	}
	if (!err)
		pte_set_bits(c->slot, PTE_W | PTE_A | PTE_D);
	return err;
}

/* The entry allows the access: an A or D bit was missing, or the translation was stale. */
static int fault_spurious(struct pt_cur *c, enum access access)
{
	u64 used = access_used_bits(access);
	pte_t old = pte_set_bits(c->slot, used);

	vmstat_inc(VM_fault_spurious);
	event(EVENT_SPURIOUS, c->va, 1, access);
	if ((old.bits & used) == used)
		tlb_flush_all(); /* perhaps a pointer to a table is stale, not this entry */
	else
		tlb_flush_page(c->va);
	return 0;
}

/* The page is looked up once, its entry walked to once.  (lock) */
static int fault_locked(struct aspace *as, va_t va, enum access access)
{
	struct vma *area = vma_find(&as->areas, va);
	struct pt_cur c = pt_at(&as->pt, va);
	pte_t e = pte_load(c.slot);

	switch (access_fate(area, e, c.level, access)) {
	case FATE_OK:
	case FATE_SPURIOUS:
		return fault_spurious(&c, access);
	case FATE_ABSENT:
		return area->object ? fault_file(as, area, &c, access)
				    : fault_absent(as, area, &c, access);
	case FATE_COW:
		return fault_cow(as, area, &c, e);
	case FATE_SHARED_WRITE:
		return fault_shared_write(as, area, &c, e);
	default:
		return -EFAULT;
	}
}

bool aspace_permits(struct aspace *as, va_t va, enum access access)
{
	enum access_fate fate;
	struct pt_cur c;

	mutex_lock(&as->lock);
	c = pt_at(&as->pt, va);
	fate = access_fate(vma_find(&as->areas, va), pte_load(c.slot), c.level, access);
	mutex_unlock(&as->lock);
	return fate == FATE_OK;
}

enum aspace_refusal aspace_refusal(struct aspace *as, va_t va, enum access access)
{
	static const u32 needs[NACCESSES] = { VMA_R, VMA_W, VMA_X };
	enum aspace_refusal why = REFUSED_NO_AREA;
	const struct vma *area;

	if (va >= MAXVA)
		return why;
	mutex_lock(&as->lock);
	area = vma_find(&as->areas, va);
	if (area)
		why = area->object && area->prot & needs[access] ? REFUSED_END
								 : REFUSED_RIGHTS;
	mutex_unlock(&as->lock);
	return why;
}

int aspace_fault(struct aspace *as, va_t va, enum access access)
{
	int err;

	if (va >= MAXVA)
		return -EFAULT;
	va = ALIGN_DOWN(va, PAGE_SIZE);
	do {
		mutex_lock(&as->lock);
		as->faults++;
		do
			err = fault_locked(as, va, access);
		while (err == -ENOMEM && super_shed(as));
		mutex_unlock(&as->lock);
	} while (err == -ENOMEM && mem_wait());
	if (err == -EFAULT) {
		vmstat_inc(VM_fault_refused);
		event(EVENT_REFUSED, va, 1, access);
	}
	return err;
}
