/* spinlock.h - for sources that include it on the way to file.h; a program has
 * no such locks. */
#pragma once

#include "types.h"

struct cpu;

struct spinlock {
	char *name;
	uint locked;
	struct cpu *cpu; /* who holds it */
};
