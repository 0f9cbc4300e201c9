/* clock.h - time since boot, and timers. */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

/* clock_now() counts time base cycles, of which a second has clock_hz() (from the device
 * tree; 10 million on QEMU's virt).  clock_ns() and clock_ticks() count from boot. */
u64 clock_now(void);
u64 clock_hz(void);
u64 clock_ns(void);
u64 clock_ticks(void); /* xv6 ticks of 100 ms */

/* The time, as clock_now() counts, at which clock_ticks() becomes @tick. */
u64 clock_tick_time(u64 tick);

void clock_init(void); /* at boot: time since boot starts here */

/* Nanoseconds since 1970 at boot; 0: the machine cannot tell.  Set once, at boot. */
u64 clock_real_boot_ns(void);
void clock_set_real(u64 now_ns);

/* How many time base cycles @ns nanoseconds are. */
u64 clock_from_ns(u64 ns);

/* How many time base cycles @ms milliseconds are. */
u64 clock_from_ms(u64 ms);

struct timer {
	struct list link;           /* (timer) in one hart's list, by deadline */
	u64 deadline;               /* (timer) time base cycles                */
	u32 hart;                   /* (timer) whose list                      */
	bool armed;                 /* (timer) */
	void (*fn)(struct timer *); /* (C) runs with interrupts off         */
};

/* Arms @t, which is not armed: @fn runs once on this hart, at or after @deadline (as
 * clock_now() counts), in interrupt context with the timer lock held. */
void timer_start(struct timer *t, u64 deadline, void (*fn)(struct timer *));

/* Disarms @t.  After the call its function is not running and will not run. */
void timer_cancel(struct timer *t);
