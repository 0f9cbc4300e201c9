/* rtc.c - see rtc.h.
 *
 * "google,goldfish-rtc" counts nanoseconds since 1970 in two registers of 32 bits.  A read
 * of the lower one keeps the upper one as it was at that moment. */

#include "dev/rtc.h"

#include "core/clock.h"
#include "core/machine.h"
#include "dev/mmio.h"
#include "mm/phys/kmap.h"

#define RTC_LOW 0
#define RTC_HIGH 4
#define RTC_BYTES 8

void rtc_init(void)
{
	const struct fdt *f = &machine.fdt;
	int node = fdt_next_compatible(f, -1, "google,goldfish-rtc");
	u64 pa, bytes, low;
	const char *reg;

	if (node < 0 || fdt_reg_pa(f, node, 0, &pa, &bytes) < 0 || bytes < RTC_BYTES)
		return;
	reg = kmap_device(pa, bytes);
	if (!reg)
		return;
	low = mmio_read32(reg + RTC_LOW);
	clock_set_real((u64)mmio_read32(reg + RTC_HIGH) << 32 | low);
}
