/* aspace.c - making, filling and giving back address spaces. */

#include "mm/space/aspace.h"

#include "arch/riscv/csr.h"
#include "arch/riscv/switch.h"
#include "core/option/bootopt.h"
#include "core/option/options.h"
#include "core/thread.h"
#include "lib/string.h"
#include "mm/space/aspace_priv.h"
#include "mm/xlate/gather.h"
#include "mm/xlate/kmap_init.h"
#include "mm/space/switch_space.h"
#include "mm/space/pagecache.h"
#include "mm/phys/reclaim.h"
#include "mm/phys/slab.h"
#include "mm/phys/vmstat.h"
#include "mm/space/watch.h"
#include "uapi/errno.h"
#include "uapi/layout.h"
#include "uapi/limits.h"

bool aspace_heap_lazy, aspace_fork_copies, aspace_isolate;
static struct slab_cache aspace_slab;

static bool option_is(const char *name, const char *value)
{
	const char *v = bootopt_get(name);

	return v && strcmp(v, value) == 0;
}

/* These three are looked at once a call or a fault, and what was made under another value
 * stays as it is: they can change at any time. */
static void set_heap(const char *value)
{
	aspace_heap_lazy = strcmp(value, "lazy") == 0;
}

static void set_fork(const char *value)
{
	aspace_fork_copies = strcmp(value, "copy") == 0;
}

static void set_super(const char *value)
{
	aspace_super = strcmp(value, "off") != 0;
}

void aspace_init(void)
{
	slab_init(&aspace_slab, "aspace", sizeof(struct aspace));
	slab_keep(&aspace_slab, 2 * NPROC); /* two for each process in exec */
	vma_init();
	aspace_heap_lazy = option_is("heap", "lazy");
	aspace_fork_copies = option_is("fork", "copy");
	aspace_isolate = option_is("isolate", "on");
	aspace_super = !option_is("super", "off");
	option_can_change("heap", set_heap);
	option_can_change("fork", set_fork);
	option_can_change("super", set_super);
}

/* --- making ------------------------------------------------------------ */

/* The two pages at the top that the trap path needs. */
static int map_trap_pages(struct aspace *as, struct page *trapframe)
{
	int err = pt_map(&as->pt, TRAMPOLINE, trampoline_pa(), PAGE_SIZE,
			 PTE_V | PTE_R | PTE_X | PTE_A | PTE_D);

	if (err)
		return err;
	return pt_map(&as->pt, TRAPFRAME, frame_pa(trapframe), PAGE_SIZE,
		      PTE_V | PTE_R | PTE_W | PTE_A | PTE_D);
}

int aspace_alloc(struct page *trapframe, struct aspace **out)
{
	struct aspace *as = slab_alloc(&aspace_slab, 0);
	int err = -ENOMEM;

	if (!as)
		return err;
	mutex_init(&as->lock, "aspace", RANK_area);
	vma_set_init(&as->areas, &aspace_area_hooks);
	err = pt_init_user(&as->pt, &kernel_pt);
	if (err)
		goto fail_slab;
	aspace_enlist(as);
	err = aspace_isolate ? pt_init_twin(&as->pt) : 0;
	if (!err)
		err = map_trap_pages(as, trapframe);
	as->satp = SATP_SV39 | as->pt.root >> PAGE_SHIFT;
	as->user_satp = as->pt.twin ? SATP_SV39 | as->pt.twin >> PAGE_SHIFT : 0;
	if (err) {
		aspace_destroy(as);
		return err;
	}
	*out = as;
	return 0;

fail_slab:
	slab_free(&aspace_slab, as);
	return err;
}

int aspace_add_usyscall(struct aspace *as, struct page *usyscall)
{
	struct area_spec spec = {
		.start = USYSCALL,
		.end = USYSCALL + PAGE_SIZE,
		.prot = VMA_R,
		.kind = VMA_system,
	};
	int err = aspace_add(as, &spec);

	if (!err)
		err = pt_map(&as->pt, USYSCALL, frame_pa(usyscall), PAGE_SIZE,
			     PTE_V | PTE_R | PTE_U);
	if (!err)
		frame_get(usyscall);
	return err;
}

int aspace_create(const struct aspace_pages *pages, struct aspace **out)
{
	int err = aspace_alloc(pages->trapframe, out);

	if (err)
		return err;
	err = aspace_add_usyscall(*out, pages->usyscall);
	if (err)
		aspace_destroy(*out);
	return err;
}

/* --- giving back ------------------------------------------------------- */

/* The area of a page that is shared with a file, or NULL. */
static struct vma *shared_area(struct aspace *as, va_t va)
{
	struct vma *v = vma_find(&as->areas, va);

	return v && v->flags & VMA_SHARED && v->object ? v : NULL;
}

/* Moves the pages of [lo, hi) to @g. */
static void gather_pages(struct aspace *as, va_t lo, va_t hi, struct gather *g)
{
	super_cut(as, lo);
	super_cut(as, hi);
	pt_for_each(c, &as->pt, lo, hi) {
		pte_t e = pte_load(c.slot);
		struct page *pg;
		struct vma *v;

		(void)pt_point(&c);
		if (pte_is_large(e, c.level))
			super_unmap(as, &c, g);
		if (c.level > 0 || (!pte_is_leaf(e) && !pte_is_guard(e, c.level)))
			continue;
		e = pte_xchg(c.slot, (pte_t){ 0 });
		if (pte_is_guard(e, c.level) && !pte_is_parked(e, c.level))
			continue;
		pg = frame_of_pa(pte_pa(e));
		if (pg->kind != FRAME_usyscall)
			as->resident--;
		v = e.bits & PTE_D ? shared_area(as, c.va) : NULL;
		if (v)
			v->object->ops->mark_dirty(v->object, pg);
		gather_add(g, c.va, pg);
	}
}

/* Takes W from the pages that programs may write, so that the next write is told of by a
 * fault; D still tells which were written. */
static void protect_written(struct aspace *as, va_t lo, va_t hi)
{
	struct gather g;

	gather_init(&g, &as->tlb);
	pt_for_each(c, &as->pt, lo, hi) {
		pte_t e = pte_load(c.slot);

		(void)pt_point(&c);
		if (!pte_is_leaf(e) || !(e.bits & PTE_W) || !shared_area(as, c.va))
			continue;
		pte_clear_bits(c.slot, PTE_W);
		gather_range(&g, c.va, c.va + PAGE_SIZE);
	}
	gather_finish(&g);
}

/* Nobody can write to these pages now, so D stays as it is until it is cleared here. */
static void tell_written(struct aspace *as, va_t lo, va_t hi)
{
	pt_for_each(c, &as->pt, lo, hi) {
		pte_t e = pte_load(c.slot);
		struct vma *v = e.bits & PTE_D ? shared_area(as, c.va) : NULL;

		(void)pt_point(&c);
		if (!v || !pte_is_valid(e))
			continue;
		pte_clear_bits(c.slot, PTE_D);
		v->object->ops->mark_dirty(v->object, frame_of_pa(pte_pa(e)));
	}
}

/* The file is told when no hart can write by an old translation any more: what is
 * written after that is told of anew, and nothing falls between the two. */
void aspace_write_back(struct aspace *as, va_t lo, va_t hi)
{
	protect_written(as, lo, hi);
	tell_written(as, lo, hi);
}

void aspace_zap(struct aspace *as, va_t lo, va_t hi)
{
	struct gather g;

	gather_init(&g, &as->tlb);
	gather_pages(as, lo, hi, &g);
	gather_finish(&g);
}

/* Only areas have frames to give back. */
static void zap_areas(struct aspace *as)
{
	struct gather g;
	struct vma *a;

	gather_init(&g, &as->tlb);
	vma_for_each(a, &as->areas)
		gather_pages(as, a->start, a->end, &g);
	gather_finish(&g);
}

static int cut_edge(struct aspace *as, va_t va)
{
	struct vma *v = vma_find(&as->areas, va);

	if (!v || v->start == va)
		return 0;
	super_cut(as, va); /* a leaf lies in one area */
	return vma_split(&as->areas, v, va, NULL);
}

int aspace_cut_edges(struct aspace *as, va_t lo, va_t hi)
{
	struct vma *v = vma_find(&as->areas, lo);
	bool cuts = v && v->start < lo;
	int err = cut_edge(as, lo);

	if (err)
		return err;
	err = cut_edge(as, hi);
	if (err && cuts)
		vma_join(&as->areas, v);
	return err;
}

/* The pages go before the areas: a file is told of its pages while the area
 * still holds it. */
void aspace_trim(struct aspace *as, va_t lo, va_t hi)
{
	aspace_zap(as, lo, hi);
	vma_cut(&as->areas, lo, hi);
}

int aspace_unmap(struct aspace *as, va_t lo, va_t hi)
{
	int err = vma_around(&as->areas, lo, hi) ? cut_edge(as, hi) : 0;

	if (!err)
		aspace_trim(as, lo, hi);
	return err;
}

/* The trampoline and the trap frame are not the space's to free. */
static void unmap_trap_pages(struct aspace *as)
{
	for (va_t va = TRAPFRAME; va < MAXVA; va += PAGE_SIZE) {
		struct pt_cur c = pt_at(&as->pt, va);

		if (c.level == 0)
			pte_store(c.slot, (pte_t){ 0 });
	}
}

void aspace_destroy(struct aspace *as)
{
	aspace_unlist(as);
	aspace_evict(as);
	zap_areas(as);
	unmap_trap_pages(as);
	vma_set_fini(&as->areas);
	pt_fini(&as->pt);
	slab_free(&aspace_slab, as);
}

/* --- filling ----------------------------------------------------------- */

u64 prot_to_pte(u32 prot)
{
	u64 flags = PTE_V | PTE_U;

	if (!prot)
		return PTE_V | PTE_PARKED;
	flags |= prot & (VMA_R | VMA_W) ? PTE_R : 0; /* W without R is reserved */
	flags |= prot & VMA_W ? PTE_W : 0;
	flags |= prot & VMA_X ? PTE_X : 0;
	return flags;
}

int aspace_map_frame(struct aspace *as, va_t va, struct page *pg, u64 flags)
{
	struct pt_cur c = pt_at(&as->pt, va);

	if (pt_reach(&c, 0))
		return -ENOMEM;
	aspace_before_leaf(flags);
	pt_set_leaf(&c, pte_make(frame_pa(pg), flags));
	as->resident++;
	return 0;
}

int aspace_map_fresh(struct aspace *as, const struct vma *area, va_t va, u64 used)
{
	struct page *pg = frame_alloc(FRAME_anon, FRAME_ZERO);

	if (!pg)
		return -ENOMEM;
	vmstat_inc(VM_page_zeroed);
	if (aspace_map_frame(as, va, pg, prot_to_pte(area->prot) | used)) {
		frame_put(pg);
		return -ENOMEM;
	}
	return 0;
}

int aspace_populate(struct aspace *as, const struct vma *area, va_t lo, va_t hi)
{
	for (va_t va = lo, next; va < hi; va = next) {
		struct super_place at = { area, va, lo, hi };
		struct pt_cur c = pt_at(&as->pt, va);
		int err;

		if (sched_point_killed())
			return -EINTR;
		next = va + PAGE_SIZE;
		if (pte_is_valid(pte_load(c.slot)))
			continue;
		if (IS_ALIGNED(va, SUPER_SIZE) && super_map_fresh(as, &at, 0)) {
			next = va + SUPER_SIZE;
			continue;
		}
		err = aspace_map_fresh(as, area, va, 0);
		if (err)
			return err;
	}
	return 0;
}

int aspace_insert(struct aspace *as, const struct area_spec *spec, struct vma **area)
{
	struct vma like = {
		.start = spec->start,
		.end = spec->end,
		.prot = spec->prot,
		.kind = spec->kind,
	};

	return vma_insert(&as->areas, &like, area);
}

int aspace_add(struct aspace *as, const struct area_spec *spec)
{
	struct vma *area;
	int err;

	if (spec->populate && !mem_has((spec->end - spec->start) / PAGE_SIZE))
		return -ENOMEM;
	mutex_lock(&as->lock);
	err = aspace_insert(as, spec, &area);
	if (!err && spec->populate) {
		err = aspace_populate(as, area, spec->start, spec->end);
		if (err)
			aspace_trim(as, spec->start, spec->end);
	}
	mutex_unlock(&as->lock);
	return err;
}

int aspace_add_guard(struct aspace *as, va_t va)
{
	struct pt_cur c = pt_at(&as->pt, va);

	if (pt_reach(&c, 0))
		return -ENOMEM;
	pte_store(c.slot, (pte_t){ PTE_GUARD });
	return 0;
}

void *aspace_page(struct aspace *as, va_t va)
{
	struct vma *area = vma_find(&as->areas, va);
	struct pt_cur c;

	va = ALIGN_DOWN(va, PAGE_SIZE);
	if (!area)
		return NULL;
	c = pt_at(&as->pt, va);
	if (!pte_is_valid(pte_load(c.slot))) {
		if (aspace_map_fresh(as, area, va, 0))
			return NULL;
		c = pt_at(&as->pt, va);
	}
	return frame_va(frame_of_pa(pte_pa(pte_load(c.slot))));
}

int aspace_map_shared(struct aspace *as, va_t va, struct page *pg)
{
	struct vma *area = vma_find(&as->areas, va);

	if (!area)
		return -EFAULT;
	return aspace_map_frame(as, va, pg, prot_to_pte(area->prot & ~VMA_W));
}

int aspace_fill(struct aspace *as, va_t start, va_t end)
{
	int err;

	mutex_lock(&as->lock);
	err = aspace_populate(as, vma_find(&as->areas, start), start, end);
	mutex_unlock(&as->lock);
	return err;
}

int aspace_write(struct aspace *as, va_t va, const void *src, u64 n)
{
	while (n) {
		u64 offset = va & (PAGE_SIZE - 1);
		u64 chunk = MIN(n, PAGE_SIZE - offset);
		char *page = aspace_page(as, va);

		if (!page)
			return -ENOMEM;
		memcpy(page + offset, src, chunk);
		va += chunk;
		src = (const char *)src + chunk;
		n -= chunk;
	}
	return 0;
}

/* --- ranges ------------------------------------------------------------ */

va_t aspace_user_end(const struct aspace *as)
{
	return MAX(as->brk, USYSCALL);
}

bool aspace_range_ok(const struct aspace *as, va_t va, u64 n)
{
	va_t end = aspace_user_end(as);

	return va <= end && n <= end - va;
}
