/* cat.c - prints files, or its input */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

#define CHUNK 1024

static int failed;

static void complain(const char *what, const char *name)
{
	fprintf(2, "cat: cannot %s %s\n", what, name);
	failed = 1;
}

static void print(int fd, const char *name)
{
	static char chunk[CHUNK];

	for (;;) {
		int got = read(fd, chunk, CHUNK);

		if (got < 0)
			complain("read", name);
		if (got <= 0)
			return;
		if (write(1, chunk, got) == got)
			continue;
		complain("write", name);
		exit(1);
	}
}

int main(int argc, char *argv[])
{
	if (argc < 2)
		print(0, "the input");
	while (*++argv) {
		int fd = open(*argv, O_RDONLY);

		if (fd < 0) {
			complain("open", *argv);
		} else {
			print(fd, *argv);
			close(fd);
		}
	}
	exit(failed);
}
