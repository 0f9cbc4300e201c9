/* t_futex.c - waiting for words of memory. */
#include "mapping.h"
#include "thread.h"

#define EINTR 4
#define EAGAIN 11
#define EFAULT 14
#define EINVAL 22
#define ETIMEDOUT 116

static volatile int at, ready, woken;

/* The call as the library makes it: -errno. */
static long errno_of(volatile int *word_at, int op, int value, long ns)
{
	return ecall_raw((long)word_at, op, value, ns, 0, 0, SYS_NATIVE + 111);
}

TEST(futex, does_not_wait_for_another_value)
{
	at = 5;
	EQ(errno_of(&at, FUTEX_WAIT, 4, 0), -EAGAIN);
	EQ(errno_of(&at, FUTEX_WAKE, 4, 0), 0);
}

TEST(futex, ends_after_its_time)
{
	long start = clock();

	EQ(errno_of(&at, FUTEX_WAIT, 0, 30000000), -ETIMEDOUT);
	CHECK(clock() - start >= 30000000);
	EQ(errno_of(&at, FUTEX_WAIT, 0, 1), -ETIMEDOUT);
}

TEST(futex, refuses_bad_words)
{
	word p = anon(2, PROT_READ);
	volatile int *odd = (volatile int *)((word)&at + 2);

	EQ(unmap(p + PAGE, PAGE), 0);
	EQ(errno_of(odd, FUTEX_WAIT, 0, 1), -EINVAL);
	EQ(errno_of(odd, FUTEX_WAKE, 1, 0), -EINVAL);
	EQ(errno_of(&at, 2, 0, 0), -EINVAL);
	EQ(errno_of((int *)(p + PAGE), FUTEX_WAIT, 0, 0), -EFAULT);
	EQ(errno_of((int *)-4ul, FUTEX_WAIT, 0, 0), -EFAULT);
	EQ(errno_of((int *)-4ul, FUTEX_WAKE, 1, 0), -EFAULT);
	EQ(errno_of((int *)TRAPFRAME, FUTEX_WAIT, 0, 0), -EFAULT);
	EQ(errno_of((int *)TRAPFRAME, FUTEX_WAKE, 0, 0), -EFAULT);
	EQ(errno_of((int *)p, FUTEX_WAIT, 1, 0), -EAGAIN); /* brought in, read-only */
}

static void wait_once(word unused)
{
	(void)unused;
	add(&ready);
	EQ(errno_of(&at, FUTEX_WAIT, 0, 0), 0);
	__atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST);
}

/* Wakes until @n waiters of &at were woken, and never more than that. */
static void wake_exactly(int n)
{
	int left = n;

	while (left > 0) {
		long got = futex(&at, FUTEX_WAKE, left, 0);

		CHECK(got >= 0 && got <= left);
		left -= (int)got;
		if (!got)
			pause(0);
	}
}

TEST(futex, wakes_as_many_as_asked)
{
	int tid[5];

	for (int i = 0; i < 5; i++)
		tid[i] = thread(i, wait_once, 0);
	await(&ready, 5);
	wake_exactly(2);
	EVENTUALLY(woken == 2, 50);
	pause(1);
	EQ(woken, 2);
	wake_exactly(3);
	for (int i = 0; i < 5; i++)
		thread_join(tid[i]);
	EQ(woken, 5);
	EQ(futex(&at, FUTEX_WAKE, 100, 0), 0);
}

TEST(futex, word_of_another_process_is_another_word)
{
	int fd[2];
	long pid;
	char c;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		EQ(write(fd[1], "r", 1), 1);
		exit((int)errno_of(&at, FUTEX_WAIT, 0, 0));
	}
	EQ(read(fd[0], &c, 1), 1);
	EVENTUALLY(process_state((int)pid) == PS_SLEEPING, 100);
	EQ(futex(&at, FUTEX_WAKE, 100, 0), 0);
	EQ(kill((int)pid), 0);
	EQ(reap(pid), KILLED);
}

static void wait_there(word p)
{
	add(&ready);
	futex((volatile int *)p, FUTEX_WAIT, 0, 0);
	add(&woken);
}

/* The page of the word goes away; the waiter stays until it is woken. */
TEST(futex, word_may_be_unmapped_meanwhile)
{
	word p = anon(1, RW);
	int tid = thread(0, wait_there, p);

	await(&ready, 1);
	pause(1);
	EQ(unmap(p, PAGE), 0);
	EVENTUALLY(futex((volatile int *)p, FUTEX_WAKE, 1, 0) == 1, 50);
	thread_join(tid);
}

/* --- a lock made of it ----------------------------------------------------- */

static volatile int lock_word; /* 0 free, 1 taken, 2 taken and somebody may wait */
static volatile int counter;

static void lock(void)
{
	int was = 0;

	if (__atomic_compare_exchange_n(&lock_word, &was, 1, 0, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST))
		return;
	while (__atomic_exchange_n(&lock_word, 2, __ATOMIC_SEQ_CST))
		futex(&lock_word, FUTEX_WAIT, 2, 0);
}

static void unlock(void)
{
	if (__atomic_exchange_n(&lock_word, 0, __ATOMIC_SEQ_CST) == 2)
		futex(&lock_word, FUTEX_WAKE, 1, 0);
}

static void count_under_lock(word n)
{
	for (word i = 0; i < n; i++) {
		int was;

		lock();
		was = counter;
		for (volatile int k = 0; k < 20; k++)
			;
		if (i % 64 == 0)
			pause(0);
		counter = was + 1;
		unlock();
	}
}

TEST(futex, no_wake_up_is_lost)
{
	int tid[4];

	for (int i = 0; i < 4; i++)
		tid[i] = thread(i, count_under_lock, 2000);
	for (int i = 0; i < 4; i++)
		thread_join(tid[i]);
	EQ(counter, 4 * 2000);
}

/* Two threads pass a turn to and fro; each waits for the other. */
static volatile int turn;

static void play(word me)
{
	for (int round = 0; round < 2000; round++) {
		for (int now = get(&turn); now != (int)me; now = get(&turn))
			futex(&turn, FUTEX_WAIT, now, 0);
		put(&turn, 1 - (int)me);
	}
}

TEST(futex, turns_pass_to_and_fro)
{
	int tid = thread(0, play, 1);

	play(0);
	thread_join(tid);
}
