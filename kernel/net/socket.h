/* socket.h - datagrams between programs and ports.  All of these may sleep; no lock held
 * except one of rank `file`. */
#pragma once

#include "lib/types.h"

struct port;

struct datagram {
	uptr_t data;
	u64 bytes; /* to send; or room, to receive           */
	u32 addr;  /* the other end ...                      */
	u16 port;  /* ... and its port                       */
	u16 own;   /* our port                               */
};

/* Sends a datagram.  0; -EINVAL: port 0; -EMSGSIZE: more than NET_DATA_MAX bytes; -EFAULT;
 * -ENOMEM; or an error of net_send(). */
int socket_send(const struct datagram *d) MUST_CHECK;

/* Receives one from the bound port d->own, and cuts what exceeds the room.  *@from and
 * *@port of the program get its source, unless they are NULL.  Returns the bytes copied;
 * -ENOTCONN: the port is not bound; -EINTR; -EFAULT: the datagram is still there. */
s64 socket_receive(const struct datagram *d, uptr_t from, uptr_t port) MUST_CHECK;

/* The same over a connection: what read() and write() do. */
s64 socket_read(struct port *port, uptr_t dst, u64 n) MUST_CHECK;
s64 socket_write(struct port *port, uptr_t src, u64 n) MUST_CHECK;

/* Connects as port_connect() does.  -EINVAL: @addr is not that of one machine, or @rport
 * is 0. */
int socket_connect(u32 addr, u16 own, u16 rport, struct port **out) MUST_CHECK;
