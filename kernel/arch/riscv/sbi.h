/* sbi.h - calls into the firmware (RISC-V SBI specification 1.0). */
#pragma once

#include "lib/types.h"

/* Extension ids. */
#define SBI_TIME 0x54494d45
#define SBI_IPI 0x735049
#define SBI_RFENCE 0x52464e43
#define SBI_HSM 0x48534d
#define SBI_SRST 0x53525354

/* Functions of type s64 return 0 or a negative SBI error. */
void sbi_putchar(char c);

/* Sets the next timer interrupt of this hart, in absolute cycles of the time base. */
s64 sbi_set_timer(u64 deadline);

/* @harts: a mask of hart indexes (cpu.h). */
s64 sbi_send_ipi(u64 harts);

/* fence.i on each of @harts. */
s64 sbi_remote_fence_i(u64 harts);

/* sfence.vma on each of @harts for [start, start + bytes) of all address
 * spaces; bytes = -1: everything. */
s64 sbi_remote_sfence(u64 harts, va_t start, u64 bytes);

/* The same for one address space. */
s64 sbi_remote_sfence_asid(u64 harts, va_t start, u64 bytes, u64 asid);

/* Starts a stopped hart at the physical address @entry, with its number in a0 and @arg
 * in a1. */
s64 sbi_hart_start(u64 hartid, pa_t entry, u64 arg);

/* Stop this hart; power off the machine; restart it.  They return only if the firmware
 * cannot do that. */
void sbi_hart_stop(void);
void sbi_shutdown(void);
void sbi_reboot(void);
