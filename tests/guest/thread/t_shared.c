/* t_shared.c - one address space, several processors: no thread uses a translation that
 * another one has taken back, and no page and no store is lost.
 *
 * The threads that look stay in user mode where that is possible, because a change of satp
 * would flush the TLB (t_stale.c). */
#include "mapping.h"
#include "thread.h"
#include "vm.h"

#define PAGES 8
#define OTHERS 3
#define MIB_ 0x100000ul
#define BYTE(i, k) (base + (i)*PAGE + (word)(k)) /* byte @k of page @i */

static volatile int ready, go, done, next;
static volatile word base;

/* What happens in a round.  The others touch the pages, so that their processors have
 * translations; the first thread makes its change; the others look. */
static struct game {
	int rounds;
	void (*touch)(int me, int round); /* @me: 1 .. OTHERS */
	void (*change)(int round);
	void (*look)(int me, int round);
	void (*after)(int round); /* by the first thread; or NULL */
} game;

static void other_main(word me)
{
	for (int round = 1; round <= game.rounds; round++) {
		game.touch((int)me, round);
		add(&ready);
		await(&go, round);
		game.look((int)me, round);
		add(&done);
		await(&next, round);
	}
}

static void play(struct game g)
{
	int tid[OTHERS];

	game = g;
	for (int i = 0; i < OTHERS; i++)
		tid[i] = thread(i, other_main, (word)i + 1);
	for (int round = 1; round <= g.rounds; round++) {
		await(&ready, round * OTHERS);
		g.change(round);
		put(&go, round);
		await(&done, round * OTHERS);
		if (g.after)
			g.after(round);
		put(&next, round);
	}
	for (int i = 0; i < OTHERS; i++)
		thread_join(tid[i]);
}

/* --- changes that the others must see -------------------------------------- */

static unsigned char value_of(int me, int round)
{
	return (unsigned char)(me * 50 + round % 50 + 1);
}

static void store_all(int me, int round)
{
	for (int i = 0; i < PAGES; i++)
		store8(BYTE(i, me), value_of(me, round));
	for (int i = 0; i < PAGES; i++)
		EQ(load8(BYTE(i, me)), value_of(me, round));
}

static void all_are_zero(int me, int round)
{
	(void)me;
	(void)round;
	for (int i = 0; i < PAGES; i++)
		for (int k = 1; k <= OTHERS; k++)
			EQ(load8(BYTE(i, k)), 0);
}

static void map_again(int round)
{
	(void)round;
	EQ(unmap(base, PAGES * PAGE), 0);
	EQ(map(base, PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	   base);
}

TEST(shared, unmapped_and_mapped_again)
{
	base = anon(PAGES, RW);
	play((struct game){ 40, store_all, map_again, all_are_zero, 0 });
}

static void map_over(int round)
{
	int flags = round % 2 ? MAP_PRIVATE : MAP_SHARED;

	EQ(map(base, PAGES * PAGE, RW, flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0), base);
}

TEST(shared, mapped_over)
{
	base = anon(PAGES, RW);
	play((struct game){ 40, store_all, map_over, all_are_zero, 0 });
}

static void discard(int round)
{
	(void)round;
	EQ(advise(base, PAGES * PAGE, MADV_DONTNEED), 0);
}

TEST(shared, discarded)
{
	base = anon(PAGES, RW);
	play((struct game){ 40, store_all, discard, all_are_zero, 0 });
}

static void give_back(int round)
{
	EQ(sbrk(-PAGES * (int)PAGE, EAGER), base + PAGES * PAGE);
	EQ(sbrk(PAGES * (int)PAGE, round % 2 ? LAZY : EAGER), base);
}

TEST(shared, given_back_to_the_break)
{
	base = pages_new(PAGES, EAGER);
	play((struct game){ 40, store_all, give_back, all_are_zero, 0 });
}

/* A part of a 2 MiB leaf. */
TEST(shared, discarded_from_a_large_leaf)
{
	base = (pages_new(1024, LAZY) + 2 * MIB_ - 1) & -2 * MIB_;
	store8(base + 100 * PAGE, 1);
	play((struct game){ 15, store_all, discard, all_are_zero, 0 });
}

static word moved;

static void move(int round)
{
	if (round > 1)
		EQ(unmap(moved, (PAGES + 1) * PAGE), 0);
	moved = (word)ecall_raw((long)base, PAGES * PAGE, (PAGES + 1) * PAGE,
				MREMAP_MAYMOVE, 0, 0, NR_MREMAP);
	CHECK(moved != ~0ul && moved != base);
	EQ(map(base, PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	   base);
}

static void all_have_moved(int me, int round)
{
	all_are_zero(me, round);
	for (int i = 0; i < PAGES; i++)
		for (int k = 1; k <= OTHERS; k++)
			EQ(load8(moved + i * PAGE + (word)k), value_of(k, round));
}

TEST(shared, moved_and_mapped_again)
{
	base = anon(PAGES + 1, RW); /* the last page stays in the way */
	play((struct game){ 40, store_all, move, all_have_moved, 0 });
}

/* Odd rounds take the right to write, even ones give it back. */
static void touch_as_allowed(int me, int round)
{
	if (round % 2)
		store_all(me, round);
	for (int i = 0; i < PAGES; i++)
		load8(BYTE(i, me));
}

static void protect_or_not(int round)
{
	EQ(protect(base, PAGES * PAGE, round % 2 ? PROT_READ : RW), 0);
}

static void written_as_allowed(int me, int round)
{
	for (int i = 0; i < PAGES; i++)
		EQ(fstat(0, (struct stat *)BYTE(i, 1024 * me)), round % 2 ? -1 : 0);
	if (round % 2 == 0)
		store_all(me, round);
}

TEST(shared, protected)
{
	base = anon(PAGES, RW);
	play((struct game){ 40, touch_as_allowed, protect_or_not, written_as_allowed, 0 });
}

static int child_go[2];
static long child;

static void fork_child(int round)
{
	char c;

	EQ(pipe(child_go), 0);
	child = must_fork();
	if (child)
		return;
	EQ(read(child_go[0], &c, 1), 1);
	for (int i = 0; i < PAGES; i++)
		for (int k = 1; k <= OTHERS; k++)
			EQ(load8(BYTE(i, k)), value_of(k, round));
	exit(0);
}

static void store_next(int me, int round)
{
	store_all(me, round + 1);
}

static void child_looks(int round)
{
	for (int i = 0; i < PAGES; i++)
		for (int k = 1; k <= OTHERS; k++)
			EQ(load8(BYTE(i, k)), value_of(k, round + 1));
	EQ(write(child_go[1], "g", 1), 1);
	EQ(reap(child), 0);
	EQ(close(child_go[0]), 0);
	EQ(close(child_go[1]), 0);
}

TEST(shared, child_does_not_see_later_stores)
{
	base = anon(PAGES, RW);
	play((struct game){ 25, store_all, fork_child, store_next, child_looks });
}

TEST(shared, child_does_not_see_later_stores_in_a_large_leaf)
{
	base = (pages_new(1024, LAZY) + 2 * MIB_ - 1) & -2 * MIB_;
	store8(base + 100 * PAGE, 1);
	play((struct game){ 15, store_all, fork_child, store_next, child_looks });
}

static void harvest_bits(int round)
{
	unsigned bits = 0;

	EQ(pgaccess((void *)base, PAGES, &bits), 0);
	if (round > 1)
		EQ(bits & 0xff, 1u << round % PAGES);
}

static void touch_one(int me, int round)
{
	(void)me;
	load8(BYTE(round % PAGES, 0));
}

static void do_nothing(int me, int round)
{
	(void)me;
	(void)round;
}

TEST(shared, touches_of_all_are_seen_again)
{
	unsigned bits;

	base = anon(PAGES, RW);
	for (int i = 0; i < PAGES; i++)
		store8(BYTE(i, 0), 1);
	EQ(pgaccess((void *)base, PAGES, &bits), 0);
	play((struct game){ 40, touch_one, harvest_bits, do_nothing, 0 });
}

/* --- accesses that must fail ----------------------------------------------- */

static void store_for_ever(word at)
{
	for (;;) {
		store8(at, 1);
		__atomic_fetch_add(&ready, 1, __ATOMIC_RELAXED);
	}
}

/* The process dies though only the thread that makes the change enters the kernel. */
#define KILLS_WRITER(...)                                                        \
	KILLS(thread(0, store_for_ever, p); while (get(&ready) < 1000) pause(0); \
	      __VA_ARGS__; sleep_for_ever(0))

TEST(shared, writer_dies_of_a_page_that_was_taken)
{
	word p = anon(PAGES, RW), heap = pages_new(PAGES, EAGER);

	for (int round = 0; round < 5; round++) {
		KILLS_WRITER(unmap(p, PAGE));
		KILLS_WRITER(protect(p, PAGE, PROT_READ));
		KILLS_WRITER(protect(p, PAGE, PROT_NONE));
		KILLS(thread(0, store_for_ever, heap); while (get(&ready) < 1000) pause(0);
		      sbrk(-PAGES * (int)PAGE, EAGER); sleep_for_ever(0));
	}
}

/* --- nothing is lost ------------------------------------------------------- */

#define MANY 1200 /* pages; some of them in a 2 MiB leaf */

static void store_own_byte(word me)
{
	add(&ready);
	await(&ready, OTHERS + 1);
	for (int i = 0; i < MANY; i++)
		store8(BYTE(i, me), (unsigned char)(me + 1));
}

static void all_store(word at)
{
	int tid[OTHERS];

	base = at;
	ready = 0;
	for (int i = 0; i < OTHERS; i++)
		tid[i] = thread(i, store_own_byte, (word)i + 1);
	store_own_byte(0);
	for (int i = 0; i < OTHERS; i++)
		thread_join(tid[i]);
	for (int i = 0; i < MANY; i++)
		for (word k = 0; k <= OTHERS; k++)
			EQ(load8(BYTE(i, k)), k + 1);
}

TEST(shared, first_touches_at_once)
{
	word p = anon(MANY, RW), pid;

	all_store(p);
	EQ(unmap(p, MANY * PAGE), 0);
	p = pages_new(MANY, LAZY);
	all_store(p);
	memset((void *)p, 0, MANY * PAGE);
	pid = (word)must_fork();
	all_store(p); /* parent and child break copy-on-write */
	if (pid == 0)
		exit(0);
	EQ(reap((long)pid), 0);
}

static void grow(word me)
{
	for (int i = 0; i < 60; i++) {
		word mine = (word)sbrk(PAGE, i % 2 ? EAGER : LAZY), mapped = anon(1, RW);

		CHECK(mine != ~0ul);
		store8(mine, (unsigned char)me);
		store8(mapped, (unsigned char)(me + 100));
		if (i % 8 == 0)
			pause(0);
		EQ(load8(mine), me);
		EQ(load8(mapped), me + 100);
		if (i % 3)
			EQ(unmap(mapped, PAGE), 0);
	}
}

TEST(shared, all_grow_the_space)
{
	int tid[OTHERS];
	word was = (word)sbrk(0, EAGER);

	for (int i = 0; i < OTHERS; i++)
		tid[i] = thread(i, grow, (word)i + 1);
	grow(0);
	for (int i = 0; i < OTHERS; i++)
		thread_join(tid[i]);
	EQ(sbrk(0, EAGER), was + 4 * 60 * PAGE);
}

/* The kernel copies to a page that other threads map, unmap and protect; the frames that
 * become free get other contents at once. */
static void copy_there(word at)
{
	int fd = (int)open("m", O_RDONLY);

	while (!get(&go)) {
		lseek(fd, 0, 0);
		read(fd, (void *)at, PAGE);
		fstat(0, (struct stat *)(at + 1000));
	}
	EQ(close(fd), 0);
}

TEST(shared, copies_to_pages_that_come_and_go)
{
	word p = anon(3, RW) + PAGE, other; /* two pages do not fit into the hole of one */
	int tid[OTHERS];

	EQ(close(make_pattern(PAGE, 3)), 0);
	for (int i = 0; i < OTHERS; i++)
		tid[i] = thread(i, copy_there, p);
	for (int round = 0; round < 150; round++) {
		if (round % 3 == 0)
			EQ(protect(p, PAGE, PROT_READ), 0);
		if (round % 4 == 0)
			EQ(protect(p, PAGE, PROT_NONE), 0);
		EQ(unmap(p, PAGE), 0);
		other = anon(2, RW);
		pattern_fill((unsigned char *)other, 2 * PAGE, 5);
		for (int i = 0; i < 10; i++)
			EQ(pattern_wrong((unsigned char *)other, 2 * PAGE, 5), -1);
		EQ(unmap(other, 2 * PAGE), 0);
		EQ(map(p, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), p);
	}
	put(&go, 1);
	for (int i = 0; i < OTHERS; i++)
		thread_join(tid[i]);
	EQ(unlink("m"), 0);
}

/* --- when memory runs short ------------------------------------------------ */

#define BLOCKS 16
#define BLOCK_PAGES 512

/* Stores to every eighth page, each thread to other ones, slowly. */
static void store_sparsely(word me)
{
	for (word i = 2 * me; i < BLOCKS * BLOCK_PAGES; i += 8) {
		store8(BYTE(i, 0), 7);
		for (volatile int k = 0; k < 200; k++)
			;
	}
	add(&done);
}

/* A lack of memory takes the pages of zeros out of large leaves (docs/design.md section 4).
 * A page that gets its first byte at that moment must stay. */
SLOW_TEST(shared, no_store_is_lost_when_memory_runs_out)
{
	word from = pages_new((BLOCKS + 1) * BLOCK_PAGES, LAZY);
	long want = (long)free_memory();
	int tid[OTHERS];

	base = (from + 2 * MIB_ - 1) & -2 * MIB_;
	for (int i = 0; i < BLOCKS; i++)
		store8(BYTE(i * BLOCK_PAGES, 1), 1);
	want -= BLOCKS * 2 * (long)MIB_ - 8 * (long)MIB_;
	for (int i = 0; i < OTHERS; i++)
		tid[i] = thread(i, store_sparsely, (word)i + 1);
	while (get(&done) < OTHERS)
		if (want < 0x7fffffff && sbrk((int)want, EAGER) != -1)
			CHECK(sbrk(-(int)want, EAGER) != -1);
		else
			pause(0);
	for (int i = 0; i < OTHERS; i++)
		thread_join(tid[i]);
	for (word me = 1; me <= OTHERS; me++)
		for (word i = 2 * me; i < BLOCKS * BLOCK_PAGES; i += 8)
			EQ(load8(BYTE(i, 0)), 7);
}
