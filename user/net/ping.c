/* ping - send echo requests to a machine, and show the replies */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include <net.h>
#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: ping [-c COUNT] [-i TICKS] [-s BYTES] [-w MS] HOST [COUNT]\n"
	"Send COUNT echo requests (4) to HOST, an address such as 10.0.2.2, and show how\n"
	"long each reply took.  Status 1 if there was no reply at all.\n"
	"  -i   tenths of a second between two requests (10)\n"
	"  -s   bytes in a request, at most 1472 (56)\n"
	"  -w   milliseconds to wait for a reply (1000)\n";

static long interval = 10, bytes = 56, wait_ms = 1000;

/* Whether there was a reply. */
static bool ping_once(const char *host, uint32_t addr, long seq)
{
	long ns = icmp_echo(addr, (size_t)bytes, (int)wait_ms);

	if (ns >= 0)
		printf("%ld bytes from %s: seq %ld, %ld.%03ld ms\n", bytes, host, seq,
		       ns / 1000000, ns / 1000 % 1000);
	else if (errno == ETIMEDOUT)
		printf("no reply from %s: seq %ld\n", host, seq);
	else
		tool_warn(host);
	fflush(stdout);
	return ns >= 0;
}

int main(int argc, char **argv)
{
	long count = 4, received = 0;
	uint32_t addr;
	int c;

	while ((c = tool_getopt(argc, argv, "c:i:s:w:h", usage)) != -1) {
		if (c == 'c')
			count = tool_number(optarg, 1, INT_MAX);
		else if (c == 'i')
			interval = tool_number(optarg, 0, INT_MAX);
		else if (c == 's')
			bytes = tool_number(optarg, 0, UDP_MAX);
		else
			wait_ms = tool_number(optarg, 1, INT_MAX);
	}
	argv += optind;
	if (argc - optind < 1 || argc - optind > 2)
		tool_usage(usage);
	if (argv[1])
		count = tool_number(argv[1], 1, INT_MAX);
	if (!addr_parse(argv[0], &addr)) {
		tool_warnx(argv[0], "not an address such as 10.0.2.2");
		return 2;
	}
	for (long seq = 1; seq <= count; seq++) {
		if (seq > 1)
			pause_ticks((int)interval);
		received += ping_once(argv[0], addr, seq);
	}
	printf("%ld sent, %ld received\n", count, received);
	tool_status = received ? 0 : 1;
	return tool_finish();
}
