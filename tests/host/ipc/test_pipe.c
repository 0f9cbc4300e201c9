// sources: kernel/ipc/pipe.c kernel/core/sync/waitlist.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_census.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -pthread -DPAGODA_CHECK -Itests/host/mm
/* test_pipe.c - pipes: readers and writers that take turns at random against a flat model,
 * and what a write waits for.
 *
 * Each reader and writer is a thread of the host.  One runs at a time: it has the turn
 * until it sleeps, faults a page in or reaches a scheduling point. */
#include "frame_rig.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "core/sched.h"
#include "ipc/pipe.h"
#include "mm/uaccess.h"
#include "uapi/errno.h"
#include "uapi/limits.h"

#define ACTORS 6
#define USER_PAGES 4 /* of memory that an actor has: at 0 */

enum user_page { PAGE_THERE, PAGE_ABSENT, PAGE_BAD };

static struct actor {
	struct thread thread;
	pthread_t host;
	void (*run)(struct actor *a);
	bool writes, sleeps, done;
	u64 asked;  /* bytes of the call that it is in            */
	u64 copied; /* of these, from it or to it                 */
	u8 next;    /* a writer: the next byte that it makes up   */
	u8 user[USER_PAGES * PAGE_SIZE];
	enum user_page page[USER_PAGES];
} actor[ACTORS];

static __thread struct actor *self;
static struct actor *turn; /* NULL: the test itself */
static pthread_mutex_t turns = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;

static struct pipe *subject;
static u8 model[4 * PAGE_SIZE]; /* what is unread, oldest first */
static u64 unread, sleeps;
static u32 nactors, users[2]; /* actors that read, that write */

/* cmocka's checks work in the thread of the test only. */
#define MUST(holds)                                                                        \
	do {                                                                               \
		if (!(holds)) {                                                            \
			fprintf(stderr, "test_pipe.c:%d: not so: %s\n", __LINE__, #holds); \
			abort();                                                           \
		}                                                                          \
	} while (0)

/* --- turns ---------------------------------------------------------------------- */

static void turn_wait(struct actor *mine)
{
	while (turn != mine)
		pthread_cond_wait(&turn_changed, &turns);
}

/* Gives the turn to one that can run.  When none can, all must be done: else those that
 * sleep were forgotten. */
static void turn_give(void)
{
	struct actor *ready[ACTORS];
	u32 n = 0, sleeping = 0;

	for (u32 i = 0; i < nactors; i++) {
		bool asleep = actor[i].thread.state == THREAD_WAITING;

		sleeping += !actor[i].done && asleep;
		if (!actor[i].done && !asleep)
			ready[n++] = &actor[i];
	}
	if (!n && sleeping) {
		fprintf(stderr, "%u threads sleep for ever\n", sleeping);
		abort();
	}
	turn = n ? ready[rig_below(n)] : NULL;
	pthread_cond_broadcast(&turn_changed);
}

struct thread *thread_current(void)
{
	return &self->thread;
}

bool thread_interrupted(bool restarts)
{
	MUST(restarts);
	return self->thread.killed;
}

void thread_broke_pipe(void)
{
}

void thread_prepare_sleep(bool killable)
{
	MUST(killable);
	self->thread.state = self->thread.killed ? THREAD_RUNNING : THREAD_WAITING;
}

void thread_sleep(void)
{
	MUST(shim_spin_depth() == 0);
	sleeps++;
	self->sleeps = true;
	sched_point();
	self->sleeps = false;
}

void thread_wake(struct thread *t)
{
	t->state = THREAD_RUNNING;
}

bool thread_killed(void)
{
	return self->thread.killed;
}

void sched_point(void)
{
	turn_give();
	turn_wait(self);
}

/* --- user memory ---------------------------------------------------------------- */

/* How many of the @n bytes at @p come before the first page that is not there. */
static u64 reachable(uptr_t p, u64 n)
{
	u64 k = 0;

	MUST(p.va + n <= sizeof(self->user));
	while (k < n && self->page[(p.va + k) / PAGE_SIZE] == PAGE_THERE)
		k += MIN(n - k, PAGE_SIZE - (p.va + k) % PAGE_SIZE);
	return k;
}

u64 copyin_nofault(void *dst, uptr_t src, u64 n)
{
	MUST(n > 0);
	n = reachable(src, n);
	MUST(unread + n <= sizeof(model));
	for (u64 i = 0; i < n; i++)
		model[unread++] = self->user[src.va + i] = self->next++;
	memcpy(dst, self->user + src.va, n);
	self->copied += n;
	return n;
}

u64 copyout_nofault(uptr_t dst, const void *src, u64 n)
{
	n = reachable(dst, n);
	MUST(n <= unread);
	MUST(memcmp(src, model, n) == 0);
	memmove(model, model + n, unread -= n);
	self->copied += n;
	return n;
}

int uaccess_fault_in(uptr_t p, bool write)
{
	enum user_page *page = &self->page[p.va / PAGE_SIZE];

	MUST(write == !self->writes);
	MUST(shim_spin_depth() == 0);
	sched_point();
	if (*page == PAGE_BAD)
		return -EFAULT;
	*page = PAGE_THERE;
	return 0;
}

/* --- what holds after each call ------------------------------------------------- */

/* A pipe of PIPESIZE bytes would have room for those, and would have given sleeping readers
 * what they ask for. */
static u64 most_unread(void)
{
	u64 most = PIPESIZE;

	for (u32 i = 0; i < nactors; i++)
		if (actor[i].sleeps && !actor[i].writes)
			most += actor[i].asked;
	return most;
}

static bool writer_sleeps(void)
{
	for (u32 i = 0; i < nactors; i++)
		if (actor[i].writes && actor[i].thread.state == THREAD_WAITING)
			return true;
	return false;
}

static s64 act(struct actor *a, u64 at, u64 n)
{
	s64 got;

	a->copied = 0;
	a->asked = n;
	if (a->writes)
		got = pipe_write(subject, uptr(at), n);
	else
		got = pipe_read(subject, uptr(at), n);
	if (got >= 0)
		MUST((u64)got == a->copied);
	else
		MUST(!a->copied || (a->writes && got != -EFAULT));
	if (a->writes && got == (s64)n && !a->thread.killed)
		MUST(unread <= most_unread());
	if (!a->writes && unread < PIPESIZE)
		MUST(!writer_sleeps());
	return got;
}

/* --- running actors ------------------------------------------------------------- */

static void *actor_main(void *arg)
{
	struct actor *a = arg;

	self = a;
	shim_hart = (u32)(a - actor);
	pthread_mutex_lock(&turns);
	turn_wait(a);
	a->run(a);
	if (--users[a->writes] == 0)
		pipe_close(subject, a->writes);
	a->done = true;
	turn_give();
	pthread_mutex_unlock(&turns);
	return NULL;
}

static void actor_add(void (*run)(struct actor *a), bool writes)
{
	struct actor *a = &actor[nactors++];

	memset(a, 0, sizeof(*a));
	a->run = run;
	a->writes = writes;
	a->thread.state = THREAD_RUNNING;
	users[writes]++;
}

/* Makes a pipe of @frames frames, runs the actors, the first one first, until all are done,
 * and sees that the frames are free again. */
static void actors_run(u64 frames)
{
	u64 before = frame_count(FRAME_free);

	alarm(60); /* a loop that never ends fails */
	unread = sleeps = 0;
	assert_int_equal(pipe_alloc(&subject), 0);
	assert_int_equal(frame_count(FRAME_pipe), frames);
	pthread_mutex_lock(&turns);
	for (u32 i = 0; i < nactors; i++)
		assert_int_equal(
			pthread_create(&actor[i].host, NULL, actor_main, &actor[i]), 0);
	turn = &actor[0];
	pthread_cond_broadcast(&turn_changed);
	turn_wait(NULL);
	pthread_mutex_unlock(&turns);
	for (u32 i = 0; i < nactors; i++)
		pthread_join(actor[i].host, NULL);
	nactors = 0;
	assert_int_equal(frame_count(FRAME_free), before);
	alarm(0);
}

/* --- random operations ---------------------------------------------------------- */

static void kill_one(void)
{
	struct actor *victim = &actor[rig_below(nactors)];

	victim->thread.killed = true;
	victim->thread.state = THREAD_RUNNING;
}

static void act_at_random(struct actor *a)
{
	static const u64 largest[] = { 1, 100, PIPESIZE + 1, PAGE_SIZE, 3 * PAGE_SIZE };
	s64 got = 1;

	for (u64 calls = rig_below(40); calls && got && got != -EPIPE; calls--) {
		u64 n = 1 + rig_below(largest[rig_below(ARRAY_SIZE(largest))]);

		for (u32 i = 0; i < USER_PAGES; i++)
			a->page[i] = rig_below(8)   ? PAGE_THERE
				     : rig_below(4) ? PAGE_ABSENT
						    : PAGE_BAD;
		got = act(a, rig_below(PAGE_SIZE), n);
		if (a->thread.killed)
			break;
		if (rig_below(200) == 0)
			kill_one();
		if (rig_below(2))
			sched_point();
	}
}

static void run_at_random(u64 frames, u32 rounds)
{
	while (rounds-- > 0) {
		u32 n = 2 + (u32)rig_below(ACTORS - 1);

		for (u32 i = 0; i < n; i++)
			actor_add(act_at_random, i ? i == 1 || rig_below(2) : 0);
		actors_run(frames);
	}
}

static void test_random(void **state)
{
	(void)state;
	pipe_init();
	run_at_random(2, 500);
}

/* --- what a write waits for ----------------------------------------------------- */

static void read_pages(struct actor *a)
{
	while (act(a, 0, PAGE_SIZE) > 0)
		;
}

/* The reader sleeps, asking for a page; that one counts as read. */
static void write_what_is_asked(struct actor *a)
{
	MUST(sleeps == 1);
	MUST(act(a, 0, PAGE_SIZE) == PAGE_SIZE);
	MUST(act(a, 0, PIPESIZE) == PIPESIZE);
	MUST(sleeps == 1);
	MUST(unread == PAGE_SIZE + PIPESIZE);
	MUST(act(a, 0, 1) == 1);
	MUST(sleeps == 3); /* here, and the reader once it had all */
	MUST(unread == 1);
}

/* A second page goes into the ring before the reader has run, and waits there. */
static void write_two_pages(struct actor *a)
{
	MUST(act(a, 0, PAGE_SIZE) == PAGE_SIZE);
	MUST(sleeps == 1);
	MUST(act(a, 0, PAGE_SIZE) == PAGE_SIZE);
	MUST(sleeps == 3);
	MUST(unread == 0);
}

static void test_asked(void **state)
{
	(void)state;
	pipe_init();
	actor_add(read_pages, false);
	actor_add(write_what_is_asked, true);
	actors_run(2);
	actor_add(read_pages, false);
	actor_add(write_two_pages, true);
	actors_run(2);
}

/* --- memory --------------------------------------------------------------------- */

static u64 take_all(struct page **all)
{
	u64 n = 0;

	while ((all[n] = frame_alloc(FRAME_anon, FRAME_NOWAIT)) != NULL)
		n++;
	return n;
}

/* No two adjacent frames are free.  The pipe has one, and touches no other. */
static void test_one_frame(void **state)
{
	static struct page *all[FRAMES];
	u64 n;

	(void)state;
	pipe_init();
	n = take_all(all);
	for (u64 i = 0; i < n; i++) {
		if (frame_pa(all[i]) / PAGE_SIZE % 2)
			memset(frame_va(all[i]), 0x5a, PAGE_SIZE);
		else
			frame_put(all[i]);
	}
	run_at_random(1, 500);
	for (u64 i = 0; i < n; i++) {
		const u8 *at = frame_va(all[i]);

		if (frame_pa(all[i]) / PAGE_SIZE % 2) {
			for (u64 k = 0; k < PAGE_SIZE; k++)
				assert_int_equal(at[k], 0x5a);
			frame_put(all[i]);
		}
	}
}

static void test_no_frame(void **state)
{
	static struct page *all[FRAMES];
	struct pipe *p[NFILE / 2 + 1];
	u64 n;

	(void)state;
	pipe_init();
	n = take_all(all);
	for (u32 i = 0; i <= NFILE; i++)
		assert_int_equal(pipe_alloc(&p[0]), -ENOMEM);
	while (n > 0)
		frame_put(all[--n]);
	for (u32 i = 0; i < NFILE / 2; i++)
		assert_int_equal(pipe_alloc(&p[i]), 0);
	assert_int_equal(pipe_alloc(&p[NFILE / 2]), -ENFILE);
	for (u32 i = 0; i < NFILE / 2; i++) {
		pipe_close(p[i], false);
		pipe_close(p[i], true);
	}
	assert_int_equal(frame_count(FRAME_pipe), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_random),
		TEST(test_asked),
		TEST(test_one_frame),
		TEST(test_no_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
