/* primes.c - prints the primes up to 280, by a sieve of processes.
 *
 * Each process is one prime.  It reads numbers from its left neighbour and hands on those
 * that its prime does not divide, so the first number that a new process sees is the next
 * prime.  A process makes its right neighbour only when it has a number for it: the last
 * prime has none, and the table of processes has room for no more than 64.
 *
 * The end travels from left to right, as each process closes its pipe; the last ones exit
 * first, because each waits for its neighbour. */
#include "kernel/types.h"
#include "user/user.h"

#define LAST 280

static void fail(const char *what)
{
	fprintf(2, "primes: %s\n", what);
	exit(1);
}

/* Starts the next process.  In the old one it returns the descriptor on which the new one
 * gets its numbers; in the new one -1, and *@left is where they come from.  *@left before:
 * what the new process must not keep, or -1. */
static int start_stage(int *left)
{
	int p[2], pid;

	if (pipe(p) < 0)
		fail("no pipe");
	pid = fork();
	if (pid < 0)
		fail("no process");
	if (pid > 0) {
		close(p[0]);
		return p[1];
	}
	close(p[1]);
	if (*left >= 0)
		close(*left);
	*left = p[0];
	return -1;
}

/* Closes the pipe to the neighbour, waits for its end, and exits as it did. */
static void finish(int right) __attribute__((noreturn));
static void finish(int right)
{
	int status = 0;

	if (right >= 0) {
		close(right);
		wait(&status);
	}
	exit(status);
}

static void hand_on(int right, int n)
{
	if (write(right, &n, sizeof(n)) != sizeof(n))
		fail("the next process is gone");
}

/* What one process does.  It returns in the next one, whose numbers come from *@left: if
 * that process called stage() from here, its stack, which has one page, would keep a call
 * for each prime before. */
static void stage(int *left)
{
	int prime, n, right = -1;

	if (read(*left, &prime, sizeof(prime)) != sizeof(prime))
		fail("no number came");
	printf("prime %d\n", prime);
	while (read(*left, &n, sizeof(n)) == sizeof(n)) {
		if (n % prime == 0)
			continue;
		if (right < 0)
			right = start_stage(left);
		if (right < 0)
			return;
		hand_on(right, n);
	}
	close(*left);
	finish(right);
}

int main(void)
{
	int left = -1, right = start_stage(&left);

	if (right < 0)
		for (;;)
			stage(&left);
	for (int n = 2; n <= LAST; n++)
		hand_on(right, n);
	finish(right);
}
