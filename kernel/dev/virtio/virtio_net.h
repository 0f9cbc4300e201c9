/* virtio_net.h - network devices on virtio-mmio; used through dev/net/netdev.h. */
#pragma once

/* At boot: registers the device with the lowest address that works, if there is no other
 * network device. */
void virtio_net_init(void);
