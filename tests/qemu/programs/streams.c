/* streams.c - for test_programs.py: a program as users write it: it uses stdio and checks
 * no error itself.  It also prints numbers with a fraction, and forks without end. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Takes all blocks of the disk, in files fill0, fill1, ... */
static int fill(void)
{
	static char block[1024];
	char name[16];
	int files = 0, bytes;

	do {
		int fd;

		snprintf(name, sizeof(name), "fill%d", files++);
		fd = open(name, O_WRONLY | O_CREAT, 0666);
		if (fd < 0)
			return 1;
		for (bytes = 0; write(fd, block, sizeof(block)) == sizeof(block);)
			bytes += (int)sizeof(block);
		close(fd);
	} while (bytes);
	return 0;
}

static void print_lines(int n)
{
	while (n-- > 0)
		printf("a line of a text\n");
}

static int print_numbers(void)
{
	double d = 0;

	sscanf("6.25", "%lf", &d);
	printf("%f %.2f %g %e %.1f\n", 1.5, d, 0.1, 12345.678, sqrt(d));
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *name = argc > 2 ? argv[2] : "out";
	FILE *f;

	if (strcmp(what, "fill") == 0)
		return fill();
	while (strcmp(what, "bomb") == 0)
		fork();
	if (strcmp(what, "numbers") == 0)
		return print_numbers();
	if (strcmp(what, "return") == 0)
		print_lines(1);
	if (strcmp(what, "exit") == 0) {
		print_lines(200); /* the first buffers fail long before the end */
		exit(0);
	}
	if (strcmp(what, "reopen") == 0 && freopen(name, "w", stdout))
		print_lines(2);
	if (strcmp(what, "append") == 0 && freopen(name, "a", stdout))
		print_lines(1);
	if (strcmp(what, "clear") == 0) {
		print_lines(1);
		fflush(NULL);
		clearerr(stdout);
	}
	if (strcmp(what, "open") == 0 || strcmp(what, "close") == 0) {
		f = fopen(name, "w");
		fprintf(f, "kept\n");
		if (*what == 'c')
			return fclose(f) == EOF ? 7 : 0;
	}
	return 0;
}
