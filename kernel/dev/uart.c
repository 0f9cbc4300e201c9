/* uart.c - 16550A, polled output, input by interrupt.
 *
 * Output fills the transmitter's FIFO whenever it is empty, so there is one
 * look at the status per FIFO, not per byte.  Without such a device in the
 * device tree the firmware's console is used, which has no input. */

#include "dev/uart.h"

#include "arch/riscv/sbi.h"
#include "core/clock.h"
#include "core/irq.h"
#include "core/klog.h"
#include "core/machine.h"
#include "core/panic.h"
#include "core/spinlock.h"
#include "dev/dev.h"
#include "dev/mmio.h"
#include "dev/plic.h"
#include "dev/tty_line.h"
#include "lib/string.h"
#include "mm/kmap.h"

enum {
	REG_DATA = 0,
	REG_IER = 1, /* interrupt enable */
	REG_FCR = 2, /* FIFO control     */
	REG_LCR = 3, /* line format      */
	REG_MCR = 4, /* modem lines      */
	REG_LSR = 5, /* line status      */
};

#define IER_RECEIVED 1u
#define FCR_FIFO_ON 1u
#define LCR_8N1 3u
#define MCR_DTR_RTS_OUT2 0xbu
#define LSR_HAS_DATA 1u
#define LSR_TX_EMPTY 0x20u
#define FIFO_BYTES 16u

static struct spinlock lock = SPINLOCK_INIT("uart", uart); /* the transmitter */
static u32 column;                                         /* (lock) */

/* (C) after uart_early_init() */
static char *regs; /* NULL: none */
static u32 reg_shift, reg_width = 1;
static int device_node = -1;

static void (*input)(const u8 *bytes, u32 n); /* (C) after uart_start_input() */

static u32 reg_read(u32 reg)
{
	char *at = regs + (reg << reg_shift);

	return reg_width == 4 ? mmio_read32(at) : mmio_read8(at);
}

static void reg_write(u32 reg, u32 value)
{
	char *at = regs + (reg << reg_shift);

	if (reg_width == 4)
		mmio_write32(at, value);
	else
		mmio_write8(at, value);
}

/* --- finding it ---------------------------------------------------------- */

static bool is_supported(int node)
{
	const struct fdt *f = &machine.fdt;

	return fdt_is_compatible(f, node, "ns16550a") ||
	       fdt_is_compatible(f, node, "ns16550") ||
	       fdt_is_compatible(f, node, "snps,dw-apb-uart");
}

/* The node that /chosen wants the console on: a path, or an alias, and
 * perhaps a colon and line settings behind it. */
static int find_chosen(void)
{
	const struct fdt *f = &machine.fdt;
	const char *text = fdt_prop_string(f, fdt_node(f, "/chosen"), "stdout-path");
	char path[128];
	char *colon;

	if (!text || strlcpy(path, text, sizeof(path)) >= sizeof(path))
		return -1;
	colon = strchr(path, ':');
	if (colon)
		*colon = '\0';
	if (path[0] == '/')
		return fdt_node(f, path);
	text = fdt_prop_string(f, fdt_node(f, "/aliases"), path);
	return text ? fdt_node(f, text) : -1;
}

static int find_node(void)
{
	const struct fdt *f = &machine.fdt;
	int node = find_chosen();

	if (node >= 0 && is_supported(node))
		return node;
	node = fdt_next_compatible(f, -1, "ns16550a");
	if (node < 0)
		node = fdt_next_compatible(f, -1, "ns16550");
	if (node < 0)
		node = fdt_next_compatible(f, -1, "snps,dw-apb-uart");
	return node;
}

void uart_early_init(void)
{
	const struct fdt *f = &machine.fdt;
	int node = find_node();
	u64 pa, bytes;

	if (node >= 0 && fdt_reg_pa(f, node, 0, &pa, &bytes) == 0 && bytes >= 8) {
		(void)fdt_prop_u32(f, node, "reg-shift", 0, &reg_shift);
		(void)fdt_prop_u32(f, node, "reg-io-width", 0, &reg_width);
		if (reg_shift <= 2 && bytes >= 8ul << reg_shift) {
			device_node = node;
			regs = kmap_device(pa, bytes);
		}
	}
	if (regs) {
		reg_write(REG_IER, 0);
		reg_write(REG_LCR, LCR_8N1);     /* the speed is the firmware's */
		reg_write(REG_FCR, FCR_FIFO_ON); /* keeps what was typed so far */
		reg_write(REG_MCR, MCR_DTR_RTS_OUT2);
	}
	klog_set_output(uart_print);
}

/* --- output -------------------------------------------------------------- */

/* Whether the FIFO became empty within @patience cycles. */
static bool wait_empty(u64 patience)
{
	u64 start;

	if (reg_read(REG_LSR) & LSR_TX_EMPTY)
		return true;
	start = clock_now();
	while (!(reg_read(REG_LSR) & LSR_TX_EMPTY)) {
		if (clock_now() - start > patience)
			return false;
	}
	return true;
}

/* Sends what the terminal takes; the caller holds the lock, or panics. */
static u64 send(const char *text, u64 n, u64 patience)
{
	u64 sent = 0;

	if (!regs) {
		while (sent < n)
			sbi_putchar(text[sent++]);
		return n;
	}
	while (sent < n && wait_empty(patience)) {
		u64 end = MIN(sent + FIFO_BYTES, n);

		while (sent < end)
			reg_write(REG_DATA, (u8)text[sent++]);
	}
	return sent;
}

u64 uart_write(const char *text, u64 n)
{
	u64 sent;

	spin_lock(&lock);
	sent = send(text, n, clock_from_ms(UART_PATIENCE_MS));
	column = tty_column_after(column, text, sent);
	spin_unlock(&lock);
	return sent;
}

void uart_print(const char *text, u64 n)
{
	if (panic_stops_here()) {
		if (column) /* the report begins on a line of its own */
			send("\n", 1, ~0ul);
		column = 0;
		send(text, n, ~0ul);
		return;
	}
	spin_lock(&lock);
	send(text, n, ~0ul);
	column = tty_column_after(column, text, n);
	spin_unlock(&lock);
}

u32 uart_column(void)
{
	u32 now;

	spin_lock(&lock);
	now = column;
	spin_unlock(&lock);
	return now;
}

/* --- input --------------------------------------------------------------- */

static void receive(void *arg)
{
	u8 bytes[32];
	u32 n;

	(void)arg;
	do {
		n = 0;
		while (n < sizeof(bytes) && (reg_read(REG_LSR) & LSR_HAS_DATA))
			bytes[n++] = reg_read(REG_DATA);
		if (n > 0)
			input(bytes, n);
	} while (n == sizeof(bytes));
}

void uart_start_input(void (*fn)(const u8 *bytes, u32 n))
{
	u32 irq;

	input = fn;
	if (!regs) {
		printk("uart: none in the device tree, so there is no input\n");
		return;
	}
	if (plic_irq_of(device_node, &irq) < 0) {
		printk("uart: 16550A without an interrupt, so there is no input\n");
		return;
	}
	irq_register(irq, receive, NULL);
	reg_write(REG_IER, IER_RECEIVED);
	printk("uart: 16550A, interrupt %u\n", irq);
}
