// files2026.c - what the tests of 2026 ask of files.  Prints `NAME: ok` for each part that
// it is asked for by an argument.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/fs.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "user/user.h"

static char *part;

static void check(int good, char *what)
{
	if (good)
		return;
	printf("%s: FAILED: %s\n", part, what);
	exit(1);
}

static int make(char *path)
{
	int fd = open(path, O_CREATE | O_RDWR | O_TRUNC);

	check(fd >= 0, "a file cannot be made");
	return fd;
}

static int links_of(char *path)
{
	struct stat st;

	check(stat(path, &st) == 0, "stat");
	return st.nlink;
}

// Of two bytes the second has no page: the call fails, and the first is in the file.
static void partial(void)
{
	char *end = (char *)PGROUNDUP((uint64)sbrk(2 * PGSIZE)) + PGSIZE;
	int fd = make("partial");

	sbrk((int)(end - sbrk(0)));
	end[-1] = 'p';
	check(write(fd, end - 1, 2) == -1, "a write whose second byte is not there");
	close(fd);
	check(sync() == 0, "sync");
}

// Negative counts fail at once, whatever the descriptor is.
static void negative(void)
{
	int ends[2], fd = make("negative");
	char byte = 'n';

	check(write(fd, "abc", 3) == 3, "write");
	check(write(fd, &byte, -1) == -1 && write(fd, &byte, -2147483647 - 1) == -1,
	      "writing less than nothing to a file");
	close(fd);
	fd = open("negative", O_RDWR);
	check(read(fd, &byte, -1) == -1 && read(fd, &byte, -2147483647 - 1) == -1,
	      "reading less than nothing from a file");
	check(read(fd, &byte, 1) == 1 && byte == 'a', "the place in the file");
	close(fd);
	check(pipe(ends) == 0, "pipe");
	check(read(ends[0], &byte, -1) == -1, "reading less than nothing from a pipe");
	check(write(ends[1], &byte, -1) == -1, "writing less than nothing to a pipe");
	check(read(0, &byte, -1) == -1 && write(1, &byte, -1) == -1, "the console");
	close(ends[0]);
	close(ends[1]);
	check(unlink("negative") == 0, "unlink");
}

// Nothing gets a name in a directory that has none.
static void removed(void)
{
	make("kept");
	check(mkdir("up") == 0 && mkdir("up/down") == 0, "mkdir");
	check(chdir("up/down") == 0, "chdir");
	check(unlink("../../up/down") == 0 && unlink("/up") == 0, "removing both");
	check(open("new", O_CREATE | O_RDWR) == -1, "open");
	check(mkdir("new") == -1, "mkdir");
	check(mknod("new", 1, 0) == -1, "mknod");
	check(link("/kept", "new") == -1, "link");
	check(symlink("/kept", "new") == -1, "symlink");
	check(open("../new", O_CREATE | O_RDWR) == -1, "open in the parent");
	check(mkdir("../new") == -1 && mkdir("..") == -1, "mkdir in the parent");
	check(open("new", O_RDONLY) == -1, "a name that was not made");
	check(links_of("/kept") == 1, "a link that was not made");
	check(chdir("/") == 0 && open("up", O_RDONLY) == -1, "chdir");
	check(unlink("kept") == 0, "unlink");
}

static char *place(int n)
{
	static char text[16];
	char *at = text;

	*at++ = 'Q'; // no program's name
	*at++ = 'a' + n / 4000;
	*at++ = '/';
	for (int digit = 10000; digit; digit /= 10)
		*at++ = '0' + n / digit % 10;
	*at = 0;
	return text;
}

// A file has at most 32767 names.
static void links(void)
{
	char *path;
	int n;

	make("many");
	for (n = 1; n < NLINK_MAX; n++) {
		path = place(n);
		path[2] = 0;
		if (n == 1 || n % 4000 == 0)
			check(mkdir(path) == 0, "mkdir");
		path[2] = '/';
		check(link("many", path) == 0, "a link that there is room for");
	}
	check(links_of("many") == NLINK_MAX, "the count of links");
	check(link("many", "one.more") == -1, "one link too many");
	check(links_of("many") == NLINK_MAX && open("one.more", 0) == -1, "what it did");
	check(unlink(place(5)) == 0 && link("many", "one.more") == 0, "a link after that");
	check(link("many", place(5)) == -1, "again one too many");
}

int main(int argc, char *argv[])
{
	static struct {
		char *name;
		void (*run)(void);
	} parts[] = {
		{ "partial", partial },
		{ "negative", negative },
		{ "removed", removed },
		{ "links", links },
	};

	for (int i = 1; i < argc; i++) {
		for (int k = 0; k < 4; k++) {
			part = parts[k].name;
			if (strcmp(argv[i], part))
				continue;
			parts[k].run();
			printf("%s: ok\n", part);
		}
	}
	exit(0);
}
