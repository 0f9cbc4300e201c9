/* profile.c - what the operations of a row consist of: functions, and instructions that
 * cost more than others. */
#include "counts.h"
#include "symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTIONS_SHOWN 40

struct profile {
	struct symbols symbols;
	struct symbol program;
	struct counts counts;
	double operations;
	double shown; /* functions with fewer instructions an operation are left out */
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

int profile_print(struct plan *plan, int row)
{
	static struct profile p;
	struct counts_visitor v = { profile_place, profile_end, &p };
	bool rows[ROWS_ALL] = { false };

	rows[row] = true;
	p.program.name = "the program";
	p.program.address = 1; /* no instruction is there */
	symbols_read(&p.symbols, plan->kernels[0].kernel);
	if (!counts_run(plan, rows, &v)) {
		fprintf(stderr, "bench: this QEMU takes no plugins, so it cannot count\n");
		return 1;
	}
	if (!p.operations) {
		fprintf(stderr, "bench: %s could not be measured\n", row_name(row));
		return 1;
	}
	printf("%s (%s): %.1f instructions an operation, %.1f of them the program's\n\n",
	       row_name(row), row_what(row), p.counts.total / p.operations,
	       p.program.instructions / p.operations);
	profile_functions(&p);
	profile_dear(&p);
	profile_locks(&p);
	return 0;
}
