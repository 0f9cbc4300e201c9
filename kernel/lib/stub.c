/* stub.c - see stub.h. */
#include "lib/stub.h"

#include "lib/string.h"

#define LONG(half) (((half)&3) == 3) /* an instruction of 4 bytes begins so */
#define ECALL 0x00000073u
#define RET 0x00008067u
#define RET_SHORT 0x8082u
#define STUB_LEAST 8
#define STUB_MOST 12

#define XV6_SBRK 12
#define XV6_LAST_STUB 14 /* uptime, the last stub before those of the lab */
#define LAB_FIRST 22

/* --- one stub ------------------------------------------------------------- */

/* The instruction at @va: its bytes, or 0 (which is none) if they cannot be read. */
static u32 stub_instruction(stub_read read, va_t va)
{
	u16 half[2] = { 0, 0 };

	if (!read(va, &half[0], 2) || !LONG(half[0]))
		return half[0];
	return read(va + 2, &half[1], 2) ? half[0] | (u32)half[1] << 16 : 0;
}

static u64 stub_length(u32 insn)
{
	return LONG(insn) ? 4 : 2;
}

/* The number that @insn loads into a7; 0: it is another instruction. */
static u32 stub_loaded_number(u32 insn)
{
	if (!LONG(insn))
		return (insn & 0xff83) == 0x4881 ? insn >> 2 & 31 : 0; /* c.li */
	if ((insn & 0x800fffff) == 0x00000893)                         /* addi a7,zero,N */
		return insn >> 20;
	return 0;
}

/* Decodes the stub that starts at @va, if there is one. */
static bool stub_at(stub_read read, va_t va, struct stub *s)
{
	u32 insn = stub_instruction(read, va);

	s->start = va;
	s->number = stub_loaded_number(insn);
	if (!s->number)
		return false;
	va += stub_length(insn);
	s->ecall = va;
	if (stub_instruction(read, va) != ECALL)
		return false;
	va += 4;
	insn = stub_instruction(read, va);
	s->end = va + stub_length(insn);
	return insn == RET || insn == RET_SHORT;
}

bool stub_find(stub_read read, va_t ecall, u32 number, struct stub *out)
{
	for (u64 length = 2; length <= 4; length += 2) {
		u32 insn = stub_instruction(read, ecall - length);

		if (stub_length(insn) == length && stub_loaded_number(insn) == number &&
		    stub_at(read, ecall - length, out))
			return true;
	}
	return false;
}

/* --- the run of stubs ------------------------------------------------------- */

static bool stub_before(stub_read read, const struct stub *s, struct stub *before)
{
	for (u64 length = STUB_LEAST; length <= STUB_MOST; length += 2) {
		if (stub_at(read, s->start - length, before) && before->end == s->start)
			return true;
	}
	return false;
}

bool stub_in_run(stub_read read, const struct stub *in, u32 number, struct stub *out)
{
	struct stub at = *in;
	u32 n;

	for (n = 0; n < STUB_RUN && at.number != number; n++) {
		if (!stub_before(read, &at, out))
			break;
		at = *out;
	}
	if (at.number != number)
		at = *in;
	for (n = 0; n < STUB_RUN && at.number != number; n++) {
		if (!stub_at(read, at.end, out))
			break;
		at = *out;
	}
	*out = at;
	return at.number == number;
}

struct stub_run {
	u32 n;                 /* stubs of the lab, after the one of XV6_LAST_STUB */
	u8 number[STUB_RUN];   /* theirs, each from LAB_FIRST on */
	va_t sbrk;             /* where the stub of XV6_SBRK is */
	struct stub lab_first; /* the first of the lab */
};

/* Reads the end of the run that @s is in: the stubs of the lab.  False: the run is not as
 * usys.pl makes it. */
static bool stub_read_run(stub_read read, const struct stub *s, struct stub_run *run)
{
	struct stub at = *s, before = *s;
	u32 n = 0;

	while (at.number >= LAB_FIRST && n++ < STUB_RUN &&
	       stub_before(read, &at, &before)) {
		run->lab_first = at;
		at = before;
	}
	if (at.number != XV6_LAST_STUB)
		return false;
	for (n = 0; at.number != XV6_SBRK && n < STUB_RUN; n++) {
		if (!stub_before(read, &at, &before))
			return false;
		at = before;
	}
	run->sbrk = at.start;
	at = run->lab_first;
	for (run->n = 0; run->n < STUB_RUN && at.number >= LAB_FIRST; run->n++) {
		if (at.number > UINT8_MAX)
			return false;
		run->number[run->n] = (u8)at.number;
		if (!stub_at(read, at.end, &at))
			at.number = 0;
	}
	return at.number == 0;
}

/* --- calls of sbrk ------------------------------------------------------------ */

#define SCAN_PIECE 128 /* bytes read together: they are on the kernel's stack */
#define SCAN_ON 6      /* bytes of a call that may lie after them */
#define SCAN_BACK 16   /* bytes before a call in which its second argument is loaded */

static bool stub_is_mode(u32 insn)
{
	switch (insn) {
	case 0x4585: /* c.li a1,1 */
	case 0x4589: /* c.li a1,2 */
	case 0x00100593:
	case 0x00200593:
		return true;
	default:
		return false;
	}
}

static u32 stub_word(const u8 *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (u32)at[3] << 24;
}

/* Whether the bytes @at are a call of @to from @va: `jal ra,to`, or as programs that were
 * compiled with -mno-relax have it, `auipc ra,HIGH; jalr ra,LOW(ra)`. */
static bool stub_is_call(const u8 *at, va_t va, va_t to)
{
	u32 off = (u32)(to - va), insn = stub_word(at);

	if ((insn & 0xfff) == 0x0ef)
		return insn >> 12 == ((off >> 12 & 0xff) | (off >> 11 & 1) << 8 |
				      (off >> 1 & 0x3ff) << 9 | (off >> 20 & 1) << 19);
	return insn == (((off + 0x800) & 0xfffff000) | 0x097) &&
	       stub_word(at + 4) == (off << 20 | 0x080e7);
}

/* Whether one of the instructions before @at, which is a call, loads 1 or 2 into a1. */
static bool stub_passes_mode(const u8 *at, u64 back)
{
	for (u64 i = 2; i <= back; i += 2) {
		const u8 *b = at - i;

		if (stub_is_mode(b[0] | (u32)b[1] << 8) ||
		    (i >= 4 && stub_is_mode(stub_word(b))))
			return true;
	}
	return false;
}

/* Whether the program calls the stub at @sbrk with a mode, 1 or 2, wherever it does so.
 * Programs of 2025 and later do; in earlier ones sbrk() has one argument.  Not if it never
 * calls the stub. */
static bool stub_sbrk_has_mode(stub_read read, va_t sbrk)
{
	u8 piece[SCAN_BACK + SCAN_PIECE + SCAN_ON] = { 0 };
	u8 *fresh = piece + SCAN_BACK;
	bool found = false;

	for (va_t va = 0; va < STUB_SCAN_MAX && read(va, fresh, SCAN_PIECE);
	     va += SCAN_PIECE) {
		/* A call may go on in the next piece. */
		if (!read(va + SCAN_PIECE, fresh + SCAN_PIECE, SCAN_ON))
			memset(fresh + SCAN_PIECE, 0, SCAN_ON);
		for (u64 i = 0; i < SCAN_PIECE; i += 2) {
			if (!stub_is_call(fresh + i, va + i, sbrk))
				continue;
			if (!stub_passes_mode(fresh + i, SCAN_BACK))
				return false;
			found = true;
		}
		memcpy(piece, fresh + SCAN_PIECE - SCAN_BACK, SCAN_BACK);
	}
	return found;
}

/* --- years -------------------------------------------------------------------- */

/* The lab's stubs that only programs of these years have. */
static const u8 run_2020[] = { 29 }, run_2021[] = { 29, 30 };
static const u8 run_2024[] = { 29, 30, 31, 32, 33, 34 };
static const u8 run_2025_lock[] = { 29, 30, 31, 32, 33, 34, 35, 36 };
static const u8 run_2026[] = { 22, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39 };

enum stub_year { YEAR_UNKNOWN, YEAR_2020, YEAR_2024, YEAR_2025, YEAR_2026, NYEARS };

/* What the numbers of those runs mean; and from 2025 on, what students call the others.
 * No lab of these years has a trace(), though 2026 reserves the number 23 for it. */
static const char *const names[NYEARS][18] = {
	[YEAR_2020] = { [29 - LAB_FIRST] = "connect", "pgaccess" },
	[YEAR_2024] = { [29 - LAB_FIRST] = "bind",
			"unbind",
			"send",
			"recv",
			"pgpte",
			"kpgtbl",
			"rwlktest",
			"cpupin" },
	[YEAR_2025] = { [23 - LAB_FIRST] = "interpose" },
	[YEAR_2026] = { "sync", "interpose", "interpose", "sigalarm", "sigreturn",
			"symlink", "mmap", "munmap", "bind", "unbind", "send", "recv",
			"pgpte", "vmprint", "rwlktest", "cpupin", "pgaccess",
			"ksupernpte" },
};

#define RUN_IS(run, numbers) \
	((run)->n == sizeof(numbers) && !memcmp((run)->number, numbers, sizeof(numbers)))

static enum stub_year stub_year_of_run(stub_read read, const struct stub_run *run)
{
	if (RUN_IS(run, run_2020) || RUN_IS(run, run_2021))
		return YEAR_2020;
	if (RUN_IS(run, run_2024) || RUN_IS(run, run_2025_lock))
		return YEAR_2024;
	if (RUN_IS(run, run_2026))
		return YEAR_2026;
	/* 2026 has sync at 22, and the student's stubs after it.  To 2024 the numbers were
	 * those of trace and sysinfo, in programs with the sbrk() of their time. */
	if (run->number[0] > 23 || !stub_sbrk_has_mode(read, run->sbrk))
		return YEAR_UNKNOWN;
	return run->number[0] == 22 ? YEAR_2026 : YEAR_2025;
}

const char *stub_name_by_run(stub_read read, const struct stub *stub)
{
	u32 index = stub->number - LAB_FIRST;
	struct stub_run run;

	if (index >= ARRAY_SIZE(names[0]) || !stub_read_run(read, stub, &run))
		return NULL;
	return names[stub_year_of_run(read, &run)][index];
}
