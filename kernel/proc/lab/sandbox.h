/* sandbox.h - interpose(): system calls that a process and its children may not make any
 * more.
 *
 * A process has a mask, in which bit n stands for call n, and a path that it may open and
 * run in spite of the mask.  fork copies both, exec keeps them.  Later calls of interpose()
 * add bits to the mask.  Nothing takes bits away or changes the path. */
#pragma once

#include "lib/types.h"

struct proc;

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
