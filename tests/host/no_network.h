/* no_network.h - files of the network, which the tests of the file system do not have.  It
 * defines its functions, so one file of a test program includes it. */
#pragma once

#include "net/port.h"
#include "net/socket.h"
#include "uapi/errno.h"

int socket_connect(u32 addr, u16 own, u16 rport, struct port **out)
{
	(void)addr, (void)own, (void)rport, (void)out;
	return -ENOBUFS;
}

void port_close(struct port *port)
{
	(void)port;
}

s64 socket_read(struct port *port, uptr_t dst, u64 n)
{
	(void)port, (void)dst, (void)n;
	return -EIO;
}

s64 socket_write(struct port *port, uptr_t src, u64 n)
{
	(void)port, (void)src, (void)n;
	return -EIO;
}
