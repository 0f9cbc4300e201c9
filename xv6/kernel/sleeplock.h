/* sleeplock.h - like spinlock.h. */
#pragma once

#include "spinlock.h"

struct sleeplock {
	struct spinlock lk;
	char *name;
	uint locked;
	int pid; /* who holds it */
};
