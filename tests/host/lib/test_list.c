// sources: tests/host/shim/shim.c
// cflags:
/* test_list.c - lists against an array, with random operations. */
#include "rig.h"

#include <string.h>

#include "lib/list.h"

#define NODES 12

struct node {
	int id;
	struct list link;
};

static struct node nodes[NODES];
static struct list head;
static int model[NODES], nmodel;

static void model_insert(int at, int id)
{
	memmove(&model[at + 1], &model[at], (nmodel - at) * sizeof(model[0]));
	model[at] = id;
	nmodel++;
}

static int model_find(int id)
{
	for (int i = 0; i < nmodel; i++)
		if (model[i] == id)
			return i;
	return -1;
}

static void check_all(void)
{
	struct node *n;
	struct list *l;
	int i = 0;

	list_for_each(n, &head, link) {
		assert_true(i < nmodel);
		assert_int_equal(n->id, model[i++]);
	}
	assert_int_equal(i, nmodel);
	for (l = head.prev; l != &head; l = l->prev)
		assert_int_equal(list_entry(l, struct node, link)->id, model[--i]);
	assert_int_equal(i, 0);
	assert_int_equal(list_empty(&head), nmodel == 0);
	if (nmodel)
		assert_int_equal(list_first(&head, struct node, link)->id, model[0]);
}

static void add_somewhere(int id)
{
	int other = nmodel ? model[rig_below(nmodel)] : -1;

	switch (rig_below(other < 0 ? 2 : 4)) {
	case 0:
		list_add(&head, &nodes[id].link);
		model_insert(0, id);
		break;
	case 1:
		list_add_tail(&head, &nodes[id].link);
		model_insert(nmodel, id);
		break;
	case 2:
		list_add(&nodes[other].link, &nodes[id].link);
		model_insert(model_find(other) + 1, id);
		break;
	default:
		list_add_tail(&nodes[other].link, &nodes[id].link);
		model_insert(model_find(other), id);
	}
}

static void test_random(void **state)
{
	(void)state;
	list_init(&head);
	for (int i = 0; i < NODES; i++) {
		nodes[i].id = i;
		list_init(&nodes[i].link);
	}
	for (int round = 0; round < 50000; round++) {
		int id = rig_below(NODES), at = model_find(id);

		if (at < 0) {
			add_somewhere(id);
		} else {
			list_del(&nodes[id].link);
			memmove(&model[at], &model[at + 1],
				(--nmodel - at) * sizeof(model[0]));
			assert_true(list_empty(&nodes[id].link));
			list_del(&nodes[id].link); /* a second time is harmless */
		}
		check_all();
	}
}

static void test_take_out_on_the_way(void **state)
{
	struct list l = LIST_INIT(l);
	struct node *n, *next;
	int seen = 0;

	(void)state;
	for (int i = 0; i < NODES; i++)
		list_add_tail(&l, &nodes[i].link);
	list_for_each_safe(n, next, &l, link) {
		assert_int_equal(n->id, seen++);
		if (n->id % 2)
			list_del(&n->link);
	}
	assert_int_equal(seen, NODES);
	seen = 0;
	list_for_each(n, &l, link)
		assert_int_equal(n->id, 2 * seen++);
	assert_int_equal(seen, NODES / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_take_out_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
