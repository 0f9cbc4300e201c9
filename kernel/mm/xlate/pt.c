/* pt.c - the cursor over a page table, and what is built on it: see pt.h.
 *
 * Tables are reached through the direct map. */
#include "mm/xlate/pt.h"

#include "core/sync/mutex.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/vmstat.h"
#include "mm/xlate/gather.h"
#include "mm/xlate/tie.h"
#include "mm/phys/kmap.h"
#include "uapi/errno.h"

#define ROOT_LEVEL (PT_LEVELS - 1)
#define ROOT_USER (PT_ENTRIES / 2) /* root entries of the user half */

static pte_t *pt_table_at(pa_t pa)
{
	return kmap_direct(pa);
}

/* --- the cursor --------------------------------------------------------- */

/* The last step of a walk for @va, to a table that has a tie: @e in @slot points at it. */
static __attribute__((noinline)) struct pt_cur
pt_step_tied(struct pt *pt, va_t va, enum pt_tie tie, pte_t *slot, pte_t e)
{
	struct page *table = frame_of_pa(pte_pa(e));
	unsigned i = level_index(va, 0);

	if (tie == PT_OWN_TABLE || (tie == PT_OWN_SLOT && tie_covers(table, i))) {
		pt_check_changeable(pt);
		tie_settle(table);
		pte_put(slot, (pte_t){ e.bits & ~PTE_TIED });
	}
	return (struct pt_cur){ pt, va, 0, tie, pt_table_at(pte_pa(e)) + i };
}

/* A cursor on the slot where the walk for c.va ends, but not below @level.  It goes on from
 * a slot on that path.  The cursor is passed by value, to be in registers meanwhile. */
static inline struct pt_cur pt_descend(struct pt_cur c, int level)
{
#pragma GCC unroll 2
	while (c.level > level) {
		pte_t e = pte_load(c.slot);

		if (!pte_is_table(e, c.level))
			break;
		if (e.bits & PTE_TIED)
			return pt_step_tied(c.pt, c.va, c.tie, c.slot, e);
		c.level--;
		c.slot = pt_table_at(pte_pa(e)) + level_index(c.va, c.level);
	}
	return c;
}

static inline struct pt_cur pt_at_level(struct pt *pt, va_t va, int level, enum pt_tie tie)
{
	struct pt_cur c = { .pt = pt,
			    .va = va,
			    .level = ROOT_LEVEL,
			    .tie = tie,
			    .slot = pt_table_at(pt->root) + level_index(va, ROOT_LEVEL) };

	return pt_descend(c, level);
}

struct pt_cur pt_at_tie(struct pt *pt, va_t va, enum pt_tie tie)
{
	return pt_at_level(pt, va, 0, tie);
}

/* The very last slot ends at 2^64, which is no address: va becomes the last address, and
 * no range reaches past that. */
void pt_next_slow(struct pt_cur *c)
{
	va_t end = pt_end(c);

	if (level_index(end, c->level) == 0) {
		*c = pt_at_tie(c->pt, end ? end : ~0ul, c->tie);
		return;
	}
	c->va = end;
	c->slot++;
	*c = pt_descend(*c, 0);
}

/* What a borrower lacks looks empty, and what is lent must not change. */
u32 pt_own_run(const struct pt_cur *c, u32 max)
{
	struct page *table = pt_table_of(c);
	unsigned i = level_index(c->va, 0), end = PT_ENTRIES;

	if (table->flags && i < tie_range(table).lo)
		end = tie_range(table).lo;
	return MIN(max, end - i);
}

pte_t pt_entry(struct pt *pt, va_t va, int level)
{
	struct pt_cur c = pt_at_tie(pt, va, PT_OWN_TABLE);

	if (c.level < level)
		c = pt_at_level(pt, va, level, PT_LEAVE);
	return c.level == level ? pte_load(c.slot) : (pte_t){ 0 };
}

/* --- writing entries ---------------------------------------------------- */

#ifdef PAGODA_CHECK
void pt_check_changeable(const struct pt *pt)
{
	ASSERT(!pt->lock || mutex_held(pt->lock));
}

/* The @n slots from the current one on are in one table, and no tie has any of them: nobody
 * changes an entry that a tie has. */
static void pt_check_own(const struct pt_cur *c, u32 n)
{
	unsigned at = level_index(c->va, c->level);

	ASSERT(at + n <= PT_ENTRIES);
	for (u32 i = 0; i < n && c->level == 0; i++)
		ASSERT(!tie_covers(pt_table_of(c), at + i));
}
#else
static void pt_check_own(const struct pt_cur *c, u32 n)
{
	(void)c;
	(void)n;
}
#endif

/* Root entry @i, of the kernel half, is in use. */
static void pt_half_note(struct pt_half *half, unsigned i)
{
	for (u32 k = 0; k < half->n; k++)
		if (half->slot[k] == i)
			return;
	half->slot[half->n++] = i;
}

/* Changes of root entries go through here, so that the twin root never differs. */
static pte_t pt_slot_write(struct pt_cur *c, pte_t e)
{
	pt_check_changeable(c->pt);
	if (c->level == ROOT_LEVEL) {
		unsigned i = level_index(c->va, ROOT_LEVEL);

		ASSERT(i < ROOT_USER || !c->pt->shared);
		if (c->pt->twin && i < ROOT_USER)
			pte_store(pt_table_at(c->pt->twin) + i, e);
		if (i >= ROOT_USER)
			pt_half_note(c->pt->half, i);
	}
	return pte_xchg(c->slot, e);
}

pte_t pt_set_leaf(struct pt_cur *c, pte_t e)
{
	ASSERT(!pte_is_table(e, c->level) && !pte_is_table(pte_load(c->slot), c->level));
	pt_check_own(c, 1);
	return pt_slot_write(c, e);
}

/* Other harts that find a page find what was written to it before: hence the fence. */
void pt_fill(struct pt_cur *c, struct page *const *pg, u32 n, u64 flags)
{
	pt_check_changeable(c->pt);
	pt_check_own(c, n);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (u32 i = 0; i < n; i++)
		pte_put(&c->slot[i], pte_make(frame_pa(pg[i]), flags));
}

/* --- making and unmaking tables ----------------------------------------- */

/* The next older table of the same struct pt. */
static struct page *pt_table_next(const struct page *table)
{
	return table->owner;
}

/* The slot that points at a table that is not in reserve. */
static pte_t *pt_table_slot(const struct page *table)
{
	return (pte_t *)table->priv;
}

/* A cleared table, so far without a slot that points at it.  NULL: no memory. */
static struct page *pt_table_new(struct pt *pt)
{
	struct page *table = frame_alloc(FRAME_table, FRAME_ZERO);

	if (!table)
		return NULL;
	table->owner = pt->tables;
	pt->tables = table;
	pt->ntables++;
	return table;
}

/* Makes the slot under the cursor point at @table.  Returns what was there. */
static pte_t pt_table_place(struct pt_cur *c, struct page *table)
{
	table->priv = (uintptr_t)c->slot;
	return pt_slot_write(c, pte_make(frame_pa(table), PTE_V));
}

int pt_reach(struct pt_cur *c, int level)
{
	while (c->level > level) {
		struct page *table;

		if (pte_load(c->slot).bits)
			return -EEXIST;
		table = pt_table_new(c->pt);
		if (!table)
			return -ENOMEM;
		pt_table_place(c, table);
		*c = pt_descend(*c, 0);
	}
	return 0;
}

static int pt_root_alloc(pa_t *root)
{
	struct page *pg = frame_alloc(FRAME_table, FRAME_ZERO);

	if (!pg)
		return -ENOMEM;
	*root = frame_pa(pg);
	return 0;
}

int pt_init(struct pt *pt, struct pt_half *half)
{
	*half = (struct pt_half){ 0 };
	*pt = (struct pt){ .half = half };
	return pt_root_alloc(&pt->root);
}

int pt_init_user(struct pt *pt, const struct pt *kernel)
{
	const pte_t *from = pt_table_at(kernel->root);
	pte_t *to;

	*pt = (struct pt){ .half = kernel->half, .shared = true };
	if (pt_root_alloc(&pt->root))
		return -ENOMEM;
	to = pt_table_at(pt->root);
	for (u32 k = 0; k < pt->half->n; k++)
		pte_put(&to[pt->half->slot[k]], pte_load(&from[pt->half->slot[k]]));
	return 0;
}

int pt_init_twin(struct pt *pt)
{
	const pte_t *root = pt_table_at(pt->root);

	ASSERT(!pt->twin);
	for (unsigned i = 0; i < ROOT_USER; i++)
		ASSERT(!root[i].bits);
	return pt_root_alloc(&pt->twin);
}

#ifdef PAGODA_CHECK
static void pt_check_no_leaves(const struct pt *pt)
{
	for (struct page *table = pt->tables; table; table = pt_table_next(table)) {
		const pte_t *slot = frame_va(table);

		ASSERT(!table->flags); /* no tie */
		for (unsigned i = 0; i < PT_ENTRIES; i++)
			ASSERT(!pte_is_leaf(pte_load(&slot[i])));
	}
}
#else
static void pt_check_no_leaves(const struct pt *pt)
{
	(void)pt;
}
#endif

/* Takes out the pointer at @table. */
static void pt_table_unplace(const struct pt *pt, const struct page *table)
{
	pte_t *slot = pt_table_slot(table), *root = pt_table_at(pt->root);

	pte_put(slot, (pte_t){ 0 });
	if (pt->twin && slot >= root && slot < root + ROOT_USER)
		pte_put(pt_table_at(pt->twin) + (slot - root), (pte_t){ 0 });
}

/* First no slot points at a table any more, then none is needed.  All are cleared then. */
void pt_fini(struct pt *pt)
{
	pte_t *root = pt_table_at(pt->root);
	struct page *table, *next;

	ASSERT(!pt->reserve);
	pt_check_no_leaves(pt);
	for (table = pt->tables; table; table = pt_table_next(table))
		pt_table_unplace(pt, table);
	for (table = pt->tables; table; table = next) {
		next = pt_table_next(table);
		frame_put_cleared(table);
	}
	for (u32 k = 0; k < pt->half->n; k++)
		pte_put(&root[pt->half->slot[k]], (pte_t){ 0 });
	frame_put_cleared(frame_of_pa(pt->root));
	if (pt->twin)
		frame_put_cleared(frame_of_pa(pt->twin));
	vmstat_add(VM_tables, pt->ntables + 1 + (pt->twin != 0));
	*pt = (struct pt){ 0 };
}

/* --- ranges ------------------------------------------------------------- */

static bool pt_range_is_good(va_t va, u64 len)
{
	va_t last = va + len - 1;
	bool user = last < BIT(38);
	bool kernel = va >= -BIT(38) && last < -GIB;

	return IS_ALIGNED(va | len, PAGE_SIZE) && len && va <= last && (user || kernel);
}

/* The level of the largest leaf that can map the start of [va, va+len) to pa. */
static int pt_leaf_level(va_t va, pa_t pa, u64 len, u64 prot)
{
	int level = 0;

	if (!(prot & PT_LARGE) || va < BIT(38))
		return 0;
	while (level < ROOT_LEVEL && IS_ALIGNED(va | pa, level_size(level + 1)) &&
	       len >= level_size(level + 1))
		level++;
	return level;
}

/* The first loop reaches all slots, which can fail; the second fills them, which cannot.
 * Both come to the same slots.  Where there is a table already, smaller leaves are used. */
int pt_map(struct pt *pt, va_t va, pa_t pa, u64 len, u64 prot)
{
	u64 bits = (prot & PTE_FLAGS) | PTE_V;

	ASSERT(pt_range_is_good(va, len) && IS_ALIGNED(pa, PAGE_SIZE) && (prot & PTE_RWX));
	pt_for_each(c, pt, va, va + len) {
		u64 done = c.va - va;
		int err = pt_reach(&c, pt_leaf_level(c.va, pa + done, len - done, prot));

		if (err)
			return err;
		if (pte_load(c.slot).bits)
			return -EEXIST;
	}
	pt_for_each(c, pt, va, va + len)
		pt_slot_write(&c, pte_make(pa + (c.va - va), bits));
	return 0;
}

struct page *pt_leaf_page(pte_t e)
{
	struct page *pg = frame_of_pa(pte_pa(e));

	return pg && pg->kind != FRAME_kernel && pg->kind != FRAME_firmware ? pg : NULL;
}

/* --- 2 MiB leaves of the user half --------------------------------------- */

static void pt_reserve_add(struct pt *pt, struct page *table)
{
	table->hash_next = pt->reserve;
	pt->reserve = table;
}

static struct page *pt_reserve_take(struct pt *pt)
{
	struct page *table = pt->reserve;

	ASSERT(table);
	pt->reserve = table->hash_next;
	return table;
}

/* Looks downwards from entry @below first: pages mostly come in ascending order, so an
 * entry that is there is mostly found at once. */
static bool pt_table_is_empty(const pte_t *table, unsigned below)
{
	for (unsigned i = 0; i < PT_ENTRIES; i++)
		if (pte_load(&table[(below - i) % PT_ENTRIES]).bits)
			return false;
	return true;
}

bool pt_large_fits(struct pt *pt, va_t va)
{
	struct pt_cur c = pt_at_level(pt, ALIGN_DOWN(va, level_size(1)), 1, PT_LEAVE);
	pte_t e = pte_load(c.slot);

	if (!pte_is_table(e, c.level))
		return !e.bits;
	if (e.bits & PTE_TIED)
		return false; /* there are pages, perhaps in another table */
	return pt_table_is_empty(pt_table_at(pte_pa(e)), level_index(va, 0) - 1);
}

int pt_put_large(struct pt *pt, va_t va, pte_t e, struct gather *g)
{
	struct pt_cur c = pt_at_level(pt, va, 1, PT_LEAVE);
	struct page *table;
	int err;

	ASSERT(IS_ALIGNED(va, level_size(1)) && va < BIT(38) && pte_is_leaf(e));
	if (!pt_large_fits(pt, va))
		return -EEXIST;
	err = pt_reach(&c, 1);
	if (err)
		return err;
	if (pte_is_valid(pte_load(c.slot))) {
		table = frame_of_pa(pte_pa(pte_load(c.slot)));
		gather_range(g, va, va + level_size(1));
	} else {
		table = pt_table_new(pt);
		if (!table)
			return -ENOMEM;
	}
	pt_reserve_add(pt, table);
	pt_slot_write(&c, e);
	return 0;
}

/* Tables in reserve are always cleared. */
pte_t pt_take_large(struct pt_cur *c)
{
	struct page *table = pt_reserve_take(c->pt);

	ASSERT(c->level == 1 && pte_is_leaf(pte_load(c->slot)));
	return pt_table_place(c, table);
}

/* The hardware may set A or D in the large leaf until it is replaced: then the exchange
 * fails, and the table is filled anew. */
void pt_split(struct pt_cur *c)
{
	struct page *table = pt_reserve_take(c->pt);
	pte_t *small = pt_table_at(frame_pa(table));
	pte_t pointer = pte_make(frame_pa(table), PTE_V), e;

	pt_check_changeable(c->pt);
	table->priv = (uintptr_t)c->slot;
	do {
		e = pte_load(c->slot);
		ASSERT(c->level == 1 && pte_is_leaf(e));
		for (unsigned i = 0; i < PT_ENTRIES; i++)
			small[i] = pte_make(pte_pa(e) + i * PAGE_SIZE, e.bits & PTE_FLAGS);
	} while (!pte_cas(c->slot, e, pointer));
	*c = pt_descend(*c, 0);
}

/* --- tables with ties ------------------------------------------------------ */

static void pt_mark_tied(const struct page *table)
{
	pte_t *slot = pt_table_slot(table);

	pte_put(slot, (pte_t){ pte_load(slot).bits | PTE_TIED });
}

void pt_lend(struct page *lender, struct page *borrower, struct tie_range range)
{
	tie_lend(lender, borrower, range);
	pt_mark_tied(lender);
	pt_mark_tied(borrower);
}
