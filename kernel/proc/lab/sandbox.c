/* sandbox.c - see sandbox.h. */

#include "proc/lab/sandbox.h"

#include "lib/string.h"
#include "mm/phys/slab.h"
#include "proc/args.h"
#include "proc/proc.h"
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

/* Bits of calls of the labs. */
#define BIT_OF_SYNC BIT(22) /* since 2026; trace before */
#define BIT_OF_SYSINFO BIT(23)
#define BIT_OF_MMAP BIT(27)

/* Calls that can do what calls of xv6 do.  Each is masked with any of these. */
static const struct {
	u32 number, does;
} sandbox_kin[] = {
	{ NR_wait4, BIT(NR_wait) },
	{ NR_clone, BIT(NR_fork) },
	{ NR_leave, BIT(NR_exit) },
	{ NR_rename, BIT(NR_link) | BIT(NR_unlink) },
	{ NR_ftruncate, BIT(NR_write) },
	{ NR_readlink, BIT(NR_open) },
	{ NR_mmap, BIT(NR_read) | BIT(NR_write) | BIT(NR_sbrk) },
	{ NR_mremap, BIT(NR_sbrk) | BIT_OF_MMAP },
	{ NR_clock, BIT(NR_uptime) },
	{ NR_reboot, BIT(NR_kill) },
	{ NR_sync, BIT_OF_SYNC },
	{ NR_fsync, BIT_OF_SYNC },
	{ NR_procinfo, BIT_OF_SYSINFO },
	{ NR_meminfo, BIT_OF_SYSINFO },
	{ NR_snapshot, BIT_OF_SYSINFO },
};

static u32 sandbox_bit(u32 n)
{
	return n < 32 ? BIT(n) : 0;
}

bool sandbox_masks(const struct proc *p, u32 used, u32 number)
{
	u32 bits = sandbox_bit(used) | sandbox_bit(syscall_bit(number));

	for (unsigned i = 0; i < ARRAY_SIZE(sandbox_kin); i++) {
		if (sandbox_kin[i].number == number)
			bits |= sandbox_kin[i].does;
	}
	return p->masked & bits;
}

/* --- system calls --------------------------------------------------------------- */

/* The path that was compared is the one that is used: the program's own copy may change
 * meanwhile. */
s64 sandbox_masked_call(u32 number, const u64 arg[6])
{
	const char *allowed = proc_current()->sandbox->path;
	char path[MAXPATH];

	if (number != NR_open && number != NR_exec)
		return -EPERM;
	if (arg_path(arg[0], path) || strcmp(path, allowed) != 0)
		return -EPERM;
	if (number == NR_open)
		return sys_open_path(allowed, arg);
	return sys_exec_path(allowed, arg);
}

/* Adds @mask, and unless it has one gives @p the sandbox @new.  All threads of @p are in it
 * from their next call on.  False: @new is not used. */
static bool sandbox_enter(struct proc *p, struct sandbox *new, u32 mask)
{
	bool first;
	struct proc *slot;

	spin_lock(&proc_lock);
	first = !p->sandbox;
	if (first)
		p->sandbox = new;
	p->masked |= mask;
	list_for_each(slot, &p->threads.all, peer.link)
		slot->thread.sandboxed = true;
	spin_unlock(&proc_lock);
	return first;
}

/* interpose(mask, path).  The first call with a mask sets the path. */
s64 sys_interpose(const u64 arg[6])
{
	struct proc *p = proc_current();
	struct sandbox *new = NULL;
	u32 mask = (u32)arg[0];
	char path[MAXPATH];
	int err = arg_path(arg[1], path);

	if (err || !mask)
		return err;
	if (!p->sandbox) {
		new = slab_alloc(&sandbox_slab, 0);
		if (!new)
			return -ENOMEM;
		new->refs = 1;
		strlcpy(new->path, path, MAXPATH);
	}
	if (!sandbox_enter(p, new, mask) && new) /* another thread was first */
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
