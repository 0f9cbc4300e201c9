/* sbi.c - see sbi.h. */

#include "arch/riscv/sbi.h"

#include "arch/riscv/cpu.h"

struct sbiret {
	s64 error;
	s64 value;
};

static struct sbiret sbi_call(u64 ext, u64 fn, u64 arg0, u64 arg1, const u64 rest[3])
{
	register u64 a0 __asm__("a0") = arg0;
	register u64 a1 __asm__("a1") = arg1;
	register u64 a2 __asm__("a2") = rest ? rest[0] : 0;
	register u64 a3 __asm__("a3") = rest ? rest[1] : 0;
	register u64 a4 __asm__("a4") = rest ? rest[2] : 0;
	register u64 a6 __asm__("a6") = fn;
	register u64 a7 __asm__("a7") = ext;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
			 : "memory");
	return (struct sbiret){ (s64)a0, (s64)a1 };
}

void sbi_putchar(char c)
{
	/* The legacy extension: nothing else can print before the UART is found. */
	sbi_call(1, 0, (u8)c, 0, NULL);
}

s64 sbi_set_timer(u64 deadline)
{
	return sbi_call(SBI_TIME, 0, deadline, 0, NULL).error;
}

/* SBI takes hardware numbers, as a mask of 64 bits and the number that bit 0 stands for.
 * Harts 0 to 63 get one call together, each other hart one of its own. */
static s64 sbi_call_harts(u64 ext, u64 fn, u64 harts, const u64 rest[3])
{
	u64 mask = 0;
	s64 err = 0;

	for (unsigned i = 0; i < MAX_HARTS; i++) {
		if (!(harts & BIT(i)))
			continue;
		if (cpu_hartid[i] < 64)
			mask |= BIT(cpu_hartid[i]);
		else
			err = sbi_call(ext, fn, 1, cpu_hartid[i], rest).error;
	}
	if (mask)
		err = sbi_call(ext, fn, mask, 0, rest).error;
	return err;
}

s64 sbi_send_ipi(u64 harts)
{
	return sbi_call_harts(SBI_IPI, 0, harts, NULL);
}

s64 sbi_remote_fence_i(u64 harts)
{
	return sbi_call_harts(SBI_RFENCE, 0, harts, NULL);
}

s64 sbi_remote_sfence(u64 harts, va_t start, u64 bytes)
{
	u64 range[3] = { start, bytes };

	return sbi_call_harts(SBI_RFENCE, 1, harts, range);
}

s64 sbi_remote_sfence_asid(u64 harts, va_t start, u64 bytes, u64 asid)
{
	u64 range[3] = { start, bytes, asid };

	return sbi_call_harts(SBI_RFENCE, 2, harts, range);
}

s64 sbi_hart_start(u64 hartid, pa_t entry, u64 arg)
{
	u64 opaque[3] = { arg };

	return sbi_call(SBI_HSM, 0, hartid, entry, opaque).error;
}

void sbi_hart_stop(void)
{
	sbi_call(SBI_HSM, 1, 0, 0, NULL);
}

void sbi_shutdown(void)
{
	sbi_call(SBI_SRST, 0, 0, 0, NULL);
}

void sbi_reboot(void)
{
	sbi_call(SBI_SRST, 0, 1, 0, NULL);
}
