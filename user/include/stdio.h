/* stdio.h - picolibc's, and what it does not declare. */
#pragma once

#include_next <stdio.h>

#include <stdarg.h>
#include <sys/types.h>

ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict f);
ssize_t getdelim(char **restrict line, size_t *restrict size, int end, FILE *restrict f);
int dprintf(int fd, const char *restrict format, ...);
int vdprintf(int fd, const char *restrict format, va_list args);
FILE *popen(const char *command, const char *mode);
int pclose(FILE *f);
