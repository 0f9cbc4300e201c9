/* cause.h - why a trap was taken, as the register scause has it (privileged spec 1.12,
 * chapter 4).  Nothing here is code of RISC-V. */
#pragma once

#include "lib/types.h"

#define CAUSE_INTERRUPT BIT(63)
#define IRQ_S_SOFT 1
#define IRQ_S_TIMER 5
#define IRQ_S_EXTERNAL 9
#define EXC_INSN_MISALIGNED 0
#define EXC_INSN_ACCESS 1
#define EXC_ILLEGAL 2
#define EXC_BREAKPOINT 3
#define EXC_LOAD_MISALIGNED 4
#define EXC_LOAD_ACCESS 5
#define EXC_STORE_MISALIGNED 6
#define EXC_STORE_ACCESS 7
#define EXC_ECALL_U 8
#define EXC_INSN_PAGE 12
#define EXC_LOAD_PAGE 13
#define EXC_STORE_PAGE 15

/* @cause: of scause, an exception. */
static inline bool exc_is_page_fault(u64 cause)
{
	return cause == EXC_INSN_PAGE || cause == EXC_LOAD_PAGE || cause == EXC_STORE_PAGE;
}
