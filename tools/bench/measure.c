/* measure.c - boots every kernel of a plan, in turn, as often as there are rounds. */
#include "counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN_IMAGE "build/bench/plain.img"
#define BIG_IMAGE "build/bench/big.img"

struct result {
	struct kernel *kernel;
	enum kind kind;
};

int kind_harts(enum kind kind)
{
	static const int harts[KINDS] = { 1, 1, 1, 2, 4 };

	return harts[kind];
}

static void measure_clock(struct result *r, const char *name)
{
	static const char *const known[] = { "instret", "time", "uptime" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(name, known[i]) && r->kind <= KIND_TIME)
			r->kernel->clock[r->kind] = known[i];
}

static void measure_line(const char *text, void *arg)
{
	struct result *r = arg;
	char name[32], value[32];
	double operations = 0;

	if (sscanf(text, "@ %31s %31s %lf", name, value, &operations) < 2)
		return;
	if (!strcmp(name, "clock"))
		measure_clock(r, value);
	for (int row = 0; row < NROWS; row++)
		if (!strcmp(name, row_name(row)) && strcmp(value, "-") != 0 &&
		    atof(value) > 0)
			figure_add(&r->kernel->figure[r->kind][row], atof(value) / 1000,
				   operations);
}

/* The numbers of the rows of one group, in ranges: "0-3 7". */
static bool measure_list(const struct plan *plan, bool (*wanted)(int row), char *to,
			 size_t size)
{
	size_t n = 0;

	*to = 0;
	for (int row = 0, first; row < NROWS; row++) {
		if (!plan->rows[row] || !wanted(row))
			continue;
		first = row;
		while (row + 1 < NROWS && plan->rows[row + 1] && wanted(row + 1))
			row++;
		n += (size_t)snprintf(to + n, size - n, "%s%d", n ? " " : "", first);
		if (row > first)
			n += (size_t)snprintf(to + n, size - n, "-%d", row);
	}
	return n > 0;
}

static bool measure_is_small(int row)
{
	return row_group(row) <= GROUP_MORE;
}

static bool measure_is_file(int row)
{
	return row_group(row) == GROUP_FILE;
}

static bool measure_is_parallel(int row)
{
	return row_group(row) == GROUP_PAR;
}

static bool measure_boot(const struct plan *plan, struct result *r, const char *image,
			 const char *rows)
{
	struct machine m = { .kernel = r->kernel,
			     .kind = r->kind,
			     .image = r->kernel->image ? r->kernel->image : image,
			     .rows = rows,
			     .boot = plan->boot,
			     .memory = plan->memory,
			     .harts = kind_harts(r->kind),
			     .line = measure_line,
			     .arg = r };

	return machine_run(&m);
}

static bool measure_parallel(const struct plan *plan, struct kernel *k)
{
	char list[256];
	bool good = true;

	if (!measure_list(plan, measure_is_parallel, list, sizeof(list)))
		return true;
	for (int kind = KIND_PAR1; kind <= KIND_PAR4; kind++) {
		struct result r = { k, (enum kind)kind };

		good &= measure_boot(plan, &r, PLAIN_IMAGE, list);
	}
	return good;
}

static bool measure_kernel(const struct plan *plan, struct kernel *k, enum kind kind)
{
	struct result r = { k, kind };
	char list[256];
	bool good = true;

	if (measure_list(plan, measure_is_small, list, sizeof(list)))
		good &= measure_boot(plan, &r, PLAIN_IMAGE, list);
	if (measure_list(plan, measure_is_file, list, sizeof(list)))
		good &= measure_boot(plan, &r, BIG_IMAGE, list);
	return good;
}

/* From the start of QEMU on. */
static bool measure_prompt(const struct plan *plan, struct kernel *k, int row)
{
	struct machine m = { .kernel = k,
			     .kind = KIND_TIME,
			     .image = k->image ? k->image : PLAIN_IMAGE,
			     .boot = plan->boot,
			     .memory = plan->memory,
			     .harts = row == ROW_boot ? 1 : 3,
			     .prompt_only = true };

	if (!machine_run(&m))
		return false;
	figure_add(&k->figure[KIND_TIME][row], m.seconds * 1e9, 1);
	return true;
}

static bool measure_time(struct plan *plan, struct kernel *k)
{
	bool good = measure_kernel(plan, k, KIND_TIME);

	good &= measure_parallel(plan, k);
	for (int row = NROWS; row < ROWS_ALL; row++)
		if (plan->rows[row])
			good &= measure_prompt(plan, k, row);
	return good;
}

static bool measure_count(struct plan *plan, struct kernel *k)
{
	double total = plan->rows[ROW_boot] ? counts_boot(plan, k) : 0;

	if (total)
		figure_add(&k->figure[KIND_COUNT][ROW_boot], total, 1);
	return measure_kernel(plan, k, KIND_COUNT);
}

bool measure(struct plan *plan)
{
	bool good = true;

	for (int i = 0; plan->count && i < plan->nkernels; i++)
		good &= measure_count(plan, &plan->kernels[i]);
	if (plan->time)
		for (int round = 0; round < plan->rounds; round++)
			for (int i = 0; i < plan->nkernels; i++)
				good &= measure_time(plan, &plan->kernels[i]);
	return good;
}
