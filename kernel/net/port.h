/* port.h - ports: who gets a datagram, and the queues in which they wait.
 *
 * A port is bound, and takes datagrams from anybody, or connected, and takes those of one
 * other end.  A bound port belongs to the process that bound it, and is unbound when that
 * process exits; any process may receive from it by its number.  A connected one belongs to
 * an open file.  Datagrams that wait when a port goes are freed. */
#pragma once

#include "lib/types.h"

struct packet;
struct port;

#define PORTS 64      /* at once, of both kinds          */
#define PORT_QUEUE 16 /* datagrams that wait for a reader */

void port_init(void); /* at boot */

/* Binds port @number for @owner.  0, also if it was @owner's already; -EINVAL: there is no
 * port 0; -EADDRINUSE: another one has it; -ENOBUFS: too many ports. */
int port_bind(u16 number, const void *owner) MUST_CHECK;

/* -ENOTCONN: it is not bound.  Readers that wait get the same error. */
int port_unbind(u16 number) MUST_CHECK;

/* Unbinds all ports of @owner, which exits. */
void port_leave(const void *owner);

/* Connects port @number (0: any free one) with port @rport of @addr.  -EADDRINUSE: there is
 * such a connection; -ENOBUFS. */
int port_connect(u16 number, u32 addr, u16 rport, struct port **out) MUST_CHECK;
void port_close(struct port *port);

u16 port_number(const struct port *port);
u32 port_peer(const struct port *port, u16 *rport);

/* Puts the datagram @p, with src and sport, into the queue of the port that it is for, or
 * frees it.  A connection comes before a bound port. */
void port_deliver(u16 number, struct packet *p);

/* Takes the oldest datagram from a connection, or from the bound port @number if @port is
 * NULL; waits for one.  -ENOTCONN: the port is not bound; -EINTR: killed. */
int port_take(struct port *port, u16 number, struct packet **out) MUST_CHECK;

/* Puts a datagram that could not be copied out back to where it was, even if the queue is
 * full by now; frees it if the port is gone. */
void port_put_back(struct port *port, u16 number, struct packet *p);

/* Whether port_take() would not wait. */
bool port_ready(struct port *port);

/* How many packets wait in all queues. */
u64 port_packets(void);
