/* main.c - the tool of ./bench: boots kernels, measures, compares.  ./bench builds what it
 * needs before. */
#define _GNU_SOURCE
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: ./bench [OPTION ...]   measures what the operations of this kernel cost\n"
	"  --rows LIST    rows and groups with commas between: core, more, file, par,\n"
	"                 boot, all, getpid, ...                   (core,more,par,boot)\n"
	"                 with rows of par comes par-compute: what the host itself gives\n"
	"  --list         lists the rows\n"
	"  --count        instructions only: one boot in which QEMU counts them\n"
	"  --time         time only\n"
	"  --rounds N     boots of each kernel, in turn, for the time               (3)\n"
	"  --against NAME=KERNEL,IMAGE\n"
	"                 another kernel of the xv6 family, in the same run; may be\n"
	"                 repeated\n"
	"  --linux VMLINUX[,INITRD]\n"
	"                 a Linux for riscv64, in the same run\n"
	"  --boot 'OPT=VAL'\n"
	"                 boot options for this kernel\n"
	"  --mem SIZE     memory of the machines                                 (128M)\n"
	"  --json FILE    the result for programs\n"
	"  --svg FILE     the result as a chart\n"
	"  --options      what the values of each boot option change\n"
	"  --profile ROW  the instructions of that row by function, and those that cost\n"
	"                 more than others; of a parallel row: on one hart, and on two,\n"
	"                 where waiting for each other shows as more instructions\n"
	"  --check        compares instructions with benches/budgets; status 1 if a row\n"
	"                 is over\n"
	"  --lower        writes what is lower now into benches/budgets\n"
	"  --docs[=FILE]  puts the table between its markers in docs/performance.md, too\n"
	"  --budgets FILE in place of benches/budgets\n"
	"  --help         this text\n";

enum { MODE_TABLE, MODE_CHECK, MODE_LOWER, MODE_OPTIONS, MODE_PROFILE };

_Noreturn void tool_die(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(2);
}

static void list_rows(void)
{
	static const char *const groups[] = { "core", "more", "file", "par" };

	for (int i = 0; i < ROWS_ALL; i++)
		printf("%-5s %-13s %s\n", i < NROWS ? groups[row_group(i)] : "boot",
		       row_name(i), row_what(i));
}

static const char *folder = "."; /* of the caller, which paths start from */

static const char *path_of(const char *name)
{
	char *path;

	if (*name == '/')
		return name;
	if (asprintf(&path, "%s/%s", folder, name) < 0)
		tool_die("bench", "out of memory");
	return path;
}

static struct kernel *kernel_add(struct plan *plan)
{
	if (plan->nkernels == KERNELS_MAX)
		tool_die("--against", "too many kernels");
	return &plan->kernels[plan->nkernels++];
}

static void check_readable(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f)
		tool_die(path, "cannot be read");
	fclose(f);
}

/* NAME=KERNEL,IMAGE */
static void against_parse(struct plan *plan, char *text)
{
	struct kernel *k = kernel_add(plan);
	char *kernel = strchr(text, '='), *image = kernel ? strchr(kernel, ',') : NULL;

	if (!image || kernel == text)
		tool_die("--against", "wants NAME=KERNEL,IMAGE");
	*kernel++ = *image++ = 0;
	k->name = text;
	k->kernel = path_of(kernel);
	k->image = path_of(image);
	check_readable(k->kernel);
	check_readable(k->image);
}

/* VMLINUX[,INITRD] */
static void linux_parse(struct plan *plan, char *text)
{
	static char path[] = "build/bench/initrd.cpio";
	struct kernel *k = kernel_add(plan);
	char *initrd = strchr(text, ',');

	if (initrd)
		*initrd++ = 0;
	k->name = "Linux";
	k->is_linux = true;
	k->kernel = path_of(text);
	k->initrd = initrd ? path_of(initrd) : path;
	check_readable(k->kernel);
	if (!initrd)
		initrd_write(path);
	check_readable(k->initrd);
}

static int rounds_parse(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || n < 1 || n > ROUNDS_MAX)
		tool_die("--rounds", "must be from 1 to 99");
	return (int)n;
}

/* A file that will be written: whether that is possible is known now, and not after a run
 * of minutes.  What it has stays until then. */
static const char *output_parse(const char *text)
{
	const char *path = path_of(text);
	FILE *f = fopen(path, "a");

	if (!f)
		tool_die(path, strerror(errno));
	fclose(f);
	return path;
}

static int profile_parse(const char *name)
{
	for (int i = 0; i < NROWS; i++)
		if (!strcmp(name, row_name(i)))
			return i;
	tool_die(name, "there is no such row to profile; --list has them");
}

static const struct option options[] = {
	{ "rows", 1, NULL, 'r' },     { "list", 0, NULL, 'l' },
	{ "count", 0, NULL, 'c' },    { "time", 0, NULL, 't' },
	{ "rounds", 1, NULL, 'n' },   { "against", 1, NULL, 'a' },
	{ "linux", 1, NULL, 'L' },    { "boot", 1, NULL, 'b' },
	{ "mem", 1, NULL, 'm' },      { "json", 1, NULL, 'j' },
	{ "svg", 1, NULL, 's' },      { "options", 0, NULL, 'o' },
	{ "profile", 1, NULL, 'p' },  { "check", 0, NULL, 'k' },
	{ "lower", 0, NULL, 'w' },    { "help", 0, NULL, 'h' },
	{ "compiler", 1, NULL, 'C' }, { "folder", 1, NULL, 'F' },
	{ "qemu", 1, NULL, 'Q' },     { "budgets", 1, NULL, 'B' },
	{ "docs", 2, NULL, 'D' },     { NULL, 0, NULL, 0 },
};

/* What is measured, and what becomes of it.  False: @option is none of these. */
static bool option_of_plan(struct plan *plan, int option)
{
	switch (option) {
	case 'r':
		if (!rows_parse(optarg, plan->rows))
			exit(2);
		break;
	case 'c':
		plan->time = false;
		break;
	case 't':
		plan->count = false;
		break;
	case 'n':
		plan->rounds = rounds_parse(optarg);
		break;
	case 'a':
		against_parse(plan, optarg);
		break;
	case 'L':
		linux_parse(plan, optarg);
		break;
	case 'b':
		plan->boot = optarg;
		break;
	case 'm':
		plan->memory = optarg;
		break;
	case 'j':
		plan->json = output_parse(optarg);
		break;
	case 's':
		plan->svg = output_parse(optarg);
		break;
	case 'C':
		plan->compiler = optarg;
		break;
	case 'F':
		folder = optarg;
		break;
	case 'B':
		budget_file = path_of(optarg);
		break;
	case 'D':
		plan->docs = optarg ? path_of(optarg) : "docs/performance.md";
		check_readable(plan->docs);
		break;
	case 'Q':
		plan->qemu = optarg;
		break;
	default:
		return false;
	}
	return true;
}

/* The mode.  --compiler, --folder and --qemu are from the script. */
static int options_parse(struct plan *plan, int argc, char **argv, int *profile)
{
	static char name[] = "./bench"; /* what was typed, for getopt's complaints */
	int option, mode = MODE_TABLE;

	argv[0] = name;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option_of_plan(plan, option))
			continue;
		switch (option) {
		case 'l':
			list_rows();
			exit(0);
		case 'o':
			mode = MODE_OPTIONS;
			break;
		case 'p':
			mode = MODE_PROFILE;
			*profile = profile_parse(optarg);
			break;
		case 'k':
			mode = MODE_CHECK;
			break;
		case 'w':
			mode = MODE_LOWER;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs("./bench --help lists the options\n", stderr);
			exit(2);
		}
	}
	if (optind < argc)
		tool_die(argv[optind], "is no option; see ./bench --help");
	return mode;
}

static void rows_default(struct plan *plan, int mode)
{
	for (int i = 0; i < ROWS_ALL; i++)
		if (plan->rows[i])
			return;
	rows_parse(mode == MODE_TABLE     ? "core,more,par,boot"
		   : mode == MODE_OPTIONS ? "core"
					  : "core,more",
		   plan->rows);
}

/* With parallel rows comes the one that shows what the host gives. */
static void rows_complete(struct plan *plan)
{
	for (int i = 0; i < NROWS; i++)
		plan->rows[ROW_pcompute] |= plan->rows[i] && row_group(i) == GROUP_PAR;
}

/* Parallel rows have no instructions. */
static bool rows_count(const struct plan *plan)
{
	bool any = false;

	for (int i = 0; i < ROWS_ALL; i++)
		any |= plan->rows[i] && i != ROW_boot3 && row_group(i) != GROUP_PAR;
	return any;
}

/* An interrupt of the disk, whose moment the host decides, may fall into a pass.  So rows
 * that are over their budget are measured once more, and the lower figure counts. */
static int check(struct plan *plan, bool good)
{
	struct plan *again = malloc(sizeof(*again));

	if (!again)
		tool_die("bench", "out of memory");
	*again = *plan;
	if (budget_over(plan, again->rows)) {
		good &= measure(again);
		memcpy(plan->kernels, again->kernels, sizeof(plan->kernels));
	}
	free(again);
	return budget_check(plan) || !good;
}

static int measure_and_print(struct plan *plan, int mode)
{
	bool good;

	if (getloadavg(plan->load, 1) < 1)
		plan->load[0] = 0;
	good = measure(plan);
	if (getloadavg(plan->load + 1, 1) < 1)
		plan->load[1] = 0;
	if (mode == MODE_CHECK)
		return check(plan, good);
	if (mode == MODE_LOWER)
		return good ? budget_lower(plan) : 1;
	if (plan->docs)
		docs_begin();
	table_print(plan);
	if (plan->docs)
		docs_end(plan->docs, "run");
	if (plan->json)
		json_write(plan);
	if (plan->svg)
		svg_write(plan);
	return !good;
}

int main(int argc, char **argv)
{
	static struct plan plan = { .count = true,
				    .time = true,
				    .rounds = 3,
				    .nkernels = 1,
				    .memory = "128M",
				    .compiler = "unknown",
				    .qemu = "QEMU" };
	int profile = -1, mode;

	plan.kernels[0] = (struct kernel){ .name = "Pagoda",
					   .kernel = "build/bench/kernel",
					   .own = true };
	atexit(machine_image_free);
	setvbuf(stdout, NULL, _IOLBF, 0);
	mode = options_parse(&plan, argc, argv, &profile);
	rows_default(&plan, mode);
	rows_complete(&plan);
	if (mode == MODE_CHECK || mode == MODE_LOWER)
		plan.time = false;
	if (!plan.count && !plan.time)
		tool_die("--count --time", "only one of them is possible");
	if (!plan.time && !rows_count(&plan))
		tool_die("--rows", "instructions of these rows are not counted");
	if (mode == MODE_PROFILE)
		return profile_print(&plan, profile);
	if (mode == MODE_OPTIONS)
		return options_print(&plan);
	return measure_and_print(&plan, mode);
}
