/* program.c - see program.h. */
#include "proc/program/program.h"

#include "core/thread.h"
#include "fs/fs.h"
#include "lib/assert.h"
#include "lib/stub.h"
#include "lib/string.h"
#include "mm/phys/slab.h"
#include "mm/uaccess.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/snapshot.h"

#define NUMBERS (LAB_NUMBER_LAST - LAB_NUMBER_FIRST + 1)

/* An answer in one word, so that those who share a program need no lock: the address of the
 * ecall from bit ANSWER_VA on, how it was found from ANSWER_HOW on, and the call below.  0:
 * there is none yet.  A number that is used at another address is looked up again. */
#define ANSWER_VA 16
#define ANSWER_HOW 8

/* (C) constant  (A) atomic */
struct program {
	u32 refs;            /* (A) */
	u32 version;         /* (C) of the file's contents, at exec */
	struct inode *file;  /* (C) */
	u64 answer[NUMBERS]; /* (A) by number, from LAB_NUMBER_FIRST on */
};

static struct slab_cache programs;

void program_init(void)
{
	slab_init(&programs, "programs", sizeof(struct program));
	slab_keep(&programs, NPROC);
}

struct program *program_new(struct inode *file)
{
	struct program *pr = slab_alloc(&programs, 0);

	if (!pr) {
		inode_put(file);
		return NULL;
	}
	pr->refs = 1;
	pr->file = file;
	pr->version = inode_version(file);
	return pr;
}

struct program *program_get(struct program *pr)
{
	__atomic_add_fetch(&pr->refs, 1, __ATOMIC_RELAXED);
	return pr;
}

void program_put(struct program *pr)
{
	if (__atomic_sub_fetch(&pr->refs, 1, __ATOMIC_ACQ_REL))
		return;
	inode_put(pr->file);
	slab_free(&programs, pr);
}

/* --- finding out -------------------------------------------------------------------- */

static s64 program_read_file(void *file, void *dst, u64 off, u64 n)
{
	s64 got = inode_read(file, dst, off, n);

	return sched_point_killed() ? -EINTR : got;
}

static bool program_read_memory(va_t va, void *dst, u64 n)
{
	return !sched_point_killed() && !copyin(dst, uptr(va), n);
}

static bool program_is_call(const char *name)
{
	return syscall_number(name) != 0;
}

/* The name of the code at @va in the file.  1, 0 or -errno. */
static int program_name_at(struct program *pr, va_t va, char name[SYMTAB_NAME_MAX])
{
	const struct symtab_file f = { program_read_file, pr->file };

	if (inode_version(pr->file) != pr->version)
		return 0;
	return symtab_name_at(&f, va, program_is_call, name);
}

int program_line(struct program *pr, va_t pc, struct line_place *out)
{
	const struct symtab_file f = { program_read_file, pr->file };
	struct stat st;

	if (inode_version(pr->file) != pr->version)
		return 0;
	inode_stat(pr->file, &st);
	return lines_find(&f, st.size, pc, out);
}

/* The call named @name that a program means which uses @number for it. */
static u32 program_named_call(const char *name, u32 number)
{
	/* 2026 has a pgaccess() that differs from that of 2021 to 2023. */
	if (number >= 38 && !strcmp(name, "pgaccess"))
		return NR_pgaccess2026;
	return syscall_number(name);
}

/* Returns the call, or 0, and *how it was found; -errno. */
static int program_find_call(struct program *pr, u32 number, va_t ecall, u64 *how)
{
	char name[SYMTAB_NAME_MAX];
	const char *by_run;
	struct stub stub;
	int found;

	*how = SNAP_CALL_BY_TABLE;
	if (!stub_find(program_read_memory, ecall, number, &stub))
		return (int)syscall_of_lab_number(number);
	found = program_name_at(pr, stub.start, name);
	if (found < 0)
		return found;
	if (found) {
		*how = SNAP_CALL_BY_NAME;
		return (int)program_named_call(name, number);
	}
	by_run = stub_name_by_run(program_read_memory, &stub);
	if (!by_run)
		return (int)syscall_of_lab_number(number);
	*how = SNAP_CALL_BY_RUN;
	return (int)program_named_call(by_run, number);
}

/* --- answers ------------------------------------------------------------------------ */

static u64 *program_slot(struct program *pr, u32 number)
{
	return &pr->answer[number - LAB_NUMBER_FIRST];
}

int program_call(struct program *pr, u32 number, va_t ecall)
{
	u64 answer = __atomic_load_n(program_slot(pr, number), __ATOMIC_RELAXED), how;
	int call;

	if (answer && answer >> ANSWER_VA == ecall)
		return (u8)answer;
	call = program_find_call(pr, number, ecall, &how);
	if (call >= 0 && sched_point_killed())
		call = -EINTR; /* what could not be read is no answer */
	if (call < 0)
		return call;
	ASSERT((u32)call <= UINT8_MAX);
	__atomic_store_n(program_slot(pr, number),
			 ecall << ANSWER_VA | how << ANSWER_HOW | (u64)call,
			 __ATOMIC_RELAXED);
	return call;
}

int program_call_of_other(struct program *pr, u32 used, va_t ecall, u32 number)
{
	struct stub stub, other;
	u64 how;
	int call;

	if (!stub_find(program_read_memory, ecall, used, &stub) ||
	    !stub_in_run(program_read_memory, &stub, number, &other))
		return sched_point_killed() ? -EINTR : -ENOENT;
	call = program_find_call(pr, number, other.ecall, &how);
	if (call >= 0 && sched_point_killed())
		call = -EINTR;
	return call >= 0 && how == SNAP_CALL_BY_TABLE ? -ENOENT : call;
}

/* --- for those who look ------------------------------------------------------------- */

/* exit and exec take p->program away under proc_lock before they put it. */
struct program *program_of(int pid, struct procinfo *who)
{
	struct program *pr = NULL;
	struct proc *p;

	spin_lock(&proc_lock);
	p = pid ? proc_find(pid) : proc_current();
	if (p && p->parent && p->program) {
		pr = program_get(p->program);
		who->pid = p->pid;
		strlcpy(who->name, p->thread.name, sizeof(who->name));
	}
	spin_unlock(&proc_lock);
	return pr;
}

bool program_answer(struct program *pr, u32 number, struct program_answer *out)
{
	u64 answer = __atomic_load_n(program_slot(pr, number), __ATOMIC_RELAXED);
	u64 li = number < 32 ? 2 : 4;

	if (!answer)
		return false;
	*out = (struct program_answer){
		.ecall = answer >> ANSWER_VA,
		.how = answer >> ANSWER_HOW & UINT8_MAX,
		.call = (u8)answer,
	};
	/* The stub begins with a `li` of 2 or 4 bytes. */
	if (out->how == SNAP_CALL_BY_NAME &&
	    program_name_at(pr, out->ecall - li, out->name) != 1 &&
	    program_name_at(pr, out->ecall - 4, out->name) != 1)
		out->name[0] = '\0';
	return true;
}
