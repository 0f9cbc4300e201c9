/* unwind.c - see unwind.h.  Encodings: unprivileged specification, "RV32/64G Instruction
 * Set Listings" and "C" extension. */
#include "lib/unwind.h"

#define LONG(half) (((half)&3) == 3) /* an instruction of 4 bytes begins so */
#define BITS(x, high, low) ((x) >> (low) & ((1u << ((high) - (low) + 1)) - 1))

enum { ZERO, RA, SP, T0 = 5, S0 = 8 };

/* ADD: rd = rs1 + rs2 + imm, SUB: rd = rs1 - rs2, SHIFT: rd = rs1 << imm.  What is no
 * register is ZERO.  STORE: 8 bytes of rs2 to imm(rs1).  JUMP: to imm bytes from here;
 * JUMP_REGISTER: to rs1 + imm; rd is ZERO unless they are calls.  AUIPC: rd = imm + the
 * instruction's address. */
enum insn_op { OTHER, ADD, SUB, SHIFT, STORE, JUMP, JUMP_REGISTER, AUIPC };

struct insn {
	enum insn_op op;
	unsigned rd, rs1, rs2;
	s64 imm;
};

/* --- decoding ------------------------------------------------------------- */

static s64 insn_signed(u32 value, unsigned bits)
{
	return (s64)((u64)value << (64 - bits)) >> (64 - bits);
}

static struct insn insn_long(u32 i)
{
	unsigned rd = BITS(i, 11, 7), rs1 = BITS(i, 19, 15), rs2 = BITS(i, 24, 20);
	s64 upper = (s32)(i & 0xfffff000), imm = insn_signed(i >> 20, 12);

	switch (i & 0x707f) {
	case 0x0013: /* addi */
	case 0x001b: /* addiw */
		return (struct insn){ ADD, rd, rs1, ZERO, imm };
	case 0x1013: /* slli */
		return (struct insn){ SHIFT, rd, rs1, ZERO, imm & 63 };
	case 0x0033:
		if (BITS(i, 31, 25) == 0)
			return (struct insn){ ADD, rd, rs1, rs2, 0 };
		return (struct insn){ BITS(i, 31, 25) == 0x20 ? SUB : OTHER, rd, rs1, rs2,
				      0 };
	case 0x3023: /* sd */
		imm = insn_signed(BITS(i, 31, 25) << 5 | rd, 12);
		return (struct insn){ STORE, ZERO, rs1, rs2, imm };
	case 0x0067:
		return (struct insn){ JUMP_REGISTER, rd, rs1, ZERO, imm };
	}
	switch (i & 0x7f) {
	case 0x37: /* lui */
		return (struct insn){ ADD, rd, ZERO, ZERO, upper };
	case 0x17:
		return (struct insn){ AUIPC, rd, ZERO, ZERO, upper };
	case 0x6f:
		imm = insn_signed(BITS(i, 31, 31) << 20 | BITS(i, 19, 12) << 12 |
					  BITS(i, 20, 20) << 11 | BITS(i, 30, 21) << 1,
				  21);
		return (struct insn){ JUMP, rd, ZERO, ZERO, imm };
	}
	/* Loads and operations; what else has no register as its result. */
	if ((i & 0x7f) != 0x03 && (i & 0x57) != 0x13)
		rd = ZERO;
	return (struct insn){ OTHER, rd, rs1, rs2, 0 };
}

static s64 insn_short_jump(u32 i)
{
	return insn_signed(BITS(i, 12, 12) << 11 | BITS(i, 8, 8) << 10 |
				   BITS(i, 10, 9) << 8 | BITS(i, 6, 6) << 7 |
				   BITS(i, 7, 7) << 6 | BITS(i, 2, 2) << 5 |
				   BITS(i, 11, 11) << 4 | BITS(i, 5, 3) << 1,
			   12);
}

static struct insn insn_short(u32 i)
{
	unsigned rd = BITS(i, 11, 7), rs2 = BITS(i, 6, 2);
	s64 imm = insn_signed(BITS(i, 12, 12) << 5 | rs2, 6);

	switch (i & 0xe003) {
	case 0x0000: /* c.addi4spn */
		imm = BITS(i, 12, 11) << 4 | BITS(i, 10, 7) << 6 | BITS(i, 6, 6) << 2 |
		      BITS(i, 5, 5) << 3;
		return (struct insn){ ADD, BITS(i, 4, 2) + 8, SP, ZERO, imm };
	case 0x0001: /* c.addi */
	case 0x2001: /* c.addiw */
		return (struct insn){ ADD, rd, rd, ZERO, imm };
	case 0x4001: /* c.li */
		return (struct insn){ ADD, rd, ZERO, ZERO, imm };
	case 0x6001:
		if (rd != SP) /* c.lui */
			return (struct insn){ ADD, rd, ZERO, ZERO, imm * 4096 };
		imm = insn_signed(BITS(i, 12, 12) << 9 | BITS(i, 4, 3) << 7 |
					  BITS(i, 5, 5) << 6 | BITS(i, 2, 2) << 5 |
					  BITS(i, 6, 6) << 4,
				  10);
		return (struct insn){ ADD, SP, SP, ZERO, imm };
	case 0xa001:
		return (struct insn){ JUMP, ZERO, ZERO, ZERO, insn_short_jump(i) };
	case 0x0002: /* c.slli */
		return (struct insn){ SHIFT, rd, rd, ZERO, imm & 63 };
	case 0x8002:            /* c.jr, c.jalr, c.mv, c.add */
		if (!rs2 && rd) /* else c.ebreak */
			return (struct insn){ JUMP_REGISTER, BITS(i, 12, 12), rd, ZERO, 0 };
		return (struct insn){ ADD, rd, BITS(i, 12, 12) ? rd : ZERO, rs2, 0 };
	case 0xe002: /* c.sdsp */
		imm = BITS(i, 9, 7) << 6 | BITS(i, 12, 10) << 3;
		return (struct insn){ STORE, ZERO, SP, rs2, imm };
	}
	return (struct insn){ OTHER, ZERO, ZERO, ZERO, 0 };
}

/* Returns the length of the instruction at @va; 0: it cannot be read. */
static u64 insn_read(unwind_read read, va_t va, struct insn *out)
{
	u16 half[2] = { 0, 0 };

	if (va % 2 || !read(va, &half[0], 2))
		return 0;
	if (!LONG(half[0])) {
		*out = insn_short(half[0]);
		return 2;
	}
	if (!read(va + 2, &half[1], 2))
		return 0;
	*out = insn_long(half[0] | (u32)half[1] << 16);
	return 4;
}

/* --- what a function does ------------------------------------------------- */

struct unwind_state {
	struct unwind now;
	u64 deepest;   /* lowered, before an epilogue raises sp */
	u32 constants; /* a bit for each register whose value is known, for large frames */
	s32 constant[32]; /* its value */
	va_t routine_of;  /* in a routine that saves registers: the way back, or 0 */
};

static void unwind_add_to_sp(struct unwind_state *s, const struct insn *i)
{
	struct unwind *u = &s->now;
	u64 other = (u64)s->constant[i->rs2];
	u64 change = i->op == SUB ? 0 - other : other + (u64)i->imm;

	if (i->rs1 == SP && s->constants & 1u << i->rs2)
		u->lowered -= change;
	else if (i->rs1 == S0 && !i->rs2 && u->s0_base)
		u->lowered = 0 - change;
	else
		u->sp_lost = true;
	if ((s64)u->lowered > (s64)s->deepest)
		s->deepest = u->lowered;
}

static void unwind_compute(struct unwind_state *s, const struct insn *i)
{
	bool known = s->constants & 1u << i->rs1;
	u64 value = (u64)s->constant[i->rs1];

	if (i->rd == SP) {
		unwind_add_to_sp(s, i);
		return;
	}
	if (i->op == ADD && i->rd == S0 && i->rs1 == SP && !i->rs2 &&
	    (u64)i->imm == s->now.lowered)
		s->now.s0_base = true;
	s->constants &= ~(1u << i->rd);
	if (known && (i->op == SHIFT || (i->op == ADD && !i->rs2))) {
		value = i->op == SHIFT ? value << i->imm : value + (u64)i->imm;
		s->constant[i->rd] = (s32)value;
		s->constants |= 1u << i->rd;
	}
	s->constants |= 1u << ZERO;
	s->constant[ZERO] = 0;
}

static void unwind_store(struct unwind *u, const struct insn *i)
{
	if (i->rs1 == SP && i->rs2 == RA && !u->ra)
		u->ra = u->lowered - (u64)i->imm;
	if (i->rs1 == SP && i->rs2 == S0 && !u->s0)
		u->s0 = u->lowered - (u64)i->imm;
}

/* Returns where the code goes on that is looked at next: after the jump, as for the reader
 * of a listing.  Only the routines that save registers, `jal t0,__riscv_save_N`, are gone
 * through as they run. */
static va_t unwind_jump(struct unwind_state *s, const struct insn *i, va_t va, u64 length)
{
	va_t target = i->op == JUMP ? va + (u64)i->imm
				    : (u64)s->constant[i->rs1] + (u64)i->imm;
	bool known = i->op == JUMP || s->constants & 1u << i->rs1;

	if (known && i->rd == T0 && !s->routine_of) {
		s->routine_of = va + length;
		return target;
	}
	if (i->rd)
		return va + length;
	if (s->routine_of && i->op == JUMP)
		return target;
	if (s->routine_of) {
		va = s->routine_of;
		s->routine_of = 0;
		s->deepest = s->now.lowered;
		return va;
	}
	/* What follows is not reached from here, so sp is not raised there. */
	s->now.lowered = s->deepest;
	return va + length;
}

bool unwind_scan(unwind_read read, va_t start, va_t pc, struct unwind *out)
{
	struct unwind_state s = { .constants = 1u << ZERO };
	struct insn i;
	va_t va = start;

	for (u32 n = 0; va < pc || s.routine_of; n++) {
		u64 length = n < UNWIND_SCAN ? insn_read(read, va, &i) : 0;

		if (!length)
			return false;
		if (i.op == AUIPC) {
			i.op = ADD;
			i.imm += (s64)va;
		}
		if (i.op == JUMP || i.op == JUMP_REGISTER) {
			va = unwind_jump(&s, &i, va, length);
			continue;
		}
		if (i.op == STORE)
			unwind_store(&s.now, &i);
		else
			unwind_compute(&s, &i);
		va += length;
	}
	*out = s.now;
	return true;
}

/* --- calls ---------------------------------------------------------------- */

enum unwind_call unwind_call(unwind_read read, va_t ra, va_t start)
{
	struct insn i, before;
	va_t target;

	if (insn_read(read, ra - 2, &i) == 2 && i.op == JUMP_REGISTER && i.rd == RA)
		return CALL_OF_START;
	if (insn_read(read, ra - 4, &i) != 4 || i.rd != RA)
		return CALL_NONE;
	if (i.op == JUMP)
		target = ra - 4 + (u64)i.imm;
	else if (i.op != JUMP_REGISTER)
		return CALL_NONE;
	else if (insn_read(read, ra - 8, &before) != 4 || before.op != AUIPC ||
		 before.rd != i.rs1)
		return CALL_OF_START;
	else
		target = ra - 8 + (u64)before.imm + (u64)i.imm;
	return target == start ? CALL_OF_START : CALL_OF_ANOTHER;
}
