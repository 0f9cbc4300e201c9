/* thread.c - rows of threads, futexes, alarms and signals. */
#include "bench.h"

#define STACK (4 * PAGE)

static int tid;

/* --- threads --------------------------------------------------------------------- */

static void thread_nothing(void *arg)
{
	(void)arg;
	thread_leave();
}

/* On the heap: the program has few pages of its own, since each costs a fork something. */
static char *stack_make(void)
{
	char *stack = sbrk(STACK);

	if (stack == (char *)-1)
		not_there();
	return (char *)(((uint64)stack + STACK) & ~15ull);
}

INLINE void thread_once(char *stack_end)
{
	if (thread_start(thread_nothing, 0, stack_end, &tid) < 0)
		not_there();
	thread_wait(&tid);
}

/* --- a word that two threads pass to each other ------------------------------------ */

#define TURN_OTHER 1
#define TURN_OVER 2

static int turn; /* 0: the first thread's */

INLINE void turn_await(int until_other)
{
	int now;

	while ((now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE)) != TURN_OVER &&
	       (now == TURN_OTHER) != until_other)
		word_wait(&turn, now);
}

INLINE void turn_give(int value)
{
	__atomic_store_n(&turn, value, __ATOMIC_RELEASE);
	word_wake(&turn);
}

static void thread_answer(void *arg)
{
	(void)arg;
	for (;;) {
		turn_await(1);
		if (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) == TURN_OVER)
			break;
		turn_give(0);
	}
	thread_leave();
}

static void futex_turns(void)
{
	if (thread_start(thread_answer, 0, stack_make(), &tid) < 0)
		not_there();
	METER_LOOP(400, {
		turn_give(TURN_OTHER);
		turn_await(0);
	});
	turn_give(TURN_OVER);
	thread_wait(&tid);
}

/* --- alarms ----------------------------------------------------------------------- */

#define ALARMS 5

static volatile int alarms, until;
static volatile uint64 limit;

static void alarm_handler(void)
{
	alarms++;
	alarm_return();
}

/* Rounds of a loop of always the same instructions: until @count alarms have come, or @most
 * rounds. */
__attribute__((noinline)) static uint64 alarm_spin(int count, uint64 most)
{
	uint64 rounds = 0;

	until = count;
	limit = most;
	while (alarms < until && rounds < limit)
		rounds++;
	return rounds;
}

/* The instructions of the loop itself, which are known after a run without alarms, are
 * taken off; what is left has the interrupts of the timer in it. */
static void alarm_measure(void)
{
	uint64 rounds, loop;

	if (!counting || clock_kind == CLOCK_UPTIME)
		not_there();
	loop = clock_now();
	alarm_spin(1, 10000);
	loop = (clock_now() - loop) / 10000;
	if (alarm_set(1, alarm_handler) < 0)
		not_there();
	while (meter_next(1)) {
		alarms = 0;
		alarm_spin(1, ~0ull);
		meter_begin();
		rounds = alarm_spin(1 + ALARMS, ~0ull);
		meter_end(ALARMS);
		meter_time -= rounds * loop;
	}
	alarm_set(0, 0);
}

/* --- signals ---------------------------------------------------------------------- */

static volatile int signals;

static void signal_handler(int number)
{
	signals = number;
}

static void signal_measure(void)
{
	int pid = getpid();

	if (signal_set(signal_handler) < 0)
		not_there();
	METER_LOOP(400, signal_send(pid));
	if (!signals)
		not_there();
}

void row_thread(enum bench_row row)
{
	if (row == ROW_signal)
		signal_measure();
	if (row == ROW_alarm)
		alarm_measure();
	if (row == ROW_thread) {
		char *stack_end = stack_make();

		METER_LOOP(400, thread_once(stack_end));
	}
	if (row == ROW_futex)
		futex_turns();
}
