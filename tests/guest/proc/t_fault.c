/* t_fault.c - a program that does what it may not do to memory or to the machine is killed,
 * with status -1. */
#include "lib.h"

static const word no_access[] = {
	0x80000000,         0x80200000,         0x10000000, 0x0c000000, 0xffffffc000000000,
	0xffffffc080200000, 0xffffffff80200000, TRAMPOLINE, TRAPFRAME,  MAXVA,
	MAXVA + PAGE,       1ul << 39,          1ul << 62,  1ul << 63,  ~0ul,
	0x2000000000,       0xffffffbffffff000,
};

TEST(fault, load_from_memory_it_does_not_have)
{
	for (size_t i = 0; i < COUNT(no_access); i++)
		KILLS(load8(no_access[i]));
}

TEST(fault, store_to_memory_it_does_not_have)
{
	for (size_t i = 0; i < COUNT(no_access); i++)
		KILLS(store8(no_access[i], 1));
}

TEST(fault, jump_to_memory_it_does_not_have)
{
	for (size_t i = 0; i < COUNT(no_access); i++)
		KILLS(jump(no_access[i] & ~1ul));
}

TEST(fault, store_at_every_power_of_two_from_the_end)
{
	for (int bit = 38; bit < 64; bit++) {
		KILLS(store8(1ul << bit, 99));
		KILLS(store8((1ul << bit) - 1, 99));
	}
}

TEST(fault, load_of_kernel_memory)
{
	for (word p = 0x80000000; p < 0x80000000 + 2000000; p += 100000)
		KILLS(load8(p));
	for (word p = 0xffffffc080000000; p < 0xffffffc080000000 + 2000000; p += 200000)
		KILLS(load8(p));
}

TEST(fault, text_is_not_writable)
{
	KILLS(store8(0, 1));
	KILLS(store8((word)etext - 8, 1));
	KILLS(store8((word)test_fail, 1));
}

TEST(fault, constants_are_not_writable)
{
	static const char constant[] = "constant";

	KILLS(store8((word)constant, 'C'));
	EQ(load8((word)constant), 'c');
}

TEST(fault, data_cannot_run)
{
	static uint32_t code[2] = { 0x00008067, 0x00008067 }; /* ret */

	KILLS(jump((word)code));
}

TEST(fault, stack_cannot_run)
{
	volatile uint32_t code[2] = { 0x00008067, 0x00008067 };

	KILLS(jump((word)code));
}

TEST(fault, heap_cannot_run)
{
	uint32_t *code = (uint32_t *)((sbrk(3 * PAGE, EAGER) + PAGE - 1) & -PAGE);

	*code = 0x00008067;
	KILLS(jump((word)code));
	code = (uint32_t *)((sbrk(3 * PAGE, LAZY) + PAGE - 1) & -PAGE);
	*code = 0x00008067;
	KILLS(jump((word)code));
}

TEST(fault, guard_below_the_stack)
{
	word base = start_regs[2] & -PAGE;

	load8(base);
	KILLS(load8(base - 1));
	KILLS(store8(base - 1, 1));
	KILLS(load8(base - PAGE));
	KILLS(store8(base - PAGE, 1));
	KILLS(jump(base - PAGE));
}

static __attribute__((noinline)) int deeper(int n)
{
	volatile char frame[512];

	frame[0] = n;
	return n ? deeper(n - 1) + frame[0] : 0;
}

TEST(fault, stack_overflow)
{
	EQ(sbrk(0, EAGER) % PAGE, 0);
	KILLS(deeper(10));
}

TEST(fault, above_the_break)
{
	word brk = (sbrk(0, EAGER) + PAGE - 1) & -PAGE;

	KILLS(load8(brk));
	KILLS(store8(brk, 1));
	KILLS(load8(brk + PAGE));
	KILLS(load8(brk + (1ul << 30)));
}

TEST(fault, access_over_a_page_border)
{
	word brk = (sbrk(0, EAGER) + PAGE - 1) & -PAGE;

	/* the second half of the misaligned word is on an unmapped page */
	KILLS(__asm__ volatile("ld t0, 0(%0)" ::"r"(brk - 4) : "t0", "memory"));
	KILLS(__asm__ volatile("sd t0, 0(%0)" ::"r"(brk - 4) : "memory"));
}

TEST(fault, illegal_instruction)
{
	KILLS(__asm__ volatile(".word 0"));
	KILLS(__asm__ volatile(".word 0xffffffff"));
	KILLS(__asm__ volatile("unimp"));
	KILLS(__asm__ volatile("ebreak"));
}

TEST(fault, supervisor_instructions)
{
	KILLS(__asm__ volatile("csrr t0, sstatus" ::: "t0"));
	KILLS(__asm__ volatile("csrr t0, satp" ::: "t0"));
	KILLS(__asm__ volatile("csrw satp, zero"));
	KILLS(__asm__ volatile("csrw stvec, zero"));
	KILLS(__asm__ volatile("csrw sscratch, zero"));
	KILLS(__asm__ volatile("csrr t0, mstatus" ::: "t0"));
	KILLS(__asm__ volatile("csrr t0, 0x14d" ::: "t0")); /* stimecmp */
	KILLS(__asm__ volatile("sret"));
	KILLS(__asm__ volatile("mret"));
	KILLS(__asm__ volatile("sfence.vma"));
}

TEST(fault, misaligned_atomic)
{
	static word cell[2];

	KILLS(__asm__ volatile("lr.d t0, (%0)" ::"r"((word)cell + 1) : "t0", "memory"));
}

TEST(fault, parent_goes_on)
{
	static volatile int kept = 5;
	long pid[10];

	for (int i = 0; i < 10; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			kept = i;
			store8(~0ul - i * 0x100000, 1);
			exit(0);
		}
	}
	for (int i = 0; i < 10; i++)
		EQ(reap(pid[i]), KILLED);
	EQ(kept, 5);
}

TEST(fault, closes_what_was_open)
{
	int fd[2];
	long pid;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0)
		store8(MAXVA, 1);
	EQ(close(fd[1]), 0);
	EQ(read(fd[0], scratch, 1), 0); /* the writer is gone */
	EQ(reap(pid), KILLED);
}
