/* cat - write files to standard output */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: cat [-nu] [FILE...]\n"
	"Write the files one after the other; without FILE, or for `-`, standard input.\n"
	"  -n   number the lines       -u   no effect: nothing is held back\n";

static bool numbers;

static void copy(int fd, const char *name)
{
	static char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t done = 0, w; done < n; done += w) {
			w = write(STDOUT_FILENO, buf + done, (size_t)(n - done));
			if (w <= 0)
				tool_die("standard output");
		}
	if (n < 0)
		tool_warn(name);
}

static void number_lines(FILE *file, const char *name)
{
	static unsigned long number;
	static bool inside; /* a line has begun */
	int c;

	(void)name;
	while ((c = getc(file)) != EOF) {
		if (!inside)
			printf("%6lu\t", ++number);
		putchar(c);
		inside = c != '\n';
	}
}

int main(int argc, char **argv)
{
	int c;

	while ((c = tool_getopt(argc, argv, "nuh", usage)) != -1)
		numbers |= c == 'n';
	argv += optind;
	if (numbers) {
		tool_each(argv, number_lines);
		return tool_finish();
	}
	if (!*argv)
		copy(STDIN_FILENO, "standard input");
	for (; *argv; argv++) {
		int fd = strcmp(*argv, "-") ? open(*argv, O_RDONLY) : STDIN_FILENO;
		struct stat st;

		if (fd < 0) {
			tool_warn(*argv);
			continue;
		}
		if (fd != STDIN_FILENO && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
			tool_warnx(*argv, strerror(EISDIR));
			close(fd);
			continue;
		}
		copy(fd, *argv);
		if (fd != STDIN_FILENO)
			close(fd);
	}
	return tool_status;
}
