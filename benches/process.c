/* process.c - rows of processes and pipes. */
#include "bench.h"

static int to[2], from[2];
static char one[2];

static void pipes_make(void)
{
	if (pipe(to) < 0 || pipe(from) < 0)
		not_there();
}

/* --- one process ----------------------------------------------------------------- */

INLINE void through_pipe(int n)
{
	write(to[1], page, n);
	read(to[0], page, n);
}

static void fork_once(void)
{
	int pid = fork();

	if (pid == 0)
		exit(0);
	if (pid < 0)
		not_there();
	wait(0);
}

static void exec_once(void)
{
	int pid = fork();

	if (pid == 0) {
		char *argv[] = { (char *)self, "x", 0 };

		exec(self, argv);
		exit(1);
	}
	if (pid < 0)
		not_there();
	wait(0);
}

/* --- two and more ------------------------------------------------------------------ */

/* The other process takes whatever comes, until nobody can write any more. */
static void pipe_to_other(void)
{
	if (fork() == 0) {
		close(to[1]);
		while (read(to[0], page, PAGE) > 0)
			;
		exit(0);
	}
	close(to[0]);
	METER_LOOP(400, write(to[1], page, PAGE));
	close(to[1]);
	wait(0);
}

static void ping_pong(void)
{
	if (fork() == 0) {
		close(to[1]);
		while (read(to[0], one, 1) == 1)
			write(from[1], one, 1);
		exit(0);
	}
	METER_LOOP(400, {
		write(to[1], one, 1);
		read(from[0], one, 1);
	});
	close(to[1]);
	wait(0);
}

/* Each process passes a byte on to the next; the last one's reaches this process again.  An
 * operation is a hop. */
static void ring(int members)
{
	int in = to[0], next[2];

	for (int i = 1; i < members; i++) {
		if (i < members - 1 && pipe(next) < 0)
			not_there();
		if (fork() == 0) {
			close(to[1]);
			while (read(in, one, 1) == 1)
				write(i < members - 1 ? next[1] : from[1], one, 1);
			exit(0);
		}
		if (i < members - 1) {
			close(in);
			close(next[1]);
			in = next[0];
		}
	}
	close(in);
	close(from[1]);
	for (int n; (n = meter_next(800 / members)) != 0;) {
		meter_begin();
		for (int i = 0; i < n; i++) {
			write(to[1], one, 1);
			read(from[0], one, 1);
		}
		meter_end(n * members);
	}
	close(to[1]);
	for (int i = 1; i < members; i++)
		wait(0);
}

/* Beside @count processes that wait for a byte. */
static void fork_beside(int count)
{
	for (int i = 0; i < count; i++) {
		int pid = fork();

		if (pid < 0)
			not_there();
		if (pid == 0) {
			close(to[1]);
			read(to[0], one, 1);
			exit(0);
		}
	}
	METER_LOOP(100, fork_once());
	close(to[1]);
	while (count--)
		wait(0);
}

static void fork_large(void)
{
	char *heap = sbrk(8 << 20);

	if (heap == (char *)-1)
		not_there();
	touch(heap, 2048);
	METER_LOOP(20, fork_once());
}

void row_process(enum bench_row row)
{
	if (row != ROW_getpid && row != ROW_exec && row != ROW_fork)
		pipes_make();
	if (row == ROW_getpid)
		METER_LOOP(4000, getpid());
	if (row == ROW_pipe1)
		METER_LOOP(1000, through_pipe(1));
	if (row == ROW_pipe512)
		METER_LOOP(1000, through_pipe(512));
	if (row == ROW_pipe4k)
		pipe_to_other();
	if (row == ROW_pingpong)
		ping_pong();
	if (row == ROW_fork)
		METER_LOOP(100, fork_once());
	if (row == ROW_fork8m)
		fork_large();
	if (row == ROW_exec)
		METER_LOOP(40, exec_once());
	if (row == ROW_ring2 || row == ROW_ring8 || row == ROW_ring32)
		ring(row == ROW_ring2 ? 2 : row == ROW_ring8 ? 8 : 32);
	if (row == ROW_sleep2 || row == ROW_sleep8 || row == ROW_sleep32)
		fork_beside(row == ROW_sleep2 ? 2 : row == ROW_sleep8 ? 8 : 32);
}
