/* err.h - complaints that begin with the program's name. */
#pragma once

#include <stdarg.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

__attribute__((noreturn)) void err(int status, const char *format, ...);
__attribute__((noreturn)) void errx(int status, const char *format, ...);
__attribute__((noreturn)) void verr(int status, const char *format, va_list args);
__attribute__((noreturn)) void verrx(int status, const char *format, va_list args);
void warn(const char *format, ...);
void warnx(const char *format, ...);
void vwarn(const char *format, va_list args);
void vwarnx(const char *format, va_list args);

__END_DECLS
