/* budget.c - the file of budgets: what each row may take, by compiler; it only goes down.
 *
 * A line is `COMPILER ROW WHAT FIGURE`; WHAT is `instructions`, or what the plugin counts:
 * `csr`, `satp`, `sfence`.  Lines that begin with # are comments. */
#include "counts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUDGETS_MAX 400
#define ANY_COMPILER "gcc-12" /* whose figures others are compared with */
#define MARGIN 1.01
#define MARGIN_OTHER 1.15

struct budget {
	char compiler[16], row[16], what[16];
	double figure;
};

const char *budget_file = "benches/budgets";

static struct budget budgets[BUDGETS_MAX];
static int nbudgets = -1;

static void budgets_read(void)
{
	FILE *f = fopen(budget_file, "r");
	char line[128];

	nbudgets = 0;
	if (!f)
		return;
	while (nbudgets < BUDGETS_MAX && fgets(line, sizeof(line), f)) {
		struct budget *b = &budgets[nbudgets];

		if (*line != '#' && sscanf(line, "%15s %15s %15s %lf", b->compiler, b->row,
					   b->what, &b->figure) == 4)
			nbudgets++;
	}
	fclose(f);
}

static struct budget *budget_find(const char *compiler, const char *row, const char *what)
{
	if (nbudgets < 0)
		budgets_read();
	for (int i = 0; i < nbudgets; i++)
		if (!strcmp(budgets[i].compiler, compiler) &&
		    !strcmp(budgets[i].row, row) && !strcmp(budgets[i].what, what))
			return &budgets[i];
	return NULL;
}

double budget_of(const char *compiler, const char *row, const char *what)
{
	struct budget *b = budget_find(compiler, row, what);

	return b ? b->figure : -1;
}

static bool budget_known(const char *compiler)
{
	if (nbudgets < 0)
		budgets_read();
	for (int i = 0; i < nbudgets; i++)
		if (!strcmp(budgets[i].compiler, compiler))
			return true;
	return false;
}

/* One figure against its budget; prints a line. */
static bool budget_holds(const char *row, const char *what, double figure, double limit)
{
	bool holds = figure <= limit;

	printf("%s %s: %.1f %s, at most %.1f\n", holds ? "ok" : "FAILED", row, figure, what,
	       limit);
	return holds;
}

/* --- what only the plugin can count ------------------------------------------------ */

#define CSR (1u << DEAR_CSR)
#define SATP (1u << DEAR_SATP)
#define SFENCE (1u << DEAR_SFENCE)

/* Calls that map nothing write no satp and flush nothing.  A switch writes satp. */
static const struct {
	int row;
	unsigned what;
} budget_dear[] = {
	{ ROW_getpid, CSR | SATP | SFENCE },
	{ ROW_pipe1, SATP | SFENCE },
	{ ROW_pipe512, SATP | SFENCE },
	{ ROW_open, SATP | SFENCE },
	{ ROW_openread, SATP | SFENCE },
	{ ROW_create, SATP | SFENCE },
	{ ROW_append, SATP | SFENCE },
	{ ROW_overwrite, SATP | SFENCE },
	{ ROW_read, SATP | SFENCE },
	{ ROW_signal, SATP | SFENCE },
	{ ROW_again500, SATP | SFENCE },
	{ ROW_each500, SATP | SFENCE },
	{ ROW_miss50, SATP | SFENCE },
	{ ROW_miss500, SATP | SFENCE },
	{ ROW_pipe4k, SFENCE },
	{ ROW_pingpong, SATP | SFENCE },
	{ ROW_ring32, SFENCE },
	{ ROW_futex, SFENCE },
	{ ROW_fork, SATP },
	{ ROW_exec, SATP },
};
#define NDEAR (sizeof(budget_dear) / sizeof(*budget_dear))

struct tally {
	struct counts now;
	double figure[NROWS][DEARS]; /* an operation */
	bool known[NROWS];
};

static void tally_place(unsigned long long address, uint32_t opcode, double times,
			void *arg)
{
	struct tally *t = arg;

	(void)address;
	counts_add(&t->now, opcode, times);
}

static void tally_end(int row, double operations, void *arg)
{
	struct tally *t = arg;

	for (enum dear i = 0; i < DEARS; i++)
		t->figure[row][i] = t->now.dear[i] / operations;
	t->known[row] = true;
	memset(&t->now, 0, sizeof(t->now));
}

/* NULL: QEMU has no plugins. */
static const struct tally *tally_make(const struct plan *plan)
{
	static struct tally t;
	struct counts_visitor v = { tally_place, tally_end, &t };
	bool rows[ROWS_ALL] = { false };
	bool any = false;

	for (size_t i = 0; i < NDEAR; i++)
		any |= rows[budget_dear[i].row] = plan->rows[budget_dear[i].row];
	return any && counts_run(plan, KIND_COUNT, rows, &v) ? &t : NULL;
}

/* --- the check --------------------------------------------------------------------- */

struct limits {
	const char *compiler;
	double margin;
};

static bool budget_limits(const char *compiler, struct limits *l)
{
	*l = (struct limits){ compiler, MARGIN };
	if (budget_known(compiler))
		return true;
	*l = (struct limits){ ANY_COMPILER, MARGIN_OTHER };
	return false;
}

/* What a row may take; 0: it has no budget. */
static double budget_limit(const struct limits *l, int row)
{
	double budget = budget_of(l->compiler, row_name(row), "instructions");

	return budget < 0 ? 0 : budget * l->margin;
}

bool budget_over(const struct plan *plan, bool over[ROWS_ALL])
{
	struct limits l;
	bool any = false;

	budget_limits(plan->compiler, &l);
	for (int row = 0; row < ROWS_ALL; row++) {
		const struct figure *f = &plan->kernels[0].figure[KIND_COUNT][row];
		double limit = budget_limit(&l, row);

		over[row] = plan->rows[row] && limit && f->n && figure_low(f) > limit;
		any |= over[row];
	}
	return any;
}

static int check_instructions(const struct plan *plan, const struct limits *l)
{
	int bad = 0;

	for (int row = 0; row < NROWS; row++) {
		const struct figure *f = &plan->kernels[0].figure[KIND_COUNT][row];
		double limit = budget_limit(l, row);

		if (!plan->rows[row] || !row_is_exact(row))
			continue;
		if (!limit) {
			printf("FAILED %s: it has no budget; see --lower\n", row_name(row));
			bad++;
			continue;
		}
		if (!f->n)
			printf("FAILED %s: it was not measured\n", row_name(row));
		bad += !f->n ||
		       !budget_holds(row_name(row), "instructions", figure_low(f), limit);
	}
	return bad;
}

static bool dear_holds(const struct tally *t, const struct limits *l, int row,
		       enum dear what)
{
	const char *name = dear_name(what);
	double budget = budget_of(l->compiler, row_name(row), name);

	if (budget < 0)
		printf("FAILED %s: %s has no budget; see --lower\n", row_name(row), name);
	else if (!t->known[row])
		printf("FAILED %s: %s was not counted\n", row_name(row), name);
	else
		return budget_holds(row_name(row), name, t->figure[row][what],
				    budget * l->margin);
	return false;
}

static int check_dear(const struct plan *plan, const struct limits *l)
{
	const struct tally *t = tally_make(plan);
	int bad = 0;

	if (!t) {
		printf("skipped: satp, sfence and csr; this QEMU takes no plugins\n");
		return 0;
	}
	for (size_t i = 0; i < NDEAR; i++)
		for (enum dear what = 0; what < DEARS; what++)
			if (plan->rows[budget_dear[i].row] &&
			    budget_dear[i].what >> what & 1)
				bad += !dear_holds(t, l, budget_dear[i].row, what);
	return bad;
}

int budget_check(struct plan *plan)
{
	struct limits l;
	int bad;

	if (!budget_limits(plan->compiler, &l))
		printf("no budgets of %s: those of %s, and %.0f %% more\n", plan->compiler,
		       l.compiler, (l.margin - 1) * 100);
	if (!nbudgets) {
		printf("FAILED: %s has no budgets\n", budget_file);
		return 1;
	}
	bad = check_instructions(plan, &l);
	bad += check_dear(plan, &l);
	return bad ? 1 : 0;
}

/* --- lowering ---------------------------------------------------------------------- */

/* Lowers, or makes, one budget.  Prints what changes. */
static void budget_set(const char *compiler, const char *row, const char *what,
		       double figure)
{
	struct budget *b = budget_find(compiler, row, what);

	figure = fmax(0, ceil(figure * 10 - 0.01)) / 10; /* as it is written */
	if (!b && nbudgets < BUDGETS_MAX) {
		b = &budgets[nbudgets++];
		snprintf(b->compiler, sizeof(b->compiler), "%s", compiler);
		snprintf(b->row, sizeof(b->row), "%s", row);
		snprintf(b->what, sizeof(b->what), "%s", what);
		printf("%s %s: %.1f, new\n", row, what, figure);
	} else if (b && figure < b->figure) {
		printf("%s %s: %.1f, was %.1f\n", row, what, figure, b->figure);
	} else {
		return;
	}
	b->figure = figure;
}

/* The comment at the head stays. */
static void budgets_write(void)
{
	char head[8192];
	size_t n = 0;
	FILE *f = fopen(budget_file, "r");

	while (f && n < sizeof(head) - 1 && fgets(head + n, (int)(sizeof(head) - n), f) &&
	       head[n] == '#')
		n += strlen(head + n);
	head[n] = 0;
	if (f)
		fclose(f);
	f = fopen(budget_file, "w");
	if (!f)
		tool_die(budget_file, strerror(errno));
	fputs(head, f);
	for (int i = 0; i < nbudgets; i++)
		fprintf(f, "%s %s %s %.1f\n", budgets[i].compiler, budgets[i].row,
			budgets[i].what, budgets[i].figure);
	if (fclose(f) != 0)
		tool_die(budget_file, strerror(errno));
}

int budget_lower(struct plan *plan)
{
	const struct tally *t = tally_make(plan);

	budgets_read();
	for (int row = 0; row < NROWS; row++) {
		const struct figure *f = &plan->kernels[0].figure[KIND_COUNT][row];

		if (plan->rows[row] && f->n && row_is_exact(row))
			budget_set(plan->compiler, row_name(row), "instructions",
				   figure_median(f));
	}
	for (size_t i = 0; t && i < NDEAR; i++)
		for (enum dear what = 0; what < DEARS; what++)
			if (t->known[budget_dear[i].row] && budget_dear[i].what >> what & 1)
				budget_set(plan->compiler, row_name(budget_dear[i].row),
					   dear_name(what),
					   t->figure[budget_dear[i].row][what]);
	budgets_write();
	return 0;
}
