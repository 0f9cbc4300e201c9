/* program.h - the file that a process runs, and the calls that it means by the numbers of
 * the labs.
 *
 * The numbers 22 to 63 mean different calls in different years of the labs and in what
 * students chose.  When a program first uses one, it is found out which call it means, from
 * the first of these that tells:
 *
 *	the name of the stub that made the call, in the program file's symbol table;
 *	the run of stubs around it (lib/stub.h);
 *	LAB_NUMBERS, the kernel's own table.
 *
 * The answer is kept until the last process that runs the program has ended or called exec.
 *
 * The file is kept, too, as if it was open, so its symbols can be read after its name was
 * removed.  If its contents have changed since exec, they are not looked at: the answer
 * then comes from the run of stubs or from the table.  Answers found before stay. */
#pragma once

#include "lib/lines.h"
#include "lib/symtab.h"
#include "lib/types.h"

struct inode;
struct procinfo;
struct program;

void program_init(void); /* at boot */

/* The program that the running process is about to start from @file, with one reference.
 * Takes over the caller's reference to @file, even if it fails.  NULL: no memory. */
struct program *program_new(struct inode *file) MUST_CHECK;

struct program *program_get(struct program *pr);
void program_put(struct program *pr); /* may sleep; no lock held */

/* The call that the running process, which runs @pr, means by @number, at the instruction
 * at @ecall: a number of the system call table, 0 if there is none, or -errno if the file
 * could not be read.  May sleep. */
int program_call(struct program *pr, u32 number, va_t ecall) MUST_CHECK;

/* The same for another number than @used, which made the call at @ecall: what the stub for
 * @number in the same run of stubs means, by its name or by the run.  -ENOENT: there is no
 * such stub, or neither tells.  Nothing is kept. */
int program_call_of_other(struct program *pr, u32 used, va_t ecall, u32 number) MUST_CHECK;

/* The function, and perhaps the source line, of the instruction at or around @pc: from the
 * line table of the file (lib/lines.h), if its contents are those of exec.  1; 0: not
 * known; -errno.  May sleep. */
int program_line(struct program *pr, va_t pc, struct line_place *out) MUST_CHECK;

/* --- for those who look ------------------------------------------------------------ */

/* What process @pid (0: the running one) runs, with a reference; *who gets its pid and
 * name.  NULL: there is no such process, or it has none now. */
struct program *program_of(int pid, struct procinfo *who) MUST_CHECK;

/* What is known about @number, 22 to 63.  False: it has not been used.  May sleep. */
struct program_answer {
	va_t ecall;                 /* the instruction that used it            */
	u32 how;                    /* enum snap_call_how (uapi/snapshot.h)    */
	int call;                   /* 0: none                                 */
	char name[SYMTAB_NAME_MAX]; /* of the stub, if it has one; or ""       */
};
bool program_answer(struct program *pr, u32 number, struct program_answer *out) MUST_CHECK;
