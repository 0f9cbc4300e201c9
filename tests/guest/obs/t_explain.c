/* t_explain.c - the kernel says why an access is refused. */
#include "mapping.h"
#include "uapi/access.h"
#include "vm.h"

enum { READ, WRITE, EXECUTE };

static char text[1024];

static long ask(int pid, word va, int access, void *buf, long size)
{
	return ecall_raw(pid, (long)va, access, (long)buf, size, 0, NR_EXPLAIN);
}

/* The same for this program, with another stack pointer. */
static long ask_with_sp(word sp, word va, int access)
{
	register long a0 __asm__("a0") = 0;
	register long a1 __asm__("a1") = (long)va;
	register long a2 __asm__("a2") = access;
	register long a3 __asm__("a3") = (long)text;
	register long a4 __asm__("a4") = sizeof(text);
	register long a7 __asm__("a7") = NR_EXPLAIN;
	register word t0 __asm__("t0") = sp;

	__asm__ volatile("mv t1, sp; mv sp, t0; ecall; mv sp, t1"
			 : "+r"(a0)
			 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a7), "r"(t0)
			 : "t1", "memory");
	return a0;
}

/* Whether text[], an answer of @n bytes, contains @words. */
static int has(long n, const char *words)
{
	long lines = 0, len = (long)strlen(words);
	int found = 0;

	EQ(n, (long)strlen(text));
	for (long i = 0; i < n; i++) {
		lines += text[i] == '\n';
		found |= strncmp(text + i, words, (size_t)len) == 0;
	}
	CHECK(lines >= 2 && lines <= 8);
	return found;
}

/* Whether the answer contains @words. */
static int says(word va, int access, const char *words)
{
	return has(ask(0, va, access, text, sizeof(text)), words);
}

/* What a program may do wrong, by kind of address.  NULL: it is not refused there. */
TEST(explain, knows_the_usual_causes)
{
	static const char constant[] = "hello";
	word sp = start_regs[2] & ~(PAGE - 1), brk = (word)sbrk(0, EAGER);
	word past = (brk + PAGE - 1) & ~(PAGE - 1);
	word readable = anon(1, PROT_READ), closed = anon(1, PROT_NONE);
	word code = anon(1, PROT_EXEC), hole = code - 512 * PAGE;
	const char *text_written = "a write to program text or constants";
	const char *null_or_text = "a null pointer, or a write to text";
	const char *wild = "a wild or stale pointer", *no_code = "to where no code is";
	const char *minus_1 = "the -1 of a failed call", *high = "no user address";
	const char *kernels = "are the kernel's", *can_only = "can only be read";
	const char *none = "under PROT_NONE", *data = "a jump into data";
	const char *overflow = "the guard page below the stack", *physical = "physical";
	const struct {
		word va;
		const char *cause[3];
	} table[] = {
		{ 0, { NULL, null_or_text, NULL } },
		{ 16, { NULL, null_or_text, NULL } },
		{ 255, { NULL, null_or_text, NULL } },
		{ 256, { NULL, text_written, NULL } },
		{ (word)etext - 4, { NULL, text_written, NULL } },
		{ (word)constant, { NULL, text_written, NULL } },
		{ (word)text, { NULL, NULL, data } },
		{ brk - 8, { NULL, NULL, data } },
		{ past, { "past the break", "past the break", no_code } },
		{ past + (1 << 20), { wild, wild, no_code } },
		{ hole, { wild, wild, no_code } },
		{ readable, { NULL, "a read-only mapping", data } },
		{ code, { "can only be executed", "a read-only mapping", NULL } },
		{ closed, { none, none, none } },
		{ sp - PAGE + 8, { overflow, overflow, no_code } },
		{ sp + 8, { NULL, NULL, data } },
		{ 0x80000000, { physical, physical, physical } },
		{ USYSCALL, { NULL, can_only, can_only } },
		{ TRAPFRAME, { kernels, kernels, kernels } },
		{ TRAMPOLINE, { kernels, kernels, kernels } },
		{ MAXVA, { high, high, no_code } },
		{ 1ul << 40, { high, high, no_code } },
		{ -PAGE, { minus_1, minus_1, no_code } },
		{ -1ul, { minus_1, minus_1, no_code } },
	};

	for (unsigned i = 0; i < COUNT(table); i++) {
		for (int access = READ; access <= EXECUTE; access++) {
			const char *cause = table[i].cause[access];

			if (!says(table[i].va, access,
				  cause ? cause : "nothing refuses it"))
				FAIL("%p, access %d: %s", (void *)table[i].va, access,
				     text);
		}
	}
	CHECK(says(brk - 8, EXECUTE, "X is clear"));
	CHECK(says(TRAPFRAME, READ, "U is clear"));
}

/* A child that has done @number(0, PAGE, @prot) to its first page, and runs elsewhere. */
static long child_after(long number, int prot)
{
	word code = anon(1, RW);
	long pid;

	*(volatile unsigned *)code = 0x73;               /* ecall */
	*(volatile unsigned short *)(code + 4) = 0xa001; /* j .   */
	EQ(protect(code, PAGE, PROT_READ | PROT_EXEC), 0);
	pid = must_fork();
	if (pid == 0) {
		register long a0 __asm__("a0") = 0;
		register long a1 __asm__("a1") = PAGE;
		register long a2 __asm__("a2") = prot;
		register long a7 __asm__("a7") = number;

		__asm__ volatile("jr %0" ::"r"(code), "r"(a0), "r"(a1), "r"(a2), "r"(a7));
	}
	EVENTUALLY(!has(ask((int)pid, 0, EXECUTE, text, sizeof(text)), "nothing refuses"),
		   100);
	EQ(unmap(code, PAGE), 0);
	return pid;
}

TEST(explain, first_page_that_is_not_text)
{
	static const struct {
		word va;
		int access;
		const char *data,
			*none; /* the cause when it is data; when it is not there */
	} table[] = {
		{ 0, READ, "nothing refuses it", "a null pointer" },
		{ 0, EXECUTE, "a null pointer", "a null pointer" },
		{ 16, EXECUTE, "a jump into data", "to where no code is" },
		{ PAGE - 1, WRITE, "program text or constants", "a null pointer" },
	};
	long data = child_after(NR_MPROTECT, PROT_READ), none = child_after(NR_MUNMAP, 0);

	for (unsigned i = 0; i < COUNT(table); i++) {
		word va = table[i].va;
		int access = table[i].access;

		CHECK(has(ask((int)data, va, access, text, sizeof(text)), table[i].data));
		CHECK(has(ask((int)none, va, access, text, sizeof(text)), table[i].none));
	}
	EQ(kill((int)data), 0);
	EQ(kill((int)none), 0);
	EQ(reap(data), KILLED);
	EQ(reap(none), KILLED);
}

/* Constants lie in the first pages, too; a write to them is no null pointer. */
TEST(explain, writes_to_constants)
{
	static const char constant[] = "hello";

	CHECK(says((word)constant, WRITE, "constants"));
	CHECK(!has((long)strlen(text), "null pointer"));
	CHECK(says(0x400, WRITE, "constants")); /* something in the first page */
	CHECK(!has((long)strlen(text), "null pointer"));
}

/* Variables larger than the stack: sp leaves it, and may come down into the program or pass
 * 0.  The cause is the same wherever the variables lie. */
TEST(explain, variables_larger_than_the_stack)
{
	static const word sizes[] = { 16, 5000, 20000, 1000000, 300ul << 20 };
	word stack = guard_page() + PAGE, code = (word)etext - 4;
	char words[64];

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		word sp = stack - sizes[i];

		format(words, sizeof(words), "sp is %lu bytes below the stack", sizes[i]);
		CHECK(has(ask_with_sp(sp, stack - 8, WRITE), words));
		if (sp > stack) /* it has passed 0 */
			CHECK(has(ask_with_sp(sp, sp, WRITE), words));
	}
	format(words, sizeof(words), "sp is %lu bytes below the stack", stack - code);
	CHECK(has(ask_with_sp(code, code, WRITE), words));
	/* Other accesses have other causes, wherever the stack pointer is. */
	CHECK(has(ask_with_sp(stack - 5000, 16, WRITE), "null pointer"));
	CHECK(has(ask_with_sp((word)text, 16, WRITE), "null pointer"));
	CHECK(has(ask_with_sp((word)text, (word)text, WRITE), "nothing refuses it"));
	CHECK(has(ask_with_sp(stack, guard_page() + 8, WRITE), "guard page"));
	CHECK(has(ask_with_sp(stack - 5000, guard_page(), EXECUTE), "no code"));
}

/* An access to a page that would be brought in is not refused.  An access past the end of a
 * file is. */
TEST(explain, pages_that_come_at_the_first_touch)
{
	word lazy = pages_new(2, LAZY);
	word file, shared;
	int fd;

	CHECK(says(lazy, WRITE, "nothing refuses it: the page comes at the first touch"));
	CHECK(says(lazy + PAGE, READ, "nothing refuses it: the page comes"));
	store8(lazy, 1);
	CHILD(7, exit(says(lazy, WRITE, "nothing refuses it") ? 7 : 1));
	/* A copy-on-write page is there already. */
	CHILD(7, exit(says(lazy, WRITE, "touch") ? 1 : 7));
	if (!booted("fork", "copy"))
		CHILD(7, exit(says(lazy, WRITE, "a write copies the page") ? 7 : 1));
	file_make("ex", 100, 1);
	fd = open("ex", O_RDWR);
	file = map(0, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
	shared = map(0, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	for (int i = 0; i < 2; i++) {
		CHECK(says(file, WRITE, "nothing refuses it"));
		CHECK(says(shared, WRITE, "nothing refuses it"));
		CHECK(says(file + PAGE, READ, "past the end"));
		CHECK(says(shared + PAGE, WRITE, "past the end"));
		load8(file);
		load8(shared);
	}
	EQ(unmap(file, 2 * PAGE), 0);
	EQ(unmap(shared, 2 * PAGE), 0);
	EQ(close(fd), 0);
	EQ(unlink("ex"), 0);
}

/* --- the explanation, the snapshot and the hardware agree ---------------- */

#define RET 0x8082 /* the instruction */

static const char *const fate_words[] = {
#define X(name, what) what,
	ACCESS_FATES(X)
#undef X
};

static void nothing(void)
{
}

static union {
	struct snap_header header;
	char bytes[SNAP_PIECE];
} piece;

static int fate_of(word va, int access)
{
	struct snap_entry *path = (struct snap_entry *)(&piece.header + 1);
	long n = snapshot(SNAP_PATH, 0, va, &piece, sizeof(piece));

	CHECK(n >= 1 && n <= 3);
	if (path[n - 1].fate[access] == FATE_SPURIOUS)
		return FATE_OK; /* the core may have to set A or D first */
	return path[n - 1].fate[access];
}

static void do_access(word va, int access)
{
	if (access == READ)
		load8(va);
	else if (access == WRITE)
		store8(va, RET & 0xff);
	else
		jump(va);
}

/* A child asks for the fate of the access, and then tries it.  @past_end: the area allows
 * it, but the file has no such page.  Returns the fate, or -1 if the child was killed. */
static int agree(word va, int access, int past_end)
{
	static volatile char *allowed;
	int fate, status;
	long pid;

	if (!allowed) /* shared with the children */
		allowed = (char *)map(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = must_fork();
	if (pid == 0) {
		volatile char here = 1; /* touches the stack before its fate is asked */

		(void)here;
		memset(text, 1, sizeof(text));
		memset(&piece, 1, sizeof(piece));
		fate = fate_of(va, access);
		*allowed = fate < FATE_FIRST_REFUSED && !past_end;
		if (!says(va, access, fate_words[fate]))
			FAIL("%p: access %d has fate %d, but not its words", (void *)va,
			     access, fate);
		if (has((long)strlen(text), "nothing refuses it") != *allowed)
			FAIL("%p: access %d has fate %d, but is explained as %s",
			     (void *)va, access, fate, *allowed ? "refused" : "allowed");
		do_access(va, access);
		exit(100 + fate);
	}
	status = reap(pid);
	EQ(status != KILLED, *allowed);
	return status == KILLED ? -1 : status - 100;
}

/* Whether a read, a write and an execution succeed, as three digits. */
static int happens(word va)
{
	int digits = 0;

	for (int access = READ; access <= EXECUTE; access++)
		digits = digits * 10 + (agree(va, access, 0) >= 0);
	return digits;
}

/* Memory with an instruction, under @prot. */
static word code_under(int prot)
{
	word va = anon(1, RW);

	*(volatile unsigned short *)va = RET;
	EQ(protect(va, PAGE, prot), 0);
	return va;
}

TEST(explain, agrees_with_the_snapshot_and_the_hardware)
{
	static const char constant[] = "hello";
	static volatile char zero;
	word eager = pages_new(1, EAGER), lazy = pages_new(2, LAZY);

	EQ(happens((word)nothing), 101);
	EQ(agree((word)constant, WRITE, 0), -1);
	EQ(happens((word)&zero), 110);
	EQ(happens(eager), 110);
	EQ(happens(lazy), 110);
	store8(lazy + PAGE, 1); /* a child's write copies it */
	EQ(happens(lazy + PAGE), 110);
	EQ(happens(start_regs[2] - 8), 110);
	EQ(happens(guard_page()), 0);
	EQ(happens(lazy + 2 * PAGE), 0);
	EQ(happens(USYSCALL), 100);
	EQ(happens(TRAPFRAME), 0);
	EQ(happens(TRAMPOLINE), 0);
	EQ(happens(1ul << 37), 0);
	EQ(happens(anon(1, RW)), 110);
	EQ(happens(anon(1, PROT_READ)), 100);
	EQ(happens(anon(1, PROT_NONE)), 0);
	EQ(happens(code_under(PROT_NONE)), 0);
	EQ(happens(code_under(PROT_EXEC)), 1);
	EQ(happens(code_under(PROT_READ | PROT_EXEC)), 101);
	EQ(happens(code_under(RW | PROT_EXEC)), 111);
}

/* The next write to a shared page that was written back faults, so that it is noticed, but
 * is not refused. */
TEST(explain, agrees_for_mapped_files)
{
	word private, shared, fixed;
	int fd;

	file_make("ex", 100, 1);
	fd = open("ex", O_RDWR);
	private = map(0, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
	shared = map(0, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	fixed = map(0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	for (int round = 0; round < 3; round++) {
		EQ(happens(private), 110);
		EQ(happens(shared), 110);
		EQ(happens(fixed), 100);
		for (int access = READ; access <= WRITE; access++) {
			EQ(agree(private + PAGE, access, 1), -1);
			EQ(agree(shared + PAGE, access, 1), -1);
		}
		load8(private);
		load8(fixed);
		if (round == 0)
			load8(shared);
		else
			store8(shared, 1);
		EQ(msync(shared, PAGE), 0);
		EQ(agree(shared, WRITE, 0), FATE_SHARED_WRITE);
	}
	EQ(unmap(private, 2 * PAGE), 0);
	EQ(unmap(shared, 2 * PAGE), 0);
	EQ(unmap(fixed, PAGE), 0);
	EQ(close(fd), 0);
	EQ(unlink("ex"), 0);
}

TEST(explain, bad_arguments)
{
	REFUSED(ask(0, 0, 3, text, sizeof(text)));
	REFUSED(ask(0, 0, -1, text, sizeof(text)));
	REFUSED(ask(0, 0, READ, text, 0));
	REFUSED(ask(0, 0, READ, (void *)0x80000000, 100));
	REFUSED(ask(0, 0, READ, (void *)TRAPFRAME, 100));
	REFUSED(ask(30000, 0, READ, text, sizeof(text)));
	REFUSED(ask(-1, 0, READ, text, sizeof(text)));
}

TEST(explain, answer_is_cut_to_the_buffer)
{
	memset(text, 'x', sizeof(text));
	EQ(ask(0, 0, READ, text, 10), 9);
	EQ(text[9], 0);
	EQ(text[10], 'x');
	CHECK(ask(1, 0, READ, text, sizeof(text)) > 0);
}
