/* boot.h - the steps of booting, shared by the files of init/. */
#pragma once

#include "lib/types.h"

#define MACHINE_CPUS 64

/* Hardware numbers of the processors that the device tree has enabled; more
 * than MACHINE_CPUS are only counted. */
extern u64 machine_cpus[MACHINE_CPUS];
extern unsigned machine_ncpus;

/* Fills in `machine`; returns the boot arguments. */
const char *machine_read(pa_t fdt, pa_t kernel);

/* Sorts RAM into free and taken, and starts the frame allocator and the
 * kernel's own page table. */
void memory_init(pa_t fdt);

/* Says why, in one line, and powers off.  For what is wrong outside of the kernel. */
void stop_boot(const char *why) __attribute__((noreturn));

/* Starts the other harts; prints what did not start. */
void harts_start(void);
