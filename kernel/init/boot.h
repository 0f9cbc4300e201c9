/* boot.h - the steps of booting, shared by the files of init/. */
#pragma once

#include "lib/types.h"

#define MACHINE_CPUS 64

/* The hardware numbers of all processors that the device tree says are enabled.
 * machine_ncpus counts those beyond MACHINE_CPUS, too. */
extern u64 machine_cpus[MACHINE_CPUS];
extern unsigned machine_ncpus;

/* Fills in `machine` from the device tree at @fdt; @kernel is where the kernel is loaded.
 * Returns the boot command line, which lives as long as the tree. */
const char *machine_read(pa_t fdt, pa_t kernel);

/* Sorts RAM into free and taken, and starts the frame allocator and the
 * kernel's own page table. */
void memory_init(pa_t fdt);

/* Says why, in one line, and powers off.  For what is wrong outside of the kernel. */
void stop_boot(const char *why) __attribute__((noreturn));

/* Has the firmware start the other harts, and does not wait for them. */
void harts_start(void);

/* Waits for the harts that were started, and prints which do not come within 5 s. */
void harts_await(void);
