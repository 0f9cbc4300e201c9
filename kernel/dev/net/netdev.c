/* netdev.c - see netdev.h. */

#include "dev/net/netdev.h"

#include "core/thread.h"
#include "dev/net/packet.h"

#define TURN 32 /* frames until the thread looks whether its time is over */

static struct netdev *the_netdev; /* (C) after boot: the first that was registered */

bool netdev_register(struct netdev *dev)
{
	if (the_netdev)
		return false;
	dev->buffers += packet_keep_one();
	spin_init(&dev->lock, "netdev", RANK_device);
	waitq_init(&dev->wq);
	the_netdev = dev;
	return true;
}

struct netdev *netdev_get(void)
{
	return the_netdev;
}

void netdev_wake(struct netdev *dev)
{
	spin_lock(&dev->lock);
	dev->work = true;
	waitq_wake_all(&dev->wq);
	spin_unlock(&dev->lock);
}

static void netdev_take_frames(struct netdev *dev)
{
	struct packet *p;
	u32 n = 0;

	while ((p = dev->receive(dev, &dev->lost)) != NULL) {
		dev->upcall(p);
		if (++n % TURN == 0)
			sched_point();
	}
}

static void netdev_thread(void *arg)
{
	struct netdev *dev = arg;

	for (;;) {
		spin_lock(&dev->lock);
		dev->work = false;
		spin_unlock(&dev->lock);
		netdev_take_frames(dev);
		if (!dev->listen(dev)) {
			thread_yield();
			continue;
		}
		spin_lock(&dev->lock);
		while (!dev->work)
			waitq_wait_quiet(&dev->wq, &dev->lock);
		spin_unlock(&dev->lock);
	}
}

int netdev_start(struct netdev *dev, void (*upcall)(struct packet *))
{
	dev->upcall = upcall;
	return kthread_start("net", netdev_thread, dev);
}
