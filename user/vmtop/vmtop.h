/* vmtop.h - what the files of vmtop share: the figures of an instant, and their differences
 * from those before. */
#pragma once

#include <pagoda.h>
#include <snap.h>

#define KINDS_MAX 32
#define COUNTERS_MAX 64

/* What a list can be sorted by: X(id, key and first letter of the option, name). */
#define ORDERS(X)                  \
	X(PID, 'p', "pid")         \
	X(SIZE, 'z', "size")       \
	X(MEM, 'm', "mem")         \
	X(SHARED, 's', "shared")   \
	X(PRIVATE, 'v', "private") \
	X(LARGE, 'l', "large")     \
	X(FAULTS, 'f', "faults")   \
	X(CPU, 'c', "cpu")

enum order {
#define X(id, key, name) BY_##id,
	ORDERS(X) NORDERS
#undef X
};

struct process {
	struct procinfo info;
	unsigned long long shared, private, large; /* pages                          */
	unsigned long long faults;                 /* a second, in tenths            */
	unsigned long long cpu;                    /* of a processor, in thousandths */
};

struct figures {
	struct process process[NPROC]; /* in order */
	int processes, running;
	struct snap_count kind[KINDS_MAX]; /* frames of each kind */
	int kinds;
	struct snap_count counter[COUNTERS_MAX]; /* since boot */
	int counters;
	unsigned long long ns, period; /* since boot; since the figures before */
};

/* Reads all figures of this instant, and sorts the processes.  Rates are those since the
 * last call; at the first one, since boot or since the process began. */
const struct figures *figures_read(enum order order);

/* How much the counter @name gains a second, in tenths. */
unsigned long long figures_rate(const char *name);
