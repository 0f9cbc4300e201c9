/* spinlock.h - for sources that include it before file.h; programs have no such
 * locks. */
#pragma once

#include "types.h"

struct cpu;

struct spinlock {
	char *name;
	uint locked;
	struct cpu *cpu; /* who holds it */
};
