/* t_net.c - datagrams and echo requests, between ports of this machine.  Packets to
 * 127.0.0.1 need no network device. */
#include "lib.h"

#define HOME 0x7f000001u
#define US 0x0a00020fu
#define QUEUE 16
#define LARGEST 1472
#define PORTS 64 /* of the system */

static long tell(int from, int to, const char *text)
{
	return send(from, HOME, to, text, (long)strlen(text));
}

/* The next datagram of @port must be @text. */
static void expect_text(int port, const char *text)
{
	memset(scratch, 0, 100);
	EQ(recv(port, 0, 0, scratch, 100), strlen(text));
	EQ(memcmp(scratch, text, strlen(text)), 0);
}

TEST(net, datagram_with_its_source)
{
	struct {
		unsigned addr;
		unsigned short port, after;
	} from = { 1, 2, 3 };

	EQ(bind(4000), 0);
	EQ(tell(4001, 4000, "hello"), 0);
	EQ(recv(4000, &from.addr, &from.port, scratch, 100), 5);
	EQ(memcmp(scratch, "hello", 5), 0);
	EQ(from.addr, HOME);
	EQ(from.port, 4001);
	EQ(from.after, 3);
	EQ(send(4001, US, 4000, "us", 2), 0);
	EQ(recv(4000, &from.addr, &from.port, scratch, 100), 2);
	EQ(from.addr, US);
	EQ(unbind(4000), 0);
}

TEST(net, the_first_16_wait_in_order)
{
	char text[8];

	EQ(bind(4000), 0);
	for (int i = 0; i < QUEUE + 5; i++) {
		format(text, sizeof(text), "%d", i);
		EQ(tell(4001, 4000, text), 0);
	}
	for (int i = 0; i < QUEUE; i++) {
		format(text, sizeof(text), "%d", i);
		expect_text(4000, text);
	}
	EQ(tell(4001, 4000, "next"), 0);
	expect_text(4000, "next");
}

TEST(net, every_length)
{
	static const int lengths[] = { 0, 1, 2, 3, 17, 18, 19, 511, 1000, 1471, LARGEST };
	unsigned char *out = scratch, *in = scratch + 2048;

	EQ(bind(4000), 0);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		int n = lengths[i];

		pattern_fill(out, n, i);
		memset(in, 0xee, 2000);
		EQ(send(4001, HOME, 4000, out, n), 0);
		EQ(recv(4000, 0, 0, in, 2000), n);
		EQ(pattern_wrong(in, n, i), -1);
		EQ(in[n], 0xee);
	}
	REFUSED(send(4001, HOME, 4000, out, LARGEST + 1));
	REFUSED(send(4001, HOME, 4000, out, 65536));
	REFUSED(send(4001, HOME, 4000, out, -1));
}

TEST(net, what_exceeds_the_buffer_is_lost)
{
	EQ(bind(4000), 0);
	EQ(tell(4001, 4000, "abcdef"), 0);
	EQ(tell(4001, 4000, "second"), 0);
	memset(scratch, 0xee, 100);
	EQ(recv(4000, 0, 0, scratch, 3), 3);
	EQ(memcmp(scratch, "abc\xee", 4), 0);
	expect_text(4000, "second");
	EQ(tell(4001, 4000, "third"), 0);
	EQ(recv(4000, 0, 0, scratch, 0), 0);
	REFUSED(recv(4000, 0, 0, scratch, -1));
}

TEST(net, numbers_that_are_no_ports)
{
	REFUSED(bind(0));
	REFUSED(unbind(0));
	REFUSED(unbind(4000));
	REFUSED(recv(4000, 0, 0, scratch, 10));
	REFUSED(send(0, HOME, 4000, "x", 1));
	REFUSED(send(4000, HOME, 0, "x", 1));
	REFUSED(connect(HOME, 4000, 0));
	EQ(tell(4001, 4000, "nobody"), 0); /* and it is dropped */
	EQ(bind(65535), 0);
	EQ(tell(65535, 65535, "to itself"), 0);
	expect_text(65535, "to itself");
}

TEST(net, addresses_that_no_machine_has)
{
	static const unsigned wrong[] = { 0,           1,           0xe0000001u,
					  0xf0000000u, 0xffffffffu, 0x0a0002ffu };

	for (size_t i = 0; i < COUNT(wrong); i++) {
		REFUSED(send(4001, wrong[i], 4000, "x", 1));
		REFUSED(icmp_echo(wrong[i], 10, 100));
		if (wrong[i] != 0x0a0002ffu)
			REFUSED(connect(wrong[i], 4001, 4000));
	}
}

TEST(net, a_port_has_one_owner)
{
	EQ(bind(4000), 0);
	EQ(bind(4000), 0);
	CHILD(0, {
		REFUSED(bind(4000));
		EQ(bind(4002), 0);
		EQ(tell(4002, 4000, "child"), 0);
	});
	expect_text(4000, "child");
	EQ(bind(4002), 0);
}

TEST(net, exit_unbinds)
{
	int ready[2];
	char c;
	long pid;

	CHILD(0, {
		EQ(bind(4000), 0);
		for (int i = 0; i < QUEUE; i++)
			EQ(tell(4001, 4000, "wait"), 0);
	});
	EQ(bind(4000), 0);
	EQ(tell(4001, 4000, "fresh"), 0);
	expect_text(4000, "fresh");
	EQ(unbind(4000), 0);
	EQ(pipe(ready), 0);
	pid = must_fork();
	if (pid == 0) {
		EQ(bind(4000), 0);
		write(ready[1], "x", 1);
		recv(4000, 0, 0, scratch, 10);
		exit(0);
	}
	EQ(read(ready[0], &c, 1), 1);
	REFUSED(bind(4000));
	EQ(kill((int)pid), 0);
	EQ(reap(pid), KILLED);
	EQ(bind(4000), 0);
}

TEST(net, children_use_the_port_of_their_parent)
{
	EQ(bind(4000), 0);
	EQ(tell(4001, 4000, "for whoever reads"), 0);
	CHILD(0, expect_text(4000, "for whoever reads"));
	CHILD(0, EQ(unbind(4000), 0));
	REFUSED(recv(4000, 0, 0, scratch, 10));
}

/* A child that waits for a datagram; returns its pid.  It exits with 1 if recv() fails. */
static long waiter(int port)
{
	long pid = must_fork();

	if (pid == 0)
		exit(recv(port, 0, 0, scratch, 10) < 0);
	EVENTUALLY(process_state((int)pid) == PS_SLEEPING, 100);
	return pid;
}

TEST(net, waiting_ends_with_a_datagram)
{
	long pid;

	EQ(bind(4000), 0);
	pid = waiter(4000);
	EQ(tell(4001, 4000, "x"), 0);
	EQ(reap(pid), 0);
}

TEST(net, waiting_ends_with_the_port)
{
	long pid;

	EQ(bind(4000), 0);
	pid = waiter(4000);
	EQ(unbind(4000), 0);
	EQ(reap(pid), 1);
}

TEST(net, waiting_ends_with_a_kill)
{
	long pid, fd = connect(HOME, 4000, 4001);

	EQ(bind(4000), 0);
	pid = waiter(4000);
	EQ(kill((int)pid), 0);
	EQ(reap(pid), KILLED);
	pid = must_fork();
	if (pid == 0)
		exit(read((int)fd, scratch, 10) < 0);
	EVENTUALLY(process_state((int)pid) == PS_SLEEPING, 100);
	EQ(kill((int)pid), 0);
	EQ(reap(pid), KILLED);
	EQ(tell(4009, 4000, "still here"), 0);
	expect_text(4000, "still here");
}

static const word wrong_pointers[] = {
	1ul << 38, TRAPFRAME, TRAMPOLINE, 0xffffffc080000000, 0x80000000, -1ul,
};

TEST(net, wrong_pointers)
{
	EQ(bind(4000), 0);
	EQ(tell(4001, 4000, "kept"), 0);
	for (size_t i = 0; i < COUNT(wrong_pointers); i++) {
		void *wrong = (void *)wrong_pointers[i];

		REFUSED(send(4001, HOME, 4000, wrong, 10));
		REFUSED(recv(4000, 0, 0, wrong, 10));
		REFUSED(recv(4000, wrong, 0, scratch, 10));
		REFUSED(recv(4000, 0, wrong, scratch, 10));
	}
	EQ(tell(4001, 4000, "in order"), 0);
	expect_text(4000, "kept");
	expect_text(4000, "in order");
}

/* A read that fails puts the datagram back into a queue that has become full. */
TEST(net, a_failed_read_loses_nothing)
{
	char text[8];

	EQ(bind(4000), 0);
	for (int i = 0; i < QUEUE; i++) {
		format(text, sizeof(text), "%d", i);
		EQ(tell(4001, 4000, text), 0);
	}
	REFUSED(recv(4000, 0, 0, (void *)TRAPFRAME, 10));
	for (int i = 0; i < QUEUE; i++) {
		format(text, sizeof(text), "%d", i);
		expect_text(4000, text);
	}
}

TEST(net, connections)
{
	int a = (int)connect(HOME, 5000, 5001), b = (int)connect(HOME, 5001, 5000);

	CHECK(a >= 0 && b > a);
	EQ(write(a, "question", 8), 8);
	EQ(write(a, "another", 7), 7);
	EQ(read(b, scratch, 100), 8);
	EQ(memcmp(scratch, "question", 8), 0);
	EQ(read(b, scratch, 3), 3); /* the rest of it is lost */
	EQ(write(b, "answer", 6), 6);
	EQ(read(a, scratch, 100), 6);
	EQ(read(a, scratch, 0), 0);
	REFUSED(write(a, scratch, LARGEST + 1));
	REFUSED(write(a, scratch, -1));
	REFUSED(read(a, scratch, -1));
	REFUSED(write(a, (void *)TRAPFRAME, 10));
	EQ(close(a), 0);
	REFUSED(write(a, "x", 1));
	EQ(write(b, "nobody", 6), 6);
}

TEST(net, a_connection_takes_from_its_other_end_alone)
{
	int fd = (int)connect(HOME, 5000, 5001);

	EQ(tell(5002, 5000, "stranger"), 0);
	EQ(bind(5000), 0);
	EQ(tell(5002, 5000, "for the port"), 0);
	EQ(tell(5001, 5000, "for the connection"), 0);
	EQ(read(fd, scratch, 100), 18);
	expect_text(5000, "for the port");
	REFUSED(connect(HOME, 5000, 5001)); /* there is one already */
	CHECK(connect(HOME, 5000, 5003) > fd);
}

TEST(net, connections_are_files)
{
	struct stat st;
	int fd = (int)connect(HOME, 5000, 5001), second = (int)dup(fd);

	REFUSED(fstat(fd, &st));
	REFUSED(lseek(fd, 0, 0));
	EQ(isatty(fd), 0);
	EQ(close(fd), 0);
	EQ(tell(5001, 5000, "still open"), 0);
	CHILD(0, EQ(read(second, scratch, 100), 10));
	EQ(close(second), 0);
	fd = (int)connect(HOME, 5000, 5001);
	CHECK(fd >= 0); /* nobody has it any more */
	for (int i = 0; i < QUEUE; i++)
		EQ(tell(5001, 5000, "unread"), 0);
	EQ(exec("/nothing", (char *[]){ "x", 0 }), -1);
}

TEST(net, any_own_port)
{
	unsigned short port[3] = { 0, 0, 0 };
	int fd[3];

	EQ(bind(5000), 0);
	for (int i = 0; i < 3; i++) {
		fd[i] = (int)connect(HOME, 0, 5000);
		CHECK(fd[i] >= 0);
		EQ(write(fd[i], "x", 1), 1);
		EQ(recv(5000, 0, &port[i], scratch, 10), 1);
		CHECK(port[i] >= 49152);
		EQ(tell(5000, port[i], "back"), 0);
		EQ(read(fd[i], scratch, 10), 4);
	}
	CHECK(port[0] != port[1] && port[1] != port[2] && port[0] != port[2]);
}

TEST(net, as_many_ports_as_there_are)
{
	int n = 0;

	while (n <= PORTS && bind(6000 + n) == 0)
		n++;
	EQ(n, PORTS);
	REFUSED(connect(HOME, 5000, 5001));
	EQ(unbind(6005), 0);
	EQ(bind(7000), 0);
	CHILD(0, REFUSED(bind(7001)));
}

TEST(net, echo)
{
	CHECK(icmp_echo(HOME, 0, 1000) > 0);
	CHECK(icmp_echo(HOME, 56, 1000) > 0);
	CHECK(icmp_echo(0x7f123456, LARGEST, 1000) > 0);
	CHECK(icmp_echo(US, 7, 1000) > 0);
	REFUSED(icmp_echo(HOME, LARGEST + 1, 1000));
	REFUSED(icmp_echo(HOME, -1, 1000));
}

/* Each child gets its own answers. */
TEST(net, many_at_once)
{
	long pid[8];

	for (int i = 0; i < 8; i++) {
		pid[i] = must_fork();
		if (pid[i] != 0)
			continue;
		EQ(bind(4100 + i), 0);
		for (int n = 0; n < 50; n++) {
			char text[16];

			format(text, sizeof(text), "%d of %d", n, i);
			EQ(tell(4200 + i, 4100 + i, text), 0);
			CHECK(icmp_echo(HOME, n, 5000) > 0);
			expect_text(4100 + i, text);
		}
		exit(0);
	}
	for (int i = 0; i < 8; i++)
		EQ(reap(pid[i]), 0);
}

/* Every datagram comes once, whoever of the readers gets it. */
TEST(net, readers_share_a_port)
{
	long pid[3], sum = 0;
	int result[2];

	EQ(bind(4000), 0);
	EQ(pipe(result), 0);
	for (int i = 0; i < 3; i++) {
		pid[i] = must_fork();
		if (pid[i] != 0)
			continue;
		for (;;) {
			unsigned char c;

			EQ(recv(4000, 0, 0, &c, 1), 1);
			if (c == 0)
				exit(0);
			write(result[1], &c, 1);
		}
	}
	for (int i = 1; i <= 60; i++) {
		unsigned char c = (unsigned char)i;

		EQ(send(4001, HOME, 4000, &c, 1), 0);
		EQ(read(result[0], &c, 1), 1);
		sum += c;
	}
	EQ(sum, 60 * 61 / 2);
	for (int i = 0; i < 3; i++)
		EQ(send(4001, HOME, 4000, "", 1), 0);
	for (int i = 0; i < 3; i++)
		EQ(reap(pid[i]), 0);
}

/* Binds, fills, reads and unbinds the same ports from several processes: the queues and
 * their owners must not mix.  The runner checks that no page is lost. */
TEST(net, ports_come_and_go)
{
	long pid[4];

	for (int i = 0; i < 4; i++) {
		uint32_t state = (uint32_t)i;

		pid[i] = must_fork();
		if (pid[i] != 0)
			continue;
		for (int n = 0; n < 300; n++) {
			int port = 4300 + (int)(next_random(&state) % 4);

			if (bind(port) == 0) {
				tell(4001, port, "one");
				tell(4001, port, "two");
				CHECK(recv(port, 0, 0, scratch, 10) > 0);
				if (n % 2)
					unbind(port);
			} else {
				tell(4001, port, "a guest");
			}
		}
		exit(0);
	}
	for (int i = 0; i < 4; i++)
		reap(pid[i]);
}
