/* sandbox.h - interpose(): system calls that a process and its children may not make any
 * more.
 *
 * A process has a mask, in which bit n stands for call n, and a path that it may open and
 * run in spite of the mask.  fork copies both, exec keeps them.  Later calls of interpose()
 * add bits to the mask.  Nothing takes bits away or changes the path.
 *
 * The program that calls interpose() speaks of its own numbers.  So for a bit from 22 on
 * it is found out at once which call it is, from that program's stub for the number
 * (program/program.h).  That call is masked, by whatever number a program asks for it.
 * Without such a stub the bit masks the number, and what LAB_NUMBERS has for it. */
#pragma once

#include "lib/types.h"

struct proc;

struct sandbox_mask {
	u64 calls[2]; /* bit n: call n, whatever number is used  */
	u32 numbers;  /* bit n: number n, whatever call it means */
};

/* At boot. */
void sandbox_init(void);

/* Whether @p may not make call @number, for which its program used the number @used. */
bool sandbox_masks(const struct proc *p, u32 used, u32 number);

/* Does what is left of call @number, which is masked: open and exec work for the one path.
 * @arg: its arguments.  Returns its result, or -EPERM.  Sleeps. */
s64 sandbox_masked_call(u32 number, const u64 arg[6]);

/* fork: @child, which has never run, gets what @parent has. */
void sandbox_fork(struct proc *child, const struct proc *parent);

/* exit. */
void sandbox_drop(struct proc *p);
