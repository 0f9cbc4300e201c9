/* t_thread_files.c - what threads share beside memory: descriptors, the directory, what
 * the labs add; and how they look from outside. */
#include "thread.h"

static volatile int count, ready, go;
static int pipe_fd[2];

/* --- descriptors and the directory ----------------------------------------- */

static void open_and_close(word n)
{
	char name[8];

	format(name, sizeof(name), "f%d", (int)n);
	add(&ready);
	await(&ready, 4);
	for (int round = 0; round < 250; round++) {
		long fd = open(name, O_CREATE | O_RDWR), got;
		struct stat st;
		word back = 0;

		CHECK(fd >= 0);
		got = write((int)fd, &n, sizeof(n));
		EQ(got, sizeof(n));
		EQ(fstat((int)fd, &st), 0);
		EQ(lseek((int)fd, 0, 0), 0);
		EQ(read((int)fd, &back, sizeof(back)), sizeof(back));
		EQ(back, n);
		EQ(close((int)fd), 0);
	}
	EQ(unlink(name), 0);
}

TEST(thread, descriptors_are_given_out_once)
{
	int tid[4], left = free_fds();

	for (int i = 0; i < 4; i++)
		tid[i] = thread(i, open_and_close, (word)i);
	for (int i = 0; i < 4; i++)
		thread_join(tid[i]);
	EQ(free_fds(), left);
}

static void read_until_closed(word unused)
{
	char c = 0;

	(void)unused;
	put(&ready, 1);
	EQ(read(pipe_fd[0], &c, 1), 1);
	EQ(c, 'x');
	REFUSED(read(pipe_fd[0], &c, 1));
}

TEST(thread, closed_file_stays_until_its_reader_is_done)
{
	int tid;

	EQ(pipe(pipe_fd), 0);
	tid = thread(0, read_until_closed, 0);
	await(&ready, 1);
	EVENTUALLY(process_state((int)getpid()) != 0, 10);
	pause(1);
	EQ(close(pipe_fd[0]), 0);
	EQ(write(pipe_fd[1], "x", 1), 1);
	thread_join(tid);
	REFUSED(write(pipe_fd[1], "y", 1)); /* nobody can read any more */
	EQ(close(pipe_fd[1]), 0);
}

static void close_often(word unused)
{
	(void)unused;
	while (!get(&go))
		for (int fd = 3; fd < NOFILE; fd++)
			close(fd);
}

/* Whoever loses gets an error, or the file of the other; never a file that is gone. */
TEST(thread, descriptors_are_closed_at_random)
{
	int tid = thread(0, close_often, 0);

	for (int round = 0; round < 300; round++) {
		int fd[2] = { -1, -1 };
		char c;

		if (pipe(fd) == 0 && write(fd[1], "x", 1) == 1)
			read(fd[0], &c, 1);
		close(dup(0));
		open("README", O_RDONLY);
		lseek(3, 0, 0);
		fstat(4, (struct stat *)scratch);
	}
	put(&go, 1);
	thread_join(tid);
	for (int fd = 3; fd < NOFILE; fd++)
		close(fd);
}

static void walk_about(word unused)
{
	(void)unused;
	for (int i = 0; i < 200; i++) {
		EQ(chdir("d"), 0);
		EQ(chdir(".."), 0);
	}
}

static void look_about(word unused)
{
	(void)unused;
	while (!get(&go)) {
		long fd = open("here", O_RDONLY); /* or it is not here */

		if (fd >= 0)
			EQ(close((int)fd), 0);
	}
}

TEST(thread, directory_is_shared)
{
	int tid[2];

	EQ(mkdir("d"), 0);
	file_make("here", 10, 1);
	for (int i = 0; i < 2; i++)
		tid[i] = thread(i, look_about, 0);
	walk_about(0);
	put(&go, 1);
	for (int i = 0; i < 2; i++)
		thread_join(tid[i]);
	thread_join(thread(0, (void (*)(word))(word)chdir, (word) "d"));
	REFUSED(unlink("here"));
	EQ(chdir(".."), 0);
	EQ(unlink("here"), 0);
	EQ(unlink("d"), 0);
}

/* --- what the labs add ----------------------------------------------------- */

#define NR_INTERPOSE 96
#define NR_SIGALARM 97
#define NR_SIGRETURN 98

static void call_masked(word unused)
{
	(void)unused;
	add(&ready);
	await(&go, 1);
	REFUSED(uptime());
	CHECK(getpid() > 0);
}

TEST(thread, all_are_in_the_sandbox)
{
	int early = thread(0, call_masked, 0);

	await(&ready, 1);
	EQ(ecall_raw(1 << 14, (long)"x", 0, 0, 0, 0, NR_INTERPOSE), 0);
	put(&go, 1);
	thread_join(early);
	thread_join(thread(1, call_masked, 0));
	REFUSED(uptime());
	EQ(ecall_raw(1 << 1, (long)"x", 0, 0, 0, 0, NR_INTERPOSE), 0);
	REFUSED(clone(thread_main, 0, stacks[0], 0)); /* as fork */
}

static volatile int rung_in;

static void alarm_rings(void)
{
	put(&rung_in, (int)gettid());
	ecall_raw(0, 0, 0, 0, 0, 0, NR_SIGRETURN);
}

static void set_alarm(word unused)
{
	(void)unused;
	EQ(ecall_raw(1, (long)alarm_rings, 0, 0, 0, 0, NR_SIGALARM), 0);
	while (!get(&rung_in))
		;
	EQ(rung_in, gettid());
	add(&count);
}

TEST(thread, alarm_rings_in_the_thread_that_set_it)
{
	int tid = thread(0, set_alarm, 0);

	while (!get(&count))
		;
	thread_join(tid);
}

/* --- from outside ---------------------------------------------------------- */

TEST(thread, counts_as_one_process)
{
	word processes = process_count();

	thread(0, spin_for_ever, 0);
	thread(1, sleep_for_ever, 0);
	EQ(process_count(), processes);
	EVENTUALLY(process_state((int)getpid()) == PS_RUNNING, 10);
	pause(3);
	CHECK(process_cputime((int)getpid()) > 50000); /* that of the thread that spins */
}

/* --- datagrams --------------------------------------------------------------- */

#define HOME 0x7f000001u

static int connection;

static void read_datagram(word unused)
{
	char c = 0;

	(void)unused;
	put(&ready, 1);
	EQ(read(connection, &c, 1), 1);
	EQ(c, 'x');
}

TEST(thread, closed_connection_stays_until_its_reader_is_done)
{
	int tid, other, again;

	connection = (int)connect(HOME, 4000, 4001);
	CHECK(connection >= 0);
	tid = thread(0, read_datagram, 0);
	await(&ready, 1);
	pause(1);
	EQ(close(connection), 0);
	other = (int)connect(HOME, 4001, 4000);
	CHECK(other >= 0);
	REFUSED(connect(HOME, 4000, 4001));
	EQ(write(other, "x", 1), 1);
	thread_join(tid);
	again = (int)connect(HOME, 4000, 4001);
	CHECK(again >= 0);
}

static void receive_and_end(word first)
{
	char c = 0;

	EQ(join((int)first, 0, 0), first);
	EQ(recv(4000, 0, 0, &c, 1), 1);
	EQ(c, 'x');
	leave(0);
}

TEST(thread, port_stays_until_the_last_thread_is_done)
{
	int ready_fd[2];
	char c = 0;
	long pid;

	EQ(pipe(ready_fd), 0);
	pid = fork();
	if (pid == 0) {
		EQ(bind(4000), 0);
		thread(0, receive_and_end, (word)gettid());
		EQ(write(ready_fd[1], "r", 1), 1);
		leave(0);
	}
	EQ(read(ready_fd[0], &c, 1), 1);
	pause(1);
	REFUSED(bind(4000));
	EQ(send(4001, HOME, 4000, "x", 1), 0);
	EQ(wait(0), pid);
	EQ(bind(4000), 0);
}
