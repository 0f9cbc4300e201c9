/* main.c - the order of booting. */

#include "arch/riscv/csr.h"
#include "arch/riscv/sbi.h"
#include "arch/riscv/switch.h"
#include "arch/riscv/upcalls.h"
#include "core/option/options.h"
#include "core/clock.h"
#include "core/coreup.h"
#include "core/irq.h"
#include "core/report/klog.h"
#include "core/machine.h"
#include "core/report/panic.h"
#include "core/sched.h"
#include "dev/block.h"
#include "dev/tty/console.h"
#include "dev/dev.h"
#include "dev/testdev.h"
#include "dev/tty/uart.h"
#include "fs/fs.h"
#include "init/boot.h"
#include "init/ktest.h"
#include "lib/fmt.h"
#include "mm/space/aspace.h"
#include "mm/phys/kmap.h"
#include "mm/space/pagecache.h"
#include "mm/phys/reclaim.h"
#include "mm/uaccess.h"
#include "net/net.h"
#include "obs/stats.h"
#include "obs/events.h"
#include "obs/explain.h"
#include "obs/heat.h"
#include "obs/vmprint.h"
#include "proc/fault_words.h"
#include "proc/proc.h"
#include "uapi/errno.h"

#define START_TIMEOUT_MS 5000 /* a busy host may need long */

extern char __kernel_start[], boot_stack_top[], _start_secondary[];

static struct thread idle_threads[MAX_HARTS];

static const struct console_hooks hooks = {
	.list_processes = proc_print_all,
	.interrupt = job_interrupt,
	.suspend = job_suspend,
};

/* --- one hart ---------------------------------------------------------- */

static void hart_prepare(struct hart *h, u32 index, u64 hartid)
{
	h->cpu.index = index;
	h->cpu.hartid = hartid;
	cpu_hartid[index] = hartid;
	h->cpu.emergency_sp = kstack_alloc();
	if (!h->cpu.emergency_sp)
		panic("no memory for the stacks of hart %u", index);
}

/* After this the hart can run threads and take locks. */
static void hart_init_threads(void)
{
	struct hart *h = hart_current();

	idle_threads[h->cpu.index].stack_top = h->cpu.boot_sp;
	sched_init_hart(&idle_threads[h->cpu.index]);
}

/* After this it can take interrupts and access user memory. */
static void hart_init_traps(void)
{
	if (opt(ISOLATE) == ISOLATE_ON)
		cpu_exit_set(cpu_current(), CPU_ISOLATED);
	uaccess_init_hart();
	irq_init_hart();
	csr_write(sie, SIE_SOFT | SIE_TIMER | SIE_EXTERNAL);
}

void boot_secondary(void)
{
	struct hart *h = hart_current();

	trap_init_hart();
	if (h->abandoned) {
		sbi_hart_stop();
		panic("hart %u started too late and does not stop", h->cpu.index);
	}
	hart_init_threads();
	hart_init_traps();
	sched_idle();
}

/* --- the other harts --------------------------------------------------- */

/* False: the firmware refuses. */
static bool hart_start(struct hart *h, u64 hartid)
{
	hart_prepare(h, h - harts, hartid);
	h->cpu.boot_sp = kstack_alloc();
	if (!h->cpu.boot_sp)
		panic("no memory for the stack of hart %lu", hartid);
	cpu_started[h->cpu.index] = &h->cpu;
	fence_all();
	if (!sbi_hart_start(hartid, kmap_pa(ktest_hart_entry(_start_secondary)), 0))
		return true;
	cpu_started[h->cpu.index] = NULL;
	return false;
}

static void hart_missing(u64 hartid)
{
	printk("hart %lu does not start; going on without it\n", hartid);
}

void harts_start(void)
{
	u64 self = hart_current()->cpu.hartid;

	for (unsigned i = 0; i < MIN(machine_ncpus, (unsigned)MACHINE_CPUS); i++) {
		u64 hartid = machine_cpus[i];

		if (hartid == self)
			continue;
		if (nharts == MAX_HARTS) {
			printk("harts: %u of %u are used\n", nharts, machine_ncpus);
			return;
		}
		if (hart_start(&harts[nharts], hartid))
			nharts++;
		else
			hart_missing(hartid);
	}
}

void harts_await(void)
{
	u64 end = clock_now() + clock_from_ms(START_TIMEOUT_MS);

	for (struct hart *h = &harts[1]; h < &harts[nharts]; h++) {
		while (!__atomic_load_n(&h->online, __ATOMIC_ACQUIRE)) {
			if (clock_now() <= end)
				continue;
			h->abandoned = true; /* it may still start, and must find that */
			hart_missing(h->cpu.hartid);
			break;
		}
	}
}

/* --- boot -------------------------------------------------------------- */

static u32 harts_online(void)
{
	u32 n = 0;

	for (u32 i = 0; i < nharts; i++)
		n += harts[i].online && !harts[i].abandoned;
	return n;
}

static void boot_report(void)
{
	printk("memory: %lu MiB, %lu MiB free\n", machine.ram_bytes / MIB,
	       mem_available() * PAGE_SIZE / MIB);
	printk("harts: %u, timer by %s%s\n", harts_online(),
	       machine.has_sstc ? "Sstc" : "SBI",
	       machine.has_fp ? "" : ", no floating point (F and D)");
}

/* In the thread of process 1, before it becomes a program. */
static void boot_rest(void)
{
	struct blkdev *disk = blk_root();
	int err;

	harts_start();
	if (!disk)
		stop_boot("no disk: QEMU needs a virtio-blk disk, or an image as -initrd");
	err = fs_mount(disk); /* meanwhile the other harts start */
	if (err)
		stop_boot("the disk holds no file system that can be used");
	harts_await();
	boot_report();
	ktest_run();
	if (events_follow_option())
		printk("events: no memory to record them\n");
	if (heat_follow_option())
		printk("heat: no memory for its thread\n");
}

static void init_cannot_run(int err)
{
	char line[80];

	fmt_snprintf(line, sizeof(line), "/init cannot be run: error %d%s", -err,
		     err == -ENOENT ? "; without the image (rm fs.img) a new one is made"
				    : "");
	stop_boot(line);
}

/* Nothing is left to do without init and its children, so the machine powers off. */
static void init_ended(const char *why)
{
	char line[FAULT_WORDS_MAX + 80];

	if (fs_sync())
		printk("not all that was written has reached the disk\n");
	fmt_snprintf(line, sizeof(line), "/init has ended, and nothing runs without it: %s",
		     why);
	stop_boot(line);
}

/* The time is the machine's own: QEMU starts it before the firmware. */
static void init_print_name(void)
{
	u64 mib = machine.ram_bytes / MIB, tenths = time_now() * 10 / machine.timebase_hz;
	bool gib = mib >= 1024 && mib % 1024 == 0;

	printk("Pagoda - a Unix kernel for virtual memory (%u hart%s, %lu %s, "
	       "booted in %lu.%lu s)\n",
	       harts_online(), harts_online() == 1 ? "" : "s", gib ? mib / 1024 : mib,
	       gib ? "GiB" : "MiB", tenths / 10, tenths % 10);
}

/* As in the xv6 labs: prints the page table of the first program. */
static void init_print_table(void)
{
	if (opt(VMPRINT) == VMPRINT_ON)
		vmprint(&proc_current()->as->pt);
}

static void init_report(void)
{
	init_print_table();
	init_print_name();
}

static const struct first_program first = {
	.path = "/init",
	.before = boot_rest,
	.failed = init_cannot_run,
	.after = init_report,
	.ended = init_ended,
};

void stop_boot(const char *why)
{
	printk("%s\n", why);
	uart_flush();
	testdev_exit(1);
	sbi_shutdown();
	panic("the machine does not power off");
}

void boot_main(u64 hartid, pa_t fdt)
{
	const char *args, *wrong;

	nharts = 1;
	trap_init_hart();
	args = machine_read(fdt, kmap_pa(__kernel_start));
	clock_init();
	options_init(args);
	memory_init(fdt);
	harts[0].cpu.boot_sp = (u64)boot_stack_top;
	hart_prepare(&harts[0], 0, hartid);
	hart_init_threads();
	uart_early_init();
	panic_set_exit(testdev_exit);
	dev_init();
	wrong = options_fault();
	if (wrong)
		stop_boot(wrong);
	uaccess_init();
	hart_init_traps();
	aspace_init(MIN(machine_ncpus, (unsigned)MAX_HARTS));
	proc_init();
	object_cache_init();
	fs_init();
	net_init();
	console_set_hooks(&hooks);
	stats_init();
	explain_init();
	events_init();
	heat_init();
	proc_start_first(&first);
	sched_idle();
}
