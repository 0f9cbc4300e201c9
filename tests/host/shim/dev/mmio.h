/* mmio.h - for tests on the host: the test acts as the device. */
#pragma once

#include "lib/types.h"

u32 mmio_read32(const volatile void *reg);
void mmio_write32(volatile void *reg, u32 value);
u8 mmio_read8(const volatile void *reg);
void mmio_write8(volatile void *reg, u8 value);
