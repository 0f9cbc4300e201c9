/* info.h - structs that tell a program about the machine and its processes. */
#pragma once

/* sysinfo(), number 23: the lab's two words. */
struct sysinfo {
	unsigned long long freemem; /* bytes a program can still get       */
	unsigned long long nproc;   /* process slots in use                */
};

/* The USYSCALL page: what a program can find out about itself without a system call.  Only
 * the first word is the lab's.  The kernel keeps it up to date; the program can only
 * read it. */
#define USYSCALL_VERSION 1

struct usyscall {
	int pid;
	int version; /* USYSCALL_VERSION; fields are only added          */
	int ppid;    /* the parent; 1 once it has died                   */
	int pad;
	unsigned long long timebase_hz;  /* counts of rdtime in a second   */
	unsigned long long boot_time;    /* rdtime when the kernel started */
	unsigned long long real_boot_ns; /* since 1970, at that time; 0: unknown */
};

/* usage(): processor time in nanoseconds. */
struct usage {
	unsigned long long self;     /* of all threads                               */
	unsigned long long children; /* of those that were waited for, and of theirs */
	/* What the kernel did for them, which is in the two above.  It is divided by
	 * samples, 500 in a second of processor time; a time without a sample counts as
	 * the program's. */
	unsigned long long self_system;
	unsigned long long children_system;
};

/* procinfo(): one process.  Fields are added at the end. */
enum proc_state { PS_NEW = 1, PS_READY, PS_RUNNING, PS_SLEEPING, PS_ZOMBIE, PS_STOPPED };

struct procinfo {
	int pid, ppid;
	int state;                   /* enum proc_state                        */
	int hart;                    /* where it runs or ran last              */
	unsigned long long size;     /* the break, bytes                       */
	unsigned long long resident; /* pages of memory that it has        */
	unsigned long long cputime;  /* microseconds                       */
	char name[16];
	unsigned long long started; /* microseconds since boot            */
	unsigned long long faults;  /* since exec, or since fork without  */
};

/* meminfo(): what the frames of the machine are used for, in pages.  The fields from `free`
 * on add up to `total`. */
struct meminfo {
	unsigned long long total;     /* all RAM                           */
	unsigned long long available; /* what programs can still get       */
	unsigned long long free;      /* unused frames                     */
	unsigned long long reserve;   /* the kernel's emergency frames     */
	unsigned long long firmware;  /* OpenSBI and other reserved ranges */
	unsigned long long kernel;    /* kernel image, frame table, pools  */
	unsigned long long tables;    /* page tables                       */
	unsigned long long anon;      /* memory of processes               */
	unsigned long long cache;     /* file pages                        */
	unsigned long long slab;      /* small kernel objects              */
	unsigned long long other;     /* trap frames, pipes, ...           */
};

/* reboot() */
#define REBOOT_POWEROFF 0
#define REBOOT_RESET 1
#define REBOOT_NO_CONSOLE 2 /* power off; for init, when it has no console to say why */
