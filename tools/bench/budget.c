/* budget.c - the file of budgets: what each row may take, by compiler; it only goes down.
 *
 * A line is `COMPILER ROW WHAT FIGURE`; WHAT is `instructions`, or what the plugin counts:
 * `csr`, `satp`, `sfence`.  Lines that begin with # are comments. */
#include "tool.h"

#include <errno.h>
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

static struct budget budgets[BUDGETS_MAX];
static int nbudgets = -1;

static void budgets_read(void)
{
	FILE *f = fopen(BUDGETS, "r");
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

int budget_check(struct plan *plan)
{
	const char *compiler = plan->compiler;
	double margin = MARGIN;
	int bad = 0;

	if (!budget_known(compiler)) {
		compiler = ANY_COMPILER;
		margin = MARGIN_OTHER;
		printf("no budgets of %s: those of %s, and %.0f %% more\n", plan->compiler,
		       compiler, (margin - 1) * 100);
	}
	for (int row = 0; row < NROWS; row++) {
		const struct figure *f = &plan->kernels[0].figure[KIND_COUNT][row];
		double budget = budget_of(compiler, row_name(row), "instructions");

		if (!plan->rows[row] || budget < 0)
			continue;
		if (!f->n)
			printf("FAILED %s: it was not measured\n", row_name(row));
		bad += !f->n || !budget_holds(row_name(row), "instructions",
					      figure_median(f), budget * margin);
	}
	return bad ? 1 : 0;
}

/* Lowers, or makes, one budget.  Prints what changes. */
static void budget_set(const char *compiler, const char *row, const char *what,
		       double figure)
{
	struct budget *b = budget_find(compiler, row, what);

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
	FILE *f = fopen(BUDGETS, "r");

	while (f && n < sizeof(head) - 1 && fgets(head + n, (int)(sizeof(head) - n), f) &&
	       head[n] == '#')
		n += strlen(head + n);
	head[n] = 0;
	if (f)
		fclose(f);
	f = fopen(BUDGETS, "w");
	if (!f)
		tool_die(BUDGETS, strerror(errno));
	fputs(head, f);
	for (int i = 0; i < nbudgets; i++)
		fprintf(f, "%s %s %s %.1f\n", budgets[i].compiler, budgets[i].row,
			budgets[i].what, budgets[i].figure);
	if (fclose(f) != 0)
		tool_die(BUDGETS, strerror(errno));
}

int budget_lower(struct plan *plan)
{
	budgets_read();
	for (int row = 0; row < NROWS; row++) {
		const struct figure *f = &plan->kernels[0].figure[KIND_COUNT][row];

		if (plan->rows[row] && f->n && row_is_exact(row))
			budget_set(plan->compiler, row_name(row), "instructions",
				   figure_median(f));
	}
	budgets_write();
	return 0;
}
