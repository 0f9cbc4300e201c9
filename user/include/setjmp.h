/* setjmp.h - picolibc's, and the jumps that keep the signal mask. */
#pragma once

#include_next <setjmp.h>
#include <signal.h>
#include <sys/cdefs.h>

#ifndef sigsetjmp
typedef struct {
	jmp_buf registers;
	int saved;
	sigset_t mask;
} sigjmp_buf[1];

#define sigsetjmp(env, save)                                                             \
	((void)(((env)->saved = (save)) ? pthread_sigmask(SIG_BLOCK, NULL, &(env)->mask) \
					: 0),                                            \
	 setjmp((env)->registers))

__BEGIN_DECLS
void siglongjmp(sigjmp_buf env, int value) __attribute__((noreturn));
__END_DECLS
#endif

/* Neither saves the mask, as setjmp() does not. */
#define _setjmp(env) setjmp(env)
#define _longjmp(env, value) longjmp(env, value)
