/* udp_server.c - answers each datagram to a port of this computer with one sentence, as a
 * test of the network labs of 2020 to 2023 wants it; `make server`. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = "this is the host!";

static void show(const char *text, ssize_t n, const struct sockaddr_in *from)
{
	char address[INET_ADDRSTRLEN] = "?";

	inet_ntop(AF_INET, &from->sin_addr, address, sizeof(address));
	printf("%s port %u: ", address, ntohs(from->sin_port));
	for (ssize_t i = 0; i < n; i++)
		putchar(text[i] >= ' ' && text[i] <= '~' ? text[i] : '.');
	printf("\n");
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int port = argc == 2 ? atoi(argv[1]) : 0;
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	static char text[65536];

	if (port < 1 || port > 65535) {
		fprintf(stderr, "usage: udp-server PORT\n");
		return 2;
	}
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((unsigned short)port);
	if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof(at)) < 0) {
		fprintf(stderr, "udp-server: port %d: %s\n", port, strerror(errno));
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("answering datagrams to port %d of this computer; Ctrl-C ends it\n", port);
	for (;;) {
		struct sockaddr_in from;
		socklen_t size = sizeof(from);
		ssize_t n =
			recvfrom(s, text, sizeof(text), 0, (struct sockaddr *)&from, &size);

		if (n < 0)
			continue;
		show(text, n, &from);
		if (sendto(s, answer, strlen(answer), 0, (struct sockaddr *)&from, size) <
		    0)
			perror("udp-server: send");
	}
}
