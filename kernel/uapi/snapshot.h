/* snapshot.h - looking inside the kernel: one interface for all programs that do.
 *
 *	snapshot(kind, pid, start, buf, bytes)
 *	harvest(pid, start, buf, bytes)
 *
 * fill `buf` with one header and as many records as fit behind it, and return
 * how many these are, or -errno.  A big space is read in pieces: the next call's
 * `start` is the header's `next`, until that is SNAP_END.
 *
 * A piece is consistent: nothing changes in the space while it is gathered.
 * Between two pieces anything may.  A piece is at most SNAP_PIECE bytes, header
 * included, however large the buffer is, and it may be cut short, even to no
 * record at all, where much has to be skipped: only `next` says what is left.
 *
 * pid 0 is the caller.  -ESRCH: no such process, or it has no memory any more.
 * -EINVAL: no such kind, no such address, or room for less than SNAP_LEAST
 * records.  -EFAULT: the buffer.  Whatever fails changes nothing.
 *
 * Versions: a program compares `version`.  It is raised when a field changes its
 * meaning; new fields come at the end of a record, so a program steps by
 * `record_bytes`, and new kinds get new numbers. */
#pragma once

#define SNAP_VERSION 1
#define SNAP_END (~0ull)
#define SNAP_PIECE 4096
#define SNAP_LEAST 3

struct snap_header {
	unsigned int version;         /* SNAP_VERSION                            */
	unsigned int kind;            /* SNAP_PT ...                             */
	unsigned int record_bytes;    /* from one record to the next             */
	unsigned int count;           /* records that follow                     */
	unsigned long long next;      /* `start` of the next piece, or SNAP_END  */
	unsigned long long time;      /* when it was gathered, ns since boot     */
	int pid;                      /* whose space this is                     */
	unsigned int flags;           /* SNAP_ISOLATED                           */
	unsigned long long root;      /* physical address of the root table      */
	unsigned long long user_root; /* isolate=on: of the one for user mode   */
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
	X(8, LEDGER, struct snap_use, "record to start with")

enum snap_kind {
#define X(number, name, record, start) SNAP_##name = number,
	SNAP_KINDS(X)
#undef X
		SNAP_NKINDS /* the highest number and one */
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
	X(SYSTEM, "system", "the kernel's, in the user half")                 \
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

/* SNAP_PT: the entries of a page table that are not zero, by address; a table
 * before what is in it.  Those whose own address is below `start` are left out.
 * From 0xffffffc000000000 on `start` is in the kernel half, which all processes
 * share; the half that it does not start in is never reached.  Between the two
 * (Sv39 has no such addresses) it is refused with EINVAL.
 *
 * SNAP_PATH: the entries that the hardware reads on its way to `start`, zero or
 * not: 1 to 3, the last one decides. */
enum snap_what {
	SNAP_LEAF = 1,
	SNAP_TABLE,
	SNAP_GUARD,  /* valid, but refuses every access                        */
	SNAP_NOTE,   /* not valid, and not zero                                */
	SNAP_PARKED, /* refuses like a guard, and has a page: PROT_NONE        */
};

struct snap_entry {
	unsigned long long va;  /* first address that it decides              */
	unsigned long long pa;  /* page or table; 0 for others                */
	unsigned long long pte; /* the entry itself, see arch/riscv/pte.h     */
	unsigned int refs;      /* references on the frame; 0: not counted    */
	unsigned int users;     /* of these, page cache and owner not counted */
	unsigned char level;    /* 0: 4 KiB, 1: 2 MiB, 2: 1 GiB               */
	unsigned char what;     /* enum snap_what; 0: an entry that is zero   */
	unsigned char area;     /* enum snap_area_kind                        */
	unsigned char frame;    /* record of SNAP_FRAMES it counts in, or ... */
	unsigned char fate[3];  /* of a read, a write, an execution by the    */
				/* program: enum access_fate; 0 for a table   */
	unsigned char reserved; /* 0                                          */
};
#define SNAP_NO_FRAME 0xff /* ... this: no RAM */

/* SNAP_AREAS: what the addresses of a process mean; guard pages and the pages at
 * the top included.  Numbers of pages count 4 KiB each. */
struct snap_area {
	unsigned long long start, end; /* [start, end)                        */
	unsigned long long resident;   /* pages that are there                */
	unsigned long long shared;     /* of these: others have them, too     */
	unsigned long long private;    /* of these: nobody else has them      */
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

/* SNAP_FRAMES: what the frames of the machine are used for; adds up to its RAM.
 * SNAP_STATS: counters since boot.  `pid` is not looked at. */
struct snap_count {
	char name[24];
	char what[64];
	unsigned long long value;
};

/* SNAP_LEDGER: the same finer: free frames by the blocks and lists they are in, slabs by
 * cache.  The pages of all records of one piece that has them all add up to all RAM. */
struct snap_use {
	char name[24];
	unsigned int kind;        /* record of SNAP_FRAMES it is a part of */
	unsigned int reserved;    /* 0                                     */
	unsigned long long count; /* blocks, objects, or pages             */
	unsigned long long pages;
};

/* SNAP_OPTIONS: the boot options, what they are now, and which a program can change
 * by setoption(name, value).  `pid` is not looked at. */
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
#define SNAP_OPTION_WAS_SET 4u /* and was used since the boot        */
#define SNAP_OPTION_NUMBER 8u  /* no words: the default, and the range */
#define SNAP_OPTION_TEXT 16u   /* any text                           */

/* harvest(): which pages of process `pid` were touched since the last harvest
 * (or pgaccess()); clears what it reports.  Runs of neighbouring pages that are
 * there, can be used, and have the same flags.  A touch on any hart after the call
 * is seen by the next one. */
struct snap_run {
	unsigned long long va;
	unsigned int pages; /* of 4 KiB             */
	unsigned int flags; /* SNAP_RUN_TOUCHED ... */
};
#define SNAP_RUN_TOUCHED 1u
#define SNAP_RUN_DIRTY 2u /* written since it is there; stays set */
#define SNAP_RUN_LARGE 4u /* in 2 MiB leaves, which are touched as a whole */
