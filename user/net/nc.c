/* nc - send standard input as datagrams, and print those that come */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <net.h>
#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: nc -u [-n COUNT] [-w TICKS] HOST PORT\n"
	"       nc -u -l [-n COUNT] [-w TICKS] PORT\n"
	"Send each line of standard input as a datagram to PORT of HOST, an address such\n"
	"as 10.0.2.2, and print the datagrams that come from there.  With -l, take\n"
	"datagrams for PORT from anybody, and send lines to whoever sent the last one.\n"
	"Ends with ^C.\n"
	"  -l   listen\n"
	"  -n   end after COUNT datagrams\n"
	"  -u   datagrams (UDP); there is nothing else, but it must be said\n"
	"  -w   end so many tenths of a second after the end of standard input\n";

/* Shared by the process that receives and the one that sends. */
struct other {
	uint32_t addr; /* 0: nobody has sent anything yet */
	uint16_t port;
};

static volatile struct other *other;
static bool listens;
static uint16_t port; /* ours, if we listen */
static int fd;        /* the connection, if we do not */

static ssize_t receive(char *buf)
{
	struct other from;
	ssize_t n;

	if (!listens)
		return read(fd, buf, UDP_MAX);
	n = udp_recv(port, &from.addr, &from.port, buf, UDP_MAX);
	if (n >= 0) {
		other->port = from.port;
		other->addr = from.addr;
	}
	return n;
}

/* The process that receives: until @count datagrams have come, if @count is not 0. */
_Noreturn static void receive_all(long count)
{
	static char buf[UDP_MAX];
	long done = 0;

	while (!count || done < count) {
		ssize_t n = receive(buf);

		if (n < 0)
			tool_die("receive");
		if (fwrite(buf, 1, (size_t)n, stdout) != (size_t)n || fflush(stdout))
			exit(tool_finish());
		done++;
	}
	exit(0);
}

static void send_line(const char *text, size_t n)
{
	if (listens && !other->addr) {
		tool_warnx("send", "nobody to send to yet");
		return;
	}
	if ((listens ? udp_send(port, other->addr, other->port, text, n)
		     : (int)write(fd, text, n)) < 0)
		tool_warn("send");
}

/* The process that sends: until the end of standard input. */
_Noreturn static void send_all(void)
{
	struct tool_line line = { 0 };

	while (tool_line(stdin, &line))
		send_line(line.text, line.len);
	exit(tool_status);
}

static int start(bool sends, long count)
{
	int pid = fork();

	if (pid < 0)
		tool_die("fork");
	if (pid == 0 && sends)
		send_all();
	if (pid == 0)
		receive_all(count);
	return pid;
}

/* Runs both processes; @linger: ticks from the end of input on, -1: for ever. */
static int converse(long count, long linger)
{
	int receiver = start(false, count), sender = start(true, 0);
	int status = 0, sent = 0;
	int pid = wait_status(-1, &status, 0);

	if (pid == sender) {
		sent = status;
		if (linger >= 0) {
			pause_ticks((int)linger);
			kill(receiver, SIGKILL);
		}
		wait_status(receiver, &status, 0);
		status = linger >= 0 && status == -1 ? 0 : status;
	} else {
		kill(sender, SIGKILL);
		wait_status(sender, NULL, 0);
	}
	return status ? status : sent;
}

static void open_port(char **argv, int argc)
{
	uint32_t addr = 0;

	if (argc != (listens ? 1 : 2))
		tool_usage(usage);
	port = (uint16_t)tool_number(argv[argc - 1], 1, 65535);
	if (!listens && !addr_parse(argv[0], &addr)) {
		tool_warnx(argv[0], "not an address such as 10.0.2.2");
		exit(2);
	}
	fd = listens ? udp_bind(port) : udp_connect(addr, 0, port);
	if (fd < 0)
		tool_die(argv[argc - 1]);
}

int main(int argc, char **argv)
{
	long count = 0, linger = -1;
	bool udp = false;
	int c;

	while ((c = tool_getopt(argc, argv, "ln:uw:h", usage)) != -1) {
		if (c == 'l')
			listens = true;
		else if (c == 'n')
			count = tool_number(optarg, 1, INT_MAX);
		else if (c == 'u')
			udp = true;
		else
			linger = tool_number(optarg, 0, INT_MAX);
	}
	if (!udp)
		tool_usage(usage);
	other = mmap(NULL, sizeof(*other), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (other == MAP_FAILED)
		tool_die("memory");
	open_port(argv + optind, argc - optind);
	return converse(count, linger);
}
