// sources: kernel/mm/space/aspace.c kernel/mm/space/zap.c kernel/mm/space/populate.c kernel/mm/space/build.c kernel/mm/space/aspace_check.c kernel/mm/fault.c kernel/mm/fork.c kernel/mm/map.c kernel/mm/remap.c kernel/mm/truncate_maps.c kernel/mm/space/super.c kernel/mm/sbrk.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/mm/phys/reclaim.c kernel/mm/space/watch.c tests/host/vm/world.c tests/host/vm/world_file.c tests/host/vm/flat.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -Wl,--wrap=frame_alloc,--wrap=frame_alloc_many,--wrap=slab_alloc,--wrap=slab_alloc_many,--wrap=frame_put
/* test_vm_model.c - all short sequences of what programs do to their memory, and long
 * random ones, on the kernel's own code against a flat model.  Each step is repeated with
 * each of its allocations failing, alone or with all after it.
 *
 *	test_vm_model                    what ./test runs
 *	test_vm_model LENGTH             all sequences up to that length
 *	test_vm_model random SEED STEPS
 *
 * Sequences that lead to the same state (entries, areas, frames, contents, references,
 * cached translations) are gone on with once. */
#include "flat.h"

#include "lent.h"

#include <string.h>

#include "mm/space/aspace_priv.h"
#include "shim.h"

#define LENGTH 5
#define LENGTH_MAX 16
#define OPS_MAX 64

/* The steps so far; printed if one fails. */
static struct op trail[LENGTH_MAX];
static unsigned trail_len, failing_alloc;
static bool busy;

static struct flat model;
static struct op ops[OPS_MAX];
static unsigned nops;
static u64 steps;

/* --- sets of states -------------------------------------------------------------- */

struct node {
	u64 key;
	u8 len;
	u8 op[LENGTH_MAX];
};

static struct node *nodes;
static u64 nnodes, room, *seen, seen_size;

static void nodes_init(void)
{
	nnodes = room = 0;
	free(nodes);
	free(seen);
	nodes = NULL;
	seen_size = 1 << 12;
	seen = calloc(seen_size, sizeof(*seen));
}

/* False: @key was there already. */
static bool seen_add(u64 key)
{
	u64 i = key & (seen_size - 1);

	for (; seen[i]; i = (i + 1) & (seen_size - 1))
		if (seen[i] == key)
			return false;
	seen[i] = key;
	return true;
}

static void seen_grow(void)
{
	u64 *old = seen, n = seen_size;

	seen_size *= 4;
	seen = calloc(seen_size, sizeof(*seen));
	for (u64 i = 0; i < n; i++)
		if (old[i])
			seen_add(old[i]);
	free(old);
}

static void node_add(u64 key, const struct node *before, u8 op)
{
	if (!seen_add(key))
		return;
	if (nnodes == room) {
		room = room ? 2 * room : 1024;
		nodes = realloc(nodes, room * sizeof(*nodes));
	}
	nodes[nnodes] = before ? *before : (struct node){ 0 };
	if (before)
		nodes[nnodes].op[nodes[nnodes].len++] = op;
	nodes[nnodes++].key = key;
	if (nnodes * 2 > seen_size)
		seen_grow();
}

/* --- the state as a number ------------------------------------------------------- */

static u64 hash;

static void mix(u64 v)
{
	hash = (hash ^ v) * 0x9e3779b97f4a7c15ul;
	hash ^= hash >> 29;
}

/* Mixes in the number of a frame, counted in the order in which frames are first met. */
static void mix_frame(struct page *pg, struct page *known[], unsigned *n)
{
	unsigned i = 0;

	while (i < *n && known[i] != pg)
		i++;
	if (i == *n)
		known[(*n)++] = pg;
	mix(i);
	mix(pg ? pg->kind : 0);
	mix(pg ? pg->refs : 0);
	mix(pg ? *(u8 *)frame_va(pg) : 0);
}

/* A fork need not look at the entry. */
static bool world_lends(unsigned s, unsigned i)
{
	struct pt_cur c = pt_peek(&space[s]->pt, page_va(i));

	return !c.level && tie_covers(pt_table_of(&c), level_index(c.va, 0));
}

static void mix_page(unsigned s, unsigned i, struct page *known[], unsigned *n)
{
	struct vma *v = vma_find(&space[s]->areas, page_va(i));

	mix(world_pte(s, i).bits & PTE_FLAGS);
	mix(lent_by(&space[s]->pt, page_va(i)) != NULL);
	mix(world_lends(s, i));
	mix(world_tlb_bits(s, i) & PTE_FLAGS);
	mix_frame(world_frame(s, i), known, n);
	if (!v)
		return;
	mix(v->start == page_va(i));
	mix((u64)v->kind << 16 | (u64)v->flags << 8 | v->prot);
	mix((u64)(uintptr_t)v->object ^ v->offset);
}

static u64 state_key(void)
{
	struct page *known[3 * SPACES * PAGES] = { NULL }, *pg;
	unsigned n = 1;

	hash = 1;
	for (unsigned s = 0; s < SPACES; s++) {
		mix(space[s]->brk);
		for (unsigned i = 0; i < PAGES; i++)
			mix_page(s, i, known, &n);
	}
	for (unsigned i = 0; i < PAGES; i++) {
		pg = object_find_page(&world_file.obj, i);
		mix_frame(pg, known, &n);
		mix(world_file.dirty[i]);
		mix(world_file.disk[i]);
		mix(world_file.pages);
		if (pg)
			frame_put(pg);
	}
	return hash ? hash : 1;
}

/* --- one step -------------------------------------------------------------------- */

/* Does a step without failures.  Kernel and model agree on whether it can be done, and on
 * the state after it. */
static void step(struct op op)
{
	bool want = flat_do(&model, op), got = world_do(op);

	steps++;
	if (got != want)
		fail_msg("%s", got ? "done, but it should be refused"
				   : "refused, but it should be done");
	flat_compare(&model);
	world_check();
}

static void follow(const struct node *node)
{
	world_start();
	flat_init(&model);
	trail_len = 0;
	for (unsigned i = 0; i < node->len; i++) {
		trail[trail_len++] = ops[node->op[i]];
		flat_do(&model, ops[node->op[i]]);
		(void)world_do(ops[node->op[i]]);
	}
}

/* Touches everything, which shows any disorder that a failure has left. */
static void probe(void)
{
	for (unsigned i = 0; i < 2 * SPACES * PAGES; i++)
		step((struct op){ .what = i < SPACES * PAGES ? OP_READ : OP_WRITE,
				  .s = i % SPACES,
				  .lo = (u8)(i / SPACES % PAGES),
				  .hi = (u8)(i / SPACES % PAGES + 1) });
}

/* Giving back needs memory only for a hole inside an area. */
static bool gives_back(struct op op)
{
	va_t lo = page_va(op.lo), hi = page_va(op.hi);

	if (op.what == OP_SHRINK) {
		hi = space[op.s]->brk;
		lo = hi - PAGE_SIZE;
	} else if (op.what == OP_REMAP && op.arg < op.hi - op.lo) {
		lo += op.arg * PAGE_SIZE;
	} else if (op.what != OP_UNMAP) {
		return op.what == OP_DISCARD;
	}
	return !vma_around(&space[op.s]->areas, lo, hi);
}

/* Does @op while its @k-th allocation fails, with @all those after it, too.  Returns
 * whether it failed because of that. */
static bool step_failing(struct op op, unsigned k, bool all)
{
	struct flat after = model;
	bool want = flat_do(&after, op), got;
	u32 areas = space[op.s]->areas.count;

	failing_alloc = k;
	failing_set(&world_alloc, k, all);
	got = world_do(op);
	failing_end(&world_alloc);
	if (got && !want)
		fail_msg("done, but it should be refused");
	if (!got)
		assert_int_equal(space[op.s]->areas.count, areas);
	if (got)
		model = after;
	flat_compare(&model);
	world_check();
	failing_alloc = 0;
	return want && !got;
}

/* Returns how many allocations were refused. */
static u64 try_failure(const struct node *node, struct op op, unsigned k, bool all)
{
	u64 refused;

	bool failed;

	follow(node);
	trail[trail_len++] = op;
	failed = step_failing(op, k, all);
	refused = world_alloc.refused;
	if (failed)
		step(op); /* now there is memory */
	probe();
	world_stop();
	return refused;
}

/* If nothing is allocated after the first failure, both ways of failing are the same. */
static void try_failures(const struct node *node, struct op op, u64 allocs)
{
	for (unsigned k = 1; k <= allocs; k++)
		if (try_failure(node, op, k, true) > 1)
			try_failure(node, op, k, false);
}

static void expand(u64 index)
{
	struct node node = nodes[index];
	bool there = false;

	for (unsigned i = 0; i < nops; i++) {
		u64 allocs, key;
		bool free;

		if (!there)
			follow(&node);
		trail[trail_len++] = ops[i];
		failing_set(&world_alloc, 0, false);
		free = gives_back(ops[i]);
		step(ops[i]);
		allocs = world_alloc.asked;
		if (free)
			assert_int_equal(allocs, 0);
		key = state_key();
		there = key == node.key;
		trail_len--;
		if (there)
			continue;
		node_add(key, &node, (u8)i);
		world_stop();
		if (allocs)
			try_failures(&node, ops[i], allocs);
	}
	if (there)
		world_stop();
}

/* --- which steps ----------------------------------------------------------------- */

static void add(u8 what, u8 s, u8 lo, u8 hi, u8 arg)
{
	assert_true(nops < OPS_MAX);
	ops[nops++] = (struct op){ what, s, lo, hi, arg };
}

static void alphabet(u8 map)
{
	nops = 0;
	for (u8 s = 0; s < SPACES; s++) {
		for (u8 p = 0; p < PAGES; p++) {
			add(OP_READ, s, p, p + 1, 0);
			add(OP_WRITE, s, p, p + 1, 0);
		}
		add(OP_MAP, s, 0, 3, map);
		add(OP_MAP, s, 1, 2, map);
		add(OP_UNMAP, s, 1, 2, 0);
		add(OP_UNMAP, s, 0, 2, 0);
		add(OP_PROTECT, s, 0, 3, VMA_R | VMA_W);
		add(OP_PROTECT, s, 1, 2, VMA_R);
		add(OP_PROTECT, s, 1, 3, 0);
		add(OP_FORK, s, 0, 0, 0);
		add(OP_DISCARD, s, 0, 3, 0);
		add(OP_REMAP, s, 0, 1, 2);
		add(OP_REMAP, s, 2, 3, 2); /* has to move */
		if (map == MAP_FILE_SHARED) {
			add(OP_SYNC, s, 0, 3, 0);
			add(OP_WRITE, s, 0, 1, 1);
		}
		if (map == MAP_FILE_SHARED && s == 0)
			add(OP_WRITEBACK, 0, 0, 0, 0);
		if ((map == MAP_FILE || map == MAP_FILE_SHARED) && s == 0) {
			add(OP_LENGTH, 0, 0, 0, 1);
			add(OP_LENGTH, 0, 0, 0, 3);
		}
		if (map != MAP_ANON)
			continue;
		add(OP_GROW, s, 0, 0, false);
		add(OP_GROW, s, 0, 0, true);
		add(OP_SHRINK, s, 0, 0, 0);
	}
}

static void explore(u8 map, unsigned length)
{
	static const char *const fork_name[] = { "tables", "cow", "copy" };
	u64 at_start = steps;

	alphabet(map);
	nodes_init();
	busy = true;
	follow(&(struct node){ 0 });
	node_add(state_key(), NULL, 0);
	world_stop();
	for (u64 i = 0; i < nnodes && nodes[i].len < length; i++)
		expand(i);
	busy = false;
	print_message(
		"  map %u, fork=%s, A and D by %s: length %u, %lu states, %lu steps\n", map,
		fork_name[opt(FORK)], world_svade ? "software" : "hardware", length, nnodes,
		steps - at_start);
}

/* --- tests ----------------------------------------------------------------------- */

static unsigned length = LENGTH;
static u64 random_steps = 100000;

#define CONFIGURATIONS (2 * FORK_NUMBERS)

static void configure(unsigned bits)
{
	option_put(FORK, bits / 2);
	world_svade = bits & 1;
}

static void test_all_sequences(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < CONFIGURATIONS; bits++) {
		configure(bits);
		for (u8 map = 0; map < NMAPS; map++)
			explore(map, bits ? length - 1 : length);
	}
}

static struct op random_op(void)
{
	static const u8 prots[] = { 0, VMA_R, VMA_R | VMA_W, VMA_R | VMA_W };
	struct op op = { .what = (u8)rig_below(NOPS), .s = (u8)rig_below(SPACES) };

	if (rig_below(2))
		op.what = (u8)rig_below(2); /* half of them read or write */
	op.lo = (u8)rig_below(PAGES);
	op.hi = op.what == OP_READ || op.what == OP_WRITE
			? op.lo + 1
			: (u8)(op.lo + 1 + rig_below(PAGES - op.lo));
	if (op.what == OP_MAP)
		op.arg = (u8)rig_below(NMAPS);
	else if (op.what == OP_REMAP)
		op.arg = (u8)(1 + rig_below(PAGES));
	else if (op.what == OP_LENGTH)
		op.arg = (u8)rig_below(PAGES + 1);
	else if (op.what == OP_PROTECT)
		op.arg = prots[rig_below(4)];
	else
		op.arg = (u8)rig_below(2);
	return op;
}

static void test_random_sequences(void **state)
{
	(void)state;
	if (busy)
		skip(); /* an earlier failure has left the world as it was then */
	busy = true;
	world_start();
	flat_init(&model);
	for (u64 i = 0; i < random_steps; i++) {
		struct op op = random_op();

		if (i % 1000 == 0) {
			world_stop();
			configure((unsigned)rig_below(CONFIGURATIONS));
			world_start();
			flat_init(&model);
		}
		memmove(trail, trail + 1, sizeof(trail) - sizeof(trail[0]));
		trail[LENGTH_MAX - 1] = op;
		trail_len = LENGTH_MAX;
		if (rig_below(4) == 0)
			step_failing(op, 1 + (unsigned)rig_below(6), rig_below(2));
		else
			step(op);
	}
	world_stop();
	busy = false;
}

static int say_where(void **state)
{
	(void)state;
	if (busy) {
		print_error("after these steps");
		print_error(failing_alloc ? ", allocation %u of the last failing:\n"
					  : ":\n",
			    failing_alloc);
		for (unsigned i = 0; i < trail_len; i++)
			op_print(trail[i]);
	}
	return 0;
}

#define TEST(fn) cmocka_unit_test_teardown(fn, say_where)

int main(int argc, char **argv)
{
	const struct CMUnitTest all[] = { TEST(test_all_sequences),
					  TEST(test_random_sequences) };
	const struct CMUnitTest random[] = { TEST(test_random_sequences) };
	bool random_only = argc == 4 && strcmp(argv[1], "random") == 0;

	if (random_only) {
		rig_seed = strtoul(argv[2], NULL, 0);
		random_steps = strtoul(argv[3], NULL, 0);
	} else if (argc == 2) {
		length = (unsigned)strtoul(argv[1], NULL, 0);
	}
	if (length < 2 || length >= LENGTH_MAX || (argc > 1 && argc != 2 && !random_only))
		return 2;
	return random_only ? cmocka_run_group_tests(random, world_set_up, world_tear_down)
			   : cmocka_run_group_tests(all, world_set_up, world_tear_down);
}
