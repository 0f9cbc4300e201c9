/* checkpoint - save the state of a computation, each time only what has changed */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* The state is read-only after a checkpoint.  The first store into a page faults; the
 * handler marks the page as dirty and lets it be written.  A checkpoint writes the dirty
 * pages to their places in a file.  At the end another process loads the file and goes on
 * from the last checkpoint. */

#define PAGE 4096ul
#define PAGES 64
#define STEPS 3000
#define EVERY 1000 /* steps */
#define LOST 500   /* steps after the last checkpoint, then the first process is killed */

struct state {
	long step;
	unsigned cell[PAGES * PAGE / sizeof(unsigned) - 2];
};

#define CELLS (sizeof(((struct state *)0)->cell) / sizeof(unsigned))

static struct state *state;
static volatile unsigned char dirty[PAGES];

static void state_protect(size_t page, size_t n, int prot)
{
	if (mprotect((char *)state + page * PAGE, n * PAGE, prot) < 0)
		err(1, "mprotect");
}

static void state_stored(int sig, siginfo_t *info, void *context)
{
	size_t page = ((char *)info->si_addr - (char *)state) / PAGE;

	(void)context;
	if (page >= PAGES) { /* not ours: a fault of the program */
		signal(sig, SIG_DFL);
		return;
	}
	dirty[page] = 1;
	state_protect(page, 1, PROT_READ | PROT_WRITE);
}

static void state_save(int fd)
{
	int saved = 0;

	for (size_t page = 0; page < PAGES; page++) {
		if (!dirty[page])
			continue;
		if (pwrite(fd, (char *)state + page * PAGE, PAGE, (off_t)(page * PAGE)) !=
		    PAGE)
			err(1, "checkpoint");
		dirty[page] = 0;
		saved++;
	}
	state_protect(0, PAGES, PROT_READ);
	printf("step %ld: %d of %d pages saved\n", state->step, saved, PAGES);
	fflush(stdout);
}

/* The computation: from one state to the next.  It stays in one part of the state for a
 * while, as programs do. */
static void state_advance(void)
{
	unsigned long part = (unsigned long)state->step / EVERY * 7;
	unsigned *c = &state->cell[(part * 1024 + (unsigned long)state->step * 37 % 9000) %
				   CELLS];

	*c = *c * 31 + (unsigned)state->step;
	state->step++;
}

static unsigned state_sum(void)
{
	unsigned sum = 0;

	for (size_t i = 0; i < CELLS; i++)
		sum = sum * 17 + state->cell[i];
	return sum;
}

static void run_and_die(int fd)
{
	struct sigaction action = { .sa_sigaction = state_stored, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	for (size_t page = 0; page < PAGES; page++)
		dirty[page] = 1; /* the first one saves all */
	state_save(fd);
	while (state->step < STEPS - EVERY + LOST) {
		state_advance();
		if (state->step % EVERY == 0)
			state_save(fd);
	}
	printf("step %ld: killed\n", state->step);
	fflush(stdout);
	raise(SIGKILL);
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "checkpoint.dat";
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
	unsigned sum;

	state = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || state == MAP_FAILED)
		err(1, "%s", path);
	if (fork() == 0)
		run_and_die(fd);
	wait(NULL);
	while (state->step < STEPS) /* undisturbed, to compare */
		state_advance();
	sum = state_sum();
	memset(state, 0, sizeof(*state));
	if (pread(fd, state, PAGES * PAGE, 0) != PAGES * PAGE)
		err(1, "%s", path);
	printf("step %ld: loaded\n", state->step);
	while (state->step < STEPS)
		state_advance();
	unlink(path);
	puts(state_sum() == sum ? "the end is the same" : "the end DIFFERS");
	return state_sum() != sum;
}
