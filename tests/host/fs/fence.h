/* fence.h - included before all else: the test sees each full fence of the kernel. */
#pragma once

void fence_passed(int order);

#define __atomic_thread_fence(order) fence_passed(order)
