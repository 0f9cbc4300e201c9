/* syscall.c - the table, and the one place where -errno becomes xv6's -1. */

#include "proc/syscall.h"

#include "arch/riscv/cpu.h"
#include "core/report/klog.h"
#include "lib/string.h"
#include "lib/types.h"
#include "mm/phys/kmap.h"
#include "mm/phys/vmstat.h"
#include "proc/lab/sandbox.h"
#include "proc/proc.h"
#include "proc/program/program.h"
#include "proc/trace/calltrace.h"
#include "uapi/errno.h"

/* The call is made in two places, and threads pay for each instruction. */
#define ALWAYS_INLINE __attribute__((always_inline)) inline

#define X(number, call, nargs)                                                    \
	_Static_assert((number) < LAB_NUMBER_FIRST || (number) > LAB_NUMBER_LAST, \
		       #call "() has a number of the labs, 22 to 63");
SYSCALLS(X)
#undef X

const struct syscall syscall_table[SYS_MAX] = {
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
		[NR_execve] = NR_exec,
};

static const bool is_private[SYS_MAX] = {
#define X(number, call, nargs) [number] = true,
	PRIVATE_CALLS(X)
#undef X
};

const char *syscall_name(u32 number)
{
	return number < SYS_MAX ? syscall_table[number].name : NULL;
}

u32 syscall_bit(u32 number)
{
	return number < SYS_MAX && lab_number_of[number] ? lab_number_of[number] : number;
}

u32 syscall_of_lab_number(u32 number)
{
	return number <= LAB_NUMBER_LAST ? of_lab_number[number] : 0;
}

u32 syscall_number(const char *name)
{
	if (!strncmp(name, "sys_", 4))
		name += 4;
	if (!strcmp(name, "sleep"))
		name = "pause"; /* the name from 2025 on */
	for (u32 i = 0; i < SYS_MAX; i++) {
		if (syscall_table[i].name && !is_private[i] &&
		    !strcmp(name, syscall_table[i].name))
			return i;
	}
	return 0;
}

#ifdef PAGODA_CHECK
__attribute__((noinline)) void syscall_mark_stack(const struct thread *t)
{
	u8 *at = (u8 *)(t->stack_top - KSTACK_PAGES * PAGE_SIZE);
	const u8 *end = (const u8 *)cpu_sp();

	while (at < end)
		*(volatile u8 *)at++ = (u8)t->tf->t6;
}
#endif

static inline bool number_is_native(u32 number)
{
	return (number & ~(SYS_NATIVE - 1u)) == SYS_NATIVE;
}

bool syscall_is_native(void)
{
	return number_is_native((u32)thread_current()->tf->a7);
}

/* The call that the program means by @used, a number of the labs; @used if it means none;
 * -errno. */
static int syscall_resolve(const struct thread *t, u32 used)
{
	int call = program_call(t->proc->program, used, t->tf->pc - 4);

	return call ? call : (int)used;
}

/* What a program asks for: the number that it used, without SYS_NATIVE, and the call that
 * this means, or -errno. */
struct request {
	u32 used;
	bool native;
	s64 number;
};

static struct request syscall_request(const struct thread *t)
{
	u32 used = (u32)t->tf->a7;
	bool native = number_is_native(used);
	s64 number;

	if (native)
		used -= SYS_NATIVE;
	number = used;
	if (used >= LAB_NUMBER_FIRST && used <= LAB_NUMBER_LAST)
		number = syscall_resolve(t, used);
	return (struct request){ used, native, number };
}

/* Makes the call; if the number is -errno, returns it. */
static ALWAYS_INLINE s64 syscall_call(const struct thread *t, s64 number)
{
	if ((u64)number >= SYS_MAX || !syscall_table[number].fn) {
		if (number < 0)
			return number;
		printk_limited("unknown sys call", "%d %s: unknown sys call %d\n",
			       t->proc->pid, t->name, (int)number);
		return -ENOSYS;
	}
	return syscall_table[number].fn(&t->tf->a0);
}

static void syscall_trace_request(const struct proc *p, struct request r, s64 result)
{
	u32 bit = r.used < 32 ? r.used : syscall_bit((u32)r.number);
	/* xv6's lines know one exec. */
	u32 number = r.number == NR_execve ? NR_exec : (u32)r.number;
	const char *name = syscall_name(number);

	if (bit < 32 && p->trace & BIT(bit) && name)
		printk("%d: syscall %s -> %ld\n", p->pid, name, result);
}

void syscall_trace(const struct thread *t, s64 result)
{
	syscall_trace_request(t->proc, syscall_request(t), result);
}

static ALWAYS_INLINE s64 syscall_perform(struct thread *t, struct request r)
{
	if (t->sandboxed && sandbox_masks(t->proc, r.used, (u32)r.number))
		return sandbox_masked_call((u32)r.number, &t->tf->x[10]);
	return syscall_call(t, r.number);
}

static ALWAYS_INLINE void syscall_put_result(struct thread *t, struct request r, s64 result)
{
	t->tf->a0 = result < 0 && !r.native ? -1 : result;
}

static __attribute__((noinline)) void syscall_dispatch_traced(struct thread *t,
							      struct request r)
{
	const struct proc *p = t->proc;
	s64 result;

	if (p->counts_calls)
		vmstat_inc(VM_syscall);
	if (p->tracer)
		calltrace_tell(t, r.used, r.number, NULL);
	result = syscall_perform(t, r);
	if (p->tracer)
		calltrace_tell(t, r.used, r.number, &result);
	syscall_put_result(t, r, result);
	syscall_trace_request(p, r, (s64)t->tf->a0);
}

void syscall_dispatch_slowly(struct thread *t)
{
	struct request r = syscall_request(t);

	if (t->traced)
		syscall_dispatch_traced(t, r);
	else
		syscall_put_result(t, r, syscall_perform(t, r));
}

void syscall_dispatch_odd(struct thread *t)
{
	syscall_mark_stack(t);
	syscall_dispatch_slowly(t);
}

/* The traps lab wants a call of this file between the trap and pause(), which prints what
 * led to it; the others are called from trap.c. */
s64 sys_pause(const u64 arg[6])
{
	s64 result = pause_call(arg);

	__asm__ volatile("" : "+r"(result)); /* no tail call */
	return result;
}

s64 sys_sleep(const u64 arg[6]) __attribute__((alias("sys_pause")));
