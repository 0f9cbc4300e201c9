/* figure.c - figures of several rounds, and the names of rows. */
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void figure_add(struct figure *f, double value, double operations)
{
	int i = f->n;

	if (f->n == ROUNDS_MAX)
		return;
	for (; i > 0 && f->value[i - 1] > value; i--)
		f->value[i] = f->value[i - 1];
	f->value[i] = value;
	f->operations = operations;
	f->n++;
}

double figure_median(const struct figure *f)
{
	if (!f->n)
		return 0;
	return (f->value[(f->n - 1) / 2] + f->value[f->n / 2]) / 2;
}

double figure_low(const struct figure *f)
{
	return f->n ? f->value[0] : 0;
}

double figure_high(const struct figure *f)
{
	return f->n ? f->value[f->n - 1] : 0;
}

double figure_speedup(const struct kernel *k, int row)
{
	double one = figure_median(&k->figure[KIND_PAR1][row]);

	return one > 0 ? figure_median(&k->figure[KIND_PAR2][row]) / one : 0;
}

double figure_share(const struct kernel *k, int row)
{
	double ceiling = figure_speedup(k, ROW_pcompute);

	return ceiling > 0 ? figure_speedup(k, row) / ceiling : 0;
}

/* --- rows ----------------------------------------------------------------------- */

#define ROW_NAME(id, name, group, what) name,
#define ROW_WHAT(id, name, group, what) what,
#define ROW_GROUP(id, name, group, what) GROUP_##group,

const char *row_name(int row)
{
	static const char *const names[] = { BENCH_ROWS(ROW_NAME) "boot", "boot3" };

	return names[row];
}

const char *row_what(int row)
{
	static const char *const whats[] = {
		BENCH_ROWS(ROW_WHAT) "from the start to the prompt, 1 hart",
		"the same with 3 harts"
	};

	return whats[row];
}

enum bench_group row_group(int row)
{
	static const enum bench_group groups[] = { BENCH_ROWS(ROW_GROUP) };

	return row < NROWS ? groups[row] : GROUP_MORE;
}

bool row_is_exact(int row)
{
	return row < NROWS && row != ROW_alarm && row_group(row) != GROUP_PAR &&
	       row_group(row) != GROUP_FILE;
}

static const char *const group_names[] = { "core", "more", "file", "par" };

static bool rows_add(const char *word, size_t n, bool rows[ROWS_ALL])
{
	bool found = false;

	for (int i = 0; i < ROWS_ALL; i++) {
		const char *group = i < NROWS ? group_names[row_group(i)] : "boot";

		if ((strlen(row_name(i)) == n && !strncmp(word, row_name(i), n)) ||
		    (strlen(group) == n && !strncmp(word, group, n)) ||
		    (n == 3 && !strncmp(word, "all", n)))
			rows[i] = found = true;
	}
	return found;
}

bool rows_parse(const char *list, bool rows[ROWS_ALL])
{
	while (*list) {
		size_t n = strcspn(list, ",");

		if (!rows_add(list, n, rows)) {
			fprintf(stderr,
				"bench: there is no row or group %.*s; --list has them\n",
				(int)n, list);
			return false;
		}
		list += n + (list[n] == ',');
	}
	return true;
}
