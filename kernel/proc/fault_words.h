/* fault_words.h - the fault that kills a program, in words. */
#pragma once

#include "lib/types.h"

#define FAULT_WORDS_MAX 128 /* with the NUL */

struct fault {
	u64 cause, tval, pc;
	u32 insn;        /* of an illegal instruction; 0: unknown, or zero */
	bool without_fp; /* the machine has no floating point              */
};

static inline bool insn_is_long(u32 insn)
{
	return (insn & 3) == 3;
}

/* Writes "illegal instruction 0x0000 at 0x10" and the like, cut off if it does not fit. */
void fault_words(char words[FAULT_WORDS_MAX], const struct fault *f);
