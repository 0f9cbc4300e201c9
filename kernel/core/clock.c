/* clock.c - time since boot, and each hart's timers.
 *
 * The hardware timer is set for the next event only: a machine with nothing to do
 * is never woken. */

#include "core/clock.h"

#include "arch/riscv/csr.h"
#include "arch/riscv/sbi.h"
#include "core/machine.h"
#include "core/sched.h"
#include "uapi/limits.h"

static u64 boot_time;
static u64 real_boot_ns; /* (C) after boot */

u64 clock_now(void)
{
	return time_now();
}

u64 clock_hz(void)
{
	return machine.timebase_hz;
}

void clock_init(void)
{
	boot_time = time_now();
}

u64 clock_ns(void)
{
	u64 cycles = time_now() - boot_time;
	u64 hz = machine.timebase_hz;

	return cycles / hz * 1000000000ul + cycles % hz * 1000000000ul / hz;
}

u64 clock_ticks(void)
{
	return (time_now() - boot_time) / (machine.timebase_hz / TICK_HZ);
}

u64 clock_tick_time(u64 tick)
{
	return boot_time + tick * (machine.timebase_hz / TICK_HZ);
}

u64 clock_real_boot_ns(void)
{
	return real_boot_ns;
}

void clock_set_real(u64 now_ns)
{
	real_boot_ns = now_ns - clock_ns();
}

u64 clock_from_ns(u64 ns)
{
	u64 hz = machine.timebase_hz;

	return ns / 1000000000ul * hz + ns % 1000000000ul * hz / 1000000000ul;
}

u64 clock_from_ms(u64 ms)
{
	return ms * machine.timebase_hz / 1000;
}

static void timer_set_hardware(struct hart *h, u64 deadline)
{
	if (deadline == h->timer_set)
		return;
	h->timer_set = deadline;
	if (machine.has_sstc)
		__asm__ volatile("csrw 0x14d, %0"
				 :
				 : "r"(deadline)
				 : "memory"); /* stimecmp */
	else
		sbi_set_timer(deadline);
}

/* The deadline of the first timer, ~0: none.  (T) held, interrupts off. */
static u64 timer_next_deadline(const struct hart *h)
{
	if (list_empty(&h->timers))
		return ~0ul;
	return list_first(&h->timers, struct timer, link)->deadline;
}

void timer_program(u64 slice_end)
{
	struct hart *h = hart_current();

	if (slice_end != ~0ul)
		h->slice_end = slice_end;
	else if (!h->tick_armed)
		h->slice_end = ~0ul;
	timer_set_hardware(h, MIN(MIN(h->slice_end, h->timer_next), h->sample_at));
}

/* Call after the list of this hart has changed.  (T) held. */
static void timer_list_changed(struct hart *h)
{
	h->timer_next = timer_next_deadline(h);
	timer_program(~0ul);
}

void timer_start(struct timer *t, u64 deadline, void (*fn)(struct timer *))
{
	struct timer *pos;
	struct hart *h;

	irq_push_off();
	h = hart_current();
	spin_lock(&h->timer_lock);
	t->deadline = deadline;
	t->fn = fn;
	t->hart = h->cpu.index;
	t->armed = true;
	list_for_each(pos, &h->timers, link) {
		if (pos->deadline > deadline)
			break;
	}
	list_add_tail(&pos->link, &t->link);
	timer_list_changed(h);
	spin_unlock(&h->timer_lock);
	irq_pop_off();
}

void timer_cancel(struct timer *t)
{
	struct hart *h = &harts[t->hart];

	spin_lock(&h->timer_lock);
	if (t->armed) {
		t->armed = false;
		list_del(&t->link);
		if (h == hart_current())
			timer_list_changed(h);
	}
	spin_unlock(&h->timer_lock);
}

void timer_run_due(void)
{
	struct hart *h = hart_current();

	spin_lock(&h->timer_lock);
	while (!list_empty(&h->timers)) {
		struct timer *t = list_first(&h->timers, struct timer, link);

		if (t->deadline > clock_now())
			break;
		list_del(&t->link);
		t->armed = false;
		t->fn(t);
	}
	h->timer_next = timer_next_deadline(h);
	spin_unlock(&h->timer_lock);
}
