/* cat.c - prints files, or its input */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

static char buf[1024];

/* Returns 0, or 1 after a message. */
static int print(int fd, const char *name)
{
	int n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (write(1, buf, n) != n) {
			fprintf(2, "cat: cannot write\n");
			exit(1);
		}
	}
	if (n < 0)
		fprintf(2, "cat: cannot read %s\n", name);
	return n < 0;
}

int main(int argc, char *argv[])
{
	int failed = 0;

	if (argc == 1)
		exit(print(0, "the input"));
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);

		if (fd < 0) {
			fprintf(2, "cat: cannot open %s\n", argv[i]);
			failed = 1;
			continue;
		}
		failed |= print(fd, argv[i]);
		close(fd);
	}
	exit(failed);
}
