/* mmio.h - loads and stores of device registers, in program order with each other and
 * with accesses to memory that the device reads or writes. */
#pragma once

#include "lib/types.h"

static inline u32 mmio_read32(const volatile void *reg)
{
	u32 value = *(const volatile u32 *)reg;

	__asm__ volatile("fence i, ir" ::: "memory");
	return value;
}

static inline u8 mmio_read8(const volatile void *reg)
{
	u8 value = *(const volatile u8 *)reg;

	__asm__ volatile("fence i, ir" ::: "memory");
	return value;
}

static inline void mmio_write32(volatile void *reg, u32 value)
{
	__asm__ volatile("fence iorw, o" ::: "memory");
	*(volatile u32 *)reg = value;
}

static inline void mmio_write8(volatile void *reg, u8 value)
{
	__asm__ volatile("fence iorw, o" ::: "memory");
	*(volatile u8 *)reg = value;
}
