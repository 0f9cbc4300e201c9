/* callers.h - where a program died: the functions and source lines that led there. */
#pragma once

struct program;
struct trapframe;

/* Prints a line for each, the innermost first, as far as the line table of @pr
 * (lib/lines.h) and the code tell.  Of the running program, which runs @pr.  May sleep. */
void callers_print(struct program *pr, const struct trapframe *tf);
