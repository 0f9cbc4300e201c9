/* threads.c - for test_threads.py: a program as users write it, with POSIX threads.  Each
 * argument is a case, which prints what its line in that test expects. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pagoda.h>

#define THREADS 6
#define ROUNDS 2000

#define NEED(cond)                                                    \
	do {                                                          \
		if (!(cond)) {                                        \
			printf("line %d: not %s\n", __LINE__, #cond); \
			exit(1);                                      \
		}                                                     \
	} while (0)

static void all(void *(*fn)(void *))
{
	pthread_t t[THREADS];
	void *value;

	for (long i = 0; i < THREADS; i++)
		NEED(pthread_create(&t[i], NULL, fn, (void *)i) == 0);
	for (long i = 0; i < THREADS; i++) {
		NEED(pthread_join(t[i], &value) == 0);
		NEED(value == (void *)i);
	}
}

/* --- a stream that is locked before there is a second thread ------------------- */

static void *says_thread(void *arg)
{
	printf("the other, ");
	return arg;
}

static void case_flockfile(void)
{
	pthread_t t;

	flockfile(stdout);
	NEED(ftrylockfile(stdout) == 0);
	NEED(pthread_create(&t, NULL, says_thread, NULL) == 0);
	usleep(200000);
	printf("first, ");
	funlockfile(stdout);
	usleep(200000);
	printf("again, ");
	funlockfile(stdout);
	NEED(pthread_join(t, NULL) == 0);
}

/* --- what each thread has of its own --------------------------------------- */

static __thread long mine = 1234, zero;
static __thread char text[] = "as it was";

static void *own_data(void *arg)
{
	NEED(mine == 1234 && zero == 0 && strcmp(text, "as it was") == 0);
	mine = zero = (long)arg + 100;
	errno = 0;
	for (int i = 0; i < ROUNDS / 10; i++) {
		NEED(close((long)arg % 2 ? -1 : dup(0)) == ((long)arg % 2 ? -1 : 0));
		NEED(errno == ((long)arg % 2 ? EBADF : 0));
		NEED(mine == (long)arg + 100 && zero == mine);
	}
	return arg;
}

static void case_own(void)
{
	mine = 5;
	text[0] = 'X';
	all(own_data);
	NEED(mine == 5 && text[0] == 'X');
}

static void *look_at_self(void *arg)
{
	static int count;

	NEED(!pthread_equal(pthread_self(), *(pthread_t *)arg));
	__atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST);
	return pthread_self();
}

static void case_self(void)
{
	pthread_t me = pthread_self(), t;
	void *value;

	NEED(pthread_create(&t, NULL, look_at_self, &me) == 0);
	NEED(pthread_join(t, &value) == 0);
	NEED(value == t);
	NEED(pthread_equal(me, pthread_self()));
	NEED(pthread_join(me, NULL) == EDEADLK);
}

/* --- mutexes and conditions ------------------------------------------------ */

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int counter;

static void *count(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&m);
		int was = counter;
		for (volatile int k = 0; k < 10; k++)
			;
		counter = was + 1;
		pthread_mutex_unlock(&m);
	}
	return arg;
}

static void *try_it(void *arg)
{
	NEED(pthread_mutex_trylock(arg) == EBUSY);
	return NULL;
}

static void case_mutex(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t again;
	pthread_t t;

	all(count);
	NEED(counter == THREADS * ROUNDS);
	NEED(pthread_mutexattr_init(&attr) == 0);
	NEED(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE) == 0);
	NEED(pthread_mutex_init(&again, &attr) == 0);
	for (int i = 0; i < 3; i++)
		NEED((i % 2 ? pthread_mutex_trylock : pthread_mutex_lock)(&again) == 0);
	for (int i = 0; i < 3; i++) {
		NEED(pthread_create(&t, NULL, try_it, &again) == 0);
		NEED(pthread_join(t, NULL) == 0);
		NEED(pthread_mutex_unlock(&again) == 0);
	}
	NEED(pthread_mutex_trylock(&again) == 0);
	NEED(pthread_mutex_destroy(&again) == EBUSY);
}

static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, emptied = PTHREAD_COND_INITIALIZER;
static int queue[4], used, sum, left = THREADS / 2 * ROUNDS;

static void *produce_or_consume(void *arg)
{
	int i = 0;

	pthread_mutex_lock(&m);
	while ((long)arg % 2 ? i < ROUNDS : left > 0) {
		if ((long)arg % 2) {
			while (used == 4)
				pthread_cond_wait(&emptied, &m);
			queue[used++] = ++i;
			pthread_cond_signal(&filled);
			continue;
		}
		while (left && !used)
			pthread_cond_wait(&filled, &m);
		if (!left)
			break;
		sum += queue[--used];
		if (!--left)
			pthread_cond_broadcast(&filled);
		pthread_cond_signal(&emptied);
	}
	pthread_mutex_unlock(&m);
	return arg;
}

static void case_cond(void)
{
	struct timespec until;
	long start = clock_ns();

	all(produce_or_consume);
	NEED(sum == THREADS / 2 * (ROUNDS * (ROUNDS + 1) / 2));
	pthread_mutex_lock(&m);
	clock_gettime(CLOCK_REALTIME, &until);
	NEED(pthread_cond_timedwait(&filled, &m, &until) == ETIMEDOUT);
	start = clock_ns();
	until.tv_nsec += 50000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (pthread_cond_timedwait(&filled, &m, &until) == 0)
		;
	NEED(clock_ns() - start > 20000000);
}

static void *signal_later(void *arg)
{
	pthread_mutex_lock(&m); /* given up by the one that waits */
	counter = 1;
	pthread_cond_signal(&filled);
	pthread_mutex_unlock(&m);
	return arg;
}

static void case_forever(void)
{
	struct timespec until = { .tv_sec = LONG_MAX };
	pthread_t t;

	pthread_mutex_lock(&m);
	NEED(pthread_create(&t, NULL, signal_later, NULL) == 0);
	while (counter == 0)
		NEED(pthread_cond_timedwait(&filled, &m, &until) == 0);
	pthread_mutex_unlock(&m);
	NEED(pthread_join(t, NULL) == 0);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void once_only(void)
{
	usleep(100000);
	counter++;
}

static void *do_once(void *arg)
{
	pthread_once(&once, once_only);
	NEED(counter == 1);
	return arg;
}

static void case_once(void)
{
	all(do_once);
}

/* --- the library from all threads ------------------------------------------ */

static void *allocate(void *arg)
{
	unsigned char *piece[8] = { NULL };

	for (int i = 0; i < ROUNDS; i++) {
		int k = i % 8;
		size_t n = 1 + (size_t)(i * 37) % 300;

		if (piece[k])
			NEED(piece[k][0] == (unsigned char)((long)arg * 8 + k));
		piece[k] = realloc(piece[k], n);
		NEED(piece[k]);
		memset(piece[k], (int)(long)arg * 8 + k, n);
	}
	for (int k = 0; k < 8; k++)
		free(piece[k]);
	return arg;
}

static void case_malloc(void)
{
	all(allocate);
}

static FILE *shared;

static void *print(void *arg)
{
	for (int i = 0; i < ROUNDS / 4; i++) {
		FILE *own = i % 50 == 0 ? fopen("/README", "r") : NULL;

		fputc('a' + (int)(long)arg, shared);
		if (own)
			fclose(own);
	}
	return arg;
}

static void case_stdio(void)
{
	int n[THREADS] = { 0 }, c;

	shared = fopen("printed", "w");
	NEED(shared);
	all(print);
	NEED(fclose(shared) == 0);
	shared = fopen("printed", "r");
	while ((c = fgetc(shared)) != EOF) {
		NEED(c >= 'a' && c < 'a' + THREADS);
		n[c - 'a']++;
	}
	for (int i = 0; i < THREADS; i++)
		NEED(n[i] == ROUNDS / 4);
	remove("printed");
}

static void *read_input(void *arg)
{
	getchar();
	return arg;
}

/* A thread that waits for input does not hold up one that prints. */
static void case_waiting(void)
{
	pthread_t t;
	int fd[2];

	NEED(pipe(fd) == 0 && dup2(fd[0], 0) == 0);
	NEED(pthread_create(&t, NULL, read_input, NULL) == 0);
	usleep(100000);
	printf("printed, ");
	fflush(stdout);
	NEED(write(fd[1], "x", 1) == 1);
	NEED(pthread_join(t, NULL) == 0);
}

/* --- stacks, limits, ends -------------------------------------------------- */

static void *recurse(void *arg)
{
	volatile char big[3000];

	big[0] = 1;
	if ((long)arg > 0)
		recurse((void *)((long)arg - 1));
	return (void *)(long)(big[0] - 1);
}

static void case_stack(void)
{
	pthread_attr_t attr;
	pthread_t t;
	int status;

	NEED(pthread_attr_init(&attr) == 0);
	NEED(pthread_attr_setstacksize(&attr, 100) == EINVAL);
	NEED(pthread_attr_setstacksize(&attr, 400000) == 0);
	NEED(pthread_create(&t, &attr, recurse, (void *)100) == 0);
	NEED(pthread_join(t, NULL) == 0);
	if (fork() == 0) {
		NEED(pthread_create(&t, NULL, recurse, (void *)100) == 0);
		pthread_join(t, NULL);
		_exit(0);
	}
	NEED(wait_status(-1, &status, 0) > 0 && status == -1);
}

static void *nothing(void *arg)
{
	return arg;
}

static void *wait_on_m(void *arg)
{
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
	return arg;
}

static void case_limit(void)
{
	pthread_t t[NTHREAD];

	pthread_mutex_lock(&m);
	for (int i = 1; i < NTHREAD; i++)
		NEED(pthread_create(&t[i], NULL, wait_on_m, NULL) == 0);
	NEED(pthread_create(&t[0], NULL, wait_on_m, NULL) == EAGAIN);
	pthread_mutex_unlock(&m);
	for (int i = 1; i < NTHREAD; i++)
		NEED(pthread_join(t[i], NULL) == 0);
}

static long areas(void)
{
	unsigned char in_memory;
	long n = 0;

	for (char *at = (char *)0x3ff0000000; at < (char *)0x3fffffd000; at += 4096)
		n += mincore(at, 4096, &in_memory) == 0;
	return n;
}

static void case_detached(void)
{
	pthread_attr_t attr;
	pthread_t t;
	long before = areas();

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 100; i++) {
		int err;

		while ((err = pthread_create(&t, &attr, nothing, NULL)) == EAGAIN)
			usleep(1);
		NEED(err == 0);
	}
	NEED(areas() - before <= 18 * NTHREAD);
}

static void *detach_itself(void *arg)
{
	pthread_detach(pthread_self());
	return arg;
}

static void *start_many(void *arg)
{
	pthread_t t;

	for (int i = 0; i < 500; i++) {
		int err;

		while ((err = pthread_create(&t, NULL, detach_itself, NULL)) == EAGAIN)
			;
		NEED(err == 0);
	}
	return arg;
}

/* A thread may be detached, and freed, before its creator runs again. */
static void case_itself(void)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		NEED(pthread_create(&t[i], NULL, start_many, NULL) == 0);
	for (int i = 0; i < 4; i++)
		NEED(pthread_join(t[i], NULL) == 0);
}

static void *become_another(void *arg)
{
	char *const argv[] = { "another", "unknown", NULL };

	execv("another", argv);
	return arg;
}

static void case_exec(void)
{
	pthread_t t;

	NEED(link("/threads", "another") == 0);
	NEED(pthread_create(&t, NULL, become_another, NULL) == 0);
	NEED(pthread_join(t, NULL) == 0);
	NEED(!"exec");
}

static void case_unknown(void)
{
	register long number __asm__("a7") = 999, result __asm__("a0");

	__asm__ volatile("ecall" : "=r"(result) : "r"(number));
	NEED(result < 0);
	NEED(unlink("another") == 0);
}

static void *print_later(void *arg)
{
	usleep(200000);
	printf("later, ");
	return arg;
}

/* The last thread flushes stdout. */
static void case_exit(void)
{
	pthread_t t;

	NEED(pthread_create(&t, NULL, print_later, NULL) == 0);
	printf("first, ok\n");
	pthread_exit(NULL);
}

static void *sleep_long(void *arg)
{
	sleep(1000);
	return arg;
}

static void case_sleep(void)
{
	all(sleep_long);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "flockfile", case_flockfile }, { "own", case_own },
	{ "self", case_self },           { "mutex", case_mutex },
	{ "cond", case_cond },           { "once", case_once },
	{ "malloc", case_malloc },       { "stdio", case_stdio },
	{ "stack", case_stack },         { "limit", case_limit },
	{ "detached", case_detached },   { "waiting", case_waiting },
	{ "exit", case_exit },           { "sleep", case_sleep },
	{ "itself", case_itself },       { "forever", case_forever },
	{ "exec", case_exec },           { "unknown", case_unknown },
};

int main(int argc, char **argv)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (argc > 1 && strcmp(argv[1], cases[i].name) == 0)
			cases[i].run();
	printf("ok\n");
	return 0;
}
