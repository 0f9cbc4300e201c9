/* common.c - what both programs of the benchmark have: lines of text, the clock. */
#include "common.h"

#define NS_PER_COUNT 100      /* of the time register of QEMU's machine virt */
#define NS_PER_TICK 100000000 /* of uptime() */

const char *self;
int counting;
enum clock clock_kind;

/* --- text ---------------------------------------------------------------------- */

/* One line, written by one call: others write to the console, too. */
static char line[128];
static int nline;

void put(const char *text)
{
	while (*text && nline < (int)sizeof(line) - 1)
		line[nline++] = *text++;
}

void put_number(uint64 n)
{
	char digits[24];
	int i = sizeof(digits) - 1;

	digits[i] = 0;
	do
		digits[--i] = (char)('0' + n % 10);
	while (n /= 10);
	put(digits + i);
}

void put_line(void)
{
	line[nline++] = '\n';
	write(1, line, nline);
	nline = 0;
}

int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* --- the clock ------------------------------------------------------------------ */

uint64 clock_now(void)
{
	uint64 now;

	if (clock_kind == CLOCK_INSTRET) {
		__asm__ volatile("rdinstret %0" : "=r"(now));
		return now;
	}
	if (clock_kind == CLOCK_UPTIME)
		return (uint64)uptime() * NS_PER_TICK;
	__asm__ volatile("rdtime %0" : "=r"(now));
	return now * NS_PER_COUNT;
}

/* The kernel may not let programs read a clock: tried in a child. */
static int clock_works(enum clock kind)
{
	int status = 0, pid = fork();

	clock_kind = kind;
	if (pid == 0) {
		clock_now();
		exit(0);
	}
	return pid > 0 && wait(&status) == pid && status == 0;
}

void clock_choose(void)
{
	static const char *const names[] = { "instret", "time", "uptime" };

	if (!(counting && HAS_INSTRET && clock_works(CLOCK_INSTRET)) &&
	    !clock_works(CLOCK_TIME))
		clock_kind = CLOCK_UPTIME;
	put("@ clock ");
	put(names[clock_kind]);
	put_line();
}

int digits(const char **text)
{
	int n = 0;

	while (**text >= '0' && **text <= '9')
		n = n * 10 + *(*text)++ - '0';
	return n;
}
