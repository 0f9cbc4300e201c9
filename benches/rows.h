/* rows.h - every row of the benchmark, once: for the program that runs in the machine, and
 * for the tool that boots the machine.
 *
 * X(id, name, group, what one operation is).  The groups:
 *   CORE  the operations that programs make most
 *   MORE  others, and those that not every kernel has
 *   FILE  a large file; wants an image of the file system lab
 *   PAR   as many processes as harts, in loops a second; only time makes sense; the
 *         first one never enters the kernel: what more harts bring it, the host gives
 * Names are short, so that lists of them fit into a command line. */
#pragma once

#define BENCH_ROWS(X)                                                                   \
	X(getpid, "getpid", CORE, "getpid()")                                           \
	X(pipe1, "pipe1", CORE, "1 byte into a pipe and out again, one process")        \
	X(pipe512, "pipe512", CORE, "512 bytes into a pipe and out again")              \
	X(pipe4k, "pipe4k", CORE, "4 KiB through a pipe to another process")            \
	X(pingpong, "pingpong", CORE, "1 byte to another process and back")             \
	X(fork, "fork", CORE, "fork, exit, wait")                                       \
	X(fork8m, "fork8m", CORE, "the same with 8 MiB of touched memory")              \
	X(exec, "exec", CORE, "fork, exec, exit, wait")                                 \
	X(sbrk1, "sbrk1", CORE, "a page more, a store into it, a page less")            \
	X(sbrk16m, "sbrk16m", CORE, "16 MiB more and a store into each page, a page")   \
	X(shrink16m, "shrink16m", CORE, "16 MiB less, a page")                          \
	X(lazy, "lazy", CORE, "first touch of a page of a lazy heap")                   \
	X(cow, "cow", CORE, "first store into a page that fork shared")                 \
	X(open, "open", CORE, "open, close")                                            \
	X(openread, "openread", CORE, "open, read 4 KiB, close")                        \
	X(create, "create", CORE, "create, close, unlink")                              \
	X(append, "append", CORE, "4 KiB at the end of a file")                         \
	X(overwrite, "overwrite", CORE, "4 KiB over the same of a file")                \
	X(read, "read", CORE, "4 KiB of a file")                                        \
	X(ugetpid, "ugetpid", MORE, "the pid from the USYSCALL page")                   \
	X(mmap, "mmap", MORE, "a page mapped, touched, unmapped")                       \
	X(ring2, "ring2", MORE, "a hop in a ring of 2 processes")                       \
	X(ring8, "ring8", MORE, "a hop in a ring of 8 processes")                       \
	X(ring32, "ring32", MORE, "a hop in a ring of 32 processes")                    \
	X(sleep2, "sleep2", MORE, "fork, exit, wait beside 2 that sleep")               \
	X(sleep8, "sleep8", MORE, "the same beside 8")                                  \
	X(sleep32, "sleep32", MORE, "the same beside 32")                               \
	X(alarm, "alarm", MORE, "an alarm: handler and return (counts only)")           \
	X(signal, "signal", MORE, "a signal to itself: handler and return")             \
	X(thread, "thread", MORE, "a thread that ends, waited for")                     \
	X(futex, "futex", MORE, "a word to another thread and back, by futex")          \
	X(again5, "again5", MORE, "open and close the same of 5 files")                 \
	X(again50, "again50", MORE, "the same of 50 files")                             \
	X(again500, "again500", MORE, "the same of 500 files")                          \
	X(each5, "each5", MORE, "open and close each of 5 files once")                  \
	X(each50, "each50", MORE, "each of 50 files once")                              \
	X(each500, "each500", MORE, "each of 500 files once")                           \
	X(miss5, "miss5", MORE, "open a name that is not among 5 files")                \
	X(miss50, "miss50", MORE, "a name that is not among 50 files")                  \
	X(miss500, "miss500", MORE, "a name that is not among 500 files")               \
	X(map10, "map10", MORE, "map a page beside 10 areas")                           \
	X(map100, "map100", MORE, "map a page beside 100 areas")                        \
	X(map1000, "map1000", MORE, "map a page beside 1,000 areas")                    \
	X(unmap10, "unmap10", MORE, "unmap a touched page beside 10 areas")             \
	X(unmap100, "unmap100", MORE, "unmap a touched page beside 100 areas")          \
	X(unmap1000, "unmap1000", MORE, "unmap a touched page beside 1,000 areas")      \
	X(fault10, "fault10", MORE, "first touch of a mapped page beside 10 areas")     \
	X(fault100, "fault100", MORE, "first touch beside 100 areas")                   \
	X(fault1000, "fault1000", MORE, "first touch beside 1,000 areas")               \
	X(fork10, "fork10", MORE, "fork, exit, wait with 10 areas")                     \
	X(fork100, "fork100", MORE, "fork, exit, wait with 100 areas")                  \
	X(fork1000, "fork1000", MORE, "fork, exit, wait with 1,000 areas")              \
	X(append1m, "append1m", FILE, "4 KiB at the end of a file that grows to 1 MiB") \
	X(append8m, "append8m", FILE, "4 KiB at the end of a file that grows to 8 MiB") \
	X(random1m, "random1m", FILE, "seek and read 4 KiB of 1 MiB")                   \
	X(random8m, "random8m", FILE, "seek and read 4 KiB of 8 MiB")                   \
	X(unlink1m, "unlink1m", FILE, "unlink a file of 1 MiB")                         \
	X(unlink8m, "unlink8m", FILE, "unlink a file of 8 MiB")                         \
	X(pcompute, "par-compute", PAR, "1,000 rounds of arithmetic, no system call")   \
	X(pgetpid, "par-getpid", PAR, "getpid()")                                       \
	X(pfork, "par-fork", PAR, "fork, exit, wait")                                   \
	X(pfault, "par-fault", PAR, "1 MiB of memory, touched, and back")               \
	X(psbrk, "par-sbrk", PAR, "a page more, touched, and less")                     \
	X(ppipe, "par-pipe", PAR, "1 byte through an own pipe")                         \
	X(popen, "par-open", PAR, "open, close of an own file")                         \
	X(popensame, "par-opensame", PAR, "open, close of the same file")               \
	X(pread, "par-read", PAR, "read 128 KiB of an own file")                        \
	X(preadsame, "par-readsame", PAR, "read 128 KiB of the same file")              \
	X(pcreate, "par-create", PAR, "create, close, unlink of an own name")           \
	X(pcreatedir, "par-createdir", PAR, "the same in an own directory")

#define BENCH_ROW_ID(id, name, group, what) ROW_##id,
enum bench_row { BENCH_ROWS(BENCH_ROW_ID) NROWS };

enum bench_group { GROUP_CORE, GROUP_MORE, GROUP_FILE, GROUP_PAR };
