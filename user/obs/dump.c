/* dump - show bytes of the memory of a process, or of the machine */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: dump PID|NAME VA [COUNT]\n"
	"       dump -p PA [COUNT]\n"
	"Show COUNT bytes (64) from an address on, in hexadecimal and as text.\n"
	"Addresses are hexadecimal.  Reading brings no page in: where the process has\n"
	"none the line says so.  A `*` stands for more rows that are equal to the one\n"
	"above.\n"
	"  -p   PA is a physical address\n";

#define ROW 16
#define USER_END 0x4000000000ull

static void print_row(unsigned long long at, const unsigned char *byte, unsigned n)
{
	printf("%10llx ", at);
	for (unsigned i = 0; i < ROW; i++) {
		if (i < n)
			printf("%s %02x", i == ROW / 2 ? " " : "", byte[i]);
		else
			printf("%s   ", i == ROW / 2 ? " " : "");
	}
	printf("  ");
	for (unsigned i = 0; i < n; i++)
		putchar(byte[i] >= ' ' && byte[i] < 0x7f ? byte[i] : '.');
	putchar('\n');
}

static bool starred; /* the last line is a `*` */

/* Prints @n bytes of a record; equal rows once. */
static void print_record(const struct snap_bytes *b, unsigned n)
{
	static unsigned char above[ROW];
	static unsigned long long next;

	for (unsigned i = 0; i < n; i += ROW) {
		unsigned len = n - i < ROW ? n - i : ROW;
		bool equal = next == b->at + i && len == ROW &&
			     memcmp(above, b->byte + i, ROW) == 0;

		if (!equal)
			print_row(b->at + i, b->byte + i, len);
		else if (!starred)
			puts("         *");
		starred = equal;
		memcpy(above, b->byte + i, len);
		next = b->at + i + len;
	}
}

/* After a `*` an address tells where the equal rows end. */
static void print_end(unsigned long long at)
{
	if (starred)
		printf("%10llx\n", at);
	starred = false;
}

/* Runs of addresses without a page are one line. */
static void print_gap(unsigned long long *from, unsigned long long to)
{
	if (*from != to)
		printf("%10llx  nothing can be read, up to %llx\n", *from, to);
	*from = to;
}

static void dump(int kind, int pid, unsigned long long at, unsigned long count)
{
	static struct snap_reader r;
	const struct snap_bytes *b;
	unsigned long long gap = at;

	if (!snap_begin(&r, kind, pid, at)) {
		if (kind == SNAP_BYTES)
			snap_die(pid);
		tool_warnx("address", "no RAM is there");
		return;
	}
	while (count && (b = snap_next(&r)) != NULL) {
		unsigned n = count < b->count ? (unsigned)count : b->count;

		at = b->at + n;
		if (b->is_there) {
			print_gap(&gap, b->at);
			print_record(b, n);
			gap = at;
		} else {
			print_end(b->at);
		}
		count -= n;
	}
	print_end(at);
	print_gap(&gap, at);
	if (r.error)
		tool_warnx("the process", "has ended meanwhile");
}

int main(int argc, char **argv)
{
	bool physical = false;
	unsigned long long at;
	long count = 64;
	int pid = 0;

	while (tool_getopt(argc, argv, "ph", usage) != -1)
		physical = true;
	argv += optind;
	if (!physical && argv[0])
		pid = tool_pid(*argv++, 0);
	if (!argv[0])
		tool_usage(usage);
	at = tool_address(*argv++);
	if (!physical && at >= USER_END) {
		tool_warnx(argv[-1], "programs have addresses below 0x4000000000");
		exit(2);
	}
	if (argv[0])
		count = tool_number(*argv++, 1, 1 << 30);
	if (argv[0])
		tool_usage(usage);
	dump(physical ? SNAP_RAM : SNAP_BYTES, pid, at, (unsigned long)count);
	return tool_finish();
}
