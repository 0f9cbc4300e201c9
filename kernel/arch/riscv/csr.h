/* csr.h - control and status registers (privileged spec 1.12, chapter 4). */
#pragma once

#include "arch/riscv/cause.h"
#include "lib/types.h"

#define CSR_TEXT_(name) #name
#define CSR_TEXT(name) CSR_TEXT_(name) /* expands @name first */

#define csr_read(name)                                      \
	({                                                  \
		u64 csr_value_;                             \
		__asm__ volatile("csrr %0, " CSR_TEXT(name) \
				 : "=r"(csr_value_)         \
				 :                          \
				 : "memory");               \
		csr_value_;                                 \
	})
#define csr_write(name, value) \
	__asm__ volatile("csrw " CSR_TEXT(name) ", %0" : : "rK"((u64)(value)) : "memory")
/* Writes a register that this hart may not have; without it nothing happens.  Needs
 * trap_vector in stvec. */
#define csr_try_write(name, value)                                                     \
	__asm__ volatile("100: csrw " CSR_TEXT(name) ", %0\n"                          \
						     "101:\n"                          \
						     ".pushsection .ex_table, \"a\"\n" \
						     ".balign 8\n"                     \
						     ".dword 100b, 101b, 101b\n"       \
						     ".popsection"                     \
			 :                                                             \
			 : "rK"((u64)(value))                                          \
			 : "memory")
#define csr_set(name, bits) \
	__asm__ volatile("csrs " #name ", %0" : : "rK"((u64)(bits)) : "memory")
#define csr_clear(name, bits) \
	__asm__ volatile("csrc " #name ", %0" : : "rK"((u64)(bits)) : "memory")

#define SSTATUS_SIE BIT(1)
#define SSTATUS_SPIE BIT(5)
#define SSTATUS_UBE BIT(6)
#define SSTATUS_SPP BIT(8)
#define SSTATUS_VS (3ul << 9)
#define SSTATUS_FS_SHIFT 13
#define SSTATUS_FS (3ul << SSTATUS_FS_SHIFT)
#define SSTATUS_FS_CLEAN (2ul << SSTATUS_FS_SHIFT)
#define SSTATUS_FS_DIRTY (3ul << SSTATUS_FS_SHIFT)
#define SSTATUS_SUM BIT(18)
#define SSTATUS_MXR BIT(19)

#define SIE_SOFT BIT(1)
#define SIE_TIMER BIT(5)
#define SIE_EXTERNAL BIT(9)

/* Registers that only some harts have.  They are given by number, as not every assembler
 * knows their names. */
#define CSR_FCSR 0x003
#define CSR_SENVCFG 0x10a
#define CSR_SSTATEEN0 0x10c
#define CSR_SSTATEEN1 0x10d
#define CSR_SSTATEEN2 0x10e
#define CSR_SSTATEEN3 0x10f
#define SSTATEEN0_FCSR BIT(1)

#define SATP_SV39 (8ul << 60)
#define SATP_ASID_SHIFT 44
#define SATP_ASID (0xfffful << SATP_ASID_SHIFT)

static inline bool irq_enabled(void)
{
	return csr_read(sstatus) & SSTATUS_SIE;
}

static inline void irq_enable(void)
{
	csr_set(sstatus, SSTATUS_SIE);
}

static inline void irq_disable(void)
{
	csr_clear(sstatus, SSTATUS_SIE);
}

/* Turns interrupts off, and says whether they were on. */
static inline bool irq_disable_if_on(void)
{
	u64 before;

	__asm__ volatile("csrrci %0, sstatus, 2" : "=r"(before) : : "memory");
	return before & SSTATUS_SIE;
}

static inline u64 time_now(void)
{
	return csr_read(time);
}

/* Sleeps until an interrupt is pending, whether or not interrupts are on. */
static inline void cpu_wait(void)
{
	__asm__ volatile("wfi" ::: "memory");
}

/* A hint for loops that wait for another hart (Zihintpause; a no-op elsewhere). */
static inline void cpu_relax(void)
{
	__asm__ volatile(".4byte 0x0100000f" ::: "memory");
}

static inline void fence_all(void)
{
	__asm__ volatile("fence rw, rw" ::: "memory");
}

/* What comes before is done before the stores that follow. */
static inline void fence_release(void)
{
	__asm__ volatile("fence rw, w" ::: "memory");
}
