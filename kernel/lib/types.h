/* types.h - the integer types, units and small macros that every file uses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

typedef u64 va_t;  /* virtual address, bytes */
typedef u64 pa_t;  /* physical address, bytes */
typedef u64 pfn_t; /* physical address / PAGE_SIZE */

/* An address that a user program has passed.  It is a type of its own so that it cannot be
 * dereferenced by accident; only mm/uaccess.h accesses memory there. */
typedef struct {
	va_t va;
} uptr_t;

#define PAGE_SHIFT 12
#define PAGE_SIZE ((u64)1 << PAGE_SHIFT)
#define KIB ((u64)1 << 10)
#define MIB ((u64)1 << 20)
#define GIB ((u64)1 << 30)

#define BIT(n) ((u64)1 << (n))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
/* clang-format would take (a) - 1 for a cast of -1. */
// clang-format off
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define ALIGN_UP(x, a) ALIGN_DOWN((x) + (__typeof__(x))(a) - 1, a)
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define DIV_UP(x, d) (((x) + (d) - 1) / (d))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
// clang-format on

#define MUST_CHECK __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* The number of the lowest bit that is set in @word, which is not 0.  rv64imac has no
 * instruction for this, and the kernel does not link with libgcc. */
static inline u32 bits_lowest(u64 word)
{
	u32 n = 0;

	for (u32 half = 32; half; half /= 2) {
		if (!(word & ((1ull << half) - 1))) {
			word >>= half;
			n += half;
		}
	}
	return n;
}
