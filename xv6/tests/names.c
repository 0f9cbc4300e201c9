/* names.c - uses every name that the headers promise to xv6 programs, so that
 * this does not compile if one is missing or has another type.  Run, it prints what is
 * wrong, and exits with the number of faults. */
#include "kernel/file.h"
#include "kernel/sleeplock.h"
#include "kernel/spinlock.h"
#include "kernel/vm.h"
#include "kernel/sysinfo.h"
#include "kernel/syscall.h"
#include "kernel/fs.h"
#include "kernel/riscv.h"
#include "kernel/memlayout.h"
#include "kernel/param.h"
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "kernel/types.h"
#include "user/thread.h"
#include "user/user.h"

/* --- numbers that ABI and disk format fix ------------------------------- */

#define IS(what, value) _Static_assert((what) == (value), #what)

IS(sizeof(uchar), 1);
IS(sizeof(uint8), 1);
IS(sizeof(ushort), 2);
IS(sizeof(uint16), 2);
IS(sizeof(uint), 4);
IS(sizeof(uint32), 4);
IS(sizeof(uint64), 8);
IS(sizeof(pde_t), 8);
IS(sizeof(pte_t), 8);
IS(sizeof(*(pagetable_t)0), 8);
IS(sizeof(size_t), 8);
IS(sizeof(off_t), 8);

IS(sizeof(struct stat), 24);
IS(__builtin_offsetof(struct stat, ino), 4);
IS(__builtin_offsetof(struct stat, type), 8);
IS(__builtin_offsetof(struct stat, nlink), 10);
IS(__builtin_offsetof(struct stat, size), 16);
IS(sizeof(struct sysinfo), 16);
IS(__builtin_offsetof(struct sysinfo, nproc), 8);
IS(__builtin_offsetof(struct usyscall, pid), 0);
IS(sizeof(struct dinode), 64);
IS(__builtin_offsetof(struct dinode, addrs), 12);
IS(sizeof(struct dirent), 16);
IS(__builtin_offsetof(struct dirent, name), 2);
IS(sizeof(struct superblock), 32);
IS(__builtin_offsetof(struct superblock, logstart), 20);
IS(__builtin_offsetof(struct superblock, bmapstart), 28);
IS(sizeof((struct spinlock){ 0 }.locked), 4);
IS(sizeof((struct sleeplock){ 0 }.lk), sizeof(struct spinlock));

IS(T_DIR, 1);
IS(T_FILE, 2);
IS(T_DEVICE, 3);
IS(T_SYMLINK, 4);
IS(O_RDONLY | O_WRONLY | O_RDWR | O_CREATE | O_TRUNC, 0x603);
IS((O_RDWR | O_WRONLY | O_CREATE | O_TRUNC) % (O_NOFOLLOW * 2) / O_NOFOLLOW, 0);
IS(PROT_NONE | PROT_READ | PROT_WRITE << 2 | PROT_EXEC << 4, 0x49);
IS(MAP_SHARED | MAP_PRIVATE << 2, 9);
IS(SBRK_EAGER | SBRK_LAZY << 2, 9);

IS(NPROC, 64);
IS(NCPU, 8);
IS(NOFILE, 16);
IS(NFILE, 100);
IS(NINODE, 50);
IS(NDEV, 10);
IS(ROOTDEV, 1);
IS(MAXARG, 32);
IS(MAXOPBLOCKS, 10);
IS(LOGSIZE, 30);
IS(LOGBLOCKS, 30);
IS(NBUF, 30);
IS(MAXPATH, 128);
IS(USERSTACK, 1);

IS(BSIZE, 1024);
IS(ROOTINO, 1);
IS(FSMAGIC, 0x10203040);
#ifdef LAB_FS
IS(FSSIZE, 200000);
IS(NDIRECT, 11);
IS(MAXFILE, 65803);
#else
IS(FSSIZE, 2000);
IS(NDIRECT, 12);
IS(MAXFILE, 268);
#endif
IS(NINDIRECT, 256);
IS(IPB, 16);
IS(BPB, 8192);
IS(DIRSIZ, 14);
IS(NLINK_MAX, 32767);
IS(CONSOLE, 1);
IS(STATS, 2);
IS(major(mkdev(3, 4)), 3);
IS(minor(mkdev(3, 4)), 4);

IS(PGSHIFT, 12);
IS(PGSIZE, 4096);
IS(SUPERPGSIZE, 2 << 20);
IS(PGROUNDUP(1), 4096);
IS(PGROUNDUP(4096), 4096);
IS(PGROUNDDOWN(4097), 4096);
IS(PGROUNDUP(0x3fffffd001ul), 0x3fffffe000ul);
IS(SUPERPGROUNDUP(0x200001ul), 0x400000);
IS(SUPERPGROUNDUP(0x200000ul), 0x200000);
IS(SUPERPGROUNDDOWN(0x200001ul), 0x200000);
IS(SUPERPGROUNDDOWN(0x3ffffful), 0x200000);
IS(SUPERPGROUNDDOWN(0x400000ul), 0x200000);
IS(MAXVA, 0x4000000000);
IS(TRAMPOLINE, 0x3ffffff000);
IS(TRAPFRAME, 0x3fffffe000);
IS(USYSCALL, 0x3fffffd000);
#ifdef LAB_PGTBL
IS(UTOP, USYSCALL);
#else
IS(UTOP, TRAPFRAME);
#endif
IS(KSTACK(0), 0x3fffffd000);
IS(KSTACK(63), 0x3ffff7f000);
IS(KERNBASE, 0x80000000);
IS(PHYSTOP, 0x88000000);
IS(UART0, 0x10000000);
IS(UART0_IRQ, 10);
IS(VIRTIO0, 0x10001000);
IS(VIRTIO0_IRQ, 1);
IS(E1000_IRQ, 33);
IS(PLIC, 0xc000000);
IS(CLINT, 0x2000000);
IS(PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_G | PTE_A | PTE_D, 0xff);
IS(PTE_LEAF(PTE_V | PTE_X), 1);
IS(PTE_LEAF(0x21fcf4d7ul), 1);
IS(PTE_LEAF(PTE_V | PTE_U | PTE_A | PTE_D), 0);
IS(PTE2PA(0x21fcf45bul), 0x87f3d000);
IS(PA2PTE(0x87f3d000ul), 0x21fcf400);
IS(PTE_FLAGS(0x21fcf45bul), 0x5b);
IS(PXMASK, 0x1ff);
IS(PXSHIFT(1), 21);
IS(PX(2, TRAPFRAME), 255);
IS(PX(0, TRAPFRAME), 510);

IS(SYS_fork, 1);
IS(SYS_sbrk, 12);
IS(SYS_sleep, 13);
IS(SYS_pause, 13);
IS(SYS_open, 15);
IS(SYS_close, 21);
IS(SYS_trace, 22);
IS(SYS_sysinfo, 23);
IS(SYS_sigalarm, 24);
IS(SYS_sigreturn, 25);
IS(SYS_mmap, 27);
IS(SYS_munmap, 28);
IS(SYS_sync > 63, 1);

/* Names that the kernel has, too. */
#undef MAXVA
#undef TRAMPOLINE
#undef TRAPFRAME
#undef USYSCALL
#include "../../kernel/uapi/layout.h"
#include "../../kernel/uapi/limits.h"
IS(NPROC, 64);
IS(NOFILE, 16);
IS(NFILE, 100);
IS(NINODE, 50);
IS(NDEV, 10);
IS(MAXARG, 32);
IS(MAXPATH, 128);
IS(CONSOLE, 1);
IS(TRAPFRAME, 0x3fffffe000);

/* --- functions, by what they take --------------------------------------- */

struct calls {
	int (*none[10])(void);
	int (*one_int[12])(int);
	int (*path[3])(const char *);
	int (*two_paths[2])(const char *, const char *);
	char *(*memory[2])(int);
};

static const struct calls calls = {
	{ fork, getpid, uptime, sigreturn, ugetpid, rwlktest, sync },
	{ kill, sleep, pause, close, dup, trace, cpupin },
	{ unlink, mkdir, chdir },
	{ link, symlink },
	{ sbrk, sbrklazy },
};

static void (*const quit)(int) __attribute__((noreturn)) = exit;
static int (*const wait_for)(int *) = wait;
static int (*const run)(const char *, char **) = exec;
static int (*const pipe_of)(int *) = pipe;
static int (*const read_of)(int, void *, int) = read;
static int (*const write_of)(int, const void *, int) = write;
static int (*const open_of)(const char *, int) = open;
static int (*const fstat_of)(int, struct stat *) = fstat;
static int (*const stat_of)(const char *, struct stat *) = stat;
static int (*const mknod_of)(const char *, short, short) = mknod;
static int (*const info_of)(struct sysinfo *) = sysinfo;
static int (*const alarm_of)(int, void (*)()) = sigalarm;
static int (*const access_of)(void *, int, void *) = pgaccess;
static uint64 (*const pte_of)(void *) = pgpte;
static void (*const table)(void) = kpgtbl, (*const table_2026)(void) = vmprint;
static int (*const rwlktest_2026)(int) = rwlktest;
static int (*const super_of)(uint64 *, uint64 *) = ksupernpte;
static int (*const interpose_of)(int, const char *) = interpose;
static void *(*const map_of)(void *, size_t, int, int, int, off_t) = mmap;
static int (*const unmap)(void *, size_t) = munmap;
static int (*const connect_of)(uint32, uint16, uint16) = connect;
static int (*const bind_of)(uint16) = bind, (*const unbind_of)(uint16) = unbind;
static int (*const send_of)(uint16, uint32, uint16, char *, uint32) = send;
static int (*const recv_of)(uint16, uint32 *, uint16 *, char *, uint32) = recv;
static int (*const statistics_of)(void *, int) = statistics;
static char *(*const brk)(int, int) = sys_sbrk;
static void (*const print)(const char *, ...) = printf;
static void (*const print_to)(int, const char *, ...) = fprintf;
static void *(*const get)(uint) = malloc;
static void (*const give)(void *) = free;
static uint (*const length)(const char *) = strlen;
static char *(*const find)(const char *, char) = strchr;
static int (*const compare)(const char *, const char *) = strcmp;
static char *(*const copy)(char *, const char *) = strcpy;
static void *(*const fill)(void *, int, uint) = memset;
static void *(*const move)(void *, const void *, int) = memmove;
static void *(*const move_apart)(void *, const void *, uint) = memcpy;
static int (*const compare_bytes)(const void *, const void *, uint) = memcmp;
static int (*const number)(const char *) = atoi;
static int (*const thread_of)(void *(*)(void *), void *) = thread_create;
static int (*const join_of)(int, void **) = thread_join;
static void (*const leave_with)(void *) __attribute__((noreturn)) = thread_exit;
static int (*const ids[])(void) = { thread_self, gettid };
static void (*const mutexes[])(struct mutex *) = { mutex_init, mutex_lock, mutex_unlock };
static int (*const try_of)(struct mutex *) = mutex_trylock;
static void (*const conds[])(struct cond *) = { cond_init, cond_signal, cond_broadcast };
static void (*const wait_cond)(struct cond *, struct mutex *) = cond_wait;
static int (*const clone_of)(void (*)(void *), void *, void *, void *) = clone;
static void (*const leave_of)(uint64) __attribute__((noreturn)) = leave;
static int (*const join_raw)(int, uint64 *, int) = join;
static int (*const futex_of)(int *, int, int, uint64) = futex;
static char *(*const line)(char *, int) = gets;

static const void *const volatile all[] = {
	&calls,         &quit,          &wait_for,  &run,        &pipe_of,  &read_of,
	&write_of,      &open_of,       &fstat_of,  &stat_of,    &mknod_of, &info_of,
	&alarm_of,      &access_of,     &pte_of,    &table,      &map_of,   &interpose_of,
	&unmap,         &connect_of,    &bind_of,   &unbind_of,  &send_of,  &recv_of,
	&statistics_of, &brk,           &print,     &print_to,   &get,      &give,
	&length,        &find,          &compare,   &copy,       &fill,     &move,
	&move_apart,    &compare_bytes, &number,    &line,       &super_of, &table_2026,
	&rwlktest_2026, &thread_of,     &join_of,   &leave_with, &ids,      &mutexes,
	&try_of,        &conds,         &wait_cond, &clone_of,   &leave_of, &join_raw,
	&futex_of,
};

int main(void)
{
	int wrong = 0;

	for (uint i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!all[i])
			wrong++;
	if (r_sp() % 16 || r_sp() >= (uint64)sbrk(0))
		wrong++;
	if (r_fp() <= r_sp() || !r_ra() || r_tp() == r_sp())
		wrong++;
	if (sbrk(0) == SBRK_ERROR)
		wrong++;
	print("names: %d wrong\n", wrong);
	return wrong;
}
