/* sys_net.c - system calls about the network: arguments here, the rest in net/. */

#include "fs/file.h"
#include "mm/uaccess.h"
#include "net/net.h"
#include "net/port.h"
#include "net/socket.h"
#include "proc/threads/fds.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "uapi/errno.h"

s64 sys_connect(const u64 arg[6])
{
	struct proc *p = proc_current();
	int err, fd = fd_reserve(p, 0);
	struct file *f;

	if (fd < 0)
		return fd;
	err = socket_open((u32)arg[0], (u16)arg[1], (u16)arg[2], &f);
	fd_install(p, fd, err ? NULL : f);
	return err ? err : fd;
}

s64 sys_bind(const u64 arg[6])
{
	struct proc *p = proc_current();

	p->binds_ports = true;
	return port_bind((u16)arg[0], p);
}

s64 sys_unbind(const u64 arg[6])
{
	return port_unbind((u16)arg[0]);
}

s64 sys_send(const u64 arg[6])
{
	const struct datagram d = {
		.own = (u16)arg[0],
		.addr = (u32)arg[1],
		.port = (u16)arg[2],
		.data = uptr(arg[3]),
		.bytes = (u32)arg[4],
	};

	return socket_send(&d);
}

s64 sys_recv(const u64 arg[6])
{
	const struct datagram d = {
		.own = (u16)arg[0],
		.data = uptr(arg[3]),
		.bytes = (u32)arg[4],
	};

	return (s32)arg[4] < 0 ? -EINVAL : socket_receive(&d, uptr(arg[1]), uptr(arg[2]));
}

s64 sys_icmp_echo(const u64 arg[6])
{
	s64 result = net_echo((u32)arg[0], arg[1], arg[2]);

	if (result == -EINTR)
		thread_resume_until(0);
	return result;
}
