// sources: kernel/mm/space/aspace.c kernel/mm/space/zap.c kernel/mm/space/populate.c kernel/mm/space/build.c kernel/mm/space/aspace_check.c kernel/mm/fault.c kernel/mm/fork.c kernel/mm/map.c kernel/mm/truncate_maps.c kernel/mm/sbrk.c kernel/mm/space/super.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/mm/phys/reclaim.c kernel/mm/space/watch.c tests/host/vm/world.c tests/host/vm/world_file.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -DFRAMES=7000 -Wl,--wrap=frame_alloc,--wrap=frame_alloc_many,--wrap=slab_alloc,--wrap=slab_alloc_many,--wrap=frame_put,--wrap=frame_alloc_order
/* test_vm_super.c - random operations on 6 MiB of two spaces with 2 MiB leaves, against a
 * flat record of every page.  Any allocation may fail, that of a block, too, and then the
 * operation must have changed nothing. */
#include "world.h"

#include <string.h>

#include "mm/space/aspace_priv.h"
#include "mm/map.h"
#include "mm/phys/vmstat.h"
#include "uapi/errno.h"

#define REGION 512 /* pages */
#define NPAGES (3 * REGION)
#define BASE 0x50000000ul
#define STEPS 5000
#define ROUND 250 /* steps, after which all memory must come back */

static struct flat_page {
	bool there;
	u8 prot;
	u32 value; /* of its first and last word */
} model[SPACES][NPAGES];

static unsigned large_seen, shed_seen, owned_seen;

static va_t at(unsigned page)
{
	return BASE + page * PAGE_SIZE;
}

/* --- no free blocks -------------------------------------------------------------- */

struct page *__real_frame_alloc_order(enum frame_kind kind, unsigned order, unsigned flags);
struct page *__wrap_frame_alloc_order(enum frame_kind kind, unsigned order, unsigned flags);

static bool no_blocks;

struct page *__wrap_frame_alloc_order(enum frame_kind kind, unsigned order, unsigned flags)
{
	if (failing_now(&world_alloc) || no_blocks)
		return NULL;
	return __real_frame_alloc_order(kind, order, flags);
}

/* --- accesses -------------------------------------------------------------------- */

static bool permits(pte_t e, bool write)
{
	u64 need = PTE_V | PTE_U | (write ? PTE_W : PTE_R);

	if (world_svade)
		need |= PTE_A | (write ? PTE_D : 0);
	return pte_is_leaf(e) && (e.bits & need) == need;
}

/* The page's words, once the access has gone through; NULL: refused. */
static u32 *reach(unsigned s, unsigned page, bool write)
{
	world_running = s;
	for (unsigned i = 0; i < 4; i++) {
		struct pt_cur c = pt_at(&space[s]->pt, at(page));
		pte_t e = pte_load(c.slot);

		if (permits(e, write)) {
			pte_set_bits(c.slot, PTE_A | (write ? PTE_D : 0));
			return (u32 *)((char *)frame_va(frame_of_pa(pte_pa(e))) +
				       (at(page) & (level_size(c.level) - 1)));
		}
		if (aspace_fault(space[s], at(page), write ? ACCESS_WRITE : ACCESS_READ))
			return NULL;
	}
	fail_msg("page %u faults for ever", page);
	return NULL;
}

/* --- comparing ------------------------------------------------------------------- */

static void compare_page(unsigned s, unsigned page)
{
	const struct flat_page *m = &model[s][page];
	struct vma *v = vma_find(&space[s]->areas, at(page));
	struct pt_cur c = pt_at(&space[s]->pt, at(page));
	pte_t e = pte_load(c.slot);
	const u32 *word;

	assert_int_equal(m->there, v != NULL);
	if (v)
		assert_int_equal(m->prot, v->prot);
	if (!pte_is_leaf(e) && !pte_is_parked(e, c.level)) {
		assert_int_equal(m->there ? m->value : 0, 0);
		return;
	}
	assert_true(m->there);
	word = (u32 *)((char *)frame_va(frame_of_pa(pte_pa(e))) +
		       (at(page) & (level_size(c.level) - 1)));
	assert_int_equal(word[0], m->value);
	assert_int_equal(word[PAGE_SIZE / 4 - 1], m->value);
	large_seen += c.level > 0;
}

static void compare_all(void)
{
	for (unsigned s = 0; s < SPACES; s++) {
		for (unsigned i = 0; i < NPAGES; i++)
			compare_page(s, i);
		aspace_check(space[s]);
	}
}

/* --- operations: true if done, false if it failed and nothing must have changed --- */

struct op {
	unsigned s, lo, hi;
};

static bool op_touch(struct op op)
{
	bool write = rig_below(3);
	struct flat_page *m = &model[op.s][op.lo];
	u32 *word = reach(op.s, op.lo, write), value = (u32)rig_random();

	if (word) {
		assert_true(m->there && m->prot & (write ? VMA_W : VMA_R | VMA_W));
		if (write)
			word[0] = word[PAGE_SIZE / 4 - 1] = m->value = value;
	}
	return word;
}

static void op_write(struct op op)
{
	for (; op.lo < op.hi; op.lo += 1 + rig_below(9)) {
		u32 *word = reach(op.s, op.lo, true);

		if (word)
			word[0] = word[PAGE_SIZE / 4 - 1] = model[op.s][op.lo].value =
				(u32)rig_random();
	}
}

static void forget(struct op op, bool there)
{
	for (unsigned i = op.lo; i < op.hi; i++)
		model[op.s][i] = (struct flat_page){ there, there ? VMA_R | VMA_W : 0, 0 };
}

static void op_map(struct op op)
{
	struct map_request req = { .addr = at(op.lo),
				   .len = (op.hi - op.lo) * PAGE_SIZE,
				   .prot = VMA_R | VMA_W,
				   .fixed = true };
	va_t where;

	if (!aspace_map(space[op.s], &req, &where))
		forget(op, true);
}

static bool all_there(struct op op)
{
	while (op.lo < op.hi)
		if (!model[op.s][op.lo++].there)
			return false;
	return true;
}

static void op_protect(struct op op)
{
	static const u8 prots[] = { 0, VMA_R, VMA_R | VMA_W, VMA_R | VMA_W };
	u8 prot = prots[rig_below(4)];
	int err = aspace_protect(space[op.s], at(op.lo), (op.hi - op.lo) * PAGE_SIZE, prot);

	assert_true(err || all_there(op));
	for (; !err && op.lo < op.hi; op.lo++)
		model[op.s][op.lo].prot = prot;
}

static void op_discard(struct op op)
{
	u64 len = (op.hi - op.lo) * PAGE_SIZE;

	if (!all_there(op))
		return;
	assert_int_equal(aspace_discard(space[op.s], at(op.lo), len), 0);
	for (; op.lo < op.hi; op.lo++)
		model[op.s][op.lo].value = 0;
}

static void op_fork(unsigned from)
{
	struct aspace *child = world_fork(from);

	if (!child)
		return;
	world_space_free(space[!from]);
	space[!from] = child;
	memcpy(model[!from], model[from], sizeof(model[0]));
}

/* Sheds, as when memory has run out. */
static void op_shed(unsigned s)
{
	mutex_lock(&space[s]->lock);
	shed_seen += super_shed(space[s]) > 0;
	mutex_unlock(&space[s]->lock);
}

/* As a program that asks for the entry.  A leaf that may be written is then its own, unless
 * there is no block for a copy. */
static void op_own(struct op op)
{
	struct aspace *as = space[op.s];
	const struct vma *v = vma_find(&as->areas, at(op.lo));
	struct pt_cur c;
	pte_t e;

	mutex_lock(&as->lock);
	aspace_own_large(as, at(op.lo));
	mutex_unlock(&as->lock);
	c = pt_at(&as->pt, at(op.lo));
	e = pte_load(c.slot);
	if (!pte_is_large(e, c.level) || !(v->prot & VMA_W))
		return;
	owned_seen += pte_permits(e, ACCESS_WRITE);
	assert_true(pte_permits(e, ACCESS_WRITE) ==
		    frame_reunite(frame_of_pa(pte_pa(e)), SUPER_ORDER));
}

static struct op random_op(void)
{
	struct op op = { .s = rig_below(SPACES), .lo = rig_below(NPAGES) };

	op.hi = op.lo + 1 + rig_below(NPAGES - op.lo);
	if (rig_below(3) == 0) { /* a whole region, or from the start of one */
		op.lo = ALIGN_DOWN(op.lo, REGION);
		if (rig_below(2))
			op.hi = op.lo + REGION;
	}
	return op;
}

static void do_one(struct op op)
{
	u64 len = (op.hi - op.lo) * PAGE_SIZE;

	switch (rig_below(13)) {
	case 0:
		if (!aspace_munmap(space[op.s], at(op.lo), len))
			forget(op, false);
		break;
	case 1:
		op_map(op);
		break;
	case 2:
		op_protect(op);
		break;
	case 3:
		op_discard(op);
		break;
	case 4:
		op_fork(op.s);
		break;
	case 5:
		op_write(op);
		break;
	case 6:
		op_shed(op.s);
		break;
	case 7:
		op_own(op);
		break;
	default:
		(void)op_touch(op);
	}
}

static void begin(void)
{
	world_start();
	memset(model, 0, sizeof(model));
	option_put(FORK, rig_below(2) ? FORK_COPY : FORK_COW);
	world_svade = rig_below(2);
	for (unsigned s = 0; s < SPACES; s++)
		op_map((struct op){ s, 0, NPAGES });
}

static void test_random(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 1; i <= STEPS; i++) {
		no_blocks = rig_below(16) == 0;
		failing_set(&world_alloc,
			    rig_below(3) ? 0 : 1 + rig_below(rig_below(2) ? 5 : 30),
			    rig_below(2));
		do_one(random_op());
		failing_end(&world_alloc);
		compare_all();
		if (i % ROUND)
			continue;
		world_stop();
		frame_check();
		begin();
	}
	world_stop();
	assert_true(large_seen > STEPS && shed_seen > 0 && owned_seen > 0);
	assert_true(vmstat_harts[0].n[VM_super_split] > 0);
	assert_true(vmstat_harts[0].n[VM_super_fallback] > 0);
	assert_true(vmstat_harts[0].n[VM_super_owned] > 0);
}

/* Each allocation of a fork fails, alone or with all after it.  Nothing is lost, and
 * without a free block the child gets pages. */
static void fork_fails(bool all)
{
	bool refused;

	world_start();
	memset(model, 0, sizeof(model));
	op_map((struct op){ 0, 0, NPAGES });
	for (unsigned i = 0; i < NPAGES; i++) /* pages of zeros could be shed */
		op_write((struct op){ 0, i, i + 1 });
	for (unsigned k = 1; k; k = refused ? k + 1 : 0) {
		u64 nfree = frame_count(FRAME_free);
		struct aspace *child;

		failing_set(&world_alloc, k, all);
		child = world_fork(0);
		refused = failing_end(&world_alloc);
		assert_true(!child || !all || !refused);
		if (child)
			world_space_free(child);
		assert_int_equal(frame_count(FRAME_free), nfree);
		compare_all();
	}
	assert_int_equal(pt_at(&space[0]->pt, at(REGION)).level, 1);
	world_stop();
}

static void test_fork_fails(void **state)
{
	(void)state;
	for (unsigned copies = 0; copies < 2; copies++) {
		option_put(FORK, copies ? FORK_COPY : FORK_COW);
		fork_fails(false);
		fork_fails(true);
	}
}

/* The translations of the leaf that became a program's own lead to the block that it had
 * before.  The window of the simulated cache is the end of the region below the wall. */
static void test_own_leaf_is_shot_down(void **state)
{
	struct map_request req = { .addr = WALL - SUPER_SIZE,
				   .len = SUPER_SIZE,
				   .prot = VMA_R | VMA_W,
				   .fixed = true };
	struct aspace *as, *child;
	struct pt_cur c;
	va_t where;

	(void)state;
	world_start();
	option_put(FORK, FORK_COW);
	as = space[0];
	assert_int_equal(aspace_map(as, &req, &where), 0);
	assert_int_equal(aspace_fault(as, where, ACCESS_WRITE), 0);
	child = world_fork(0);
	assert_non_null(child);
	c = pt_at(&as->pt, where);
	assert_int_equal(c.level, 1);
	for (unsigned i = 0; i < PAGES; i++)
		world_tlb_set(0, i, pte_load(c.slot));
	mutex_lock(&as->lock);
	aspace_own_large(as, where + SUPER_SIZE / 2);
	mutex_unlock(&as->lock);
	assert_true(pte_permits(pte_load(c.slot), ACCESS_WRITE));
	for (unsigned i = 0; i < PAGES; i++)
		assert_int_equal(world_tlb_bits(0, i), 0);
	world_space_free(child);
	world_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random),
					    cmocka_unit_test(test_own_leaf_is_shot_down),
					    cmocka_unit_test(test_fork_fails) };

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
