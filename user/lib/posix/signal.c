/* signal.c - signals: see uapi/signal.h and kernel/proc/signal/. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "../sys.h"

#define NS 1000000000l
#define US 1000l

static bool signal_is_wrong(int sig)
{
	if (sig > 0 && sig < NSIG)
		return false;
	errno = EINVAL;
	return true;
}

/* --- what is done -------------------------------------------------------------- */

int sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
	struct signal_action new, was;
	long r;

	if (action)
		new = (struct signal_action){
			.handler = (unsigned long)action->sa_sigaction,
			.restorer = (unsigned long)sys_sigresume,
			.mask = (unsigned)action->sa_mask,
			.flags = (unsigned)action->sa_flags,
		};
	r = sys_sigaction(sig, action ? &new : NULL, &was);
	if (r == 0 && old)
		*old = (struct sigaction){
			.sa_handler = (_sig_func_ptr)was.handler,
			.sa_mask = was.mask,
			.sa_flags = (int)was.flags,
		};
	return (int)sys_result(r);
}

_sig_func_ptr signal(int sig, _sig_func_ptr handler)
{
	struct sigaction new = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;

	return sigaction(sig, &new, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int sigaltstack(const stack_t *stack, stack_t *old)
{
	return (int)sys_result(sys_sigstack(stack, old));
}

/* --- masks --------------------------------------------------------------------- */

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	long r = set && (unsigned)how > SIG_UNBLOCK
			 ? -EINVAL
			 : sys_sigmask(set ? how : SIG_BLOCK, set ? (unsigned)*set : 0);

	if (r >= 0 && old)
		*old = (sigset_t)r;
	return r < 0 ? (int)-r : 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	return (int)sys_result(-pthread_sigmask(how, set, old));
}

int sigpending(sigset_t *set)
{
	long r = sys_result(sys_sigmask(SIGMASK_PENDING, 0));

	if (r < 0)
		return -1;
	*set = (sigset_t)r;
	return 0;
}

int sigsuspend(const sigset_t *mask)
{
	return (int)sys_result(sys_sigmask(SIGMASK_SUSPEND, (unsigned)*mask));
}

int pause(void)
{
	sigset_t now = 0;

	return sigprocmask(SIG_BLOCK, NULL, &now) < 0 ? -1 : sigsuspend(&now);
}

int sigemptyset(sigset_t *set)
{
	*set = 0;
	return 0;
}

int sigfillset(sigset_t *set)
{
	*set = 0xfffffffe;
	return 0;
}

int sigaddset(sigset_t *set, int sig)
{
	if (signal_is_wrong(sig))
		return -1;
	*set |= 1ul << sig;
	return 0;
}

int sigdelset(sigset_t *set, int sig)
{
	if (signal_is_wrong(sig))
		return -1;
	*set &= ~(1ul << sig);
	return 0;
}

int sigismember(const sigset_t *set, int sig)
{
	return signal_is_wrong(sig) ? -1 : (int)(*set >> sig & 1);
}

/* --- sending ------------------------------------------------------------------- */

int kill(pid_t pid, int sig)
{
	return (int)sys_result(sys_sigsend(pid, 0, sig));
}

int raise(int sig)
{
	return (int)sys_result(sys_sigsend(0, (int)sys_gettid(), sig));
}

/* A handler may be called, and may return: the process ends all the same. */
_Noreturn void abort(void)
{
	struct sigaction end = { .sa_handler = SIG_DFL };
	sigset_t set = 1ul << SIGABRT;

	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	raise(SIGABRT);
	sigaction(SIGABRT, &end, NULL);
	raise(SIGABRT);
	_exit(128 + SIGABRT);
}

/* --- alarms -------------------------------------------------------------------- */

static struct timeval timer_value(unsigned long ns)
{
	return (struct timeval){ .tv_sec = (time_t)(ns / NS),
				 .tv_usec = (long)(ns % NS / US) };
}

static bool timer_ns(const struct timeval *tv, unsigned long *ns)
{
	*ns = (unsigned long)tv->tv_sec * NS + (unsigned long)tv->tv_usec * US;
	return tv->tv_sec >= 0 && tv->tv_sec < 1l << 32 && tv->tv_usec >= 0 &&
	       tv->tv_usec < NS / US;
}

int setitimer(int which, const struct itimerval *value, struct itimerval *old)
{
	struct signal_timer new, was;
	long r;

	if (which != ITIMER_REAL ||
	    (value && (!timer_ns(&value->it_value, &new.value) ||
		       !timer_ns(&value->it_interval, &new.interval)))) {
		errno = EINVAL;
		return -1;
	}
	r = sys_result(sys_sigtimer(value ? &new : NULL, &was));
	if (r == 0 && old)
		*old = (struct itimerval){ .it_value = timer_value(was.value),
					   .it_interval = timer_value(was.interval) };
	return (int)r;
}

int getitimer(int which, struct itimerval *value)
{
	return setitimer(which, NULL, value);
}

/* What is left of the last alarm is rounded up: 0 says that there was none. */
unsigned alarm(unsigned seconds)
{
	struct signal_timer new = { .value = (unsigned long)seconds * NS }, old;

	if (sys_sigtimer(&new, &old) < 0)
		return 0;
	return (unsigned)((old.value + NS - 1) / NS);
}

useconds_t ualarm(useconds_t us, useconds_t interval)
{
	struct signal_timer new = { us * (unsigned long)US, interval * (unsigned long)US },
			    old;

	return sys_sigtimer(&new, &old) < 0 ? 0 : (useconds_t)(old.value / US);
}

/* --- jumps ---------------------------------------------------------------------- */

#ifdef sigsetjmp
_Noreturn void siglongjmp(sigjmp_buf env, int value)
{
	if (env->saved)
		pthread_sigmask(SIG_SETMASK, &env->mask, NULL);
	longjmp(env->registers, value);
}
#endif
