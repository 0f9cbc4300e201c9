/* t_stale.c - no processor may use a translation after the kernel has taken it back: after
 * unmapping, protecting, discarding, fork and harvests, here and on other processors.
 *
 * QEMU flushes its TLB at each change of satp.  So stale translations can only show in a
 * program that keeps running, or on an idle processor that resumes the same program.
 * tests/host/mm/test_asid.c covers the rest. */
#include "mapping.h"
#include "vm.h"

#define PAGES 8

static word remap(word at, long pages, int prot)
{
	return map(at, pages * (long)PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		   -1, 0);
}

/* Returns whether the kernel writes there; it uses the same translations. */
static int kernel_writes(word at)
{
	return fstat(0, (struct stat *)at) == 0;
}

/* --- on one processor ------------------------------------------------------ */

TEST(stale, unmapped_and_mapped_again)
{
	word p = anon(PAGES, RW);

	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < PAGES; i++)
			store8(p + i * PAGE, 1 + i);
		EQ(unmap(p, PAGES * PAGE), 0);
		EQ(remap(p, PAGES, RW), p);
		for (int i = PAGES - 1; i >= 0; i--)
			EQ(load8(p + i * PAGE), 0);
	}
	KILLS(unmap(p, PAGE); load8(p));
	KILLS(load8(p); unmap(p, PAGE); load8(p));
}

TEST(stale, moved_and_mapped_again)
{
	word p = anon(PAGES + 1, RW), q; /* the last page stays in the way */

	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < PAGES; i++)
			store8(p + i * PAGE, 1 + i);
		q = (word)ecall_raw((long)p, PAGES * PAGE, (PAGES + 1) * PAGE,
				    MREMAP_MAYMOVE, 0, 0, NR_MREMAP);
		CHECK(q != ~0ul && q != p);
		EQ(remap(p, PAGES, RW), p);
		for (int i = PAGES - 1; i >= 0; i--) {
			EQ(load8(p + i * PAGE), 0);
			EQ(load8(q + i * PAGE), 1 + i);
		}
		EQ(unmap(q, (PAGES + 1) * PAGE), 0);
	}
}

TEST(stale, discarded)
{
	word p = anon(PAGES, RW);

	for (int round = 0; round < 50; round++) {
		store8(p + PAGE, 7);
		EQ(advise(p, PAGES * PAGE, MADV_DONTNEED), 0);
		EQ(load8(p + PAGE), 0);
	}
}

TEST(stale, given_back_to_the_break)
{
	word p = pages_new(PAGES, EAGER);

	for (int i = 0; i < PAGES; i++)
		store8(p + i * PAGE, 1);
	KILLS(store8(p + PAGE, 2); sbrk(-(PAGES - 1) * (int)PAGE, EAGER); load8(p + PAGE));
	EQ(sbrk(-PAGES * (int)PAGE, EAGER), p + PAGES * PAGE);
	EQ(sbrk(PAGES * (int)PAGE, LAZY), p);
	for (int i = 0; i < PAGES; i++)
		EQ(load8(p + i * PAGE), 0);
}

TEST(stale, protected)
{
	word p = anon(PAGES, RW);

	store8(p, 1);
	KILLS(store8(p, 2); protect(p, PAGE, PROT_READ); store8(p, 3));
	KILLS(store8(p, 2); protect(p, PAGE, PROT_NONE); load8(p));
	for (int round = 0; round < 50; round++) {
		store8(p, 4);
		EQ(protect(p, PAGE, PROT_READ), 0);
		EQ(load8(p), 4);
		EQ(kernel_writes(p), 0);
		EQ(protect(p, PAGE, RW), 0);
	}
}

/* The parent has just written the page, so its TLB may hold a writable translation. */
static void parent_writes_after_fork(word at)
{
	int go[2];
	long pid;
	char c;

	EQ(pipe(go), 0);
	store8(at, 1);
	pid = must_fork();
	if (pid == 0) {
		EQ(read(go[0], &c, 1), 1);
		EQ(load8(at), 1);
		exit(0);
	}
	store8(at, 2);
	EQ(write(go[1], "g", 1), 1);
	EQ(reap((int)pid), 0);
	EQ(load8(at), 2);
	close(go[0]);
	close(go[1]);
}

TEST(stale, shared_by_fork)
{
	word p = anon(PAGES, RW), large = pages_new(1024, LAZY);

	for (int round = 0; round < 10; round++) {
		parent_writes_after_fork(p);
		parent_writes_after_fork(large + 600 * PAGE);
	}
}

TEST(stale, own_access_bits)
{
	word p = anon(PAGES, RW);
	unsigned mask;

	for (int i = 0; i < PAGES; i++)
		store8(p + i * PAGE, 1);
	EQ(pgaccess((void *)p, PAGES, &mask), 0);
	for (int round = 0; round < 50; round++) {
		load8(p + round % PAGES * PAGE);
		mask = 0;
		EQ(pgaccess((void *)p, PAGES, &mask), 0);
		EQ(mask & 0xff, 1 << round % PAGES);
	}
}

/* --- on two processors ----------------------------------------------------- */

/* Returns whether @pid has touched the page at @at since the last harvest. */
static int touched(int pid, word at)
{
	static union {
		struct snap_header header;
		char bytes[SNAP_PIECE];
	} piece;
	struct snap_run *run = (struct snap_run *)(piece.bytes + sizeof(piece.header));

	CHECK(harvest(pid, at, &piece, sizeof(piece)) > 0);
	EQ(run->va, at);
	return run->flags & SNAP_RUN_TOUCHED;
}

static void wait_ns(long ns)
{
	for (long end = clock() + ns; clock() < end;)
		;
}

TEST(stale, access_bits_of_another)
{
	word p = anon(1, RW);
	volatile word *n = (word *)map(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long pid = must_fork();

	while (pid == 0 && ++*n)
		store8(p, 1);
	EVENTUALLY(*n > 0, 50);
	for (int round = 0; round < 50; round++) {
		word before;

		touched((int)pid, p);
		before = *n;
		for (int i = 0; *n < before + 2; i++)
			if (i % 1000 == 999)
				pause(0); /* they may share one processor */
		CHECK(touched((int)pid, p));
	}
	kill((int)pid);
	reap((int)pid);
}

/* The process at the other end of two pipes. */
static struct partner {
	int go[2], done[2];
	long pid;
} other;

static void work_of_partner(word p);

static void partner_start(word p)
{
	EQ(pipe(other.go), 0);
	EQ(pipe(other.done), 0);
	other.pid = must_fork();
	if (other.pid == 0) {
		work_of_partner(p);
		exit(0);
	}
}

/* Gives the partner a command and waits until it is done.  The partner runs on this
 * processor if this process sleeps at once; an idle processor takes it over if this one
 * stays busy. */
static void partner_do(char what, int stay_busy)
{
	char c;

	EQ(write(other.go[1], &what, 1), 1);
	if (stay_busy)
		wait_ns(3000000);
	EQ(read(other.done[0], &c, 1), 1);
	EQ(c, what);
}

static void partner_end(void)
{
	EQ(write(other.go[1], "q", 1), 1);
	EQ(reap((int)other.pid), 0);
}

/* Commands: "t" reads all pages, which hold `value`; "r" maps them anew; "p" makes them
 * read-only; "d" makes them writable; "f" shares them with a child; "w" writes them. */
static void work_of_partner(word p)
{
	unsigned char value = 0;
	long child = 0;
	char what;

	while (read(other.go[0], &what, 1) == 1 && what != 'q') {
		if (what == 'r') {
			EQ(unmap(p, PAGES * PAGE), 0);
			EQ(remap(p, PAGES, RW), p);
			for (int i = 0; i < PAGES; i++)
				EQ(load8(p + i * PAGE), 0);
		}
		if (what == 'f') {
			if (child)
				EQ(kill((int)child), 0);
			if (child)
				reap((int)child);
			child = must_fork();
			while (child == 0)
				pause(1000);
		}
		if (what == 'r' || what == 'w') {
			value++;
			for (int i = 0; i < PAGES; i++)
				store8(p + i * PAGE, value + i);
		}
		for (int i = 0; i < PAGES; i++)
			EQ(load8(p + i * PAGE), (unsigned char)(value ? value + i : 0));
		if (what == 'p' || what == 'd')
			EQ(protect(p, PAGES * PAGE, what == 'p' ? PROT_READ : RW), 0);
		if (what == 'p' || what == 'd')
			EQ(kernel_writes(p + 3 * PAGE + 8), what == 'd');
		EQ(write(other.done[1], &what, 1), 1);
	}
	if (child)
		kill((int)child);
}

/* The partner touches its pages on one processor, which then idles with them in its
 * TLB.  The partner changes them on another processor and returns to the first. */
TEST(stale, idle_processor_that_read_the_pages)
{
	partner_start(anon(PAGES, RW));
	partner_do('r', 0);
	for (int round = 0; round < 40; round++) {
		partner_do('t', 1);
		partner_do('r', 0);
		partner_do('t', 1);
	}
	partner_end();
}

TEST(stale, idle_processor_that_wrote_the_pages)
{
	partner_start(anon(PAGES, RW));
	partner_do('r', 0);
	for (int round = 0; round < 20; round++) {
		partner_do('d', 1);
		partner_do('p', 0);
		/* A write that is refused must be refused on every processor. */
		partner_do('p', 1);
		partner_do('d', 0);
	}
	partner_end();
}

TEST(stale, idle_processor_that_read_shared_pages)
{
	partner_start(anon(PAGES, RW));
	partner_do('r', 0);
	for (int round = 0; round < 20; round++) {
		partner_do('f', 0);
		partner_do('t', 1);
		partner_do('w', 0);
		partner_do('t', 1);
	}
	partner_end();
}

/* --- all of it, everywhere ---------------------------------------------------- */

#define WORKERS 4
#define ROUNDS 1500

static struct worker {
	word base;
	unsigned char value[PAGES];
	int writable[PAGES];
	int from, to; /* pipes to the neighbours */
	uint32_t seed;
} me;

static void check_all(void)
{
	for (int i = 0; i < PAGES; i++)
		EQ(load8(me.base + i * PAGE + 100), me.value[i]);
}

static void set(int i, unsigned char value)
{
	if (!me.writable[i])
		return;
	store8(me.base + i * PAGE + 100, value);
	me.value[i] = value;
}

static void renew(int i, int discard)
{
	word at = me.base + i * PAGE;

	if (discard) {
		EQ(advise(at, PAGE, MADV_DONTNEED), 0);
	} else {
		EQ(unmap(at, PAGE), 0);
		EQ(remap(at, 1, RW), at);
		me.writable[i] = 1;
	}
	me.value[i] = 0;
}

static void set_protection(int i, int writable)
{
	word at = me.base + i * PAGE;

	EQ(protect(at, PAGE, writable ? RW : PROT_READ), 0);
	me.writable[i] = writable;
	EQ(kernel_writes(at), writable);
}

/* The child sees the memory as of the fork, whatever the parent does meanwhile. */
static void fork_and_change(int i)
{
	long pid = must_fork();

	if (pid == 0) {
		check_all();
		set(i, 99);
		check_all();
		exit(0);
	}
	for (int k = 0; k < PAGES; k++)
		set(k, me.value[k] + 1);
	EQ(reap((int)pid), 0);
}

static void pass_turn(void)
{
	char c = 't';

	EQ(write(me.to, &c, 1), 1);
	if (next_random(&me.seed) % 2)
		wait_ns(1000000); /* so that an idle processor takes the neighbour */
	EQ(read(me.from, &c, 1), 1);
}

static void work(void)
{
	me.base = anon(PAGES, RW);
	for (int i = 0; i < PAGES; i++)
		me.writable[i] = 1;
	for (int round = 0; round < ROUNDS; round++) {
		int i = (int)(next_random(&me.seed) % PAGES);

		switch (next_random(&me.seed) % 16) {
		case 0 ... 4:
			set(i, (unsigned char)next_random(&me.seed));
			break;
		case 5 ... 6:
			renew(i, 0);
			break;
		case 7:
			renew(i, 1);
			break;
		case 8 ... 10:
			set_protection(i, !me.writable[i]);
			break;
		case 11:
			fork_and_change(i);
			break;
		default:
			pass_turn();
		}
		check_all();
	}
}

/* A ring of pipes.  Each pipe starts with one turn, so that nobody waits long.  A worker
 * that ends leaves enough turns for its neighbour. */
TEST(stale, everything_everywhere)
{
	int ring[WORKERS][2];
	long pid[WORKERS];
	char turns[64];

	memset(turns, 't', sizeof(turns));
	for (int i = 0; i < WORKERS; i++) {
		EQ(pipe(ring[i]), 0);
		EQ(write(ring[i][1], turns, 1 + i % 2), 1 + i % 2);
	}
	for (int i = 0; i < WORKERS; i++) {
		pid[i] = must_fork();
		if (pid[i])
			continue;
		me.from = ring[i][0];
		me.to = ring[(i + 1) % WORKERS][1];
		me.seed = (uint32_t)(i * 7919 + 1);
		work();
		for (int k = 0; k < ROUNDS / (int)sizeof(turns) + 1; k++)
			EQ(write(me.to, turns, 4), 4);
		exit(0);
	}
	for (int i = 0; i < WORKERS; i++)
		EQ(reap((int)pid[i]), 0);
}
