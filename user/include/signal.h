/* signal.h - signals, where picolibc's has too little: siginfo_t with addresses, SA_...,
 * ucontext_t.  docs/posix.md says what differs from POSIX. */
#pragma once

#include <stddef.h>
#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/_timespec.h>

#include "uapi/signal.h"

__BEGIN_DECLS

typedef int sig_atomic_t;
#ifndef _SIGSET_T_DECLARED
#define _SIGSET_T_DECLARED
typedef unsigned long sigset_t;
#endif

typedef void (*_sig_func_ptr)(int);
typedef _sig_func_ptr sighandler_t;

#define SIG_DFL ((_sig_func_ptr)0)
#define SIG_IGN ((_sig_func_ptr)1)
#define SIG_ERR ((_sig_func_ptr)-1)

struct sigaction {
	union {
		void (*sa_handler)(int);
		void (*sa_sigaction)(int, siginfo_t *, void *);
	};
	sigset_t sa_mask;
	int sa_flags;
};

/* For <time.h>; there are no such timers. */
#define SIGEV_NONE 1
#define SIGEV_SIGNAL 2
#define SIGEV_THREAD 3
struct sigevent {
	int sigev_notify;
	int sigev_signo;
	union sigval sigev_value;
};

int kill(pid_t pid, int sig);
int raise(int sig);
_sig_func_ptr signal(int sig, _sig_func_ptr handler);
int sigaction(int sig, const struct sigaction *__restrict action,
	      struct sigaction *__restrict old);
int sigprocmask(int how, const sigset_t *__restrict set, sigset_t *__restrict old);
int pthread_sigmask(int how, const sigset_t *__restrict set, sigset_t *__restrict old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *mask);
int sigwait(const sigset_t *__restrict set, int *__restrict sig);
int sigwaitinfo(const sigset_t *__restrict set, siginfo_t *__restrict info);
int sigtimedwait(const sigset_t *__restrict set, siginfo_t *__restrict info,
		 const struct timespec *__restrict timeout);
int sigqueue(pid_t pid, int sig, union sigval value);
struct pthread;
int pthread_kill(struct pthread *thread, int sig);
int sigaltstack(const stack_t *__restrict stack, stack_t *__restrict old);
int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigismember(const sigset_t *set, int sig);
void psignal(int sig, const char *what);

__END_DECLS
