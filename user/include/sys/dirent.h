/* sys/dirent.h - the system's part of picolibc's <dirent.h>. */
#pragma once

#include <sys/types.h>

#define DIRENT_NAME 14 /* longest name, bytes */

struct dirent {
	ino_t d_ino;
	char d_name[DIRENT_NAME + 1];
};

typedef struct dir_stream DIR;
