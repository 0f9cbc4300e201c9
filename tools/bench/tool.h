/* tool.h - what the parts of bench-tool share: kernels, machines, figures. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "../../benches/rows.h"

#define KERNELS_MAX 6
#define ROUNDS_MAX 99
#define PATH_SIZE 4096

/* Rows that the tool itself measures follow those of the program in the machine. */
enum { ROW_boot = NROWS, ROW_boot3, ROWS_ALL };

/* What is measured of a row; of a parallel row, loops a second on 1, 2, 4 harts. */
enum kind { KIND_COUNT, KIND_TIME, KIND_PAR1, KIND_PAR2, KIND_PAR4, KINDS };

int kind_harts(enum kind kind);

struct figure {
	double value[ROUNDS_MAX]; /* of each round that gave one, sorted by figure_sort() */
	double operations;        /* of the pass that counted                             */
	int n;
};

struct kernel {
	const char *name;
	const char *kernel;
	const char *image;  /* NULL: ours, or Linux, whose disk is @initrd */
	const char *initrd; /* of Linux                                    */
	bool is_linux;
	bool own; /* this tree's */
	const char
		*clock[2]; /* that its programs could read, by enum kind; NULL: not known */
	struct figure figure[KINDS][ROWS_ALL];
};

struct plan {
	struct kernel kernels[KERNELS_MAX];
	int nkernels;
	bool rows[ROWS_ALL];
	bool count, time;
	int rounds;
	const char *boot; /* further boot options */
	const char *memory;
	const char *compiler;
	const char *qemu; /* its name and version */
	const char *json, *svg;
	const char *docs; /* a file that gets the tables, or NULL */
	double load[2];   /* of this computer, before and after */
};

/* --- rows.c: names and groups -------------------------------------------------- */

const char *row_name(int row);
const char *row_what(int row);
enum bench_group row_group(int row);
bool row_is_exact(int row); /* whether its instructions repeat exactly */

/* Adds the rows of @list, names and groups with commas between, to @rows.  False, after a
 * message: there is no such row. */
bool rows_parse(const char *list, bool rows[ROWS_ALL]);

/* --- figure.c ------------------------------------------------------------------ */

void figure_add(struct figure *f, double value, double operations);
double figure_median(const struct figure *f);
double figure_low(const struct figure *f);
double figure_high(const struct figure *f);

/* How many times as much two harts do as one in parallel row @row; 0: not known. */
double figure_speedup(const struct kernel *k, int row);

/* That of @row as a part of that of computing, which is what the host gives; 0: not
 * known. */
double figure_share(const struct kernel *k, int row);

/* --- machine.c: one boot --------------------------------------------------------- */

struct machine {
	const struct kernel *kernel;
	enum kind kind;
	const char *image;   /* its copy is used         */
	const char *rows;    /* the program's arguments */
	const char *boot;    /* further boot options     */
	const char *plugin;  /* for QEMU, or NULL        */
	const char *command; /* in place of the program, or NULL */
	const char *memory;
	int harts;
	bool prompt_only; /* ends at the prompt                           */
	double seconds;   /* until the prompt or the first line came      */
	/* Gets each line that begins with @, and with .command all. */
	void (*line)(const char *text, void *arg);
	void *arg;
};

/* Boots, and returns when the program has ended.  False, after a message: it did not. */
bool machine_run(struct machine *m);
void machine_image_free(void); /* removes the copy; at exit */

/* A program of build/, and a scratch file of this run. */
const char *tool_path(char *buf, const char *name);

/* --- the rest --------------------------------------------------------------------- */

_Noreturn void tool_die(const char *what, const char *why);

/* measure.c */
bool measure(struct plan *plan);

/* table.c */
void table_print(const struct plan *plan);

/* budget.c: -1: there is none. */
extern const char *budget_file;
double budget_of(const char *compiler, const char *row, const char *what);
int budget_check(struct plan *plan);
/* Finds the rows whose instructions are over their budget; false: none. */
bool budget_over(const struct plan *plan, bool over[ROWS_ALL]);
int budget_lower(struct plan *plan);

/* chart.c */
void json_write(const struct plan *plan);
void svg_write(const struct plan *plan);

/* profile.c: what the operations of one row consist of. */
int profile_print(struct plan *plan, int row);

/* options.c */
int options_print(struct plan *plan);

/* docs.c: what is printed between these also goes into @file, between the markers of
 * @name. */
void docs_begin(void);
void docs_end(const char *file, const char *name);

/* initrd.c: an archive with the programs for Linux. */
void initrd_write(const char *path);
