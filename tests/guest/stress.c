/* stress.c - `stress [SECONDS [WORKERS [SEED]]]`: processes, pipes, files and memory under
 * mixed load, every byte checked.
 *
 * Each worker runs random jobs until the time is up.  Afterwards no file may be left,
 * and the number of processes and of free pages must be as before.  The exit status is 0
 * if nothing was wrong. */
#include "lib.h"

#define DIRECTORY "/stress.d"
#define BUFFER 8192

static unsigned char buffer[BUFFER];

struct worker {
	int id;
	uint32_t random;
	long jobs;
};

static uint32_t draw(struct worker *w, uint32_t limit)
{
	return next_random(&w->random) % limit;
}

static void job_fork(struct worker *w)
{
	int status = 0x10000 + (int)draw(w, 1 << 20); /* never REPORTED */

	CHILD(status, exit(status));
}

static void job_orphan(struct worker *w)
{
	(void)w;
	CHILD(0, if (fork() == 0) exit(0));
}

static void job_exec(struct worker *w)
{
	char text[12];
	int status = (int)draw(w, 1000);

	format(text, sizeof(text), "%d", status);
	CHILD(status, exec("/stress", (char *[]){ "stress", "@", text, 0 }); exit(-2));
}

static void job_pipe(struct worker *w)
{
	uint32_t seed = draw(w, 1 << 20);
	long total = 1 + draw(w, BUFFER), got = 0, n;
	int fd[2];
	long pid;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		close(fd[0]);
		pattern_fill(buffer, total, seed);
		EQ(write(fd[1], buffer, total), total);
		exit(0);
	}
	EQ(close(fd[1]), 0);
	while ((n = read(fd[0], buffer + got, 1 + draw(w, 1000))) > 0)
		got += n;
	EQ(got, total);
	EQ(pattern_wrong(buffer, total, seed), -1);
	EQ(close(fd[0]), 0);
	EQ(reap(pid), 0);
}

static void job_file(struct worker *w)
{
	char name[16], other[16];
	uint32_t seed = draw(w, 1 << 20);
	long size = draw(w, 30000);

	format(name, sizeof(name), "f%d", w->id);
	format(other, sizeof(other), "g%d", w->id);
	file_make(name, size, seed);
	if (draw(w, 2)) {
		EQ(link(name, other), 0);
		EQ(unlink(name), 0);
		file_check(other, size, seed);
		EQ(unlink(other), 0);
	} else {
		if (draw(w, 4) == 0)
			EQ(sync(), 0);
		file_check(name, size, seed);
		EQ(unlink(name), 0);
	}
}

static void job_directory(struct worker *w)
{
	char name[24];

	format(name, sizeof(name), "d%d", w->id);
	EQ(mkdir(name), 0);
	format(name, sizeof(name), "d%d/x", w->id);
	file_make(name, draw(w, 3000), 5);
	EQ(unlink(name), 0);
	format(name, sizeof(name), "d%d", w->id);
	EQ(unlink(name), 0);
}

static void job_memory(struct worker *w)
{
	int pages = 1 + (int)draw(w, 800), mode = draw(w, 2) ? EAGER : LAZY;
	long brk = sbrk(pages * (int)PAGE, mode);

	if (brk == -1)
		return; /* others use it now */
	for (word p = brk; p < brk + pages * PAGE; p += PAGE)
		*(volatile word *)p = p ^ w->random;
	CHILD(
		0, for (word p = brk; p < brk + pages * PAGE; p += 3 * PAGE) {
			CHECK(*(volatile word *)p == (p ^ w->random));
			*(volatile word *)p = 0;
		});
	for (word p = brk; p < brk + pages * PAGE; p += PAGE)
		CHECK(*(volatile word *)p == (p ^ w->random));
	EQ(sbrk(-pages * (int)PAGE, EAGER), brk + pages * PAGE);
}

static void job_kill(struct worker *w)
{
	long pid = must_fork();

	while (pid == 0) {
		if (draw(w, 2))
			pause(1);
		else
			getpid();
	}
	if (draw(w, 2))
		pause(1);
	EQ(kill(pid), 0);
	EQ(reap(pid), KILLED);
}

static void job_refused(struct worker *w)
{
	REFUSED(exec("/README", (char *[]){ "x", 0 }));
	REFUSED(open((char *)(0x80000000ul + draw(w, 1 << 20)), O_RDONLY));
	CHILD(KILLED, store8(1ul << (38 + draw(w, 26)), 1));
}

static void (*const jobs[])(struct worker *) = {
	job_fork,      job_orphan, job_exec, job_pipe,    job_file,
	job_directory, job_memory, job_kill, job_refused,
};

static void worker_run(struct worker *w, long until)
{
	static char name[16];

	format(name, sizeof(name), "worker%d", w->id);
	test_name = name;
	while (uptime() < until) {
		jobs[draw(w, COUNT(jobs))](w);
		w->jobs++;
	}
	printf("stress: worker %d did %ld jobs\n", w->id, w->jobs);
	exit(0);
}

int main(int argc, char *argv[])
{
	long seconds = argc > 1 ? number(argv[1]) : 10, until;
	int workers = argc > 2 ? (int)number(argv[2]) : 4, failed = 0, status;
	uint32_t seed = argc > 3 ? (uint32_t)number(argv[3]) : 1;
	word processes, memory;
	long pid;

	if (argc == 3 && argv[1][0] == '@')
		return (int)number(argv[2]);
	test_name = "stress";
	mkdir(DIRECTORY);
	EQ(chdir(DIRECTORY), 0);
	CHILD(0, exit(0));
	sync();
	processes = process_count();
	memory = free_memory();
	until = uptime() + seconds * TICK_HZ;
	for (int i = 0; i < workers; i++)
		if (must_fork() == 0)
			worker_run(&(struct worker){ i, seed + i * 7919, 0 }, until);
	while ((pid = wait(&status)) > 0) {
		if (status == 0)
			continue;
		printf("stress: worker process %ld ended with status %d\n", pid, status);
		failed++;
	}
	EVENTUALLY(process_count() == processes, 100);
	EVENTUALLY(sync() == 0 && free_memory() == memory, 100);
	EQ(chdir("/"), 0);
	EQ(unlink(DIRECTORY), 0);
	printf("stress: %s\n", failed ? "FAILED" : "all was right");
	return failed != 0;
}
