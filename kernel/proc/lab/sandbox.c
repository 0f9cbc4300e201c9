/* sandbox.c - see sandbox.h. */

#include "proc/lab/sandbox.h"

#include "lib/string.h"
#include "mm/phys/slab.h"
#include "proc/args.h"
#include "proc/proc.h"
#include "proc/program/program.h"
#include "proc/syscall.h"
#include "uapi/errno.h"

/* What may be opened and run; shared by a process and its children, so that fork needs no
 * memory for it. */
struct sandbox {
	u32 refs;           /* (A) processes */
	char path[MAXPATH]; /* (C) */
};

static struct slab_cache sandbox_slab;

void sandbox_init(void)
{
	slab_init(&sandbox_slab, "sandbox", sizeof(struct sandbox));
}

/* --- which calls a mask means -------------------------------------------------- */

/* Calls that can do what other calls do, of xv6 or of the labs, and are masked with
 * them. */
static const struct {
	u8 number, does;
} sandbox_kin[] = {
	{ NR_wait4, NR_wait },
	{ NR_execve, NR_exec },
	{ NR_clone, NR_fork },
	{ NR_leave, NR_exit },
	{ NR_rename, NR_link },
	{ NR_rename, NR_unlink },
	{ NR_ftruncate, NR_write },
	{ NR_pread, NR_read },
	{ NR_pwrite, NR_write },
	{ NR_fcntl, NR_dup },
	{ NR_poll, NR_pause },
	{ NR_ppoll, NR_pause },
	{ NR_sigsend, NR_kill },
	{ NR_sigqueue, NR_kill },
	{ NR_readlink, NR_open },
	{ NR_openat, NR_open },
	{ NR_mkdirat, NR_mkdir },
	{ NR_unlinkat, NR_unlink },
	{ NR_renameat, NR_link },
	{ NR_renameat, NR_unlink },
	{ NR_linkat, NR_link },
	{ NR_symlinkat, NR_symlink },
	{ NR_readlinkat, NR_open },
	{ NR_fchdir, NR_chdir },
	{ NR_mmap, NR_read },
	{ NR_mmap, NR_write },
	{ NR_mmap, NR_sbrk },
	{ NR_mremap, NR_sbrk },
	{ NR_mremap, NR_mmap },
	{ NR_clock, NR_uptime },
	{ NR_reboot, NR_kill },
	{ NR_fsync, NR_sync },
	{ NR_procinfo, NR_sysinfo },
	{ NR_procinfo_old, NR_sysinfo },
	{ NR_meminfo, NR_sysinfo },
	{ NR_snapshot, NR_sysinfo },
	{ NR_pgaccess, NR_pgaccess2026 },
	{ NR_pgaccess2026, NR_pgaccess },
	{ NR_harvest, NR_pgaccess },
	{ NR_harvest, NR_pgaccess2026 },
	{ NR_connect, NR_send },
	{ NR_connect, NR_recv },
	{ NR_send, NR_connect },
	{ NR_recv, NR_connect },
	{ NR_icmp_echo, NR_send },
	{ NR_icmp_echo, NR_connect },
	{ NR_kpgtbl, NR_vmprint },
	{ NR_vmprint, NR_kpgtbl },
};

static bool sandbox_mask_has(const struct sandbox_mask *m, u32 call)
{
	return call < 64 * ARRAY_SIZE(m->calls) && m->calls[call / 64] >> call % 64 & 1;
}

static void sandbox_mask_add(struct sandbox_mask *m, u32 call)
{
	if (call < 64 * ARRAY_SIZE(m->calls))
		m->calls[call / 64] |= 1ull << call % 64;
}

bool sandbox_masks(const struct proc *p, u32 used, u32 number)
{
	const struct sandbox_mask *m = &p->masked;

	if (sandbox_mask_has(m, number) || (used < 32 && m->numbers & BIT(used)))
		return true;
	for (unsigned i = 0; i < ARRAY_SIZE(sandbox_kin); i++) {
		if (sandbox_kin[i].number == number &&
		    sandbox_mask_has(m, sandbox_kin[i].does))
			return true;
	}
	return false;
}

/* Adds what the running program means by bit @n.  0 or -errno. */
static int sandbox_mask_add_bit(struct sandbox_mask *m, u32 n)
{
	const struct trapframe *tf = thread_current()->tf;
	int call = (int)n;

	if (n >= LAB_NUMBER_FIRST)
		call = program_call_of_other(proc_current()->program, (u32)tf->a7,
					     tf->pc - 4, n);
	if (call == -ENOENT) {
		m->numbers |= BIT(n);
		call = (int)syscall_of_lab_number(n);
		if (n == LAB_NUMBER_FIRST)
			sandbox_mask_add(m, NR_sync); /* since 2026 */
	}
	if (call < 0)
		return call;
	sandbox_mask_add(m, (u32)call);
	return 0;
}

/* --- system calls --------------------------------------------------------------- */

/* The path that was compared is the one that is used: the program's own copy may change
 * meanwhile. */
s64 sandbox_masked_call(u32 number, const u64 arg[6])
{
	const char *allowed = proc_current()->sandbox->path;
	char path[MAXPATH];

	if (number != NR_open && number != NR_exec && number != NR_execve)
		return -EPERM;
	if (arg_path(arg[0], path) || strcmp(path, allowed) != 0)
		return -EPERM;
	if (number == NR_open)
		return sys_open_path(allowed, arg);
	if (number == NR_exec)
		return sys_exec_path(allowed, arg);
	return sys_execve_path(allowed, arg);
}

/* Adds @mask, and unless it has one gives @p the sandbox @new.  All threads of @p are in it
 * from their next call on.  False: @new is not used. */
static bool sandbox_enter(struct proc *p, struct sandbox *new,
			  const struct sandbox_mask *mask)
{
	bool first;
	struct proc *slot;

	spin_lock(&proc_lock);
	first = !p->sandbox;
	if (first)
		p->sandbox = new;
	for (unsigned i = 0; i < ARRAY_SIZE(mask->calls); i++)
		p->masked.calls[i] |= mask->calls[i];
	p->masked.numbers |= mask->numbers;
	list_for_each(slot, &p->threads.all, peer.link)
		slot->thread.sandboxed = true;
	spin_unlock(&proc_lock);
	return first;
}

/* interpose(mask, path).  The first call with a mask sets the path. */
s64 sys_interpose(const u64 arg[6])
{
	struct proc *p = proc_current();
	struct sandbox_mask added = { { 0, 0 }, 0 };
	struct sandbox *new = NULL;
	u32 mask = (u32)arg[0];
	char path[MAXPATH];
	int err = arg_path(arg[1], path);

	for (u32 n = 0; n < 32 && !err; n++) {
		if (mask & BIT(n))
			err = sandbox_mask_add_bit(&added, n);
	}
	if (err || !mask)
		return err;
	if (!p->sandbox) {
		new = slab_alloc(&sandbox_slab, 0);
		if (!new)
			return -ENOMEM;
		new->refs = 1;
		strlcpy(new->path, path, MAXPATH);
	}
	if (!sandbox_enter(p, new, &added) && new) /* another thread was first */
		slab_free(&sandbox_slab, new);
	return 0;
}

void sandbox_fork(struct proc *child, const struct proc *parent)
{
	if (!parent->sandbox)
		return;
	__atomic_fetch_add(&parent->sandbox->refs, 1, __ATOMIC_RELAXED);
	child->sandbox = parent->sandbox;
	child->masked = parent->masked;
	child->thread.sandboxed = true;
}

void sandbox_drop(struct proc *p)
{
	struct sandbox *s = p->sandbox;

	if (s && __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) == 0)
		slab_free(&sandbox_slab, s);
	p->sandbox = NULL;
}
