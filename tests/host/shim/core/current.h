/* current.h - for tests on the host: a test that needs it defines who runs. */
#pragma once

struct thread;

struct thread *thread_current(void);
