/* net.h - datagrams (UDP) and echo requests.
 *
 * Addresses and ports are in host byte order: 10.0.2.2 is 0x0a000202.  All functions return
 * -1 and set errno when they fail, but for addr_parse() and addr_text(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes of the largest datagram that can be sent. */
#define UDP_MAX 1472

/* Open a connection from port @own (0: any free one) to @port of @addr.  read() takes one
 * datagram from there and waits for it, write() sends one. */
int udp_connect(uint32_t addr, uint16_t own, uint16_t port);

/* Begin to take datagrams for @port, whoever sends them, until udp_unbind() or the end of
 * this process.  EADDRINUSE: another process does it. */
int udp_bind(uint16_t port);
int udp_unbind(uint16_t port);

/* Send one datagram from port @own. */
int udp_send(uint16_t own, uint32_t addr, uint16_t port, const void *buf, size_t n);

/* Wait for a datagram for @port, which is bound.  Returns its length, at most @n: the rest
 * is lost.  *@addr and *@from, unless NULL, get where it came from.  At most 16 datagrams
 * wait for this call. */
ssize_t udp_recv(uint16_t port, uint32_t *addr, uint16_t *from, void *buf, size_t n);

/* Send an echo request with @n bytes, and wait at most @ms milliseconds for the reply.
 * Returns the time between them in ns.  ETIMEDOUT: no reply. */
long icmp_echo(uint32_t addr, size_t n, int ms);

/* An address such as 10.0.2.2; false: @text is none.  Back to text, in @buf. */
bool addr_parse(const char *text, uint32_t *addr);
const char *addr_text(uint32_t addr, char buf[16]);
