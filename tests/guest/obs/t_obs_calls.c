/* t_obs_calls.c - calltrace(): what is told of system calls, and to whom. */
#include "lib.h"
#include "mapping.h"
#include "uapi/calltrace.h"
#include "uapi/errno.h"
#include "uapi/signal.h"

#define NATIVE_TRACE (130 + SYS_NATIVE)
#define NATIVE_SIGACTION (121 + SYS_NATIVE)
#define NATIVE_SIGSEND (123 + SYS_NATIVE)
#define NR_OPEN 15
#define NR_READ 5
#define NR_WRITE 16
#define NR_EXEC 7

static struct call_record found[64];

/* All records until the pipe ends; returns how many. */
static int records_read(int fd)
{
	static char bytes[8192];
	long have = 0, n;
	int count = 0;

	while ((n = read(fd, bytes + have, (long)sizeof(bytes) - have)) > 0)
		have += n;
	EQ(n, 0);
	CHECK(have < (long)sizeof(bytes));
	for (long at = 0; at < have; count++) {
		const struct call_record *r = (void *)(bytes + at);

		CHECK(count < (int)COUNT(found) && r->bytes <= sizeof(*r));
		memcpy(&found[count], r, r->bytes);
		at += r->bytes;
	}
	return count;
}

/* The record of @kind of call @number, after the first @skip of them; NULL: none. */
static struct call_record *record_of(int n, int kind, unsigned number, int skip)
{
	for (int i = 0; i < n; i++)
		if (found[i].kind == kind && found[i].number == number && !skip--)
			return &found[i];
	return 0;
}

/* What argument @arg points to, after the first @skip pieces of it: "" and *bytes -1 if
 * nothing is known. */
static const char *piece_of(const struct call_record *r, int arg, int skip, int *bytes)
{
	const char *at = r->text, *last = (const char *)r + r->bytes;

	while (at < last) {
		const struct call_piece *p = (const void *)at;

		at += sizeof(*p) + p->bytes;
		if (p->arg == arg && !skip--) {
			*bytes = p->bytes | (p->flags & CALL_CUT ? 0x100 : 0);
			return (const char *)(p + 1);
		}
	}
	*bytes = -1;
	return "";
}

#define PIECE(r, arg, skip, text)                                  \
	do {                                                       \
		int bytes_;                                        \
		const char *at_ = piece_of(r, arg, skip, &bytes_); \
                                                                   \
		EQ(bytes_, sizeof(text) - 1);                      \
		EQ(memcmp(at_, text, sizeof(text) - 1), 0);        \
	} while (0)

/* Runs the statement in a child whose calls are told, and reads what they were. */
#define TOLD(n, follow, ...)                                      \
	do {                                                      \
		int p_[2];                                        \
		long child_;                                      \
                                                                  \
		EQ(pipe(p_), 0);                                  \
		child_ = must_fork();                             \
		if (child_ == 0) {                                \
			EQ(close(p_[0]), 0);                      \
			EQ(calltrace(p_[1], follow), 0);          \
			EQ(close(p_[1]), 0);                      \
			__VA_ARGS__;                              \
			exit(7);                                  \
		}                                                 \
		EQ(close(p_[1]), 0);                              \
		n = records_read(p_[0]);                          \
		EQ(close(p_[0]), 0);                              \
		EQ(reap(child_), 7);                              \
		for (int i_ = 0; i_ < n; i_++)                    \
			CHECK(follow || found[i_].pid == child_); \
	} while (0)

TEST(obscalls, beginnings_and_ends)
{
	const struct call_record *r;
	int n;

	TOLD(n, 0, REFUSED(open("nosuch", O_RDWR)));
	EQ(n, 2 + 2 + 1 + 1);
	EQ(found[0].number, 21); /* the pipe is closed, and goes on */
	r = record_of(n, CALL_BEGIN, NR_OPEN, 0);
	CHECK(r && r->arg[1] == O_RDWR && r->tid == r->pid);
	PIECE(r, 0, 0, "nosuch");
	r = record_of(n, CALL_END, NR_OPEN, 0);
	CHECK(r && r->result == -ENOENT); /* though the program gets -1 */
	CHECK(found[n - 2].kind == CALL_BEGIN && found[n - 2].number == 2);
	CHECK(found[n - 1].kind == CALL_EXIT && found[n - 1].result == 7);
	for (int i = 1; i < n; i++)
		CHECK(found[i].time >= found[i - 1].time);
}

TEST(obscalls, bytes_in_and_out)
{
	static const char text[] = "0123456789012345678901234567890123456789";
	const struct call_record *r;
	char buf[64];
	int n, p[2], bytes;

	EQ(pipe(p), 0);
	TOLD(n, 0, EQ(write(p[1], text, 40), 40); EQ(read(p[0], buf, 3), 3);
	     EQ(read(p[0], buf, 64), 37));
	r = record_of(n, CALL_BEGIN, NR_WRITE, 0);
	CHECK(r);
	EQ(memcmp(piece_of(r, 1, 0, &bytes), text, CALL_BYTES), 0);
	EQ(bytes, CALL_BYTES | 0x100);
	piece_of(record_of(n, CALL_BEGIN, NR_READ, 0), 1, 0, &bytes);
	EQ(bytes, -1);
	PIECE(record_of(n, CALL_END, NR_READ, 0), 1, 0, "012");
	EQ(close(p[0]), 0);
	EQ(close(p[1]), 0);
}

TEST(obscalls, strings_of_exec)
{
	char *many[40],
		*argv[] = { "nosuch", "", "an argument of forty letters, which is cut", 0 };
	const struct call_record *r;
	int n, bytes;

	for (int i = 0; i < 39; i++)
		many[i] = "01234567890123456789";
	many[39] = 0;
	TOLD(n, 0, REFUSED(exec("nosuch", argv)); REFUSED(exec("nosuch", many)));
	r = record_of(n, CALL_BEGIN, NR_EXEC, 0);
	CHECK(r);
	PIECE(r, 0, 0, "nosuch");
	PIECE(r, 1, 0, "nosuch");
	PIECE(r, 1, 1, "");
	piece_of(r, 1, 2, &bytes);
	EQ(bytes, CALL_BYTES | 0x100);
	piece_of(r, 1, 3, &bytes);
	EQ(bytes, -1);
	r = record_of(n, CALL_BEGIN, NR_EXEC, 1);
	for (int i = 0; piece_of(r, 1, i, &bytes), bytes == 20; i++)
		CHECK(i < 39);
	EQ(bytes, 0x100); /* there are more */
}

/* The last byte that can be read stands before a page that is not there. */
TEST(obscalls, bad_pointers)
{
	static const word bad[] = { 0x7000000000, ~0ul, 1ul << 38, ~0ul << 38 };
	word at = map(0, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char **list = (void *)(at + PAGE - sizeof(word));
	int n, bytes;

	EQ(unmap(at + PAGE, PAGE), 0);
	*list = (char *)bad[0];
	TOLD(
		n, 0,
		for (size_t i = 0; i < COUNT(bad); i++) {
			REFUSED(open((const char *)bad[i], 0));
			REFUSED(exec("nosuch", (char **)bad[i]));
			REFUSED(write(1, (const void *)bad[i], 1l << 20));
		} REFUSED(exec("nosuch", list));
		store8(at + PAGE - 1, 'x'); REFUSED(open((const char *)at + PAGE - 1, 0)));
	CHECK(n > 0 && found[n - 1].kind == CALL_EXIT);
	for (size_t i = 0; i < COUNT(bad); i++) {
		const struct call_record *r = record_of(n, CALL_BEGIN, NR_OPEN, (int)i);

		CHECK(r && r->arg[0] == bad[i]);
		piece_of(r, 0, 0, &bytes);
		EQ(bytes, -1);
	}
	EQ(unmap(at, PAGE), 0);
}

TEST(obscalls, children_if_asked)
{
	int n, pids;

	for (int follow = 0; follow < 2; follow++) {
		TOLD(n, follow, CHILD(5, CHILD(4, exit(4)); exit(5)));
		pids = 0;
		for (int i = 0; i < n; i++)
			pids += found[i].kind == CALL_EXIT;
		EQ(pids, follow ? 3 : 1);
	}
}

/* The pipe is full while nobody reads: the process waits, and can be killed. */
TEST(obscalls, nobody_reads_for_a_while)
{
	int p[2];
	long pid;

	EQ(pipe(p), 0);
	pid = must_fork();
	if (pid == 0) {
		EQ(calltrace(p[1], 0), 0);
		for (;;)
			getpid();
	}
	EVENTUALLY(process_state((int)pid) == PS_SLEEPING, 30);
	EQ(kill((int)pid), 0);
	EQ(reap(pid), KILLED);
	EQ(close(p[0]), 0);
	EQ(close(p[1]), 0);
}

static volatile int made;

static void leave(void)
{
	exit(made);
}

/* The record for which the process waits when a signal comes is told all the same. */
TEST(obscalls, a_signal_while_nobody_reads)
{
	struct signal_action action = { .handler = (unsigned long)leave };
	int p[2], n, begun = 0;
	long pid;

	EQ(pipe(p), 0);
	pid = must_fork();
	if (pid == 0) {
		EQ(ecall_raw(SIGTERM, (long)&action, 0, 0, 0, 0, NATIVE_SIGACTION), 0);
		EQ(close(p[0]), 0);
		EQ(calltrace(p[1], 0), 0);
		EQ(close(p[1]), 0);
		for (;; getpid())
			made++;
	}
	EQ(close(p[1]), 0);
	EVENTUALLY(process_state((int)pid) == PS_SLEEPING, 30);
	EQ(ecall_raw(pid, 0, SIGTERM, 0, 0, 0, NATIVE_SIGSEND), 0);
	pause(2);
	n = records_read(p[0]);
	EQ(close(p[0]), 0);
	EQ(reap(pid), (n - 3) / 2 - 1); /* and close() */
	for (int i = 0; i < n - 3; i++, begun = !begun)
		EQ(found[i].kind, begun ? CALL_END : CALL_BEGIN);
	EQ(begun, 0);
	EQ(found[n - 3].kind, CALL_SIGNAL);
	EQ(found[n - 3].result, SIGTERM);
	EQ(found[n - 1].kind, CALL_EXIT);
}

TEST(obscalls, nobody_reads_any_more)
{
	int p[2];
	long pid;

	EQ(pipe(p), 0);
	pid = must_fork();
	if (pid == 0) {
		EQ(calltrace(p[1], 1), 0);
		EQ(close(p[1]), 0);
		EQ(close(p[0]), 0);
		for (int i = 0; i < 100; i++)
			CHECK(getpid() > 0);
		exit(6);
	}
	EQ(close(p[0]), 0);
	EQ(close(p[1]), 0);
	EQ(reap(pid), 6);
}

static long calltrace_raw(int fd)
{
	return ecall_raw(fd, 0, 0, 0, 0, 0, NATIVE_TRACE);
}

TEST(obscalls, what_is_refused)
{
	int p[2], fd = (int)open("f", O_CREATE | O_RDWR);

	EQ(pipe(p), 0);
	EQ(calltrace_raw(NOFILE), -EBADF);
	EQ(calltrace_raw(-1), -EBADF);
	EQ(calltrace_raw(fd), -EINVAL);
	EQ(calltrace_raw(p[0]), -EINVAL);
	CHILD(0, EQ(calltrace_raw(p[1]), 0); EQ(calltrace_raw(p[1]), -EBUSY));
	EQ(close(fd), 0);
	EQ(close(p[0]), 0);
	EQ(close(p[1]), 0);
	EQ(unlink("f"), 0);
}
