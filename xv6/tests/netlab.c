/* netlab.c - what the network labs of 2020 to 2025 ask of the calls, with a host that
 * answers (tests/qemu/test_labs_net.py).  With a name as its argument, one part. */
#include "kernel/types.h"
#include "user/user.h"

#define HOST 0x0a000202 /* 10.0.2.2 */
#define LOST_MAX 32     /* pages that the labs allow to be lost */

static char text[1500], answer[1500];

static void fail(const char *part, const char *why)
{
	printf("%s: FAILED: %s\n", part, why);
	exit(1);
}

/* The text number @n of @who, in text[]; returns its length. */
static int make_text(const char *who, int n)
{
	int length = strlen(who);

	strcpy(text, who);
	text[length++] = ' ';
	text[length++] = '0' + n / 100 % 10;
	text[length++] = '0' + n / 10 % 10;
	text[length++] = '0' + n % 10;
	text[length] = 0;
	return length;
}

/* --- connect: 2020 to 2023 ------------------------------------------------------ */

static void ask(const char *part, int own, int times)
{
	static const char want[] = "this is the host!";
	int fd = connect(HOST, own, NET_TESTS_PORT), n;

	if (fd < 0)
		fail(part, "connect");
	for (int i = 0; i < times; i++) {
		if (write(fd, "a message from xv6!", 19) != 19)
			fail(part, "write");
		n = read(fd, answer, sizeof(answer) - 1);
		if (n != sizeof(want) - 1 || memcmp(answer, want, n) != 0)
			fail(part, "wrong answer");
	}
	close(fd);
}

static void connected(void)
{
	int status, bad = 0;

	ask("one ping", 2000, 1);
	printf("one ping: OK\n");
	for (int i = 0; i < 100; i++)
		ask("pings", 2000, 1);
	printf("pings of one process: OK\n");
	for (int i = 0; i < 10; i++)
		if (fork() == 0) {
			ask("pings", 2001 + i, 3);
			exit(0);
		}
	for (int i = 0; i < 10; i++)
		if (wait(&status) < 0 || status != 0)
			bad = 1;
	if (bad)
		fail("pings of many processes", "a child");
	printf("pings of many processes: OK\n");
}

/* --- bind, send, recv: 2024 and later ------------------------------------------------ */

static void tell(const char *part, int own, const char *what, int length)
{
	if (send(own, HOST, NET_TESTS_PORT, (char *)what, length) < 0)
		fail(part, "send");
}

/* The next datagram of port @own must be text[] from the host. */
static void expect(const char *part, int own, int length)
{
	uint32 from = 0;
	uint16 port = 0;
	int n = recv(own, &from, &port, answer, sizeof(answer));

	if (n != length || memcmp(answer, text, n) != 0)
		fail(part, "wrong datagram");
	if (from != HOST || port != NET_TESTS_PORT)
		fail(part, "wrong source");
}

static void txone(void)
{
	tell("txone", 2000, "txone", 5);
	printf("txone: OK\n");
}

/* The host sends to port 2000, whether or not it is bound. */
static void rxone(void)
{
	if (bind(2000) < 0)
		fail("rxone", "bind");
	tell("rxone", 2000, "call port 2000", 14);
	if (recv(2000, &(uint32){ 0 }, &(uint16){ 0 }, answer, sizeof(answer)) != 9)
		fail("rxone", "wrong datagram");
	unbind(2000);
	printf("rxone: OK\n");
}

/* Datagrams of all lengths up to the largest. */
static void ping_rounds(const char *part, int own, int rounds)
{
	if (bind(own) < 0)
		fail(part, "bind");
	for (int i = 0; i < rounds; i++) {
		int length = i == rounds - 1 ? 1472 : 10 + i * 73;

		memset(text, 'a' + i, length);
		make_text(part, i);

		tell(part, own, text, length);
		expect(part, own, length);
	}
	printf("%s: OK\n", part);
}

/* Several datagrams to two ports are there before either is read. */
static void ping2(void)
{
	if (bind(2006) < 0 || bind(2007) < 0)
		fail("ping2", "bind");
	for (int i = 0; i < 5; i++) {
		tell("ping2", 2006, text, make_text("six", i));
		tell("ping2", 2007, text, make_text("seven", i));
	}
	for (int i = 0; i < 5; i++)
		expect("ping2", 2007, make_text("seven", i));
	for (int i = 0; i < 5; i++)
		expect("ping2", 2006, make_text("six", i));
	printf("ping2: OK\n");
}

/* A port that nobody reads is full after 16 datagrams, and no other suffers from it. */
static void ping3(void)
{
	int length;

	if (bind(2008) < 0 || bind(2009) < 0)
		fail("ping3", "bind");
	length = make_text("before", 0);
	tell("ping3", 2009, text, length);
	tell("ping3", 2008, "burst 257", 9);
	sleep(3);
	tell("ping3", 2009, text, make_text("after", 0));
	expect("ping3", 2009, make_text("before", 0));
	expect("ping3", 2009, make_text("after", 0));
	for (int i = 0; i < 16; i++)
		expect("ping3", 2008, make_text("burst", i));
	tell("ping3", 2008, text, make_text("again", 0));
	expect("ping3", 2008, make_text("again", 0));
	printf("ping3: OK\n");
}

static int free_pages(void)
{
	char *start = sbrk(0);
	int n = 0;

	for (int step = 256; step > 0; step /= 16)
		while (sbrk(step * 4096) != SBRK_ERROR)
			n += step;
	sbrk(start - (char *)sbrk(0));
	return n;
}

static void run(const char *what)
{
	int all = strcmp(what, "grade") == 0;

	if (all || strcmp(what, "txone") == 0)
		txone();
	if (all || strcmp(what, "rxone") == 0)
		rxone();
	if (all || strcmp(what, "ping0") == 0)
		ping_rounds("ping0", 2004, 1);
	if (all || strcmp(what, "ping1") == 0)
		ping_rounds("ping1", 2005, 20);
	if (all || strcmp(what, "ping2") == 0)
		ping2();
	if (all || strcmp(what, "ping3") == 0)
		ping3();
	if (strcmp(what, "connect") == 0)
		connected();
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "grade";
	int before = free_pages(), lost, status = 1;

	if (fork() == 0) {
		run(what);
		exit(0);
	}
	wait(&status);
	lost = before - free_pages();
	if (lost > LOST_MAX)
		printf("free: FAILED: lost %d pages\n", lost);
	else
		printf("free: OK, %d lost\n", lost);
	exit(status);
}
