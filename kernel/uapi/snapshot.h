/* snapshot.h - looking inside the kernel: one interface for all programs that do.
 *
 *	snapshot(kind, pid, start, buf, bytes)
 *	harvest(pid, start, buf, bytes)
 *
 * fill `buf` with a header and as many records after it as fit, and return the number of
 * records, or -errno.  A large space is read in pieces: pass the `next` of a header as
 * the `start` of the next call, until it is SNAP_END.
 *
 * A piece is consistent: nothing changes in the space while it is gathered.  Between two
 * pieces anything can change.  A piece has at most SNAP_PIECE bytes, header included,
 * however large the buffer is.  It may have fewer records than fit, even none, where much
 * has to be skipped: only `next` says whether more is left.
 *
 * pid 0 is the caller.  -ESRCH: no such process, or it has already given up its memory.
 * -EINVAL: no such kind, no such address, or room for fewer than SNAP_LEAST records.
 * -EFAULT: the buffer cannot be written.  -ENOMEM.  A call that fails changes nothing.
 *
 * Versions: a program compares `version`, which is raised when the meaning of a field
 * changes.  New fields are added at the end of a record, so a program must step by
 * `record_bytes`; new kinds get new numbers. */
#pragma once

#include "uapi/event.h"

#define SNAP_VERSION 1
#define SNAP_END (~0ull)
#define SNAP_PIECE 4096
#define SNAP_LEAST 3

struct snap_header {
	unsigned int version;         /* SNAP_VERSION                            */
	unsigned int kind;            /* SNAP_PT ...                             */
	unsigned int record_bytes;    /* of one record                           */
	unsigned int count;           /* records that follow                     */
	unsigned long long next;      /* `start` of the next piece, or SNAP_END  */
	unsigned long long time;      /* when it was gathered, ns since boot     */
	int pid;                      /* whose space this is                     */
	unsigned int flags;           /* SNAP_ISOLATED                           */
	unsigned long long root;      /* physical address of the root table      */
	unsigned long long user_root; /* the same for user mode, if isolate=on  */
	char name[16];                /* of the process                          */
};

#define SNAP_ISOLATED 1u /* user mode runs on user_root (isolate=on) */

/* X(number, name, record, what `start` is) */
#define SNAP_KINDS(X)                                             \
	X(1, PT, struct snap_entry, "virtual address")            \
	X(2, PATH, struct snap_entry, "virtual address")          \
	X(3, AREAS, struct snap_area, "virtual address")          \
	X(4, FRAMES, struct snap_count, "record to start with")   \
	X(5, STATS, struct snap_count, "record to start with")    \
	X(6, TOUCHED, struct snap_run, "virtual address")         \
	X(7, OPTIONS, struct snap_option, "record to start with") \
	X(8, LEDGER, struct snap_use, "record to start with")     \
	X(9, CALLS, struct snap_call, "number to start with")     \
	X(10, FRAME, struct snap_frame, "physical address")       \
	X(11, BYTES, struct snap_bytes, "virtual address")        \
	X(12, RAM, struct snap_bytes, "physical address")         \
	X(13, EVENTS, struct event, "SNAP_EVENTS_FROM()")         \
	X(14, DISK, struct snap_disk, "0")                        \
	X(15, MESSAGES, struct snap_bytes, "number of a byte")

enum snap_kind {
#define X(number, name, record, start) SNAP_##name = number,
	SNAP_KINDS(X)
#undef X
		SNAP_NKINDS /* one more than the highest number */
};

/* What addresses mean: kinds of areas, and of places in the kernel half. */
#define SNAP_AREA_NAMES(X)                                                    \
	X(NONE, "-", "in no area")                                            \
	X(IMAGE, "image", "segment of the program, or what lies between two") \
	X(HEAP, "heap", "from the end of the image's stack to the break")     \
	X(STACK, "stack", "stack")                                            \
	X(GUARD, "guard", "never accessible")                                 \
	X(ANON, "anon", "mapping of fresh memory")                            \
	X(FILE, "file", "mapping of a file")                                  \
	X(USYSCALL, "usyscall", "what the kernel tells the program")          \
	X(TRAPFRAME, "trapframe", "registers while in the kernel")            \
	X(TRAMPOLINE, "trampoline", "the way in and out of the kernel")       \
	X(DIRECT, "direct", "kernel: all RAM, one after the other")           \
	X(DEVICE, "device", "kernel: registers of a device")                  \
	X(KSTACK, "kstack", "kernel: stacks")                                 \
	X(TEXT, "text", "kernel: code")                                       \
	X(RODATA, "rodata", "kernel: constants")                              \
	X(DATA, "data", "kernel: data")

enum snap_area_kind {
#define X(id, name, what) SNAP_AREA_##id,
	SNAP_AREA_NAMES(X) SNAP_NAREAS
#undef X
};

/* SNAP_PT: the entries of a page table that are not zero, by address; an entry that points
 * to a table comes before the entries of that table.  Entries whose va is below `start`
 * are left out.  Only the half in which `start` lies is read; the kernel
 * half, from 0xffffffc000000000 on, is the same in all processes.  Sv39 has no addresses
 * between the halves: -EINVAL.
 *
 * SNAP_PATH: the 1 to 3 entries that the hardware reads to translate `start`, zero or not.
 * The last one decides. */
enum snap_what {
	SNAP_LEAF = 1,
	SNAP_TABLE,
	SNAP_GUARD,  /* valid, but allows no access                            */
	SNAP_NOTE,   /* not valid, and not zero                                */
	SNAP_PARKED, /* allows no access, but has a page: PROT_NONE            */
};

struct snap_entry {
	unsigned long long va;  /* the first address that it translates       */
	unsigned long long pa;  /* page or table; 0 for others                */
	unsigned long long pte; /* the entry itself, see arch/riscv/pte.h     */
	unsigned int refs;      /* references on the frame; 0: not counted    */
	unsigned int users;     /* of these, without page cache and owner     */
	unsigned char level;    /* 0: 4 KiB, 1: 2 MiB, 2: 1 GiB               */
	unsigned char what;     /* enum snap_what; 0: an entry that is zero   */
	unsigned char area;     /* enum snap_area_kind                        */
	unsigned char frame;    /* record of SNAP_FRAMES it counts in, or ... */
	unsigned char fate[3];  /* of a read, a write, an execution by the    */
				/* program: enum access_fate; 0 for a table   */
	unsigned char reserved; /* 0                                          */
};
#define SNAP_NO_FRAME 0xff /* ... this: no RAM */

/* SNAP_AREAS: what the addresses of a process are used for, with guard pages and the pages
 * at the top.  Numbers of pages are in units of 4 KiB. */
struct snap_area {
	unsigned long long start, end; /* [start, end)                        */
	unsigned long long resident;   /* pages that are mapped               */
	unsigned long long shared;     /* of these: others have them, too     */
	unsigned long long private;    /* of these: only this process has it  */
	unsigned long long large;      /* of these: in 2 MiB leaves           */
	unsigned long long touched;    /* of these: A is set                  */
	unsigned long long dirty;      /* of these: D is set                  */
	unsigned long long offset;     /* of start in the file, bytes         */
	unsigned int prot;             /* 1 read, 2 write, 4 execute          */
	unsigned int flags;            /* SNAP_AREA_IS_SHARED                 */
	unsigned int kind;             /* enum snap_area_kind                 */
	unsigned int reserved;         /* 0                                   */
};
#define SNAP_AREA_IS_SHARED 1u /* writes reach all who map it */

/* SNAP_FRAMES: what the frames of the machine are used for; the sum is all RAM.
 * SNAP_STATS: counters since boot.  Both ignore `pid`. */
struct snap_count {
	char name[24];
	char what[64];
	unsigned long long value;
};

/* SNAP_LEDGER: SNAP_FRAMES in more detail: free frames by block size and list, slabs by
 * cache.  If one piece has all records, the sum of their pages is all RAM. */
struct snap_use {
	char name[24];
	unsigned int kind;        /* record of SNAP_FRAMES it is a part of */
	unsigned int reserved;    /* 0                                     */
	unsigned long long count; /* blocks, objects, or pages             */
	unsigned long long pages;
};

/* SNAP_FRAME: the frame at `start` and those after it, to the end of RAM.  -EINVAL: no RAM
 * is there.  Ignores `pid`. */
struct snap_frame {
	unsigned long long pa;
	unsigned long long offset; /* of a cached page in its file, bytes             */
	unsigned int refs, users;  /* as in struct snap_entry                         */
	unsigned char frame;       /* record of SNAP_FRAMES it counts in              */
	unsigned char order;       /* it is in a block of 2^order frames              */
	unsigned char age; /* rounds of heat=MS since a program was seen to touch it; */
			   /* SNAP_AGE_OLDEST: that many or more; or SNAP_AGE_NEVER   */
	unsigned char reserved[5]; /* 0                                               */
};
#define SNAP_AGE_OLDEST 254
#define SNAP_AGE_NEVER 255 /* not since it got its use, or heat is off */

/* SNAP_BYTES: memory of a process from `start` on, in records of SNAP_BYTES_MAX bytes, cut
 * at the end of a page.  SNAP_RAM: the same of physical addresses; ignores `pid`.  The
 * bytes may change while they are read. */
#define SNAP_BYTES_MAX 64

struct snap_bytes {
	unsigned long long at; /* address of the first byte                       */
	unsigned int count;    /* bytes                                           */
	unsigned int is_there; /* 0: the process has no page there, or only the   */
			       /* firmware can read it; the bytes are 0           */
	unsigned char byte[SNAP_BYTES_MAX];
};

/* SNAP_EVENTS: the events of a hart from a number on, oldest first.  Those that were
 * overwritten are left out.  To go on later, start with the number after the last one.
 * -EINVAL: there is no such hart.  Ignores `pid`. */
#define SNAP_EVENTS_FROM(hart, number) ((unsigned long long)(hart) << 32 | (number))

/* SNAP_DISK: the disk that is mounted.  Ignores `pid`. */
struct snap_disk {
	char name[24];          /* of the driver                                  */
	unsigned int block;     /* bytes of a block                               */
	unsigned int blocks;    /* of the file system                             */
	unsigned int available; /* of these: files can still get                  */
	unsigned int read_only; /* 1: the disk is                                 */
};

/* SNAP_MESSAGES: the text of the kernel's messages since boot from a byte on, or from the
 * oldest that is kept, the newest 8 KiB.  Ignores `pid`. */

/* SNAP_CALLS: which calls the program of a process means by the numbers of the labs, 22 to
 * 63: those that it or a process that it has forked has used since exec. */
#define SNAP_CALL_HOW(X)                           \
	X(NONE, "-")                               \
	X(BY_NAME, "the stub's name, in the file") \
	X(BY_RUN, "the stubs around it")           \
	X(BY_TABLE, "the kernel's table")

enum snap_call_how {
#define X(id, what) SNAP_CALL_##id,
	SNAP_CALL_HOW(X) SNAP_CALL_NHOW
#undef X
};

struct snap_call {
	unsigned long long ecall; /* address of the instruction                        */
	unsigned int number;      /* that the program used                              */
	unsigned int how;         /* enum snap_call_how: what told which call it means  */
	unsigned int call;        /* number of the call (uapi/syscalls.h); 0: unknown   */
	unsigned int reserved;    /* 0                                                  */
	char call_name[24];       /* of the call; "": unknown                           */
	char stub_name[24];       /* of the stub; "": it has none, or the file changed  */
};

/* SNAP_OPTIONS: the boot options, their values now, and which of them a program can change
 * with setoption(name, value).  Ignores `pid`. */
struct snap_option {
	char name[16];
	char values[48]; /* words, the default first; 0-9: numbers of this range */
	char value[32];  /* in effect now; longer ones are cut: see bootarg()         */
	char given[32];  /* at boot, cut as well                                      */
	char what[56];
	unsigned int flags;    /* SNAP_OPTION_GIVEN ... */
	unsigned int reserved; /* 0                     */
};
#define SNAP_OPTION_GIVEN 1u   /* on the boot command line           */
#define SNAP_OPTION_CAN_SET 2u /* setoption() works                  */
#define SNAP_OPTION_WAS_SET 4u /* setoption() has changed it         */
#define SNAP_OPTION_NUMBER 8u  /* no words: the default, and the range */
#define SNAP_OPTION_TEXT 16u   /* any text                           */

/* harvest(): which pages of process `pid` were touched since the last harvest() or
 * pgaccess(); it clears the marks that it reports.  A record is a run of neighbouring
 * pages that are mapped, allow access, and have the same flags.  A touch on any hart after
 * the call is reported by the next one. */
struct snap_run {
	unsigned long long va;
	unsigned int pages; /* of 4 KiB             */
	unsigned int flags; /* SNAP_RUN_TOUCHED ... */
};
#define SNAP_RUN_TOUCHED 1u
#define SNAP_RUN_DIRTY 2u /* written since it was mapped; not cleared */
#define SNAP_RUN_LARGE 4u /* in 2 MiB leaves, which have one mark each */
