/* table.c - the result as text. */
#include "tool.h"

#include <stdio.h>
#include <string.h>

#define BUSY 0.8 /* of the load from which on times are doubtful */

static const struct figure *table_figure(const struct plan *plan, int kernel,
					 enum kind kind, int row)
{
	return &plan->kernels[kernel].figure[kind][row];
}

/* A number with four digits that count, or so. */
static void table_number(const struct figure *f, double unit, int width)
{
	double value = figure_median(f) / unit;

	if (!f->n)
		printf(" %*s", width, "-");
	else
		printf(" %*.*f", width, value < 10 ? 2 : value < 1000 ? 1 : 0, value);
}

static void table_spread(const struct figure *f)
{
	if (f->n > 1)
		printf(" %9.2f .. %-9.2f", figure_low(f) / 1000, figure_high(f) / 1000);
	else
		printf(" %23s", "");
}

static void table_head(const struct plan *plan)
{
	printf("%-11s", "row");
	if (plan->count)
		printf(" %12s %9s", "instructions", "budget");
	if (plan->time)
		printf(" %10s %23s", "us", "low .. high         ");
	for (int k = 1; k < plan->nkernels; k++) {
		if (plan->count)
			printf(" %10.10s ins", plan->kernels[k].name);
		if (plan->time)
			printf(" %10.10s us ratio", plan->kernels[k].name);
	}
	printf("  one operation is\n");
}

/* What another kernel takes, and how many times as long as the first. */
static void table_other(const struct plan *plan, int k, int row)
{
	const struct figure *time = table_figure(plan, k, KIND_TIME, row);
	double own = figure_median(table_figure(plan, 0, KIND_TIME, row));

	if (plan->count)
		table_number(table_figure(plan, k, KIND_COUNT, row), 1, 14);
	if (!plan->time)
		return;
	table_number(time, 1000, 13);
	if (time->n && own > 0)
		printf(" %5.*f", figure_median(time) / own < 10 ? 2 : 0,
		       figure_median(time) / own);
	else
		printf(" %5s", "");
}

static void table_row(const struct plan *plan, int row)
{
	double budget = budget_of(plan->compiler, row_name(row), "instructions");

	printf("%-11s", row_name(row));
	if (plan->count) {
		table_number(table_figure(plan, 0, KIND_COUNT, row), 1, 12);
		if (budget > 0 && plan->kernels[0].own)
			printf(" %9.1f", budget);
		else
			printf(" %9s", "");
	}
	if (plan->time) {
		table_number(table_figure(plan, 0, KIND_TIME, row), 1000, 10);
		table_spread(table_figure(plan, 0, KIND_TIME, row));
	}
	for (int k = 1; k < plan->nkernels; k++)
		table_other(plan, k, row);
	printf("  %s\n", row_what(row));
}

static void table_loops(const struct plan *plan, int k, int row)
{
	double speedup = figure_speedup(&plan->kernels[k], row);

	printf("%-14s", row_name(row));
	for (int kind = KIND_PAR1; kind <= KIND_PAR4; kind++)
		table_number(table_figure(plan, k, (enum kind)kind, row), 1, 11);
	if (speedup > 0)
		printf(" %6.2f %5.0f %%", speedup,
		       100 * figure_share(&plan->kernels[k], row));
	else
		printf(" %6s %7s", "", "");
	printf("  %s\n", row_what(row));
}

static void table_parallel(const struct plan *plan, int k)
{
	bool head = false;

	for (int row = 0; row < NROWS; row++) {
		if (!plan->rows[row] || row_group(row) != GROUP_PAR)
			continue;
		if (!head)
			printf("\n%s: loops a second of all processes together\n"
			       "%-14s %11s %11s %11s %6s %7s  one loop is\n",
			       plan->kernels[k].name, "row", "1 hart", "2 harts", "4 harts",
			       "x2", "of host");
		head = true;
		table_loops(plan, k, row);
	}
}

static void table_clocks(const struct plan *plan)
{
	for (int i = 0; i < plan->nkernels; i++) {
		const struct kernel *k = &plan->kernels[i];

		for (int kind = KIND_COUNT; kind <= KIND_TIME; kind++)
			if (k->clock[kind] &&
			    strcmp(k->clock[kind], kind == KIND_COUNT ? "instret" : "time"))
				printf("%s: programs may not read %s; by %s%s\n", k->name,
				       kind == KIND_COUNT ? "instret" : "time",
				       k->clock[kind],
				       strcmp(k->clock[kind], "uptime")
					       ? ""
					       : ", in steps of 100 ms");
	}
}

void table_print(const struct plan *plan)
{
	printf("%s, %s, load %.1f before and %.1f after", plan->compiler, plan->qemu,
	       plan->load[0], plan->load[1]);
	if (plan->time)
		printf("; %d round%s, median%s", plan->rounds, plan->rounds == 1 ? "" : "s",
		       plan->load[0] > BUSY
			       ? "\nThis computer is busy with other work: times vary"
			       : "");
	printf("\n");
	table_clocks(plan);
	printf("\n%s", plan->docs ? "```\n" : "");
	table_head(plan);
	for (int row = 0; row < ROWS_ALL; row++)
		if (plan->rows[row] && row_group(row) != GROUP_PAR)
			table_row(plan, row);
	for (int k = 0; k < plan->nkernels; k++)
		table_parallel(plan, k);
	if (plan->docs)
		printf("```\n");
}
