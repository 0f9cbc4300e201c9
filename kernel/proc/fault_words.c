/* fault_words.c - see fault_words.h; pure. */

#include "proc/fault_words.h"

#include "arch/riscv/csr.h"
#include "lib/fmt.h"

#define OPCODE(insn) ((insn)&0x7f)
#define FUNCT3(insn) ((insn) >> 12 & 7)
#define OP_LOAD_FP 0x07
#define OP_STORE_FP 0x27
#define OP_FMADD 0x43 /* and FMSUB, FNMSUB, FNMADD in steps of 4 */
#define OP_FNMADD 0x4f
#define OP_FP 0x53
#define OP_V 0x57
#define OP_SYSTEM 0x73
#define CSR_FFLAGS 0x001
#define CSR_VSTART 0x008
#define CSR_VCSR 0x00f
#define CSR_VL 0xc20
#define CSR_VLENB 0xc22

/* Whether a load or store has a width of scalars (fh, fw, fd, fq), not of vectors. */
static bool insn_width_is_scalar(u32 insn)
{
	return FUNCT3(insn) >= 1 && FUNCT3(insn) <= 4;
}

static bool insn_is_float(u32 insn)
{
	u32 op = OPCODE(insn), csr = insn >> 20;

	if (!insn_is_long(insn)) /* c.fld, c.fsd, c.fldsp, c.fsdsp */
		return !(insn & 1) && (insn >> 13 & 3) == 1;
	if (op == OP_LOAD_FP || op == OP_STORE_FP)
		return insn_width_is_scalar(insn);
	if (op == OP_SYSTEM)
		return FUNCT3(insn) && csr >= CSR_FFLAGS && csr <= CSR_FCSR;
	return (op >= OP_FMADD && op <= OP_FNMADD) || op == OP_FP;
}

static bool insn_is_vector(u32 insn)
{
	u32 op = OPCODE(insn), csr = insn >> 20;

	if (op == OP_LOAD_FP || op == OP_STORE_FP)
		return !insn_width_is_scalar(insn);
	if (op == OP_SYSTEM)
		return FUNCT3(insn) && ((csr >= CSR_VSTART && csr <= CSR_VCSR) ||
					(csr >= CSR_VL && csr <= CSR_VLENB));
	return op == OP_V;
}

static void fault_illegal_words(char *words, const struct fault *f)
{
	const char *why = "";

	if (insn_is_vector(f->insn))
		why = ": this kernel has vectors switched off";
	else if (f->without_fp && insn_is_float(f->insn))
		why = ": this machine has no floating point";
	fmt_snprintf(words, FAULT_WORDS_MAX, "illegal instruction 0x%0*x at 0x%lx%s",
		     insn_is_long(f->insn) ? 8 : 4, f->insn, f->pc, why);
}

/* What the program tried at the address in tval; NULL: tval holds no such address. */
static const char *fault_cause_access(u64 cause)
{
	static const char *const name[] = {
		[EXC_INSN_MISALIGNED] = "jump to the misaligned address",
		[EXC_INSN_ACCESS] = "access fault at the execution of",
		[EXC_LOAD_MISALIGNED] = "misaligned read of",
		[EXC_LOAD_ACCESS] = "access fault at a read of",
		[EXC_STORE_MISALIGNED] = "misaligned write to",
		[EXC_STORE_ACCESS] = "access fault at a write to",
		[EXC_INSN_PAGE] = "execution of",
		[EXC_LOAD_PAGE] = "read of",
		[EXC_STORE_PAGE] = "write to",
	};

	return cause < sizeof(name) / sizeof(name[0]) ? name[cause] : NULL;
}

void fault_words(char words[FAULT_WORDS_MAX], const struct fault *f)
{
	const char *access = fault_cause_access(f->cause);

	if (f->cause == EXC_ILLEGAL)
		fault_illegal_words(words, f);
	else if (f->cause == EXC_BREAKPOINT)
		fmt_snprintf(words, FAULT_WORDS_MAX, "breakpoint (ebreak) at 0x%lx", f->pc);
	else if (access && f->tval == f->pc)
		fmt_snprintf(words, FAULT_WORDS_MAX, "%s 0x%lx", access, f->tval);
	else if (access)
		fmt_snprintf(words, FAULT_WORDS_MAX, "%s 0x%lx by the instruction at 0x%lx",
			     access, f->tval, f->pc);
	else
		fmt_snprintf(words, FAULT_WORDS_MAX, "exception %lu at 0x%lx", f->cause,
			     f->pc);
}
