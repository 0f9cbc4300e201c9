/* memory.c - rows of the heap and of mapped memory. */
#include "bench.h"

#define HEAP_BYTES (16 << 20)
#define HEAP_PAGES (HEAP_BYTES / PAGE)
#define COW_PAGES 256

static void heap_page(void)
{
	char *at = sbrk(PAGE);

	if (at == (char *)-1)
		not_there();
	*at = 1;
	sbrk(-PAGE);
}

/* Once; @grow: measures growing and touching, else shrinking. */
static void heap_cycle(int grow)
{
	char *at;

	if (grow)
		meter_begin();
	at = sbrk(HEAP_BYTES);
	if (at == (char *)-1)
		not_there();
	touch(at, HEAP_PAGES);
	if (grow)
		meter_end(HEAP_PAGES);
	else
		meter_begin();
	sbrk(-HEAP_BYTES);
	if (!grow)
		meter_end(HEAP_PAGES);
}

static void heap_large(int grow)
{
	for (int n; (n = meter_next(grow ? 1 : 8)) != 0;)
		while (n--)
			heap_cycle(grow);
}

static void heap_touch(void)
{
	while (meter_next(1)) {
		char *at = heap_lazy(HEAP_BYTES);

		if (at == (char *)-1)
			not_there();
		meter_begin();
		touch(at, HEAP_PAGES);
		meter_end(HEAP_PAGES);
		sbrk(-HEAP_BYTES);
	}
}

/* The child measures, and says through a pipe what it took. */
static void cow_break(void)
{
	char *at = sbrk(COW_PAGES * PAGE);
	int fd[2];

	if (at == (char *)-1 || pipe(fd) < 0)
		not_there();
	touch(at, COW_PAGES);
	while (meter_next(1)) {
		if (fork() == 0) {
			meter_begin();
			touch(at, COW_PAGES);
			meter_end(COW_PAGES);
			write(fd[1], &meter_time, sizeof(meter_time));
			exit(0);
		}
		read(fd[0], &meter_time, sizeof(meter_time));
		meter_ops = COW_PAGES;
		wait(0);
	}
}

/* The fourth page from the top of the addresses of a program, where the lab on page tables
 * has it. */
#define USYSCALL_PAGE ((const volatile int *)0x3fffffd000)

static void pid_look(void)
{
	if (getpid() != *USYSCALL_PAGE)
		not_there();
	METER_LOOP(200000, (void)*USYSCALL_PAGE);
}

static void map_cycle(void)
{
	char *at = map_page(3);

	if ((long)at < 0 && (long)at > -PAGE)
		not_there();
	unmap_page(at);
	METER_LOOP(400, {
		at = map_page(3);
		*at = 1;
		unmap_page(at);
	});
}

void row_memory(enum bench_row row)
{
	if (row == ROW_sbrk1)
		METER_LOOP(400, heap_page());
	if (row == ROW_sbrk16m || row == ROW_shrink16m)
		heap_large(row == ROW_sbrk16m);
	if (row == ROW_lazy)
		heap_touch();
	if (row == ROW_cow)
		cow_break();
	if (row == ROW_ugetpid)
		pid_look();
	if (row == ROW_mmap)
		map_cycle();
}

/* --- among many areas ----------------------------------------------------------------- */

#define AREAS_MAX 1000
#define MEASURED 400

/* Areas with other rights than their neighbours, so that they stay areas of their own. */
static void areas_make(int count)
{
	for (int i = 0; i < count; i++) {
		char *at = map_page(i % 2 ? 1 : 3);

		if ((long)at < 0 && (long)at > -PAGE)
			not_there();
		if (i % 2 == 0)
			*at = 1;
	}
}

/* @what: 0 measures map, 1 the first touch, 2 unmap. */
static void area_cycle(int what)
{
	for (int n; (n = meter_next(MEASURED)) != 0;) {
		for (int i = 0; i < n; i++) {
			char *at;

			if (what == 0)
				meter_begin();
			at = map_page(3);
			if (what == 0)
				meter_end(1);
			if (what == 1)
				meter_begin();
			*(volatile char *)at = 1;
			if (what == 1)
				meter_end(1);
			if (what == 2)
				meter_begin();
			unmap_page(at);
			if (what == 2)
				meter_end(1);
		}
	}
}

static void area_fork(void)
{
	int pid = fork();

	if (pid == 0)
		exit(0);
	wait(0);
}

void row_area(enum bench_row row)
{
	static const int counts[] = { 10, 100, AREAS_MAX };

	areas_make(counts[(row - ROW_map10) % 3]);
	if (row >= ROW_fork10)
		METER_LOOP(10, area_fork())
	else
		area_cycle(row >= ROW_fault10 ? 1 : row >= ROW_unmap10 ? 2 : 0);
}
