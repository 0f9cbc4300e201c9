/* bench.h - what the parts of the benchmark program share: the meter. */
#pragma once

#include "common.h"

/* A row is measured in passes.  The first warms up; counted is the second, or the median of
 * many, unless the clock counts single instructions.  Returns how many operations the next
 * pass has, of @count that a full pass has; 0: enough. */
int meter_next(int count);
uint64 meter_value(void);   /* thousandths of the clock's unit, an operation */
uint64 meter_counted(void); /* operations of the pass that counts             */

/* Around the operations of a pass; may be called several times in one.  @ops: how many
 * there were between them.  What the two calls themselves take is not counted. */
void meter_begin(void);
void meter_end(int ops);

/* For a pass that a child has measured. */
extern uint64 meter_time;
extern int meter_ops;

/* A whole row of @count operations a pass. */
#define METER_LOOP(count, operation)                   \
	for (int n_; (n_ = meter_next(count)) != 0;) { \
		meter_begin();                         \
		for (int i_ = 0; i_ < n_; i_++) {      \
			operation;                     \
		}                                      \
		meter_end(n_);                         \
	}

extern char page[PAGE];

/* Ends a row that this kernel cannot run. */
void not_there(void) __attribute__((noreturn));
void touch(char *at, int pages);

/* Runs row @row, and leaves its result in the meter. */
void row_process(enum bench_row row);
void row_memory(enum bench_row row);
void row_file(enum bench_row row);
void row_area(enum bench_row row);
void row_thread(enum bench_row row);
