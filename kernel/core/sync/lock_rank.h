/* lock_rank.h - the order in which locks are taken, outermost first.
 *
 * A thread may take a lock only if every lock that it holds ranks before that one.  Builds
 * with CHECK=1 check this at run time; docs/locking.md shows the list.  Mutexes, whose
 * holders may sleep, come before all spin locks.
 *
 * X(name, what it guards) */
#pragma once

#define LOCK_RANKS(X)                                                             \
	X(none, "not ranked, not checked")                                        \
	X(file, "mutex: a file's offset; held over copies that may fault")        \
	X(area, "mutex: areas and page table of one address space")               \
	X(dir, "mutex: namespace changes that take two directories")              \
	X(inode, "mutex: one inode's metadata and contents; parent before child") \
	X(log, "mutex: the state of the log")                                     \
	X(buffer, "mutex: the bitmap of blocks")                                  \
	X(proc, "spin: process tree, states, exit status")                        \
	X(futex, "spin: threads that wait for words of user memory")              \
	X(pipe, "spin: one pipe")                                                 \
	X(console, "spin: console input")                                         \
	X(fstable, "spin: one table: inodes, files, names, pipes")                \
	X(logspin, "spin: counts of log, blocks, dirty pages")                    \
	X(bufhash, "spin: buffer table")                                          \
	X(pagelist, "spin: the pages of files, and how many")                     \
	X(pagehash, "spin: a part of the page cache index")                       \
	X(net, "spin: ports, addresses, or echo requests")                        \
	X(device, "spin: one device")                                             \
	X(waitq, "spin: one wait queue")                                          \
	X(timer, "spin: one hart's timers")                                       \
	X(runq, "spin: one hart's run queue")                                     \
	X(asid, "spin: giving out numbers of address spaces")                     \
	X(slab, "spin: one slab cache")                                           \
	X(frame, "spin: free frames")                                             \
	X(klog, "spin: kernel messages")                                          \
	X(uart, "spin: the transmitter")

enum lock_rank {
#define X(name, what) RANK_##name,
	LOCK_RANKS(X)
#undef X
		RANK_COUNT
};
