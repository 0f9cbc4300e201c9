/* lock_rank.h - the order in which locks are taken, outermost first.
 *
 * A thread may take a lock only if every lock that it holds ranks before that one.  Builds
 * with CHECK=1 check this at run time; docs/locking.md shows the list.  Mutexes, whose
 * holders may sleep, come before all spin locks.
 *
 * Kind `irq`: interrupt handlers take such a lock, too, so interrupts are off while it is
 * held.  Kind `spin`: no handler does.  These rank before all of kind `irq`, as a handler
 * may have interrupted the holder of any of them.
 *
 * X(name, kind, what it guards) */
#pragma once

#define LOCK_RANKS(X)                                                             \
	X(none, spin, "not ranked, not checked")                                  \
	X(events, mutex, "whether events are recorded, A bits sampled")           \
	X(file, mutex, "a file's offset; held over copies that may fault")        \
	X(area, mutex, "areas and page table of one address space")               \
	X(tie, mutex, "entries that page tables borrow from others")              \
	X(dir, mutex, "namespace changes that take two directories")              \
	X(inode, mutex, "one inode's metadata and contents; parent before child") \
	X(log, mutex, "the state of the log")                                     \
	X(buffer, mutex, "the bitmap of blocks")                                  \
	X(task, spin, "what threads of one process share; pauses")                \
	X(futex, spin, "threads that wait for words of user memory")              \
	X(pipe, spin, "one pipe")                                                 \
	X(fstable, spin, "one table: inodes, files, names, pipes")                \
	X(logspin, spin, "counts of log, blocks, dirty pages")                    \
	X(bufhash, spin, "buffer table")                                          \
	X(pagelist, spin, "the pages of files, and how many")                     \
	X(pagehash, spin, "a part of the page cache index")                       \
	X(net, spin, "ports, addresses, or echo requests")                        \
	X(slab, spin, "one slab cache")                                           \
	X(frame, spin, "free frames")                                             \
	X(proc, irq, "process tree, states, exit status")                         \
	X(console, irq, "console input")                                          \
	X(device, irq, "one device")                                              \
	X(diskio, irq, "requests to the disk")                                    \
	X(waitq, irq, "one wait queue")                                           \
	X(timer, irq, "one hart's timers")                                        \
	X(runq, irq, "one hart's run queue")                                      \
	X(asid, irq, "giving out numbers of address spaces")                      \
	X(klog, irq, "kernel messages")                                           \
	X(uart, irq, "the transmitter")

enum lock_rank {
#define X(name, kind, what) RANK_##name,
	LOCK_RANKS(X)
#undef X
		RANK_COUNT
};

enum lock_kind { LOCK_mutex, LOCK_spin, LOCK_irq };

#define RANK_IRQ_BIT(name, kind, what) +((u32)(LOCK_##kind == LOCK_irq) << RANK_##name)
#define RANK_IS_IRQ(rank) (((0u LOCK_RANKS(RANK_IRQ_BIT)) >> (rank)) & 1)
