/* world.c - see world.h. */
#include "world.h"

#include "core/sched.h"
#include "lib/string.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/build.h"
#include "mm/phys/kmap.h"
#include "mm/xlate/kmap_init.h"
#include "mm/xlate/root.h"
#include "mm/map.h"
#include "mm/phys/reclaim.h"
#include "mm/phys/slab.h"
#include "mm/phys/vmstat.h"
#include "lent.h"
#include "shim.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

#ifndef FRAMES /* a test may need more */
#define FRAMES 192
#endif

struct aspace *space[SPACES];
bool world_svade, world_patient, world_elsewhere;
struct failing world_alloc;
u64 world_points, world_kill_at;
struct pt kernel_pt;
static struct pt_half kernel_half;
struct vmstat_hart vmstat_harts[MAX_HARTS];

static struct page table[FRAMES];
static struct aspace_pages own_pages;
static u64 free_at_start;
unsigned world_running;

/* A translation that the hardware may use. */
static pte_t tlb[SPACES][PAGES];

/* --- functions that the kernel's files need -------------------------------------- */

u32 option_values[NOPTIONS]; /* 0: each option has its first value */

pa_t trampoline_pa(void)
{
	return SHIM_RAM_BASE;
}

void thread_yield(void)
{
	fail_msg("there is nobody to wait for");
}

void sched_point(void)
{
	assert_int_equal(shim_spin_depth(), 0);
	world_points++;
}

/* Tests of code that runs in a process have a thread of their own. */
__attribute__((weak)) struct thread *thread_current(void)
{
	static struct thread self;

	return &self;
}

bool thread_killed(void)
{
	return world_kill_at && world_points >= world_kill_at;
}

/* No lock of a space may be held: its owner could be the thread that frees memory. */
bool mem_wait(void)
{
	for (unsigned s = 0; s < SPACES; s++)
		assert_false(mutex_held(&space[s]->lock));
	if (world_patient)
		failing_end(&world_alloc);
	return world_patient;
}

void root_init(bool pairs, u32 harts)
{
	(void)pairs;
	(void)harts;
}

void root_set(struct root *r, pa_t kernel, pa_t user)
{
	r->satp = kernel;
	r->user_root = user;
}

void root_load(struct root *r)
{
	(void)r;
}

bool root_leave(const struct root *r)
{
	(void)r;
	return !world_elsewhere;
}

void root_evict(struct root *r)
{
	for (unsigned s = 0; s < SPACES; s++)
		if (space[s] && &space[s]->root == r)
			world_tlb_forget(s);
}

static struct {
	bool held;
	u8 byte;
} icache[FRAMES];
static bool icache_is_dirty;

void icache_dirty(void)
{
	icache_is_dirty = true;
}

void icache_sync_harts(u64 harts)
{
	(void)harts;
}

void world_icache_fill(u8 byte)
{
	for (unsigned i = 0; i < FRAMES; i++) {
		icache[i].held = true;
		icache[i].byte = byte;
	}
	icache_is_dirty = false;
}

bool world_icache_is_told(void)
{
	return icache_is_dirty;
}

void world_fetch(const u8 *at)
{
	struct page *pg = frame_of_pa(kmap_pa(at));

	if (icache_is_dirty)
		memset(icache, 0, sizeof(icache));
	icache_is_dirty = false;
	if (icache[pg - table].held)
		assert_int_equal(icache[pg - table].byte, *at);
	icache[pg - table].held = true;
	icache[pg - table].byte = *at;
}

void tlb_flush_page(va_t va)
{
	for (unsigned p = 0; p < PAGES; p++)
		if (page_va(p) == va)
			tlb[world_running][p].bits = 0;
}

void tlb_flush_all(void)
{
	world_tlb_forget(world_running);
}

void tlb_shootdown(struct tlb_space *t, va_t lo, va_t hi)
{
	for (unsigned s = 0; s < SPACES; s++)
		for (unsigned p = 0; p < PAGES; p++)
			if (space[s] && &space[s]->root.tlb == t && page_va(p) >= lo &&
			    page_va(p) < hi)
				tlb[s][p].bits = 0;
}

/* --- allocations that fail ------------------------------------------------------- */

struct page *__real_frame_alloc(enum frame_kind kind, unsigned flags);
struct page *__wrap_frame_alloc(enum frame_kind kind, unsigned flags);
u32 __real_frame_alloc_many(enum frame_kind kind, unsigned flags, struct page **out, u32 n);
u32 __wrap_frame_alloc_many(enum frame_kind kind, unsigned flags, struct page **out, u32 n);
void *__real_slab_alloc(struct slab_cache *c, unsigned flags);
void *__wrap_slab_alloc(struct slab_cache *c, unsigned flags);
u32 __real_slab_alloc_many(struct slab_cache *c, unsigned flags, void **out, u32 n);
u32 __wrap_slab_alloc_many(struct slab_cache *c, unsigned flags, void **out, u32 n);
void __real_frame_put(struct page *pg);
void __wrap_frame_put(struct page *pg);

struct page *__wrap_frame_alloc(enum frame_kind kind, unsigned flags)
{
	return failing_now(&world_alloc) ? NULL : __real_frame_alloc(kind, flags);
}

u32 __wrap_frame_alloc_many(enum frame_kind kind, unsigned flags, struct page **out, u32 n)
{
	n = failing_allows(&world_alloc, n);
	return n ? __real_frame_alloc_many(kind, flags, out, n) : 0;
}

u32 __wrap_slab_alloc_many(struct slab_cache *c, unsigned flags, void **out, u32 n)
{
	n = failing_allows(&world_alloc, n);
	return n ? __real_slab_alloc_many(c, flags, out, n) : 0;
}

void *__wrap_slab_alloc(struct slab_cache *c, unsigned flags)
{
	return failing_now(&world_alloc) ? NULL : __real_slab_alloc(c, flags);
}

/* Each translation that a hart may still use needs a reference on its frame: so the
 * shootdown comes before the reference is given back. */
void __wrap_frame_put(struct page *pg)
{
	u32 used = 0;

	for (unsigned s = 0; s < SPACES; s++)
		for (unsigned p = 0; p < PAGES; p++)
			used += tlb[s][p].bits && frame_of_pa(pte_pa(tlb[s][p])) == pg;
	if (used >= pg->refs)
		fail_msg("given back before the shootdown: %u translations", used);
	__real_frame_put(pg);
}

/* --- making and unmaking --------------------------------------------------------- */

int world_set_up(void **state)
{
	(void)state;
	shim_ram_init(FRAMES * PAGE_SIZE);
	frame_init(SHIM_RAM_BASE, FRAMES * PAGE_SIZE, table);
	frame_boot_free(SHIM_RAM_BASE + PAGE_SIZE, SHIM_RAM_BASE + FRAMES * PAGE_SIZE);
	object_cache_init();
	aspace_init(1);
	own_pages.trapframe = frame_alloc(FRAME_trapframe, 0);
	own_pages.usyscall = frame_alloc(FRAME_usyscall, 0);
	assert_true(own_pages.trapframe && own_pages.usyscall);
	assert_int_equal(pt_init(&kernel_pt, &kernel_half), 0);
	object_init(&world_file.obj, &world_file_ops);
	free_at_start = frame_count(FRAME_free);
	return 0;
}

int world_tear_down(void **state)
{
	(void)state;
	shim_ram_fini();
	return 0;
}

/* Fills the addresses above the window, so that the window has a table of its own. */
static void build_wall(struct aspace_builder *b)
{
	struct area_spec wall = { .start = WALL, .end = USYSCALL, .kind = VMA_image };

	assert_int_equal(aspace_builder_add(b, &wall), 0);
}

struct aspace *world_space_new(void)
{
	struct aspace_builder b;

	if (aspace_builder_start(&b, own_pages.trapframe))
		return NULL;
	if (aspace_builder_add_usyscall(&b, own_pages.usyscall)) {
		aspace_builder_abandon(&b);
		return NULL;
	}
	aspace_builder_set_break(&b, WINDOW);
	build_wall(&b);
	return aspace_builder_finish(&b);
}

struct aspace *world_fork(unsigned from)
{
	struct aspace *as;

	world_running = from;
	return aspace_fork(space[from], &own_pages, &as) ? NULL : as;
}

void world_space_free(struct aspace *as)
{
	aspace_destroy(as);
	for (unsigned s = 0; s < SPACES; s++)
		if (space[s] == as)
			space[s] = NULL;
}

void world_start(void)
{
	world_file.pages = FILE_PAGES;
	world_file.stale = 0;
	for (unsigned p = 0; p < PAGES; p++) {
		world_file.disk[p] = (u8)(10 + p);
		world_file.dirty[p] = false;
	}
	for (unsigned s = 0; s < SPACES; s++) {
		space[s] = world_space_new();
		assert_non_null(space[s]);
	}
}

void world_stop(void)
{
	for (unsigned s = 0; s < SPACES; s++)
		aspace_check(space[s]);
	for (unsigned s = 0; s < SPACES; s++)
		world_space_free(space[s]);
	object_drop_pages(&world_file.obj, 0);
	assert_int_equal(world_file.refs, 0);
	assert_int_equal(own_pages.usyscall->refs, 1);
	assert_int_equal(frame_count(FRAME_free), free_at_start);
}

/* --- accesses -------------------------------------------------------------------- */

void world_tlb_forget(unsigned s)
{
	memset(tlb[s], 0, sizeof(tlb[s]));
}

void world_tlb_set(unsigned s, unsigned page, pte_t e)
{
	tlb[s][page] = e;
}

u64 world_tlb_bits(unsigned s, unsigned page)
{
	return tlb[s][page].bits;
}

static bool permits(pte_t e, enum access access)
{
	static const u64 need[] = {
		[ACCESS_READ] = PTE_R,
		[ACCESS_WRITE] = PTE_R | PTE_W,
		[ACCESS_EXEC] = PTE_X,
	};
	u64 want = need[access] | PTE_V | PTE_U;

	return (e.bits & want) == want;
}

/* Walks the table as the hardware does.  False: a page fault. */
static bool walk(unsigned s, unsigned page, enum access access)
{
	struct pt_cur c = pt_peek(&space[s]->pt, page_va(page));
	pte_t e = pte_load(c.slot);
	u64 used = PTE_A | (access == ACCESS_WRITE ? PTE_D : 0);

	if (!pte_is_leaf(e) || !permits(e, access))
		return false;
	assert_int_not_equal(e.bits & (PTE_R | PTE_W), PTE_W); /* reserved */
	if ((e.bits & used) != used && world_svade)
		return false;
	pte_set_bits(c.slot, used);
	tlb[s][page].bits = e.bits | used;
	return true;
}

/* The contents of the page, once the access has succeeded; NULL: it was refused. */
static u8 *access_page(unsigned s, unsigned page, enum access access)
{
	world_running = s;
	for (unsigned i = 0; i < 4; i++) {
		pte_t *t = &tlb[s][page];
		bool cached = t->bits && permits(*t, access);

		if (cached && (access != ACCESS_WRITE || t->bits & PTE_D))
			return frame_va(frame_of_pa(pte_pa(*t)));
		/* The hardware does not walk again if a cached translation refuses. */
		if ((cached || !t->bits) && walk(s, page, access))
			return frame_va(frame_of_pa(pte_pa(*t)));
		if (aspace_fault(space[s], page_va(page) + i, access))
			return NULL;
	}
	fail_msg("page %u of %u faults for ever", page, s);
	return NULL;
}

bool world_read(unsigned s, unsigned page, u8 *value)
{
	const u8 *at = access_page(s, page, ACCESS_READ);

	if (at) {
		assert_int_equal(at[0], at[PAGE_SIZE - 1]);
		*value = at[0];
	}
	return at;
}

bool world_write(unsigned s, unsigned page, u8 value)
{
	u8 *at = access_page(s, page, ACCESS_WRITE);

	if (at)
		at[0] = at[PAGE_SIZE - 1] = value;
	return at;
}

bool world_exec(unsigned s, unsigned page)
{
	const u8 *at = access_page(s, page, ACCESS_EXEC);

	if (at)
		world_fetch(at);
	return at;
}

pte_t world_raw_pte(unsigned s, unsigned page)
{
	struct pt_cur c = pt_peek(&space[s]->pt, page_va(page));

	return c.level ? (pte_t){ 0 } : pte_load(c.slot);
}

pte_t world_pte(unsigned s, unsigned page)
{
	return lent_entry(&space[s]->pt, page_va(page));
}

struct page *world_frame(unsigned s, unsigned page)
{
	pte_t e = world_pte(s, page);

	return pte_is_leaf(e) || pte_is_parked(e, 0) ? frame_of_pa(pte_pa(e)) : NULL;
}

/* --- what must always hold ------------------------------------------------------- */

/* Each frame has as many references as entries and the cache have of it. */
static void check_references(void)
{
	static u32 refs[FRAMES];
	struct page *pg;
	u64 anon = 0;

	memset(refs, 0, sizeof(refs));
	for (unsigned s = 0; s < SPACES; s++)
		for (unsigned p = 0; p < PAGES; p++)
			if (world_frame(s, p) && !lent_by(&space[s]->pt, page_va(p)))
				refs[world_frame(s, p) - table]++;
	list_for_each(pg, &world_file.obj.pages, link)
		refs[pg - table]++;
	for (unsigned i = 0; i < FRAMES; i++) {
		if (!refs[i])
			continue;
		assert_int_equal(table[i].refs, refs[i]);
		anon += table[i].kind == FRAME_anon;
	}
	assert_int_equal(frame_count(FRAME_anon), anon);
}

/* If a page of the cache differs from the disk, the file system or an entry knows it. */
static void check_dirty(void)
{
	struct page *pg;

	list_for_each(pg, &world_file.obj.pages, link) {
		bool known = world_file.dirty[pg->index];

		for (unsigned s = 0; s < SPACES; s++)
			for (unsigned p = 0; p < PAGES; p++)
				known |= world_frame(s, p) == pg &&
					 world_pte(s, p).bits & PTE_D;
		if (!known)
			assert_int_equal(*(u8 *)frame_va(pg), world_file.disk[pg->index]);
	}
}

/* The entry gives no right that the area does not, and write access only if every other
 * user of the frame may see the change. */
static void check_rights(unsigned s, unsigned p)
{
	struct vma *v = vma_find(&space[s]->areas, page_va(p));
	struct page *pg = world_frame(s, p);
	pte_t e = world_pte(s, p);

	if (!pg) {
		assert_int_equal(e.bits, 0);
		return;
	}
	assert_non_null(v);
	if (e.bits & PTE_W) {
		assert_true(v->prot & VMA_W && !(e.bits & PTE_COW));
		assert_true(v->flags & VMA_SHARED ||
			    (pg->refs == 1 && pg->kind == FRAME_anon));
	}
	assert_true(!(e.bits & PTE_X) || v->prot & VMA_X);
	assert_int_equal(!!(e.bits & PTE_U), !!v->prot);
}

/* A translation that is still in use allows no more than the entry. */
static void check_tlb(unsigned s, unsigned p)
{
	pte_t t = tlb[s][p], e = world_raw_pte(s, p);

	if (!t.bits)
		return;
	if (pte_pa(t) != pte_pa(e) || t.bits & ~e.bits & PTE_RWX || !pte_is_valid(e))
		fail_msg("stale translation of page %u of %u: %lx, now %lx", p, s, t.bits,
			 e.bits);
}

void world_check(void)
{
	u64 resident[SPACES] = { 0 };
	int areas = 0;

	for (unsigned s = 0; s < SPACES; s++) {
		struct vma *v;

		vma_check(&space[s]->areas);
		vma_for_each(v, &space[s]->areas)
			areas += v->object != NULL;
		for (unsigned p = 0; p < PAGES; p++) {
			check_rights(s, p);
			check_tlb(s, p);
			resident[s] += world_frame(s, p) != NULL;
		}
		assert_int_equal(space[s]->resident, resident[s]);
	}
	assert_int_equal(world_file.refs, areas);
	assert_int_equal(world_file.obj.nareas, areas);
	check_references();
	check_dirty();
}
