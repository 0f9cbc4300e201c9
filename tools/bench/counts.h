/* counts.h - instructions that cost more than others, as the plugin counted them. */
#pragma once

#include <stdint.h>

#include "tool.h"

enum dear {
	DEAR_CSR,
	DEAR_SATP, /* writes; they count as DEAR_CSR, too */
	DEAR_SFENCE,
	DEAR_AMO,
	DEAR_FENCE,
	DEAR_FENCE_I,
	DEAR_ECALL,
	DEAR_SRET,
	DEARS
};

#define CSRS 4096

/* One row: each an operation. */
struct counts {
	double total;
	double dear[DEARS];
	double csr_reads[CSRS], csr_writes[CSRS];
};

const char *dear_name(enum dear what);
const char *csr_name(unsigned number); /* NULL: not known */

/* Adds @times executions of @opcode. */
void counts_add(struct counts *c, uint32_t opcode, double times);

/* Boots with the plugin, runs @rows, which are all of KIND_COUNT or all of the parallel
 * @kind, and calls @place for each instruction of a row that was executed, and @end after
 * each row that could be measured: in the order of rows.  False: QEMU has no plugins here,
 * or the run failed. */
struct counts_visitor {
	void (*place)(unsigned long long address, uint32_t opcode, double times, void *arg);
	void (*end)(int row, double operations, void *arg);
	void *arg;
};
bool counts_run(const struct plan *plan, enum kind kind, const bool rows[ROWS_ALL],
		const struct counts_visitor *v);

/* All instructions from the start to the prompt; 0: not known. */
double counts_boot(const struct plan *plan, struct kernel *k);
