// sources: kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/phys/slab.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -Wl,--wrap=slab_alloc_many
/* test_vma.c - areas against a flat model of pages: random operations, with
 * allocations that fail every now and then and must then change nothing. */
#include "vma_rig.h"

#define PAGES 48 /* in the model; page i is at address i * PAGE_SIZE */

/* For each page the number of its area (0: none), and the page's offset in the object of
 * that area. */
struct place {
	unsigned area;
	struct vma like; /* kind, prot, flags, object */
	u64 offset;
};

static struct place model[PAGES];
static unsigned next_area;

/* The set is empty. */
static void start_model(void)
{
	memset(model, 0, sizeof(model));
	next_area = 1;
}

/* In one of five operations an allocation fails. */
static bool maybe_fail(void)
{
	failing_set(&failing, rig_below(5) == 0, rig_below(2));
	return failing.in;
}

/* --- comparing ---------------------------------------------------------- */

static bool same_kind(const struct vma *a, const struct vma *b)
{
	return a->kind == b->kind && a->prot == b->prot && a->flags == b->flags &&
	       a->object == b->object;
}

/* The end of the model's area that page @i lies in. */
static unsigned area_end(unsigned i)
{
	unsigned end = i;

	while (end < PAGES && model[end].area == model[i].area)
		end++;
	return end;
}

static unsigned area_start(unsigned i)
{
	while (i && model[i - 1].area == model[i].area)
		i--;
	return i;
}

static void check_areas(const struct vma_set *s)
{
	const struct vma *v;
	unsigned i = 0;

	vma_for_each(v, s) {
		while (i < PAGES && !model[i].area)
			i++;
		assert_int_equal(v->start, i * PAGE_SIZE);
		assert_int_equal(v->end, area_end(i) * PAGE_SIZE);
		assert_true(same_kind(v, &model[i].like));
		if (v->object)
			assert_int_equal(v->offset, model[i].offset);
		i = area_end(i);
	}
	while (i < PAGES)
		assert_int_equal(model[i++].area, 0);
}

static void check_references(void)
{
	const struct vma *v;
	int expected[OBJECTS] = { 0 };

	vma_for_each(v, &set)
		if (v->object)
			expected[(int *)v->object - objects]++;
	for (unsigned i = 0; i < OBJECTS; i++)
		assert_int_equal(objects[i], expected[i]);
}

static void check_finding(void)
{
	va_t va = rig_below(PAGES + 2) * PAGE_SIZE + rig_below(2) * rig_below(PAGE_SIZE);
	unsigned i = va / PAGE_SIZE;
	struct vma *v = vma_find(&set, va), *next = vma_find_next(&set, va);

	if (i < PAGES && model[i].area) {
		assert_non_null(v);
		assert_int_equal(v->start, area_start(i) * PAGE_SIZE);
		assert_ptr_equal(v, next);
		return;
	}
	assert_null(v);
	while (i < PAGES && !model[i].area)
		i++;
	if (i >= PAGES) {
		assert_null(next);
		return;
	}
	assert_int_equal(next->start, i * PAGE_SIZE);
	assert_ptr_equal(vma_find(&set, i * PAGE_SIZE), next);
}

static bool is_empty(unsigned lo, unsigned hi)
{
	for (unsigned i = lo; i < hi && i < PAGES; i++)
		if (model[i].area)
			return false;
	return true;
}

static void check_gap(void)
{
	unsigned lo = rig_below(PAGES), hi = rig_below(PAGES + 1), n = 1 + rig_below(8);
	va_t got = 1;
	bool found;

	if (rig_below(8) == 0)
		set.knows_holes = false; /* it learns them again, if there are many areas */
	found = vma_gap(&set, n * PAGE_SIZE, lo * PAGE_SIZE, hi * PAGE_SIZE, &got);

	for (unsigned at = hi; at >= lo + n; at--) {
		if (!is_empty(at - n, at))
			continue;
		assert_true(found);
		assert_int_equal(got, (at - n) * PAGE_SIZE);
		return;
	}
	assert_false(found);
	assert_int_equal(got, 1);
}

static void check_all(void)
{
	vma_check(&set);
	check_areas(&set);
	check_references();
	check_finding();
	check_gap();
}

/* --- operations --------------------------------------------------------- */

static struct vma *random_area(void)
{
	struct vma *v = vma_find_next(&set, 0);

	if (!set.count)
		return NULL;
	for (u64 n = rig_below(set.count); n; n--)
		v = vma_next(&set, v);
	return v;
}

static void insert(void)
{
	unsigned lo = rig_below(PAGES), hi = lo + 1 + rig_below(6);
	struct vma like = { .prot = rig_below(3), .kind = rig_below(2) }, *v;
	int err;

	hi = MIN(hi, PAGES);
	like.start = lo * PAGE_SIZE;
	like.end = hi * PAGE_SIZE;
	like.flags = rig_below(4) ? 0 : VMA_SHARED;
	if (rig_below(2)) {
		unsigned b = rig_below(OBJECTS);

		like.object = (struct object *)&objects[b];
		like.offset = rig_below(2) * like.start; /* so that some can be merged */
		objects[b]++;
	}
	maybe_fail();
	err = vma_insert(&set, &like, &v);
	if (!is_empty(lo, hi))
		assert_int_equal(err, -EEXIST);
	else if (err)
		assert_int_equal(err, -ENOMEM);
	if (err) {
		area_gone(&like); /* the reference stayed with the caller */
		return;
	}
	assert_int_equal(v->start, like.start);
	for (unsigned i = lo; i < hi; i++)
		model[i] = (struct place){ next_area, like,
					   like.offset + (i - lo) * PAGE_SIZE };
	next_area++;
}

static void split(struct vma *v)
{
	unsigned lo = v->start / PAGE_SIZE, hi = v->end / PAGE_SIZE, at;
	struct vma *upper = NULL;
	bool fails;

	if (hi - lo < 2)
		return;
	at = lo + 1 + rig_below(hi - lo - 1);
	fails = maybe_fail() && !set.spare;
	if (fails) {
		assert_int_equal(vma_split(&set, v, at * PAGE_SIZE, &upper), -ENOMEM);
		assert_null(upper);
		return;
	}
	assert_int_equal(vma_split(&set, v, at * PAGE_SIZE, rig_below(2) ? &upper : NULL),
			 0);
	if (upper)
		assert_ptr_equal(upper, vma_next(&set, v));
	if (rig_below(4) == 0) {
		vma_join(&set, v);
		return;
	}
	for (unsigned i = at; i < hi; i++)
		model[i].area = next_area;
	next_area++;
}

/* Whether pages @i - 1 and @i lie in two areas that could be merged. */
static bool goes_on(unsigned i)
{
	const struct place *a = &model[i - 1], *b = &model[i];

	return a->area && b->area && a->area != b->area && same_kind(&a->like, &b->like) &&
	       (!a->like.object || a->offset + PAGE_SIZE == b->offset);
}

static void rename_area(unsigned from, unsigned to)
{
	for (unsigned i = 0; i < PAGES; i++)
		if (model[i].area == from)
			model[i].area = to;
}

static void merge(struct vma *v)
{
	unsigned lo = v->start / PAGE_SIZE, hi = v->end / PAGE_SIZE, me = model[lo].area;
	bool down = lo && goes_on(lo), up = hi < PAGES && goes_on(hi);

	if (up)
		rename_area(model[hi].area, me);
	if (down)
		rename_area(model[lo - 1].area, me);
	v = vma_merge(&set, v);
	assert_true(v->start <= lo * PAGE_SIZE && lo * PAGE_SIZE < v->end);
}

static void resize(struct vma *v)
{
	unsigned lo = v->start / PAGE_SIZE, hi = v->end / PAGE_SIZE, me = model[lo].area;
	unsigned start = rig_below(2) ? lo : rig_below(hi);
	unsigned end = start + 1 + rig_below(PAGES - start);
	struct place first = model[lo];
	struct place saved[PAGES];

	/* The new range is near the old one, because areas must keep their order. */
	if (end <= lo)
		end = hi;
	memcpy(saved, model, sizeof(model));
	for (unsigned i = lo; i < hi; i++)
		model[i].area = 0;
	if (!is_empty(MIN(start, lo), MAX(end, hi))) {
		bool clear = is_empty(start, end);

		memcpy(model, saved, sizeof(model));
		if (!clear)
			assert_int_equal(vma_resize(&set, v, start * PAGE_SIZE,
						    end * PAGE_SIZE),
					 -EEXIST);
		return;
	}
	assert_int_equal(vma_resize(&set, v, start * PAGE_SIZE, end * PAGE_SIZE), 0);
	for (unsigned i = start; i < end; i++)
		model[i] = (struct place){ me, first.like,
					   first.offset + ((u64)i - lo) * PAGE_SIZE };
}

static void cut(void)
{
	unsigned lo = rig_below(PAGES), hi = lo + 1 + rig_below(10);
	bool inside, fails = maybe_fail();
	struct vma *v;

	hi = MIN(hi, PAGES);
	inside = lo && hi < PAGES && model[lo].area &&
		 model[lo].area == model[lo - 1].area && area_end(lo) > hi;
	v = vma_around(&set, lo * PAGE_SIZE, hi * PAGE_SIZE);
	assert_int_equal(v != NULL, inside);
	if (v && vma_split(&set, v, hi * PAGE_SIZE, NULL)) {
		assert_true(fails);
		return;
	}
	failing_set(&failing, 1, true);
	vma_cut(&set, lo * PAGE_SIZE, hi * PAGE_SIZE);
	assert_int_equal(failing_end(&failing), 0);
	if (inside) /* the pages after the hole are an area of their own now */
		for (unsigned i = hi, old = model[lo].area;
		     i < PAGES && model[i].area == old; i++)
			model[i].area = next_area;
	next_area++;
	for (unsigned i = lo; i < hi; i++)
		model[i].area = 0;
}

static void remove_one(struct vma *v)
{
	for (unsigned i = v->start / PAGE_SIZE; i < v->end / PAGE_SIZE; i++)
		model[i].area = 0;
	vma_remove(&set, v);
}

static void random_operation(void)
{
	struct vma *v = random_area();

	switch (v ? rig_below(10) : 0) {
	case 0:
	case 1:
	case 2:
	case 3:
		insert();
		break;
	case 4:
		split(v);
		break;
	case 5:
	case 6:
		merge(v);
		break;
	case 7:
		resize(v);
		break;
	case 8:
		if (rig_below(3) == 0)
			remove_one(v);
		break;
	default:
		cut();
	}
	failing_end(&failing);
}

static void test_random(void **state)
{
	(void)state;
	start_model();
	for (unsigned round = 0; round < 60000; round++) {
		random_operation();
		check_all();
	}
}

/* --- copies of a whole set ------------------------------------------------ */

static struct vma_set copy;

static bool same_area(const struct vma *a, const struct vma *b)
{
	return same_kind(a, b) && a->start == b->start && a->end == b->end &&
	       a->offset == b->offset;
}

/* Compares the copy of the first @n areas. */
static void check_copy(u32 n)
{
	const struct vma *v, *c = vma_find_next(&copy, 0);

	vma_check(&copy);
	assert_int_equal(copy.count, n);
	vma_for_each(v, &set) {
		if (v->kind == VMA_usyscall)
			continue;
		if (!n--)
			break;
		assert_true(same_area(v, c) && v != c);
		c = vma_next(&copy, c);
	}
	assert_null(c);
}

static u32 count_copied(void)
{
	const struct vma *v;
	u32 n = 0;

	vma_for_each(v, &set)
		n += v->kind != VMA_usyscall;
	return n;
}

/* The copy has references of its own, and can be changed. */
static void copy_whole(void)
{
	int before[OBJECTS];
	struct vma *v;

	memcpy(before, objects, sizeof(objects));
	assert_int_equal(vma_copy_all(&copy, &set), 0);
	check_copy(count_copied());
	vma_for_each(v, &copy)
		if (v->object)
			before[(int *)v->object - objects]++;
	assert_memory_equal(before, objects, sizeof(objects));
	while ((v = vma_find_next(&copy, rig_below(PAGES) * PAGE_SIZE))) {
		vma_remove(&copy, v);
		vma_check(&copy);
	}
	vma_set_fini(&copy);
}

/* A copy that fails has the first areas, and goes as a whole. */
static void copy_part(u32 k)
{
	int err;

	failing_set(&failing, k, false);
	err = vma_copy_all(&copy, &set);
	if (failing_end(&failing))
		assert_true(err == 0 || err == -ENOMEM);
	else
		assert_int_equal(err, 0);
	vma_check(&copy);
	check_copy(copy.count);
	if (!err)
		assert_int_equal(copy.count, count_copied());
	vma_set_fini(&copy);
	check_references();
}

static void test_copy(void **state)
{
	(void)state;
	start_model();
	vma_set_init(&copy, &hooks);
	for (unsigned round = 0; round < 3000; round++) {
		struct vma *v;

		random_operation();
		if (round % 10)
			continue;
		v = random_area();
		if (v && rig_below(2)) { /* its pages are not copied */
			u8 kind = v->kind;

			v->kind = VMA_usyscall;
			copy_whole();
			v->kind = kind;
		}
		copy_whole();
		for (u32 k = 1; k <= set.count + 1; k++)
			copy_part(k);
		failing_set(&failing, 1, true);
		assert_int_equal(vma_copy_all(&copy, &set), count_copied() ? -ENOMEM : 0);
		failing_end(&failing);
		assert_int_equal(copy.count, 0);
		killed = true;
		assert_int_equal(vma_copy_all(&copy, &set), count_copied() ? -EINTR : 0);
		killed = false;
		vma_set_fini(&copy);
	}
}

#define MANY 2000

/* Nothing is left of a large copy, and its tree is as flat as that of the original. */
static void test_copy_many(void **state)
{
	struct vma *v;
	u64 free;

	(void)state;
	for (u64 i = 0; i < MANY; i++) {
		u64 at = 2 * (i * 1237 % MANY) * PAGE_SIZE;
		struct vma like = { .start = at, .end = at + PAGE_SIZE };

		assert_int_equal(vma_insert(&set, &like, &v), 0);
	}
	free = frame_count(FRAME_free);
	vma_set_init(&copy, &hooks);
	assert_int_equal(vma_copy_all(&copy, &set), 0);
	check_copy(MANY);
	assert_in_range(depth(copy.root), 11, 50);
	vma_set_fini(&copy);
	assert_int_equal(frame_count(FRAME_free), free);
}

static void test_edges(void **state)
{
	struct vma *v, *first = NULL;
	va_t got = 7, top = -PAGE_SIZE;
	struct vma like = { .start = 0, .end = PAGE_SIZE };

	(void)state;
	assert_null(vma_find(&set, 0));
	assert_null(vma_find_next(&set, 0));
	assert_true(vma_gap(&set, PAGE_SIZE, 0, top, &got));
	assert_int_equal(got, top - PAGE_SIZE);
	assert_false(vma_gap(&set, PAGE_SIZE, 5 * PAGE_SIZE, 5 * PAGE_SIZE, &got));
	assert_false(vma_gap(&set, PAGE_SIZE, 6 * PAGE_SIZE, 5 * PAGE_SIZE, &got));
	assert_false(vma_gap(&set, top, PAGE_SIZE, top, &got));
	vma_cut(&set, 0, PAGE_SIZE);
	assert_int_equal(vma_insert(&set, &like, &first), 0);
	like.start = top - PAGE_SIZE;
	like.end = top;
	assert_int_equal(vma_insert(&set, &like, &v), 0);
	assert_ptr_equal(vma_next(&set, first), v);
	assert_ptr_equal(vma_prev(&set, v), first);
	assert_null(vma_next(&set, v));
	assert_null(vma_prev(&set, first));
	assert_true(vma_gap(&set, PAGE_SIZE, 0, top, &got));
	assert_int_equal(got, top - 2 * PAGE_SIZE);
	expect_assert_failure((void)!vma_split(&set, v, v->start, NULL));
	expect_assert_failure((void)!vma_split(&set, v, v->end, NULL));
	expect_assert_failure((void)!vma_split(&set, v, v->start + 1, NULL));
	expect_assert_failure(vma_cut(&set, 1, PAGE_SIZE));
	expect_assert_failure(vma_cut(&set, PAGE_SIZE, PAGE_SIZE));
	expect_assert_failure(vma_join(&set, first));
	expect_assert_failure((void)!vma_resize(&set, v, top, top));
	like.start = like.end;
	expect_assert_failure((void)!vma_insert(&set, &like, &v));
	for (unsigned kind = 0; kind < VMA_NKINDS; kind++)
		assert_true(strlen(vma_kind_name[kind]) > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_random),
		TEST(test_copy),
		TEST(test_copy_many),
		TEST(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
