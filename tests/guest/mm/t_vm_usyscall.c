/* t_vm_usyscall.c - the page at USYSCALL: what a program knows of itself without a call. */
#include "../../user/include/usyscall.h"
#include "mapping.h"
#include "vm.h"

#define ME ((const volatile struct usyscall *)USYSCALL)

static void exit_with_who(void)
{
	exit(ME->pid == getpid() && ME->version == USYSCALL_VERSION ? ME->ppid : -2);
}

TEST(usyscall, pid_and_parent)
{
	EQ(ME->pid, getpid());
	EQ(*(volatile int *)USYSCALL, getpid()); /* the only field that the labs know */
	EQ(ME->version, USYSCALL_VERSION);
	CHECK(ME->ppid > 0 && ME->ppid < ME->pid);
	CHILD(getpid(), exit_with_who());
}

TEST(usyscall, right_after_fork)
{
	int me = getpid();

	for (int i = 0; i < 64; i++) {
		long pid = must_fork();

		if (pid == 0)
			exit_with_who();
		EQ(ME->pid, me);
		EQ(reap(pid), me);
	}
}

TEST(usyscall, many_at_once)
{
	long pid[40];

	for (size_t i = 0; i < COUNT(pid); i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			for (int n = 0; n < 200; n++)
				if (ME->pid != getpid())
					exit(-3);
			exit_with_who();
		}
	}
	for (size_t i = 0; i < COUNT(pid); i++)
		EQ(reap(pid[i]), getpid());
}

ROLE(usyscall_who)
{
	/* argv holds the numbers that the old image saw */
	CHECK(argc == 4);
	EQ(ME->pid, number(argv[2]));
	EQ(ME->ppid, number(argv[3]));
	EQ(ME->pid, getpid());
	return 42;
}

TEST(usyscall, after_exec)
{
	char pid[16], ppid[16];
	char *argv[] = { "abitest", "@usyscall_who", pid, ppid, 0 };

	CHILD(42, {
		format(pid, sizeof(pid), "%d", ME->pid);
		format(ppid, sizeof(ppid), "%d", ME->ppid);
		exec(test_self, argv);
		exit(98);
	});
}

TEST(usyscall, after_an_exec_that_failed)
{
	int pid = ME->pid, ppid = ME->ppid;

	REFUSED(exec("/nosuch", (char *[]){ "x", 0 }));
	REFUSED(exec("/README", (char *[]){ "x", 0 }));
	EQ(ME->pid, pid);
	EQ(ME->ppid, ppid);
}

/* A grandchild: waits until its parent is another process, and reports whether that is
 * process 1. */
static void orphan(int to)
{
	int parent = ME->ppid;

	EQ(write(to, "s", 1), 1);
	EVENTUALLY(ME->ppid != parent, 100);
	EQ(write(to, ME->ppid == 1 ? "1" : "x", 1), 1);
	exit(0);
}

TEST(usyscall, parent_dies)
{
	int fd[2];
	char said[2];

	for (int i = 0; i < 5; i++) {
		EQ(pipe(fd), 0);
		CHILD(7, {
			if (must_fork() == 0)
				orphan(fd[1]);
			EQ(read(fd[0], said, 1), 1); /* it has seen its first parent */
			exit(7);
		});
		EQ(close(fd[1]), 0);
		EQ(read(fd[0], said, 1), 1);
		EQ(said[0], '1');
		EQ(read(fd[0], said, 1), 0);
		EQ(close(fd[0]), 0);
	}
}

/* The parents die while their children exit or exec. */
TEST(usyscall, parents_and_children_die_together)
{
	for (int i = 0; i < 10; i++)
		CHILD(0, {
			for (int n = 0; n < 4; n++)
				if (must_fork() == 0) {
					if (n % 2)
						exec(test_self,
						     (char *[]){ "a", "@none", 0 });
					exit(0);
				}
		});
}

/* --- the page is read-only ---------------------------------------------------------- */

TEST(usyscall, a_store_kills)
{
	int pid = getpid();

	for (word offset = 0; offset < PAGE; offset += 512)
		KILLS(store8(USYSCALL + offset, 1));
	KILLS(store8(USYSCALL + PAGE - 1, 1));
	KILLS(__asm__ volatile("amoadd.w zero, zero, (%0)" ::"r"(USYSCALL) : "memory"));
	KILLS(__asm__ volatile("sd zero, 0(%0)" ::"r"(USYSCALL - 4) : "memory"));
	KILLS(jump(USYSCALL));
	EQ(ME->pid, pid);
}

TEST(usyscall, a_child_cannot_change_its_parents_page)
{
	int pid = getpid(), ppid = ME->ppid;

	KILLS(store8(USYSCALL, 9));
	CHILD(0, EQ(ME->pid != pid, 1));
	EQ(ME->pid, pid);
	EQ(ME->ppid, ppid);
}

TEST(usyscall, nothing_else_is_on_the_page)
{
	for (word p = USYSCALL + sizeof(struct usyscall); p < USYSCALL + PAGE; p++)
		EQ(load8(p), 0);
	EQ(ME->pad, 0);
}

TEST(usyscall, rights_of_the_entry)
{
	EQ(pgpte((void *)USYSCALL) & 0x1f, PTE_V | PTE_R | PTE_U);
	EQ(pgpte((void *)TRAPFRAME) & 0x1f, PTE_V | PTE_R | PTE_W);
	EQ(pgpte((void *)TRAMPOLINE) & 0x1f, PTE_V | PTE_R | PTE_X);
}

TEST(usyscall, is_no_buffer)
{
	int fd[2];
	long file = open("/README", O_RDONLY);

	EQ(pipe(fd), 0);
	REFUSED(write(file, (void *)USYSCALL, 4));
	CHECK(write(fd[1], (void *)USYSCALL, 4) <= 0);
	CHECK(write(1, (void *)USYSCALL, 4) <= 0);
	REFUSED(read(file, (void *)USYSCALL, 4));
	EQ(write(fd[1], "abcd", 4), 4);
	CHECK(read(fd[0], (void *)USYSCALL, 4) <= 0);
	REFUSED(open((char *)USYSCALL, O_RDONLY));
	REFUSED(open((char *)USYSCALL + 8, O_RDONLY));
	REFUSED(pgaccess(0, 8, (void *)(USYSCALL + 64)));
	REFUSED(pipe((int *)(USYSCALL - 4)));
	EQ(close(file), 0);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

/* --- time without a call ------------------------------------------------------------ */

static long page_ns(void)
{
	word ticks = time_counter() - ME->boot_time;

	return ticks / ME->timebase_hz * 1000000000 +
	       ticks % ME->timebase_hz * 1000000000 / ME->timebase_hz;
}

TEST(usyscall, clock_agrees_with_the_kernels)
{
	long slack = 1000000000 / (long)ME->timebase_hz + 1, last = 0;

	CHECK(ME->timebase_hz >= 1000000 && ME->timebase_hz <= 10000000000);
	CHECK(ME->boot_time > 0 && ME->boot_time < time_counter());
	for (int i = 0; i < 200; i++) {
		long before = clock(), mine = page_ns(), after = clock();

		CHECK(before - slack <= mine && mine <= after + slack);
		CHECK(mine >= last);
		last = mine;
	}
}

TEST(usyscall, ticks_agree_with_the_kernels)
{
	for (int i = 0; i < 200; i++) {
		long before = uptime();
		long mine = (time_counter() - ME->boot_time) / (ME->timebase_hz / TICK_HZ);
		long after = uptime();

		CHECK(before <= mine && mine <= after);
	}
}

/* The functions of our library that read the page. */
TEST(usyscall, functions_of_the_library)
{
	long ns = clock(), ticks = uptime(), later;

	EQ(ugetpid(), getpid());
	EQ(ugetppid(), ME->ppid);
	CHILD(getpid(), exit(ugetpid() == getpid() ? ugetppid() : -1));
	later = uclock_ns();
	CHECK(later >= ns && later <= clock() + 1000);
	later = uuptime();
	CHECK(later >= ticks && later <= uptime());
}

TEST(usyscall, time_fields_are_the_same_for_all)
{
	word boot = ME->boot_time, hz = ME->timebase_hz;

	CHILD(0, {
		CHECK(ME->boot_time == boot);
		CHECK(ME->timebase_hz == hz);
	});
}

/* --- and when the heap takes its place ---------------------------------------------- */

static void grow_up_to(word end)
{
	for (word brk = sbrk(0, EAGER); brk < end; brk = sbrk(0, EAGER))
		CHECK(sbrk(end - brk > 1 << 30 ? 1 << 30 : (int)(end - brk), LAZY) != -1);
}

TEST(usyscall, heap_over_it)
{
	int me = getpid();

	grow_up_to(TRAPFRAME);
	EQ(ME->pid, 0);
	store8(USYSCALL, 1);
	CHILD(0, EQ(load8(USYSCALL), 1));
	/* after exec a program has the page again */
	CHILD(42, {
		char pid[16], ppid[16];
		char *argv[] = { "abitest", "@usyscall_who", pid, ppid, 0 };

		format(pid, sizeof(pid), "%ld", getpid());
		format(ppid, sizeof(ppid), "%d", me);
		exec(test_self, argv);
	});
}

/* There are frames for the heap, but not for its page table as well.  The kernel finds
 * out when half of the heap is in place. */
static void grow_over_it_with_little_memory(void)
{
	const word pages = 600;
	word free = free_memory() / PAGE, hog = free - free / 512 - (pages - 60), end;

	end = (word)sbrk((int)(hog * PAGE), EAGER) / PAGE * PAGE + hog * PAGE;
	grow_up_to(TRAPFRAME - pages * PAGE);
	CHECK(free_memory() / PAGE < pages);
	while (sbrk((int)(pages * PAGE), EAGER) == -1) {
		EQ(sbrk(0, EAGER), TRAPFRAME - pages * PAGE);
		EQ(ME->pid, getpid());
		end -= PAGE;
		EQ(advise(end, PAGE, MADV_DONTNEED), 0);
	}
	EQ(ME->pid, 0);
	store8(TRAPFRAME - 1, 1);
}

TEST(usyscall, stays_where_the_heap_does_not_reach_it)
{
	heap_eager();
	CHILD(0, grow_over_it_with_little_memory());
}
