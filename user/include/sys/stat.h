/* sys/stat.h - picolibc's, and what it does not declare for this target. */
#pragma once

#include_next <sys/stat.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

int lstat(const char *__restrict path, struct stat *__restrict st);

__END_DECLS
