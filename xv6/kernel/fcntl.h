/* fcntl.h - flags of open(), and those of the lab's mmap(). */
#pragma once

#include "../../kernel/uapi/fcntl.h"

#define PROT_NONE 0
#define PROT_READ (1 << 0)
#define PROT_WRITE (1 << 1)
#define PROT_EXEC (1 << 2)

#define MAP_SHARED 1
#define MAP_PRIVATE 2
