/* coldread.c - for test_images.py: `coldread N SIZE`: N processes read the files c00, c01,
 * ... of SIZE bytes at once, and check them: byte i of file n is n + i / 100. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

static char buf[4096];

static int open_one(int n)
{
	char name[] = "c00";

	name[1] += n / 10;
	name[2] += n % 10;
	return open(name, O_RDONLY);
}

static int read_one(int fd, int n, int size)
{
	int done = 0, got;

	while ((got = read(fd, buf, sizeof(buf))) > 0) {
		for (int i = 0; i < got; i++, done++) {
			if (buf[i] != (char)(n + done / 100))
				return 1;
		}
	}
	return done != size;
}

int main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[1]) : 0, bad = 0, go[2];

	pipe(go);
	for (int i = 0; i < n; i++) {
		int pid = fork();

		if (pid < 0) {
			printf("coldread: no process for %d\n", i);
			exit(1);
		}
		if (pid == 0) {
			int fd = open_one(i);

			close(go[1]);
			read(go[0], buf, 1); /* returns when all processes exist */
			exit(read_one(fd, i, atoi(argv[2])));
		}
	}
	close(go[0]);
	close(go[1]);
	for (int i = 0; i < n; i++) {
		int status = 1;

		wait(&status);
		bad += status != 0;
	}
	printf("%d read, %d bad\n", n - bad, bad);
	exit(bad != 0);
}
