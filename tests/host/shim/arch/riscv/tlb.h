/* tlb.h - for tests on the host.  A test that shoots down provides
 * tlb_shootdown() itself, as it wants to look at the order of things. */
#pragma once

#include "arch/riscv/tlb_space.h"

void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi);

/* So do those whose sources call these. */
void tlb_flush_page(va_t va);
void tlb_flush_all(void);
void icache_dirty(void);
