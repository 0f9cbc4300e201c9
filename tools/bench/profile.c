/* profile.c - what the operations of a row consist of: functions, and instructions that
 * cost more than others. */
#include "counts.h"
#include "symbols.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTIONS_SHOWN 40

struct profile {
	struct symbols symbols;
	struct symbol program;
	struct counts counts;
	double operations;
};

static void profile_place(unsigned long long address, uint32_t opcode, double times,
			  void *arg)
{
	struct profile *p = arg;
	struct symbol *s = symbols_at(&p->symbols, &address);

	if (!s)
		s = &p->program;
	s->instructions += times;
	if (s->address == address)
		s->calls += times;
	counts_add(&p->counts, opcode, times);
}

static void profile_end(int row, double operations, void *arg)
{
	struct profile *p = arg;

	(void)row;
	p->operations = operations;
}

static int profile_compare(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->instructions > y->instructions ? -1 : x->instructions < y->instructions;
}

static void profile_functions(struct profile *p)
{
	struct symbol *all = p->symbols.all;

	qsort(all, p->symbols.n, sizeof(*all), profile_compare);
	printf("%12s %6s %8s  function\n", "instructions", "%", "calls");
	for (size_t i = 0; i < FUNCTIONS_SHOWN && i < p->symbols.n && all[i].instructions;
	     i++)
		printf("%12.1f %6.1f %8.2f  %s\n", all[i].instructions / p->operations,
		       100 * all[i].instructions / p->counts.total,
		       all[i].calls / p->operations, all[i].name);
}

static void profile_dear(const struct profile *p)
{
	const struct counts *c = &p->counts;

	printf("\nan operation has\n");
	for (enum dear i = 0; i < DEARS; i++)
		printf("%12.2f  %s\n", c->dear[i] / p->operations, dear_name(i));
	printf("\ncontrol registers%8s %8s\n", "reads", "writes");
	for (unsigned i = 0; i < CSRS; i++) {
		char number[8];

		if (c->csr_reads[i] + c->csr_writes[i] == 0)
			continue;
		snprintf(number, sizeof(number), "0x%03x", i);
		printf("  %-14s %8.2f %8.2f\n", csr_name(i) ? csr_name(i) : number,
		       c->csr_reads[i] / p->operations, c->csr_writes[i] / p->operations);
	}
}

/* Calls of functions that take locks; locks whose code is inline show as AMOs alone. */
static void profile_locks(const struct profile *p)
{
	bool head = false;

	for (size_t i = 0; i < p->symbols.n; i++) {
		const struct symbol *s = &p->symbols.all[i];

		if (!s->calls || !strstr(s->name, "lock") || strstr(s->name, "unlock") ||
		    strstr(s->name, "block"))
			continue;
		if (!head)
			printf("\nlocks, calls\n");
		head = true;
		printf("%12.2f  %s\n", s->calls / p->operations, s->name);
	}
}

/* Boots and counts. */
static bool profile_run(const struct plan *plan, enum kind kind, int row, struct profile *p)
{
	struct counts_visitor v = { profile_place, profile_end, p };
	bool rows[ROWS_ALL] = { false };

	rows[row] = true;
	p->program.name = "the program";
	p->program.address = 1; /* no instruction is there */
	symbols_read(&p->symbols, plan->kernels[0].kernel);
	if (!counts_run(plan, kind, rows, &v)) {
		fprintf(stderr, "bench: this QEMU takes no plugins, so it cannot count\n");
		return false;
	}
	if (!p->operations)
		fprintf(stderr, "bench: %s could not be measured\n", row_name(row));
	return p->operations != 0;
}

/* --- parallel rows ------------------------------------------------------------------ */

/* A function's instructions an operation, on one hart and on two. */
struct pair {
	const char *name;
	double one, two;
};

static int pair_compare(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	double more = x->two - x->one, than = y->two - y->one;

	return more > than ? -1 : more < than;
}

static void pair_print(const struct pair *p)
{
	printf("%12.1f %12.1f %+12.1f  %s\n", p->one, p->two, p->two - p->one, p->name);
}

static struct pair pair_of(const struct profile *one, const struct profile *two,
			   const struct symbol *s, const struct symbol *t)
{
	return (struct pair){ s->name, s->instructions / one->operations,
			      t->instructions / two->operations };
}

static int profile_parallel(const struct plan *plan, int row)
{
	static struct profile one, two;
	struct pair *pairs, total = { "all", 0, 0 };
	size_t n;

	if (!profile_run(plan, KIND_PAR1, row, &one) ||
	    !profile_run(plan, KIND_PAR2, row, &two))
		return 1;
	n = one.symbols.n + 1;
	pairs = calloc(n, sizeof(*pairs));
	if (!pairs)
		tool_die("bench", "out of memory");
	for (size_t i = 0; i < n - 1; i++)
		pairs[i] = pair_of(&one, &two, &one.symbols.all[i], &two.symbols.all[i]);
	pairs[n - 1] = pair_of(&one, &two, &one.program, &two.program);
	qsort(pairs, n, sizeof(*pairs), pair_compare);
	total.one = one.counts.total / one.operations;
	total.two = two.counts.total / two.operations;
	printf("%s (%s): instructions an operation\n\n%12s %12s %12s  function\n",
	       row_name(row), row_what(row), "1 hart", "2 harts", "more");
	pair_print(&total);
	for (size_t i = 0; i < n; i++)
		if (pairs[i].two > 0 &&
		    fabs(pairs[i].two - pairs[i].one) >= total.one / 500)
			pair_print(&pairs[i]);
	free(pairs);
	return 0;
}

int profile_print(struct plan *plan, int row)
{
	static struct profile p;

	if (row_group(row) == GROUP_PAR)
		return profile_parallel(plan, row);
	if (!profile_run(plan, KIND_COUNT, row, &p))
		return 1;
	printf("%s (%s): %.1f instructions an operation, %.1f of them the program's\n\n",
	       row_name(row), row_what(row), p.counts.total / p.operations,
	       p.program.instructions / p.operations);
	profile_functions(&p);
	profile_dear(&p);
	profile_locks(&p);
	return 0;
}
