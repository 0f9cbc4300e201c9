/* stat.h - what fstat() and stat() tell of a file: the kernel's own struct. */
#pragma once

#include "../../kernel/uapi/stat.h"
