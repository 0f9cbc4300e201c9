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
	"usage: cat [-AeEntTuv] [FILE...]\n"
	"Write the files one after the other; without FILE, or for `-`, standard input.\n"
	"  -n   number the lines       -u   no effect: nothing is held back\n"
	"  -v   bytes that are no text as ^X and M-x, but for newlines and tabs\n"
	"  -E   $ at the end of lines  -T   tabs as ^I\n"
	"  -A   -vET                   -e   -vE                   -t   -vT\n";

static bool numbers, show_bytes, show_ends, show_tabs;

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

static void print_byte(int c)
{
	if (c == '\n' || (c == '\t' && !show_tabs) || (c != '\t' && !show_bytes)) {
		putchar(c);
		return;
	}
	if (c >= 0x80)
		fputs("M-", stdout);
	c &= 0x7f;
	if (c < ' ' || c == 0x7f) {
		putchar('^');
		c ^= 0x40;
	}
	putchar(c);
}

static bool ends_line(FILE *file)
{
	int c = getc(file);

	if (c != EOF)
		ungetc(c, file);
	return c == '\n';
}

static void print_lines(FILE *file, const char *name)
{
	static unsigned long number;
	static bool inside; /* a line has begun */
	int c;

	(void)name;
	while ((c = getc(file)) != EOF) {
		if (!inside && numbers)
			printf("%6lu\t", ++number);
		if (c == '\n' && show_ends)
			putchar('$');
		if (c == '\r' && show_ends && ends_line(file))
			fputs("^M", stdout); /* it would hide the line behind the $ */
		else
			print_byte(c);
		inside = c != '\n';
	}
}

int main(int argc, char **argv)
{
	int c;

	while ((c = tool_getopt(argc, argv, "AeEntTuvh", usage)) != -1) {
		numbers |= c == 'n';
		show_bytes |= strchr("Aetv", c) != NULL;
		show_ends |= strchr("AeE", c) != NULL;
		show_tabs |= strchr("AtT", c) != NULL;
	}
	argv += optind;
	if (numbers || show_bytes || show_ends || show_tabs) {
		tool_each(argv, print_lines);
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
