/* pagoda.h - what a program can ask of this kernel beyond POSIX.
 * All return -1 and set errno when they fail. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/cdefs.h>

#include "uapi/console.h"
#include "uapi/info.h"
#include "uapi/job.h"
#include "uapi/limits.h"

__BEGIN_DECLS

/* Print system calls of this process and of children that it starts later: those whose
 * number is a set bit of @mask, -1 for all. */
int trace(long mask);

/* Tell the pipe @fd what system calls this process makes, and with @follow what children
 * make that it starts later; or count them: see uapi/calltrace.h. */
int calltrace(int fd, bool follow);

int sysinfo(struct sysinfo *info);
int meminfo(struct meminfo *info);

/* Fill up to @max entries; returns how many processes there are. */
int procinfo(struct procinfo *info, int max);

/* Write all to disk, then leave: @how is REBOOT_POWEROFF or REBOOT_RESET.
 * QEMU ends with @status, 0..255, at a power-off. */
int reboot(int how, int status);

/* Copy the value of boot option @name; returns its length.  ENAMETOOLONG: it
 * does not fit into @size bytes with its NUL.  ENOENT: it was not given. */
int bootarg(const char *name, char *buf, size_t size);

/* Change option @name while the machine runs.  ENOENT: there is none of that name,
 * EPERM: it is read at boot only, EINVAL: it has no such value. */
int setoption(const char *name, const char *value);

/* Explains in words why process @pid (0: this one) is or would be refused an access to @va
 * (0 read, 1 write, 2 execute).  Returns the length of the text. */
long explain(int pid, unsigned long va, int access, char *buf, size_t size);

/* Tells the kernel about the jobs of a shell, or asks: @how is JOB_... of uapi/job.h. */
int job(int how);

/* Makes that job of the calling shell the one that ^C ends and ^Z stops. */
int job_foreground(int number);

/* Choose how programs get what is typed: @how is CONSOLE_... of uapi/console.h.  @info may
 * be NULL. */
int console(int how, struct console_info *info);

/* Make a device node at @path. */
int device_make(const char *path, int major, int minor);

/* Time since boot: nanoseconds, and ticks of 1/TICK_HZ second. */
long clock_ns(void);
long uptime_ticks(void);

/* Wait for a number of ticks. */
int pause_ticks(int ticks);

/* Like waitpid(), but @status is what the child gave to exit(), all 32 bits of
 * it; -1 from one that was killed. */
int wait_status(int pid, int *status, int options);

__END_DECLS
