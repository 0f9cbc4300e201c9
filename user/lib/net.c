/* net.c - see net.h. */
#include <net.h>

#include "sys.h"

#include <ctype.h>
#include <stdio.h>

int udp_connect(uint32_t addr, uint16_t own, uint16_t port)
{
	return (int)sys_result(sys_connect(addr, own, port));
}

int udp_bind(uint16_t port)
{
	return (int)sys_result(sys_bind(port));
}

int udp_unbind(uint16_t port)
{
	return (int)sys_result(sys_unbind(port));
}

int udp_send(uint16_t own, uint32_t addr, uint16_t port, const void *buf, size_t n)
{
	return (int)sys_result(sys_send(own, addr, port, buf, n));
}

ssize_t udp_recv(uint16_t port, uint32_t *addr, uint16_t *from, void *buf, size_t n)
{
	return sys_result(sys_recv(port, addr, from, buf, n));
}

long icmp_echo(uint32_t addr, size_t n, int ms)
{
	return sys_result(sys_icmp_echo(addr, n, ms));
}

bool addr_parse(const char *text, uint32_t *addr)
{
	*addr = 0;
	for (int part = 0; part < 4; part++) {
		unsigned n = 0;
		int digits = 0;

		if (part && *text++ != '.')
			return false;
		for (; isdigit((unsigned char)*text) && digits < 3; digits++)
			n = n * 10 + (unsigned)(*text++ - '0');
		if (digits == 0 || n > 255)
			return false;
		*addr = *addr << 8 | n;
	}
	return *text == '\0';
}

const char *addr_text(uint32_t addr, char buf[16])
{
	snprintf(buf, 16, "%u.%u.%u.%u", (unsigned)(addr >> 24),
		 (unsigned)(addr >> 16 & 255), (unsigned)(addr >> 8 & 255),
		 (unsigned)(addr & 255));
	return buf;
}
