// sources: kernel/proc/exec.c kernel/lib/elf.c kernel/mm/space/aspace.c kernel/mm/space/zap.c kernel/mm/space/populate.c kernel/mm/space/build.c kernel/mm/space/aspace_check.c kernel/mm/fault.c kernel/mm/fork.c kernel/mm/map.c kernel/mm/remap.c kernel/mm/truncate_maps.c kernel/mm/sbrk.c kernel/mm/space/super.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/mm/phys/reclaim.c kernel/mm/space/watch.c tests/host/vm/world.c tests/host/vm/world_file.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -DFRAMES=600 -Wl,--wrap=frame_alloc,--wrap=frame_alloc_many,--wrap=slab_alloc,--wrap=slab_alloc_many,--wrap=frame_put
/* test_vm_exec.c - exec comes to a scheduling point with each page and each argument.  One
 * that is killed at any of them ends soon, and all of the new image is given back. */
#include "world.h"

#include <string.h>

#include "dev/tty/console.h"
#include "fs/fs.h"
#include "lib/elf.h"
#include "mm/uaccess.h"
#include "proc/lab/alarm.h"
#include "proc/proc.h"
#include "proc/program/program.h"
#include "uapi/errno.h"
#include "uapi/stat.h"

#define FILE_BYTES (64 * PAGE_SIZE)
#define ARGUMENTS 60
#define SLACK 8 /* points on the way out */

/* --- the program, its arguments, and who runs it ---------------------------------- */

static struct proc caller = { .thread = { .proc = &caller } };
static struct trapframe trapframe;
struct spinlock proc_lock = { .rank = RANK_none };

struct thread *thread_current(void)
{
	return &caller.thread;
}

void fp_replace(struct thread *t, const struct fpstate *fp)
{
	(void)t;
	(void)fp;
}

void console_leave(void)
{
}

/* One program object at a time in use, beside that of the caller. */
static unsigned programs;

struct program *program_new(struct inode *file)
{
	(void)file;
	programs++;
	return (struct program *)&programs;
}

void program_put(struct program *pr)
{
	(void)pr;
	programs--;
}

void alarm_drop(struct thread *t)
{
	(void)t;
}

/* It has one thread, and holds nothing. */
int threads_stop_others(void)
{
	return 0;
}

void fds_release_held(void)
{
}

void fds_close_marked(struct proc *p)
{
	(void)p;
}

void signal_exec(struct proc *p)
{
	(void)p;
}

struct inode *fds_hold_cwd(struct proc *p)
{
	fail();
	return p->cwd;
}

void job_no_shell(struct proc *p)
{
	(void)p;
}

static const struct elf_ehdr header = {
	.ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
	.entry = 0,
	.phoff = sizeof(struct elf_ehdr),
	.phentsize = ELF_PHDR_SIZE,
	.phnum = 1,
};
static const struct elf_phdr segment = {
	.type = 1,
	.flags = ELF_PF_R | ELF_PF_W | ELF_PF_X,
	.offset = PAGE_SIZE,
	.filesz = FILE_BYTES,
	.memsz = FILE_BYTES,
};

int fs_lookup(struct inode *cwd, const char *path, struct inode **out)
{
	(void)cwd;
	(void)path;
	*out = NULL;
	return 0;
}

void inode_put(struct inode *ip)
{
	(void)ip;
}

void inode_stat(struct inode *ip, struct stat *st)
{
	(void)ip;
	*st = (struct stat){ .type = T_FILE };
}

s64 inode_read(struct inode *ip, void *dst, u64 off, u64 n)
{
	(void)ip;
	memset(dst, 1, n);
	if (off == 0) {
		assert_true(n >= sizeof(header) + sizeof(segment));
		memcpy(dst, &header, sizeof(header));
		memcpy((char *)dst + sizeof(header), &segment, sizeof(segment));
	}
	return (s64)n;
}

int inode_text_page(struct inode *ip, u64 index, struct page **out)
{
	(void)ip;
	(void)index;
	(void)out;
	return -EAGAIN;
}

static u64 pointers; /* as xv6 would count the copies */

int copyin(void *dst, uptr_t src, u64 n)
{
	u64 *at = dst;

	assert_int_equal(n % sizeof(*at), 0);
	for (u64 i = 0; i < n / sizeof(*at); i++)
		at[i] = src.va / sizeof(*at) + i < ARGUMENTS;
	pointers++;
	return 0;
}

void uaccess_count_less(u64 copyins, u64 strings)
{
	(void)copyins;
	(void)strings;
}

void uaccess_count_more(u64 n)
{
	pointers += n;
}

s64 copyinstr(char *dst, uptr_t src, u64 max)
{
	(void)src;
	assert_true(max > 1);
	strcpy(dst, "a");
	return 1;
}

/* --- the test --------------------------------------------------------------------- */

/* Returns what exec did, and in world_points how many points it came to. */
static s64 run(u64 kill_at)
{
	s64 result;

	world_start();
	caller.pages.trapframe = frame_alloc(FRAME_trapframe, 0);
	caller.pages.usyscall = frame_alloc(FRAME_usyscall, 0);
	caller.thread.tf = &trapframe;
	option_put(STACK, STACK_NUMBERS + 1); /* one page */
	world_points = 0;
	world_kill_at = kill_at;
	result = proc_exec("program", uptr(0), uptr(0), ARGUMENTS + 1);
	world_kill_at = 0;
	return result;
}

static void stop(void)
{
	u64 points = world_points;

	if (caller.as)
		aspace_destroy(caller.as);
	caller.thread.as = caller.as = NULL;
	if (caller.program)
		program_put(caller.program);
	caller.program = NULL;
	assert_int_equal(programs, 0);
	frame_put(caller.pages.trapframe);
	frame_put(caller.pages.usyscall);
	world_stop();
	world_points = points;
}

static void exec_can_be_killed_at_each_point(void **state)
{
	u64 all;

	(void)state;
	pointers = 0;
	assert_int_equal(run(0), ARGUMENTS);
	assert_int_equal(pointers, ARGUMENTS + 1);
	all = world_points;
	stop();
	assert_true(all >= FILE_BYTES / PAGE_SIZE + ARGUMENTS);
	for (u64 at = 1; at <= all; at++) {
		s64 result = run(at);

		stop();
		if (result != -EINTR || world_points > at + SLACK)
			fail_msg("killed at point %lu of %lu: %ld at %lu", at, all,
				 (long)result, world_points);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exec_can_be_killed_at_each_point),
	};

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
