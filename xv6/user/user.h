/* user.h - system calls and library of xv6 programs, of every year at once.
 *
 * The system calls of the labs are left out with -DXV6_BASE, for a program that
 * has functions of its own with such names.  A program's own function replaces the one of
 * the library. */
#pragma once

#include "../kernel/types.h"

struct stat;
struct sysinfo;

/* --- system calls: -1 is failure ---------------------------------------- */

/* Processes and memory. */
int fork(void);
void exit(int status) __attribute__((noreturn));
int wait(int *status);
int kill(int pid);
int getpid(void);
int exec(const char *path, char **argv);
int sleep(int ticks); /* of 100 ms; pause() since 2025 */
int pause(int ticks);
int uptime(void);
char *sys_sbrk(int bytes, int mode); /* mode: kernel/vm.h */

/* Files. */
int open(const char *path, int flags);
int close(int fd);
int read(int fd, void *to, int n);
int write(int fd, const void *from, int n);
int dup(int fd);
int pipe(int *fds);
int fstat(int fd, struct stat *st);
int link(const char *old, const char *new);
int unlink(const char *path);
int mkdir(const char *path);
int chdir(const char *path);
int mknod(const char *path, short major, short minor);

#ifndef XV6_BASE

int sync(void);
int trace(int mask);
int sysinfo(struct sysinfo *info);
int interpose(int mask, const char *path);
int symlink(const char *target, const char *path);
int sigalarm(int ticks, void (*handler)());
int sigreturn(void);
void *mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset);
int munmap(void *at, size_t length);
int pgaccess(void *first, int npages, void *mask);
uint64 pgpte(void *va);
void kpgtbl(void);
void vmprint(void);
int ksupernpte(uint64 *super, uint64 *small);
int cpupin(int cpu);
int rwlktest(); /* an int since 2026 */

/* Datagrams; addresses and ports in host byte order. */
int connect(uint32 to, uint16 from_port, uint16 to_port);
int bind(uint16 port);
int unbind(uint16 port);
int send(uint16 from_port, uint32 to, uint16 to_port, char *data, uint32 n);
int recv(uint16 port, uint32 *from, uint16 *from_port, char *data, uint32 n);

int ugetpid(void); /* the pid, read from USYSCALL */

#endif

/* --- library ------------------------------------------------------------ */

#define SBRK_ERROR ((char *)-1)
char *sbrk(int bytes);     /* the old break; memory is there at once */
char *sbrklazy(int bytes); /* the same, but at first touch           */
void *malloc(uint bytes);
void free(void *p);

uint strlen(const char *s);
char *strchr(const char *s, char c);
int strcmp(const char *a, const char *b);
char *strcpy(char *to, const char *from);
void *memset(void *to, int byte, uint n);
void *memmove(void *to, const void *from, int n);
void *memcpy(void *to, const void *from, uint n);
int memcmp(const void *a, const void *b, uint n);
int atoi(const char *s);

/* %d %u %x %p %s %c %%, with l and ll as well. */
void printf(const char *format, ...) __attribute__((format(__printf__, 1, 2)));
void fprintf(int fd, const char *format, ...) __attribute__((format(__printf__, 2, 3)));

/* One line, its end included, of at most max - 1 bytes; empty at the end. */
char *gets(char *to, int max);

int stat(const char *path, struct stat *st);
int statistics(void *to, int n); /* all of the device "statistics" */
