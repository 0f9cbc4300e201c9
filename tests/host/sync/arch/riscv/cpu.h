/* cpu.h - for tests on the host: each thread of the test acts as a hart. */
#pragma once

#include "lib/types.h"

struct cpu {
	u32 index;
};

struct cpu *cpu_current(void);
