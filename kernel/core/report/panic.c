/* panic.c - see panic.h.  The report has the message, the hart, the thread and its process,
 * the registers (if it was a trap) and a backtrace. */

#include "core/report/panic.h"

#include "arch/riscv/csr.h"
#include "core/clock.h"
#include "core/coreup.h"
#include "core/report/backtrace.h"
#include "core/report/klog.h"
#include "core/report/ksym.h"
#include "core/option/options.h"
#include "core/sched.h"
#include "lib/assert.h"
#include "lib/describe.h"
#include "lib/fmt.h"
#include "lib/string.h"

#define BACKTRACE_MAX 32
#define PANIC_STATUS 101

/* How long the other harts have to turn interrupts on and stop. */
#define STOP_MS 1000

static u32 panicked; /* (A) 1 + index of the hart that panics     */
static u32 stopped;  /* (A) a bit for each hart that has stopped  */
static u32 nested;   /* panics within the report; only that hart  */
static void (*panic_exit_hook)(int);

/* What the report of the first panic says, for those who look at the memory later. */
static struct panic_record {
	char what[160];
	u64 pc, ra, fp; /* where the backtrace begins; pc and ra: of a trap, or 0 */
} panic_record;

static const char *const reg_names[32] = {
	"zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
	"a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
	"s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

bool panic_in_progress(void)
{
	return __atomic_load_n(&panicked, __ATOMIC_RELAXED) != 0;
}

void panic_set_exit(void (*fn)(int))
{
	panic_exit_hook = fn;
}

/* Nothing wakes this hart: with sie clear no pending interrupt ends the wait. */
NORETURN static void panic_stand_still(void)
{
	irq_disable();
	csr_write(sie, 0);
	__atomic_fetch_or(&stopped, BIT(hart_index()), __ATOMIC_SEQ_CST);
	for (;;)
		cpu_wait();
}

bool panic_stops_here(void)
{
	u32 who = __atomic_load_n(&panicked, __ATOMIC_SEQ_CST);

	if (!who)
		return false;
	irq_disable(); /* or this thread might move to another hart */
	if (who != hart_index() + 1)
		panic_stand_still();
	return true;
}

/* A bit for each other hart that runs and has not stopped. */
static u32 panic_harts_left(void)
{
	u32 left = 0;

	for (u32 i = 0; i < nharts; i++) {
		if (harts[i].online && i != hart_index())
			left |= BIT(i);
	}
	return left & ~__atomic_load_n(&stopped, __ATOMIC_SEQ_CST);
}

static void panic_end(void)
{
	u32 left = panic_harts_left();

	for (u32 i = 0; i < nharts; i++) {
		if (left & BIT(i))
			printk("hart %u does not stop\n", i);
	}
	if (panic_exit_hook && opt(PANIC) == PANIC_EXIT)
		panic_exit_hook(PANIC_STATUS);
	printk("the machine stands still; leave it with Ctrl-A and then x\n");
	panic_stand_still();
}

/* A hart that is printing finishes its message first, so that the report is in one
 * piece. */
static void panic_stop_others(void)
{
	u64 end = clock_now() + clock_from_ms(STOP_MS);

	for (u32 i = 0; i < nharts; i++) {
		if (i != hart_index())
			hart_ipi(&harts[i], HART_IPI_HALT);
	}
	while (panic_harts_left() && clock_now() < end)
		cpu_relax();
}

/* Only the first hart that panics returns from here.  A panic within its report is also
 * reported; a third one ends the report. */
static void panic_begin(void)
{
	u32 self, none = 0;

	irq_disable();
	self = hart_index() + 1;
	if (__atomic_compare_exchange_n(&panicked, &none, self, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST)) {
		panic_stop_others();
		return;
	}
	if (none != self || nested++ > 1)
		panic_stand_still();
	if (nested > 1)
		panic_end();
	printk("\npanic within the report:\n");
}

static void panic_print_place(u64 pc)
{
	u64 offset;
	const char *name = ksym_find(pc, &offset);

	if (name)
		printk("  %016lx %s+0x%lx\n", pc, name, offset);
	else
		printk("  %016lx\n", pc);
}

/* Prints the place of the call that returns to @ra.  If the call never returns, @ra may be
 * the first byte of the next function; @ra - 1 is always within the call. */
static void panic_print_caller(u64 ra)
{
	panic_print_place(ra - 1);
}

static void panic_print_who(void)
{
	struct thread *t = thread_current();

	printk("hart %u, thread %s, ", hart_index(), t ? t->name : "none");
	proc_describe_current();
	printk("\n");
}

/* A function that calls nothing has its return address in a register, @ra, and only
 * the caller's frame pointer in its frame, at fp-8. */
static void panic_print_backtrace(u64 fp, u64 ra)
{
	u64 saved = backtrace_frame_ok(fp) ? ((const u64 *)fp)[-1] : 0, offset;

	printk("backtrace:\n");
	if (ra && backtrace_frame_ok(saved) && !ksym_find(saved, &offset)) {
		panic_print_caller(ra);
		fp = saved;
	}
	for (int i = 0; i < BACKTRACE_MAX && backtrace_step(&fp, &ra); i++)
		panic_print_caller(ra);
}

static void panic_print_registers(const struct kframe *f)
{
	printk("pc   %016lx status %016lx cause %lx tval %016lx\n", f->pc, f->status,
	       f->cause, f->tval);
	for (int i = 1; i < 32; i++)
		printk("%-4s %016lx%s", reg_names[i], f->x[i],
		       i % 3 == 0 || i == 31 ? "\n" : " ");
}

void panic(const char *format, ...)
{
	va_list args;

	panic_begin();
	if (!nested) {
		va_start(args, format);
		fmt_vsnprintf(panic_record.what, sizeof(panic_record.what), format, args);
		va_end(args);
		panic_record.fp = (u64)__builtin_frame_address(0);
	}
	va_start(args, format);
	printk("panic: ");
	vprintk(format, args);
	va_end(args);
	printk("\n");
	panic_print_who();
	panic_print_backtrace((u64)__builtin_frame_address(0), 0);
	panic_end();
	__builtin_unreachable();
}

static const char *panic_access(u64 cause)
{
	if (cause == EXC_INSN_PAGE)
		return "execution of";
	return cause == EXC_STORE_PAGE ? "write to" : "read of";
}

void panic_trap(const struct kframe *f, const char *what)
{
	panic_begin();
	if (!nested) {
		strlcpy(panic_record.what, what, sizeof(panic_record.what));
		panic_record.pc = f->pc;
		panic_record.ra = f->x[1];
		panic_record.fp = f->x[8];
	}
	printk("panic: %s\n", what);
	if (exc_is_page_fault(f->cause))
		printk("%s 0x%lx\n", panic_access(f->cause), f->tval);
	panic_print_who();
	panic_print_registers(f);
	panic_print_place(f->pc);
	panic_print_backtrace(f->x[8], f->x[1]);
	panic_end();
	__builtin_unreachable();
}

void assert_fail(const char *file, int line, const char *what)
{
	panic("%s:%d: %s does not hold", file, line, what);
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_OBJECT("panicked", panicked);
DESCRIBE_OBJECT("panic_record", panic_record);
DESCRIBE_FIELD_ARRAY(panic_record, what);
DESCRIBE_FIELD(panic_record, pc);
DESCRIBE_FIELD(panic_record, ra);
DESCRIBE_FIELD(panic_record, fp);
