/* head.c - prints the first lines of files, or of the input: 10, or -n NUMBER, or -NUMBER.
 *
 * read() gives what fits into the buffer, not lines.  So the newlines in it are counted,
 * and the part that belongs to the head is written in one piece. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

static char buffer[1024];

static int head(int fd, int lines, const char *name)
{
	int n = 0, used;

	while (lines > 0 && (n = read(fd, buffer, sizeof(buffer))) > 0) {
		for (used = 0; used < n && lines > 0; used++)
			lines -= buffer[used] == '\n';
		if (write(1, buffer, used) != used) {
			fprintf(2, "head: cannot write\n");
			exit(1);
		}
	}
	if (n < 0)
		fprintf(2, "head: cannot read %s\n", name);
	return n < 0;
}

int main(int argc, char *argv[])
{
	int fd, first = 1, lines = 10, failed = 0;

	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		if (argc == 2 || argv[2][0] < '0' || argv[2][0] > '9') {
			fprintf(2, "usage: head [-n NUMBER] [FILE...]\n");
			exit(1);
		}
		lines = atoi(argv[2]);
		first = 3;
	} else if (argc > 1 && argv[1][0] == '-' && argv[1][1] >= '0' &&
		   argv[1][1] <= '9') {
		lines = atoi(argv[1] + 1);
		first = 2;
	}
	if (first == argc)
		exit(head(0, lines, "the input"));
	for (int i = first; i < argc; i++) {
		fd = open(argv[i], O_RDONLY);
		if (fd < 0) {
			fprintf(2, "head: cannot open %s\n", argv[i]);
			failed = 1;
			continue;
		}
		if (argc - first > 1)
			printf("%s==> %s <==\n", i > first ? "\n" : "", argv[i]);
		failed |= head(fd, lines, argv[i]);
		close(fd);
	}
	exit(failed);
}
