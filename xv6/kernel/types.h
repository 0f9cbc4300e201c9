/* types.h - the integer types of xv6 programs. */
#pragma once

typedef unsigned char uchar, uint8;
typedef unsigned short ushort, uint16;
typedef unsigned int uint, uint32;
typedef unsigned long uint64;

typedef __SIZE_TYPE__ size_t;
typedef long off_t;

typedef uint64 pde_t; /* an entry of a page table, by its old name */
