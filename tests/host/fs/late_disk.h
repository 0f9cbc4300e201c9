/* late_disk.h - for tests with several threads: a disk that answers late and in any
 * order, from a thread of its own.  A thread that sleeps yields the processor. */
#pragma once

#include "fs_rig.h"

#include <pthread.h>
#include <sched.h>

#include "core/hart.h"
#include "shim.h"

#define LATE_DISK_HART 5

/* How often the disk looks for a new request in vain before it answers one.  With a high
 * number, every thread has by then made all the requests that it can make. */
static u32 late_patience;

static bool late_stop;
static pthread_t late_thread;
static pthread_mutex_t late_lock = PTHREAD_MUTEX_INITIALIZER;
static struct bio *late_queue[64];
static u32 late_nqueued;
static void (*late_transfer)(struct blkdev *dev, struct bio *bio);

static void late_submit(struct blkdev *dev, struct bio *bio)
{
	(void)dev;
	pthread_mutex_lock(&late_lock);
	assert_true(late_nqueued < ARRAY_SIZE(late_queue));
	late_queue[late_nqueued++] = bio;
	pthread_mutex_unlock(&late_lock);
}

static struct bio *late_pick(u64 *random)
{
	static u32 seen, looks;
	struct bio *bio = NULL;

	pthread_mutex_lock(&late_lock);
	looks = late_nqueued > seen ? 0 : looks + 1;
	seen = late_nqueued;
	if (late_nqueued && looks >= late_patience) {
		u32 i = (u32)((*random >> 33) % late_nqueued);

		*random = *random * 6364136223846793005ull + 1;
		bio = late_queue[i];
		late_queue[i] = late_queue[--late_nqueued];
	}
	pthread_mutex_unlock(&late_lock);
	return bio;
}

static void *late_run(void *arg)
{
	u64 random = 1;

	shim_hart = LATE_DISK_HART;
	while (!__atomic_load_n(&late_stop, __ATOMIC_ACQUIRE)) {
		struct bio *bio = late_pick(&random);

		if (bio)
			late_transfer(&rig_dev, bio);
		sched_yield();
	}
	return arg;
}

static bool late_sleep(struct waitq *wq)
{
	(void)wq;
	sched_yield();
	return true;
}

static void late_disk_start(void)
{
	late_transfer = rig_dev.submit;
	rig_dev.submit = late_submit;
	shim_sleep = late_sleep;
	late_stop = false;
	assert_int_equal(pthread_create(&late_thread, NULL, late_run, NULL), 0);
}

static void late_disk_stop(void)
{
	__atomic_store_n(&late_stop, true, __ATOMIC_RELEASE);
	pthread_join(late_thread, NULL);
	rig_dev.submit = late_transfer;
	shim_sleep = NULL;
}
