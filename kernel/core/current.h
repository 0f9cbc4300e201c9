/* current.h - the running thread. */
#pragma once

#include "arch/riscv/cpu.h"

/* A thread finds itself here on any hart: only its own calls take it off one. */
static inline struct thread *thread_current(void)
{
	return cpu_current()->thread;
}
