/* syscall.c - the table, and the one place where -errno becomes xv6's -1. */

#include "proc/syscall.h"

#include "arch/riscv/cpu.h"
#include "core/report/klog.h"
#include "lib/types.h"
#include "mm/phys/kmap.h"
#include "proc/proc.h"
#include "uapi/errno.h"

#define SYS_MAX 128

enum {
#define X(number, call, nargs) NR_##call = number,
	SYSCALLS(X)
#undef X
};

struct syscall {
	s64 (*fn)(const u64 arg[6]);
	const char *name;
};

static const struct syscall table[SYS_MAX] = {
#define X(number, call, nargs) [number] = { sys_##call, #call },
	SYSCALLS(X)
#undef X
};

/* The call that a number of the labs means, and the other way round; 0: none. */
static const u8 of_lab_number[LAB_NUMBER_LAST + 1] = {
#define X(number, call) [number] = NR_##call,
	LAB_NUMBERS(X)
#undef X
};
static const u8 lab_number_of[SYS_MAX] = {
#define X(number, call) [NR_##call] = number,
	LAB_NUMBERS(X)
#undef X
};

const char *syscall_name(u32 number)
{
	return number < SYS_MAX ? table[number].name : NULL;
}

u32 syscall_bit(u32 number)
{
	return number < SYS_MAX && lab_number_of[number] ? lab_number_of[number] : number;
}

/* The call that the program means by @number. */
static u32 syscall_resolve(u32 number)
{
	if (number < LAB_NUMBER_FIRST || number > LAB_NUMBER_LAST || !of_lab_number[number])
		return number;
	return of_lab_number[number];
}

static s64 syscall_call(struct proc *p, u32 number)
{
	if (number >= SYS_MAX || !table[number].fn) {
		printk_limited("unknown sys call", "%d %s: unknown sys call %d\n", p->pid,
			       p->thread.name, (int)number);
		return -ENOSYS;
	}
	return table[number].fn(&p->tf->a0);
}

/* With CHECK=1, fills the unused kernel stack with the low byte of the caller's t6.  A test
 * sets t6 and looks for that byte in all that comes back: if it is there, the call has
 * given away a byte of stack that it never wrote. */
static __attribute__((noinline)) void syscall_mark_stack(const struct proc *p)
{
#ifdef PAGODA_CHECK
	u8 *at = (u8 *)(p->thread.stack_top - KSTACK_PAGES * PAGE_SIZE);
	const u8 *end = (const u8 *)cpu_sp();

	while (at < end)
		*(volatile u8 *)at++ = (u8)p->tf->t6;
#else
	(void)p;
#endif
}

bool syscall_is_native(void)
{
	return ((u32)proc_current()->tf->a7 & ~(SYS_NATIVE - 1u)) == SYS_NATIVE;
}

/* Reports a traced call.  @used is the number that the program used. */
static void syscall_trace(const struct proc *p, u32 used, u32 number, s64 result)
{
	u32 bit = used < 32 ? used : syscall_bit(number);

	if (bit < 32 && p->trace & BIT(bit) && syscall_name(number))
		printk("%d: syscall %s -> %ld\n", p->pid, syscall_name(number), result);
}

void syscall_dispatch(void)
{
	struct proc *p = proc_current();
	u32 used = (u32)p->tf->a7, number;
	bool native = syscall_is_native();
	s64 result;

	if (native)
		used -= SYS_NATIVE;
	number = syscall_resolve(used);
	syscall_mark_stack(p);
	result = syscall_call(p, number);

	if (result < 0 && !native)
		result = -1;
	p->tf->a0 = result;
	if (p->trace)
		syscall_trace(p, used, number, result);
}
