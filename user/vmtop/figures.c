/* figures.c - reads what the kernel tells, and compares it with what it told before. */
#include "vmtop.h"

#include <stdlib.h>
#include <string.h>

#include <tool.h>

static struct figures now, before; /* before.ns is 0: there are none */
static enum order sorted_by;

/* In tenths a second. */
static unsigned long long rate(unsigned long long gain, unsigned long long ns)
{
	return gain * 10000 / (ns / 1000000 + 1);
}

static int counts_read(int kind, struct snap_count *to, int max)
{
	static struct snap_reader r;
	const struct snap_count *c;
	int n = 0;

	if (!snap_begin(&r, kind, 0, 0))
		tool_die("counters");
	while ((c = snap_next(&r)) != NULL && n < max)
		to[n++] = *c;
	return n;
}

/* --- processes ---------------------------------------------------------------- */

/* Pages that the program has, as ps counts them.  One that ends meanwhile has none. */
static void process_areas(struct process *p)
{
	static struct snap_reader r;
	const struct snap_area *a;

	if (!snap_begin(&r, SNAP_AREAS, p->info.pid, 0))
		return;
	while ((a = snap_next(&r)) != NULL) {
		if (a->kind >= SNAP_AREA_USYSCALL)
			continue;
		p->shared += a->shared;
		p->private += a->private;
		p->large += a->large;
	}
	p->info.resident = p->shared + p->private; /* of the same moment */
}

static const struct process *process_before(const struct procinfo *info)
{
	for (int i = 0; i < before.processes; i++) {
		const struct procinfo *old = &before.process[i].info;

		if (old->pid == info->pid && old->started == info->started)
			return &before.process[i];
	}
	return NULL;
}

static void process_rates(struct process *p)
{
	const struct process *old = process_before(&p->info);
	unsigned long long period = now.period, used = p->info.cputime,
			   faults = p->info.faults, age = now.ns - p->info.started * 1000;

	if (!old)
		period = age < now.period ? age : now.period;
	else
		used -= old->info.cputime;
	/* exec starts at 0 again. */
	if (old && faults >= old->info.faults)
		faults -= old->info.faults;
	p->cpu = used * 1000000 / (period + 1);
	p->faults = rate(faults, period);
}

static unsigned long long process_key(const struct process *p)
{
	switch (sorted_by) {
	case BY_SIZE:
		return p->info.size;
	case BY_MEM:
		return p->info.resident;
	case BY_SHARED:
		return p->shared;
	case BY_PRIVATE:
		return p->private;
	case BY_LARGE:
		return p->large;
	case BY_FAULTS:
		return p->faults;
	case BY_CPU:
		return p->cpu;
	default:
		return 0;
	}
}

/* The largest first; equal ones by their pids. */
static int process_compare(const void *a, const void *b)
{
	const struct process *p = a, *q = b;
	unsigned long long of_p = process_key(p), of_q = process_key(q);

	if (of_p != of_q)
		return of_p < of_q ? 1 : -1;
	return p->info.pid - q->info.pid;
}

static void processes_read(void)
{
	static struct procinfo list[NPROC];
	int n = procinfo(list, NPROC);

	if (n < 0)
		tool_die("processes");
	now.processes = n < NPROC ? n : NPROC;
	now.running = 0;
	for (int i = 0; i < now.processes; i++) {
		struct process *p = &now.process[i];

		*p = (struct process){ .info = list[i] };
		now.running += list[i].state == PS_RUNNING || list[i].state == PS_READY;
		process_areas(p);
		process_rates(p);
	}
	qsort(now.process, (size_t)now.processes, sizeof(now.process[0]), process_compare);
}

/* --- all ------------------------------------------------------------------------ */

const struct figures *figures_read(enum order order)
{
	sorted_by = order;
	before = now;
	now.ns = (unsigned long long)clock_ns();
	now.period = now.ns - before.ns;
	processes_read();
	now.kinds = counts_read(SNAP_FRAMES, now.kind, KINDS_MAX);
	now.counters = counts_read(SNAP_STATS, now.counter, COUNTERS_MAX);
	return &now;
}

static unsigned long long counter_of(const struct figures *f, const char *name)
{
	for (int i = 0; i < f->counters; i++)
		if (strcmp(f->counter[i].name, name) == 0)
			return f->counter[i].value;
	return 0;
}

unsigned long long figures_rate(const char *name)
{
	return rate(counter_of(&now, name) - counter_of(&before, name), now.period);
}
