/* clock.h - time since boot, and timers. */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

/* Time base cycles (10 MHz on qemu virt; read from the device tree). */
u64 clock_now(void);
u64 clock_hz(void);
u64 clock_ns(void);
u64 clock_ticks(void); /* xv6 ticks of 100 ms */

/* When (in cycles) uptime becomes @tick. */
u64 clock_tick_time(u64 tick);

void clock_init(void); /* at boot: now is 0 */

/* Cycles from a time in milliseconds. */
u64 clock_from_ms(u64 ms);

struct timer {
	struct list link;           /* (timer) in one hart's list, by deadline */
	u64 deadline;               /* (timer) time base cycles                */
	u32 hart;                   /* (timer) whose list                      */
	bool armed;                 /* (timer) */
	void (*fn)(struct timer *); /* (C) runs with interrupts off         */
};

/* @fn runs once on this hart at or after @deadline, in interrupt context. */
void timer_start(struct timer *t, u64 deadline, void (*fn)(struct timer *));

/* After it returns @fn is neither running nor going to run. */
void timer_cancel(struct timer *t);
