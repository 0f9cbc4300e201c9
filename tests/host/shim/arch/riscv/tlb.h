/* tlb.h - for tests on the host.  A test of code that shoots down defines tlb_shootdown()
 * itself, so that it can check when it is called. */
#pragma once

#include "arch/riscv/tlb_space.h"

void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi);

/* A test whose sources call these defines them, too. */
void tlb_flush_page(va_t va);
void tlb_flush_all(void);
void icache_dirty(void);
void icache_sync_harts(u64 harts);
