/* trap.c - traps of programs: system calls, exceptions, interrupts, and the way back. */

#include "arch/riscv/csr.h"
#include "arch/riscv/switch.h"
#include "arch/riscv/tlb.h"
#include "arch/riscv/upcalls.h"
#include "core/report/klog.h"
#include "core/machine.h"
#include "core/trap.h"
#include "mm/space/aspace.h"
#include "mm/uaccess.h"
#include "proc/fault_words.h"
#include "proc/threads/fds.h"
#include "proc/lab/alarm.h"
#include "proc/proc.h"
#include "proc/program/callers.h"
#include "proc/signal/signal.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

static void (*fault_hook)(va_t va, enum access access);

void proc_set_fault_hook(void (*fn)(va_t va, enum access access))
{
	fault_hook = fn;
}

/* The instruction at @pc, as far as it can be read, for struct fault. */
static u32 user_trap_instruction(uptr_t pc)
{
	u16 half[2] = { 0, 0 };

	if (copyin(&half[0], pc, 2) == 0 && insn_is_long(half[0]) &&
	    copyin(&half[1], uptr_add(pc, 2), 2))
		half[1] = 0;
	return half[0] | (u32)half[1] << 16;
}

/* The signal of an exception. */
struct trap_signal {
	int sig, code;
};

static struct trap_signal user_trap_signal(u64 cause, u64 tval)
{
	const struct thread *t = thread_current();

	switch (cause) {
	case EXC_ILLEGAL:
		return (struct trap_signal){ SIGILL, ILL_ILLOPC };
	case EXC_BREAKPOINT:
		return (struct trap_signal){ SIGTRAP, TRAP_BRKPT };
	case EXC_INSN_MISALIGNED:
	case EXC_LOAD_MISALIGNED:
	case EXC_STORE_MISALIGNED:
		return (struct trap_signal){ SIGBUS, BUS_ADRALN };
	}
	if (!exc_is_page_fault(cause))
		return (struct trap_signal){ SIGBUS, BUS_ADRERR };
	switch (aspace_refusal(t->as, tval, access_of_cause(cause))) {
	case REFUSED_NO_AREA:
		return (struct trap_signal){ SIGSEGV, SEGV_MAPERR };
	case REFUSED_RIGHTS:
		return (struct trap_signal){ SIGSEGV, SEGV_ACCERR };
	default:
		return (struct trap_signal){ SIGBUS, BUS_ADRERR };
	}
}

/* Calls the handler that the program has for this exception.  False: it has none. */
static bool user_trap_caught(u64 cause, u64 tval, int err)
{
	struct trap_signal s;
	u64 pc = thread_current()->tf->pc;
	bool at_pc = cause == EXC_ILLEGAL || cause == EXC_BREAKPOINT;

	if (!proc_current()->signals || err == -ENOMEM)
		return false;
	s = user_trap_signal(cause, tval);
	return signal_fault(s.sig, s.code, at_pc ? pc : tval,
			    exc_is_page_fault(cause) ? access_of_cause(cause) : 0);
}

/* A thread that was told to die does.  Perhaps alone, without its process. */
NORETURN static void user_trap_killed(void)
{
	int sig = proc_current()->fatal;

	proc_exit(STATUS_KILLED(sig ? sig : SIGKILL));
}

/* Prints the two lines that xv6 prints, then in words which program died of which fault,
 * why, and in which line of its source.  Exits. */
static void user_trap_kill(u64 cause, u64 tval)
{
	const struct proc *p = proc_current();
	u64 pc = thread_current()->tf->pc;
	struct fault f = { .cause = cause, .tval = tval, .pc = pc };
	char words[FAULT_WORDS_MAX];

	printk("usertrap(): unexpected scause 0x%lx pid=%d\n"
	       "            sepc=0x%lx stval=0x%lx\n",
	       cause, p->pid, pc, tval);
	if (cause == EXC_ILLEGAL) {
		f.insn = tval ? (u32)tval : user_trap_instruction(uptr(f.pc));
		f.without_fp = !machine.has_fp;
	}
	fault_words(words, &f);
	printk("%s (pid %d): %s\n", p->thread.name, p->pid, words);
	if (fault_hook && exc_is_page_fault(cause))
		fault_hook(tval, access_of_cause(cause));
	if (p->program)
		callers_print(p->program, thread_current()->tf);
	if (proc_is_init(p))
		proc_end_init(words);
	proc_exit(STATUS_KILLED(user_trap_signal(cause, tval).sig));
}

static __attribute__((noinline)) void user_trap_exception(struct thread *t, u64 cause,
							  u64 tval)
{
	int err = -EFAULT;

	/* Perhaps its first floating point instruction.  The unit is on now: the
	 * instruction works, or traps again and is found illegal. */
	if (cause == EXC_ILLEGAL && fp_first_use(t))
		return;
	irq_enable();
	if (exc_is_page_fault(cause))
		err = aspace_fault(t->as, tval, access_of_cause(cause));
	if (err && t->killed)
		user_trap_killed();
	if (err && user_trap_caught(cause, tval, err))
		return;
	if (err == -ENOMEM)
		printk_limited("out of memory", "%d %s: out of memory at 0x%lx\n",
			       t->proc->pid, t->name, tval);
	if (err)
		user_trap_kill(cause, tval);
}

/* Carries out what the registers @tf of @t, the running thread, ask for. */
static inline void syscall_dispatch(struct thread *t, struct trapframe *tf)
{
	u32 used = (u32)tf->a7;
	const struct syscall *call = &syscall_table[used % SYS_MAX];
	s64 result;

	syscall_mark_stack(t);
	/* No other bit is set, and it has a row: numbers of the labs have none. */
	if (used / SYS_MAX & ~(SYS_NATIVE / SYS_MAX) || !call->fn) {
		syscall_dispatch_slowly(t);
		return;
	}
	result = call->fn(&tf->a0);
	if (result < 0 && !(tf->a7 & SYS_NATIVE))
		result = -1;
	tf->a0 = result;
}

/* A call of a thread that is to die, or may not make every call, or is traced, or may hold
 * a file that another thread has closed. */
static __attribute__((noinline)) void user_trap_odd_syscall(struct thread *t)
{
	if (t->killed)
		user_trap_killed();
	syscall_dispatch_odd(t);
	if (t->has_peers)
		fds_release_held();
}

static inline void user_trap_syscall(struct thread *t)
{
	t->tf->pc += 4;
	irq_enable();
	if (t->attends)
		user_trap_odd_syscall(t);
	else
		syscall_dispatch(t, t->tf);
}

/* What keeps a program from being entered just as it is.  False: look again.  Interrupts
 * off. */
static __attribute__((noinline)) bool user_trap_attend(struct thread *t)
{
	const struct root *root = &t->as->root;

	if (t->killed) {
		irq_enable();
		user_trap_killed();
	}
	if (t->broke_pipe || t->signalled) {
		irq_enable();
		if (t->broke_pipe)
			signal_broken_pipe();
		if (t->signalled)
			signal_attend(t);
		return false;
	}
	if (t->has_alarm)
		alarm_attend(t);
	if (cpu_current()->exit_work & CPU_RESCHED) {
		thread_yield();
		return false;
	}
	if (cpu_current()->exit_work & CPU_ICACHE_STALE)
		icache_sync();
	if (cpu_current()->exit_work & CPU_ISOLATED)
		user_trap_exit_isolated(t->tf, TRAPFRAME | (u64)t->tf % PAGE_SIZE,
					root->satp, root_user_satp(root),
					tlb_asid(&root->tlb) == 0);
	return true;
}

/* Interrupts stay off from here to the program.  sstatus is right for it already: see
 * trap_leave_to_user(). */
static inline struct trapframe *user_trap_leave(struct thread *t)
{
	irq_disable();
	while (t->attends || cpu_current()->exit_work) {
		if (user_trap_attend(t))
			break;
		irq_disable();
	}
	return t->tf;
}

struct trapframe *user_trap(struct thread *t)
{
	u64 cause = csr_read(scause);

	if (cause == EXC_ECALL_U)
		user_trap_syscall(t);
	else if (cause & CAUSE_INTERRUPT)
		trap_interrupt(cause);
	else
		user_trap_exception(t, cause, csr_read(stval));
	return user_trap_leave(t);
}

/* Called from the start function of a new thread. */
void proc_enter_user(void)
{
	user_trap_exit(user_trap_leave(thread_current()));
}
