/* sys/dirent.h - the system's part of picolibc's <dirent.h>. */
#pragma once

#include <sys/types.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

#define DIRENT_NAME 14 /* longest name, bytes */

struct dirent {
	ino_t d_ino;
	char d_name[DIRENT_NAME + 1];
};

typedef struct dir_stream DIR;

__END_DECLS
