/* checkpoint - save the state of a computation, each time only what has changed */
#include "pages.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The state is read-only after a checkpoint.  The first store into a page faults, and the
 * handler marks the page as dirty.  A checkpoint writes the dirty pages to their places in
 * a file.  At the end another process loads it and goes on from the last checkpoint. */

#define PAGES 64 /* of the state */
#define STEPS 3000
#define EVERY 1000 /* steps */
#define LOST 500   /* steps after the last checkpoint, then the first process is killed */
#define CELLS (PAGES * PAGE / sizeof(unsigned) - 2)

struct state {
	long step;
	unsigned cell[CELLS];
};

static struct state *state; /* the pages */
static struct state undisturbed;
static volatile bool dirty[PAGES];

static void state_stored(size_t page)
{
	dirty[page] = true;
}

static void state_save(int fd)
{
	int saved = 0;

	for (size_t page = 0; page < PAGES; page++) {
		if (!dirty[page])
			continue;
		if (pwrite(fd, pages + page * PAGE, PAGE, (off_t)(page * PAGE)) != PAGE)
			err(1, "checkpoint");
		dirty[page] = false;
		saved++;
	}
	pages_protect(0, PAGES, PROT_READ);
	printf("step %ld: %d of %d pages saved\n", state->step, saved, PAGES);
}

/* The computation: from one state to the next.  It stays in one part of the state for a
 * while, as programs do. */
static void state_advance(void)
{
	unsigned long step = (unsigned long)state->step, part = step / EVERY * 7;
	unsigned *cell = &state->cell[(part * 1024 + step * 37 % 9000) % CELLS];

	*cell = *cell * 31 + (unsigned)step;
	state->step++;
}

static void run_and_die(int fd)
{
	for (size_t page = 0; page < PAGES; page++)
		dirty[page] = true; /* the first checkpoint saves all */
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

	if (fd < 0)
		err(1, "%s", path);
	state = pages_begin(PAGES, state_stored);
	if (fork() == 0)
		run_and_die(fd);
	wait(NULL);
	while (state->step < STEPS) /* undisturbed, to compare */
		state_advance();
	undisturbed = *state;
	memset(state, 0, sizeof(*state));
	if (pread(fd, state, sizeof(*state), 0) != sizeof(*state))
		err(1, "%s", path);
	printf("step %ld: loaded\n", state->step);
	while (state->step < STEPS)
		state_advance();
	unlink(path);
	if (memcmp(state, &undisturbed, sizeof(*state)) != 0)
		errx(1, "the end differs");
	puts("the end is the same");
	return 0;
}
