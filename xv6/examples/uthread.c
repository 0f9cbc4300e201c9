/* uthread.c - threads inside one process, made without the kernel.
 *
 * A thread is a stack and a place in the code.  The kernel sees one process; this program
 * decides which thread runs, and a thread runs until it yields.  To change from one to
 * another, the registers of the old one are put into its context, and those of the new one
 * are loaded (uthread_switch.S).
 *
 * That happens inside of a call, of context_switch().  So only those registers have to be
 * kept that a function must not change: the caller itself has put away the others.
 *
 * A new thread has a context that was never stored.  It is made up: ra, where the switch
 * returns to, is thread_start(), and sp is the end of an empty stack. */
#include "kernel/types.h"
#include "user/user.h"

#define NTHREADS 4
#define STACK 8192
#define ROUNDS 100

/* The offsets are those of uthread_switch.S. */
struct context {
	uint64 ra, sp;
	uint64 s[12];
};

enum state { FREE, READY, RUNNING };

struct thread {
	struct context context;
	enum state state;
	void (*function)(void);
	char stack[STACK] __attribute__((aligned(16)));
};

static struct thread threads[NTHREADS]; /* 0 is main(), on the stack of the process */
static struct thread *current = &threads[0];
static int started;

void context_switch(struct context *from, struct context *to);

/* Gives the processor to the next thread in turn that can run. */
static void thread_schedule(void)
{
	struct thread *old = current, *next = 0;

	for (int i = 1; i <= NTHREADS && !next; i++) {
		struct thread *t = &threads[(old - threads + i) % NTHREADS];

		if (t->state == READY)
			next = t;
	}
	if (!next) {
		printf("thread_schedule: no runnable threads\n");
		exit(0);
	}
	current = next;
	next->state = RUNNING;
	if (next != old)
		context_switch(&old->context, &next->context);
}

static void thread_yield(void)
{
	current->state = READY;
	thread_schedule();
}

/* What a new thread runs first. */
static void thread_start(void)
{
	current->function();
	current->state = FREE;
	thread_schedule();
}

static void thread_create(void (*function)(void))
{
	struct thread *t = &threads[1];

	while (t->state != FREE)
		t++;
	t->function = function;
	t->context.ra = (uint64)thread_start;
	t->context.sp = (uint64)(t->stack + STACK);
	t->state = READY;
}

/* --- three threads that take turns ------------------------------------------------ */

static void count(const char *name)
{
	printf("%s started\n", name);
	started++;
	while (started < 3)
		thread_yield();
	for (int i = 0; i < ROUNDS; i++) {
		printf("%s %d\n", name, i);
		thread_yield();
	}
	printf("%s: exit after %d\n", name, ROUNDS);
}

static void thread_a(void)
{
	count("thread_a");
}

static void thread_b(void)
{
	count("thread_b");
}

static void thread_c(void)
{
	count("thread_c");
}

int main(void)
{
	thread_create(thread_a);
	thread_create(thread_b);
	thread_create(thread_c);
	current->state = FREE; /* main() never runs again */
	thread_schedule();
	exit(1);
}
