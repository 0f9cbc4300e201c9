/* uart.c - 16550A: output is polled, input comes by interrupt.
 *
 * The FIFO of the transmitter is filled when it is empty, so the status is read once per
 * FIFO, not once per byte.  Without a UART in the device tree the firmware's console is
 * used, which has no input.
 *
 * A terminal that takes nothing stops nobody.  Messages of the kernel wait in a
 * backlog, which the interrupt of the transmitter sends once the terminal takes
 * something again.  What programs write comes after the backlog. */

#include "dev/tty/uart.h"

#include "arch/riscv/sbi.h"
#include "core/clock.h"
#include "core/irq.h"
#include "core/report/klog.h"
#include "core/machine.h"
#include "core/report/panic.h"
#include "core/sync/spinlock.h"
#include "dev/dev.h"
#include "dev/mmio.h"
#include "dev/plic.h"
#include "dev/tty/tty_line.h"
#include "lib/fmt.h"
#include "lib/string.h"
#include "mm/phys/kmap.h"

enum {
	REG_DATA = 0,
	REG_IER = 1, /* interrupt enable */
	REG_FCR = 2, /* FIFO control     */
	REG_LCR = 3, /* line format      */
	REG_MCR = 4, /* modem lines      */
	REG_LSR = 5, /* line status      */
};

#define IER_RECEIVED 1u
#define IER_TX_EMPTY 2u
#define FCR_FIFO_ON 1u
#define LCR_8N1 3u
#define MCR_DTR_RTS_OUT2 0xbu
#define LSR_HAS_DATA 1u
#define LSR_TX_EMPTY 0x20u
#define FIFO_BYTES 16u
#define BACKLOG_BYTES 65536u /* a power of 2 */
#define FULL_PATIENCE_MS 500 /* before part of a message is lost */
#define FLUSH_PATIENCE_MS 10000

static struct spinlock lock = SPINLOCK_INIT("uart", uart); /* the transmitter */
static u32 column;                                         /* (lock) */

/* (lock) Messages that the terminal has not taken.  Bytes are numbered from 0 on. */
static struct {
	char text[BACKLOG_BYTES];
	u32 put, taken; /* the number of the next byte to store / to send */
	u32 lost;       /* bytes lost since it was last empty */
} backlog;

/* (lock) The terminal has taken nothing for this many ms.  Until it takes something,
 * nobody waits that long again. */
static u64 stalled_ms;

/* (C) after uart_early_init() */
static char *regs; /* NULL: none */
static u32 reg_shift, reg_width = 1;
static int device_node = -1;

static void (*uart_input)(const u8 *bytes, u32 n); /* (C) after uart_start_input() */
static bool takes_irqs;                            /* (lock) from then on          */
static bool tx_irq;                                /* (lock) the transmitter's is on */

static u32 uart_reg_read(u32 reg)
{
	char *at = regs + (reg << reg_shift);

	return reg_width == 4 ? mmio_read32(at) : mmio_read8(at);
}

static void uart_reg_write(u32 reg, u32 value)
{
	char *at = regs + (reg << reg_shift);

	if (reg_width == 4)
		mmio_write32(at, value);
	else
		mmio_write8(at, value);
}

/* --- finding it ---------------------------------------------------------- */

static const char *const uart_models[] = {
	"ns16550a",
	"ns16550",
	"snps,dw-apb-uart",
};

/* The node that /chosen names for the console, or a negative value. "stdout-path" has a
 * path or an alias, perhaps followed by a colon and line settings. */
static int uart_find_chosen(void)
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

static int uart_find_node(void)
{
	const struct fdt *f = &machine.fdt;
	int node = uart_find_chosen();

	for (u32 i = 0; i < ARRAY_SIZE(uart_models); i++) {
		if (node >= 0 && fdt_is_compatible(f, node, uart_models[i]))
			return node;
	}
	node = -1;
	for (u32 i = 0; i < ARRAY_SIZE(uart_models) && node < 0; i++)
		node = fdt_next_compatible(f, -1, uart_models[i]);
	return node;
}

void uart_early_init(void)
{
	const struct fdt *f = &machine.fdt;
	int node = uart_find_node();
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
		uart_reg_write(REG_IER, 0);
		uart_reg_write(REG_LCR, LCR_8N1);     /* the speed is the firmware's */
		uart_reg_write(REG_FCR, FCR_FIFO_ON); /* keeps what was typed so far */
		uart_reg_write(REG_MCR, MCR_DTR_RTS_OUT2);
	}
	klog_set_output(uart_print);
}

/* --- output -------------------------------------------------------------- */

#define FOR_EVER ~0ul

/* Whether the FIFO became empty within @ms. */
static bool uart_wait_empty(u64 ms)
{
	u64 start, patience = ms == FOR_EVER ? ms : clock_from_ms(ms);

	if (uart_reg_read(REG_LSR) & LSR_TX_EMPTY) {
		stalled_ms = 0;
		return true;
	}
	if (ms <= stalled_ms)
		return false;
	start = clock_now();
	while (!(uart_reg_read(REG_LSR) & LSR_TX_EMPTY)) {
		if (clock_now() - start > patience) {
			stalled_ms = ms;
			return false;
		}
	}
	stalled_ms = 0;
	return true;
}

/* Sends what the terminal takes, waiting at most @ms for each FIFO.  Returns how many
 * bytes.  (lock), or in a panic. */
static u64 uart_send(const char *text, u64 n, u64 ms)
{
	u64 sent = 0;

	if (!regs) {
		while (sent < n)
			sbi_putchar(text[sent++]);
		return n;
	}
	while (sent < n && uart_wait_empty(ms)) {
		u64 end = MIN(sent + FIFO_BYTES, n);

		while (sent < end)
			uart_reg_write(REG_DATA, (u8)text[sent++]);
	}
	return sent;
}

/* (lock), or in a panic, from here to backlog_sent(). */
static void backlog_put(const char *text, u64 n)
{
	u64 room = backlog.lost ? 0 : BACKLOG_BYTES - (backlog.put - backlog.taken);
	u64 kept = MIN(n, room);

	for (u64 i = 0; i < kept; i++)
		backlog.text[backlog.put++ % BACKLOG_BYTES] = text[i];
	backlog.lost += n - kept;
}

static void backlog_tell_lost(void)
{
	char line[48];
	int n = fmt_snprintf(line, sizeof(line), "\n(%u bytes of messages are lost)\n",
			     backlog.lost);

	backlog.lost = 0;
	backlog_put(line, (u64)n);
}

static void backlog_send(u64 ms)
{
	while (backlog.put != backlog.taken) {
		u32 at = backlog.taken % BACKLOG_BYTES;
		u32 n = MIN(backlog.put - backlog.taken, BACKLOG_BYTES - at);
		u32 sent = uart_send(backlog.text + at, n, ms);

		backlog.taken += sent;
		if (sent < n)
			return;
		if (backlog.put == backlog.taken && backlog.lost)
			backlog_tell_lost();
	}
}

/* Sends the backlog.  False: a part is left, which the transmitter's interrupt sends. */
static bool backlog_sent(u64 ms)
{
	bool all;

	backlog_send(ms);
	all = backlog.put == backlog.taken;
	if (takes_irqs && all == tx_irq) {
		tx_irq = !all;
		uart_reg_write(REG_IER, IER_RECEIVED | (tx_irq ? IER_TX_EMPTY : 0));
	}
	return all;
}

u64 uart_write(const char *text, u64 n)
{
	u64 sent = 0;

	spin_lock(&lock);
	if (backlog_sent(UART_PATIENCE_MS))
		sent = uart_send(text, n, UART_PATIENCE_MS);
	column = tty_column_after(column, text, sent);
	spin_unlock(&lock);
	return sent;
}

/* Nothing else runs, so it waits until the whole report is out. */
static void uart_print_report(const char *text, u64 n)
{
	backlog_send(FOR_EVER);
	if (column) /* it starts on a line of its own */
		uart_send("\n", 1, FOR_EVER);
	column = 0;
	uart_send(text, n, FOR_EVER);
}

void uart_print(const char *text, u64 n)
{
	u64 sent = 0, room;

	if (panic_stops_here()) {
		uart_print_report(text, n);
		return;
	}
	spin_lock(&lock);
	room = BACKLOG_BYTES - (backlog.put - backlog.taken);
	if (backlog_sent(room < n ? FULL_PATIENCE_MS : UART_PATIENCE_MS))
		sent = uart_send(text, n, UART_PATIENCE_MS);
	if (sent < n) {
		backlog_put(text + sent, n - sent);
		(void)backlog_sent(0);
	}
	column = tty_column_after(column, text, n);
	spin_unlock(&lock);
}

void uart_flush(void)
{
	u64 start = clock_now(), patience = clock_from_ms(FLUSH_PATIENCE_MS);
	u32 taken;
	bool all;

	do {
		spin_lock(&lock);
		taken = backlog.taken;
		all = backlog_sent(UART_PATIENCE_MS);
		if (backlog.taken != taken)
			start = clock_now();
		spin_unlock(&lock);
	} while (!all && clock_now() - start <= patience);
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

static void uart_interrupt(void *arg)
{
	u8 bytes[32];
	u32 n;

	(void)arg;
	spin_lock(&lock);
	(void)backlog_sent(0);
	spin_unlock(&lock);
	do {
		n = 0;
		while (n < sizeof(bytes) && (uart_reg_read(REG_LSR) & LSR_HAS_DATA))
			bytes[n++] = uart_reg_read(REG_DATA);
		if (n > 0)
			uart_input(bytes, n);
	} while (n == sizeof(bytes));
}

void uart_start_input(void (*fn)(const u8 *bytes, u32 n))
{
	u32 irq;

	uart_input = fn;
	if (!regs) {
		printk("uart: none in the device tree, so there is no input\n");
		return;
	}
	if (plic_irq_of(device_node, &irq) < 0) {
		printk("uart: 16550A without an interrupt, so there is no input\n");
		return;
	}
	irq_register(irq, uart_interrupt, NULL);
	spin_lock(&lock);
	takes_irqs = true;
	uart_reg_write(REG_IER, IER_RECEIVED);
	(void)backlog_sent(0);
	spin_unlock(&lock);
	printk("uart: 16550A, interrupt %u\n", irq);
}
