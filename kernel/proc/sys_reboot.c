/* sys_reboot.c - power-off and restart at a program's request. */

#include "arch/riscv/sbi.h"
#include "core/report/klog.h"
#include "dev/testdev.h"
#include "dev/tty/uart.h"
#include "fs/fs.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/info.h"

/* Says why init has no console, and returns the exit status.  @err: why init could not make
 * the node; 0: there is a file of that name. */
static int reboot_explain_no_console(int err)
{
	if (err)
		printk("init: /console cannot be made: error %d\n", err);
	else
		printk("init: /console is not the console device; "
		       "give that file another name\n");
	return 1;
}

s64 sys_reboot(const u64 arg[6])
{
	int how = (int)arg[0], status = (int)arg[1], err;

	if (how != REBOOT_POWEROFF && how != REBOOT_RESET && how != REBOOT_NO_CONSOLE)
		return -EINVAL;
	if (how == REBOOT_NO_CONSOLE)
		status = reboot_explain_no_console(status);
	err = fs_sync();
	if (err)
		printk("the last changes cannot be written to the disk: error %d\n", -err);
	uart_flush();
	if (how == REBOOT_RESET) {
		sbi_reboot();
		testdev_reboot();
		return -ENODEV;
	}
	if (status)
		testdev_exit(status);
	sbi_shutdown();
	testdev_poweroff();
	return -ENODEV;
}
