/* signal.h - signals: numbers, and what a handler is given.
 *
 * The numbers are picolibc's.  The set of a mask has bit n for signal n. */
#pragma once

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGIOT 6
#define SIGEMT 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGBUS 10
#define SIGSEGV 11
#define SIGSYS 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGURG 16
#define SIGSTOP 17
#define SIGTSTP 18
#define SIGCONT 19
#define SIGCHLD 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGIO 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGLOST 29
#define SIGUSR1 30
#define SIGUSR2 31
#define NSIG 32

/* sa_flags */
#define SA_NOCLDSTOP 0x01 /* SIGCHLD: not for children that stop or go on    */
#define SA_ONSTACK 0x02   /* on the stack of sigaltstack()                   */
#define SA_RESETHAND 0x04 /* the default from then on                        */
#define SA_RESTART 0x08   /* an interrupted call starts again                */
#define SA_SIGINFO 0x10   /* the handler gets three arguments: it always does */
#define SA_NODEFER 0x40   /* the handler may be interrupted by its own signal */
#define SA_ALL 0x5f

/* What a process does at a signal: sigaction(sig, new, old). */
struct signal_action {
	unsigned long handler;  /* its address, or one of these */
	unsigned long restorer; /* where a handler returns to: it calls sigresume() */
	unsigned int mask;      /* blocked while the handler runs */
	unsigned int flags;
};
#define SIGNAL_DEFAULT 0
#define SIGNAL_IGNORE 1

/* sigmask(how, set) -> the mask as it was, or what `how` asks for. */
#define SIG_SETMASK 0
#define SIG_BLOCK 1
#define SIG_UNBLOCK 2
#define SIGMASK_PENDING 3 /* -> the signals that wait because they are blocked  */
#define SIGMASK_SUSPEND 4 /* has this mask until a handler has run: -EINTR      */

/* sigsend(pid, tid, sig): to a process (tid 0), or to one thread of the caller's (pid 0).
 * A negative pid stands for the processes of a job (uapi/job.h), two zeros for those of the
 * caller's.  Signal 0 only asks whether it is there. */

/* si_code */
#define SI_USER 1
#define SI_QUEUE 2
#define SI_TIMER 3
#define SI_KERNEL 6
#define SI_TKILL 7
#define ILL_ILLOPC 1
#define SEGV_MAPERR 1 /* nothing is mapped there           */
#define SEGV_ACCERR 2 /* the mapping refuses this access   */
#define BUS_ADRALN 1
#define BUS_ADRERR 2 /* past the end of the mapped file   */
#define TRAP_BRKPT 1
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

union sigval {
	int sival_int;
	void *sival_ptr;
};

typedef struct siginfo {
	int si_signo;
	int si_errno;
	int si_code;
	int si_pid; /* who sent it, or the child that ended or stopped */
	int si_uid;
	int si_status;
	void *si_addr; /* of the access that failed, or the instruction */
	union sigval si_value;
	unsigned long si_access; /* ACCESS_... of uapi/access.h, for SIGSEGV and SIGBUS */
} siginfo_t;

typedef struct sigaltstack {
	void *ss_sp;
	int ss_flags;
	unsigned long ss_size;
} stack_t;
#define SS_ONSTACK 1
#define SS_DISABLE 2
#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192

/* The registers of what was interrupted: gregs[0] is the pc, gregs[n] register xn.
 * fpregs and fcsr count only if fpused is not 0. */
typedef struct mcontext {
	unsigned long gregs[32];
	unsigned long fpregs[32];
	unsigned long fcsr;
	unsigned long fpused;
} mcontext_t;
#define REG_PC 0
#define REG_RA 1
#define REG_SP 2
#define REG_A0 10

typedef struct ucontext {
	unsigned long uc_flags;
	struct ucontext *uc_link;
	stack_t uc_stack;
	unsigned long uc_sigmask;
	mcontext_t uc_mcontext;
} ucontext_t;

/* At sp while a handler runs. */
struct signal_frame {
	siginfo_t info;
	ucontext_t context;
};

/* sigtimer(const struct signal_timer *new, struct signal_timer *old): SIGALRM after @value
 * ns, and then every @interval ns; 0: not at all. */
struct signal_timer {
	unsigned long value;
	unsigned long interval;
};
