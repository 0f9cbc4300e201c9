// sources: kernel/dev/tty/uart.c kernel/lib/fmt.c tests/host/shim/shim.c
/* test_uart.c - the serial line with a transmitter that stops accepting bytes. */
#include "rig.h"

#include <string.h>

#include "core/clock.h"
#include "core/irq.h"
#include "core/report/klog.h"
#include "core/machine.h"
#include "core/report/panic.h"
#include "dev/dev.h"
#include "dev/mmio.h"
#include "dev/plic.h"
#include "dev/tty/tty_line.h"
#include "dev/tty/uart.h"
#include "mm/phys/kmap.h"
#include "shim.h"

#define MS 100 /* how often the clock is read in a millisecond */

/* --- the device ------------------------------------------------------------ */

static char regs[8];
static char out[400000];
static u64 nout;
static u64 fifo_free;     /* bytes that it still accepts; ~0: any number    */
static bool frees_itself; /* when its status is read next: it accepts again */
static u32 ier;
static bool panics;

static void take(u8 byte)
{
	assert_true(fifo_free > 0);
	fifo_free -= fifo_free != ~0ul;
	assert_true(nout < sizeof(out));
	out[nout++] = (char)byte;
}

u8 mmio_read8(const volatile void *reg)
{
	u8 status = (const char *)reg - regs == 5 && fifo_free ? 0x20 : 0;

	if (frees_itself)
		fifo_free = ~0ul;
	frees_itself = false;
	return status;
}

void mmio_write8(volatile void *reg, u8 value)
{
	if ((char *)reg - regs == 0)
		take(value);
	if ((char *)reg - regs == 1)
		ier = value;
}

u32 mmio_read32(const volatile void *reg)
{
	return mmio_read8(reg);
}

void mmio_write32(volatile void *reg, u32 value)
{
	mmio_write8(reg, (u8)value);
}

/* --- the rest of the kernel ------------------------------------------------ */

struct machine machine;
static u64 now;
static void (*irq_fn)(void *);

u64 clock_now(void)
{
	return now++;
}

u64 clock_from_ms(u64 ms)
{
	return ms * MS;
}

void irq_register(u32 irq, void (*fn)(void *), void *arg)
{
	(void)irq, (void)arg;
	irq_fn = fn;
}

int plic_irq_of(int node, u32 *irq)
{
	(void)node;
	*irq = 10;
	return 0;
}

void *kmap_device(pa_t pa, u64 bytes)
{
	(void)pa, (void)bytes;
	return regs;
}

bool panic_stops_here(void)
{
	return panics;
}

void sbi_putchar(char c)
{
	fail_msg("the firmware prints %c", c);
}

u32 tty_column_after(u32 column, const char *text, u64 n)
{
	for (u64 i = 0; i < n; i++)
		column = text[i] == '\n' ? 0 : column + 1;
	return column;
}

int fdt_node(const struct fdt *f, const char *path)
{
	(void)f, (void)path;
	return -1;
}

const char *fdt_prop_string(const struct fdt *f, int node, const char *name)
{
	(void)f, (void)node, (void)name;
	return NULL;
}

bool fdt_is_compatible(const struct fdt *f, int node, const char *name)
{
	(void)f, (void)node, (void)name;
	return true;
}

int fdt_next_compatible(const struct fdt *f, int node, const char *name)
{
	(void)f, (void)node, (void)name;
	return 7;
}

int fdt_reg_pa(const struct fdt *f, int node, unsigned i, u64 *pa, u64 *size)
{
	(void)f, (void)node, (void)i;
	*pa = 0x10000000;
	*size = 0x100;
	return 0;
}

int fdt_prop_u32(const struct fdt *f, int node, const char *name, unsigned i, u32 *value)
{
	(void)f, (void)node, (void)name, (void)i, (void)value;
	return -1;
}

/* --- tests ----------------------------------------------------------------- */

static void typed(const u8 *bytes, u32 n)
{
	(void)bytes, (void)n;
}

static int setup(void **state)
{
	(void)state;
	fifo_free = ~0ul;
	panics = false;
	if (!irq_fn) {
		uart_early_init();
		uart_start_input(typed);
	}
	uart_flush();
	nout = 0;
	return 0;
}

/* Prints line @i, which is as long as most messages are. */
static void print_line(unsigned i)
{
	char line[32];

	snprintf(line, sizeof(line), "line %9u of many\n", i);
	uart_print(line, strlen(line));
}

static u64 time_of_line(unsigned i)
{
	u64 start = now;

	print_line(i);
	return now - start;
}

static void check_lines(unsigned n)
{
	char want[32];

	for (unsigned i = 0; i < n; i++) {
		snprintf(want, sizeof(want), "line %9u of many\n", i);
		assert_memory_equal(out + i * 23, want, 23);
	}
}

/* The device accepts bytes again, and interrupts until nothing is left to send. */
static void resume(void)
{
	fifo_free = ~0ul;
	while (ier & 2)
		irq_fn(NULL);
}

static void test_stalled_terminal_is_not_waited_for(void **state)
{
	u64 first;

	(void)state;
	fifo_free = 0;
	first = time_of_line(0);
	assert_true(first >= 2 * MS && first < 3 * MS);
	for (unsigned i = 1; i < 100; i++)
		assert_true(time_of_line(i) < 5);
}

static void test_messages_come_out_in_order_later(void **state)
{
	(void)state;
	print_line(0);
	fifo_free = 16;
	for (unsigned i = 1; i < 1000; i++)
		print_line(i);
	assert_true(nout < 60);
	assert_true(ier & 2);
	resume();
	assert_false(ier & 2);
	print_line(1000);
	assert_int_equal(nout, 1001 * 23);
	check_lines(1001);
}

static void test_output_of_programs_comes_after_messages(void **state)
{
	(void)state;
	fifo_free = 0;
	print_line(0);
	assert_int_equal(uart_write("program", 7), 0);
	fifo_free = 23;
	assert_int_equal(uart_write("program", 7), 0);
	print_line(1);
	frees_itself = true;
	assert_int_equal(uart_write("program", 7), 0);
	fifo_free = ~0ul;
	assert_int_equal(uart_write("program", 7), 7);
	assert_int_equal(nout, 53);
	assert_memory_equal(out + 45, "\nprogram", 8);
}

static void test_loss_is_reported_and_costs_half_a_second_once(void **state)
{
	u64 waited = 0, longest = 0, told, kept;
	char *at;

	(void)state;
	fifo_free = 0;
	for (unsigned i = 0; i < 5000; i++) {
		u64 t = time_of_line(i);

		waited += t;
		longest = MAX(longest, t);
	}
	assert_true(longest >= 500 * MS && longest < 501 * MS);
	assert_true(waited < 600 * MS);
	fifo_free = 240;
	print_line(5000);
	resume();
	out[nout] = '\0';
	at = strstr(out, "\n(");
	assert_non_null(at);
	kept = (u64)(at - out);
	assert_int_equal(sscanf(at, "\n(%lu bytes of messages are lost)", &told), 1);
	assert_int_equal(told + kept, 5001 * 23);
	check_lines(kept / 23); /* from the first on: none from after a gap */
	nout = 0;
	print_line(5001);
	assert_int_equal(nout, 23);
}

static void test_flush_waits_while_bytes_are_accepted(void **state)
{
	u64 start;

	(void)state;
	fifo_free = 0;
	print_line(0);
	start = now;
	uart_flush();
	assert_true(now - start >= 10000 * MS && now - start < 11000 * MS);
	fifo_free = ~0ul;
	uart_flush();
	assert_int_equal(nout, 23);
}

static void test_panic_report_follows_waiting_messages(void **state)
{
	(void)state;
	fifo_free = 0;
	print_line(0);
	uart_print("half a line", 11);
	fifo_free = ~0ul;
	panics = true;
	uart_print("panic: x\n", 9);
	out[nout] = '\0';
	assert_string_equal(out, "line         0 of many\nhalf a line\npanic: x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_stalled_terminal_is_not_waited_for, setup),
		cmocka_unit_test_setup(test_messages_come_out_in_order_later, setup),
		cmocka_unit_test_setup(test_output_of_programs_comes_after_messages, setup),
		cmocka_unit_test_setup(test_loss_is_reported_and_costs_half_a_second_once,
				       setup),
		cmocka_unit_test_setup(test_flush_waits_while_bytes_are_accepted, setup),
		cmocka_unit_test_setup(test_panic_report_follows_waiting_messages, setup),
	};

	shim_quiet = true;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
