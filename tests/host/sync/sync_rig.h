/* sync_rig.h - threads of the host that act as harts, for kernel/core/sync/. */
#pragma once

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch/riscv/csr.h"
#include "core/hart.h"
#include "core/report/panic.h"
#include "lib/assert.h"

#define HARTS 4

__thread struct hart sync_hart;
__thread bool sync_irq_on = true;

struct cpu *cpu_current(void)
{
	return &sync_hart.cpu;
}

bool panic_in_progress(void)
{
	return false;
}

bool panic_stops_here(void)
{
	return false;
}

void assert_fail(const char *file, int line, const char *what)
{
	mock_assert(0, what, file, line);
	abort();
}

static void (*rig_run)(u32 hart);

static void *rig_hart(void *hart)
{
	sync_hart = (struct hart){ .cpu.index = (u32)(uintptr_t)hart };
	rig_run(sync_hart.cpu.index);
	return NULL;
}

/* Calls @run on all harts at once. */
static void rig_on_all(void (*run)(u32 hart))
{
	pthread_t thread[HARTS];

	alarm(60); /* a lock that is never released ends the test */
	rig_run = run;
	for (uintptr_t i = 0; i < HARTS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, rig_hart, (void *)i), 0);
	for (unsigned i = 0; i < HARTS; i++)
		pthread_join(thread[i], NULL);
}
