/* mapper.c - see mapper.h. */

#include "decode/mapper.h"

#include "lib/string.h"

void mappers_start(struct mappers *at, struct kernel *k, pa_t pa)
{
	memset(at, 0, sizeof(*at));
	at->k = k;
	at->pa = ALIGN_DOWN(pa, PAGE_SIZE);
}

/* To the next space; after the processes comes the kernel.  False: there is no more. */
static bool mappers_step(struct mappers *at)
{
	while (at->slot < machine_slots(at->k)) {
		if (machine_process(at->k, at->slot++, &at->p) &&
		    space_open(at->k, &at->p, &at->s)) {
			walk_start(&at->w, &at->s, 0, MAXVA);
			return true;
		}
	}
	if (at->slot++ > machine_slots(at->k))
		return false;
	memset(&at->p, 0, sizeof(at->p));
	space_open_kernel(at->k, &at->s);
	walk_start(&at->w, &at->s, KERNEL_HALF, KERNEL_HALF_END);
	return true;
}

static bool mapper_is(const struct mappers *at, const struct entry *e)
{
	u64 bytes = e->what == SNAP_TABLE ? PAGE_SIZE : level_size(e->level);
	pa_t pa = pte_pa(e->pte);

	if (e->what != SNAP_LEAF && e->what != SNAP_PARKED && e->what != SNAP_TABLE)
		return false;
	return at->pa >= pa && at->pa - pa < bytes;
}

/* The next entry of the space that has the frame. */
static bool mapper_in_space(struct mappers *at, struct mapper *m)
{
	struct area area;

	while (walk_next(&at->w, &m->e)) {
		if (!mapper_is(at, &m->e))
			continue;
		m->va = m->e.va;
		if (m->e.what == SNAP_TABLE)
			return true;
		m->va += at->pa - pte_pa(m->e.pte);
		m->place = entry_place(&at->s, &m->e,
				       area_find(&at->s, m->e.va, &area) ? &area : NULL);
		if (m->place != SNAP_AREA_DIRECT)
			return true;
	}
	return false;
}

bool mapper_next(struct mappers *at, struct mapper *m)
{
	for (;;) {
		memset(m, 0, sizeof(*m));
		if (at->walking) {
			m->pid = at->p.pid;
			memcpy(m->name, at->p.name, sizeof(m->name));
			if (mapper_in_space(at, m))
				return true;
		}
		at->walking = mappers_step(at);
		if (!at->walking)
			return false;
		if (at->s.as && (at->s.root == at->pa || at->s.twin == at->pa)) {
			m->pid = at->p.pid;
			memcpy(m->name, at->p.name, sizeof(m->name));
			m->is_root = true;
			return true;
		}
	}
}
