/* stdio.h - picolibc's, and what it does not declare. */
#pragma once

#include_next <stdio.h>

#include <stdarg.h>
#include <sys/types.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* MAXPATH and NOFILE of the kernel. */
#ifndef FILENAME_MAX
#define FILENAME_MAX 128
#endif
#ifndef FOPEN_MAX
#define FOPEN_MAX 16
#endif

ssize_t getline(char **__restrict line, size_t *__restrict size, FILE *__restrict f);
ssize_t getdelim(char **__restrict line, size_t *__restrict size, int end,
		 FILE *__restrict f);
int dprintf(int fd, const char *__restrict format, ...);
int vdprintf(int fd, const char *__restrict format, va_list args);
FILE *popen(const char *command, const char *mode);
int pclose(FILE *f);
FILE *open_memstream(char **text, size_t *size);
void flockfile(FILE *f);
int ftrylockfile(FILE *f);
void funlockfile(FILE *f);
/* picolibc 1.8.10 has macros of these names. */
#undef getc_unlocked
#undef getchar_unlocked
#undef putc_unlocked
#undef putchar_unlocked
int getc_unlocked(FILE *f);
int getchar_unlocked(void);
int putc_unlocked(int c, FILE *f);
int putchar_unlocked(int c);
int renameat(int from, const char *old, int to, const char *new_);

__END_DECLS
