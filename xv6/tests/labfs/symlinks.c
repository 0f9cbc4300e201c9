// symlinks.c - symbolic links as the file system lab describes them, and two processes that
// make and remove the same one.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/param.h"
#include "kernel/stat.h"
#include "user/user.h"

static char *part;

static void check(int good, char *what)
{
	if (good)
		return;
	printf("test %s: FAILED: %s\n", part, what);
	exit(1);
}

static void make(char *path, char byte)
{
	int fd = open(path, O_CREATE | O_WRONLY | O_TRUNC);

	check(fd >= 0, "a file cannot be made");
	check(write(fd, &byte, 1) == 1, "a file cannot be written");
	close(fd);
}

// The byte in the file that a path leads to, or -1.
static int look(char *path)
{
	int fd = open(path, O_RDONLY);
	char byte;

	if (fd < 0)
		return -1;
	if (read(fd, &byte, 1) != 1)
		byte = 0;
	close(fd);
	return byte;
}

// The type of what a path names itself, or -1.
static int type_of(char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW);
	struct stat st;
	int good;

	if (fd < 0)
		return -1;
	good = fstat(fd, &st) == 0;
	close(fd);
	check(good, "fstat of a link");
	return st.type;
}

static char *numbered(char *name, int n)
{
	static char text[2][16];
	static int turn;
	char *at;

	turn = !turn;
	strcpy(text[turn], name);
	at = text[turn] + strlen(name);
	*at++ = '0' + n / 10;
	*at++ = '0' + n % 10;
	*at = 0;
	return text[turn];
}

static void test_links(void)
{
	part = "symlinks";
	make("real", 'r');
	check(symlink("real", "link") == 0, "symlink");
	check(look("link") == 'r', "reading through a link");
	make("link", 's');
	check(look("real") == 's', "writing through a link");
	check(type_of("link") == T_SYMLINK && type_of("real") == T_FILE, "O_NOFOLLOW");
	check(symlink("real", "link") == -1, "a name that is taken");
	check(unlink("real") == 0 && look("link") == -1, "a link whose file is gone");
	check(type_of("link") == T_SYMLINK, "O_NOFOLLOW without the file");
	make("real", 't');
	check(look("link") == 't', "a file that came back");
	check(unlink("link") == 0 && look("real") == 't', "removing the link alone");

	check(symlink("/fsdir/nothing", "hollow") == 0, "a target that does not exist");
	check(look("hollow") == -1, "opening what does not exist");
	check(symlink("/fsdir/real", "far") == 0, "an absolute target");
	check(look("far") == 't', "reading through an absolute target");

	check(symlink("round", "about") == 0, "a circle");
	check(symlink("about", "round") == 0, "a circle that is closed");
	check(look("about") == -1 && look("round") == -1, "opening a circle");
	check(symlink("self", "self") == 0 && look("self") == -1, "a link to itself");
}

static void test_many(void)
{
	check(symlink("real", numbered("c", 0)) == 0, "the first of a chain");
	for (int i = 1; i < 9; i++)
		check(symlink(numbered("c", i - 1), numbered("c", i)) == 0, "a chain");
	check(look(numbered("c", 8)) == 't', "nine links in a row");
	for (int i = 0; i < NINODE + 2; i++)
		check(symlink("real", numbered("m", i)) == 0, "many links");
	for (int i = 0; i < NINODE + 2; i++)
		check(look(numbered("m", i)) == 't', "reading through one of many");
	for (int i = 0; i < NINODE + 2; i++)
		check(unlink(numbered("m", i)) == 0, "removing one of many");
	for (int i = 0; i < 9; i++)
		check(unlink(numbered("c", i)) == 0, "removing a chain");
	printf("test symlinks: ok\n");
}

// Makes or removes the link, as a simple generator says, and looks at what is there.
static void one_of_two(uint seed)
{
	for (int i = 0; i < 100; i++) {
		int type;

		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 1)
			symlink("/fsdir/target", "shared");
		else
			unlink("shared");
		type = type_of("shared");
		check(type == -1 || type == T_SYMLINK, "something else has the name");
	}
	exit(0);
}

static void test_concurrent(void)
{
	int status;

	part = "concurrent symlinks";
	make("target", 'x');
	for (int i = 0; i < 2; i++) {
		int pid = fork();

		check(pid >= 0, "fork");
		if (pid == 0)
			one_of_two(i + 61);
	}
	for (int i = 0; i < 2; i++)
		check(wait(&status) > 0 && status == 0, "a child");
	printf("test concurrent symlinks: ok\n");
}

int main(void)
{
	part = "symlinks";
	mkdir("fsdir");
	check(chdir("fsdir") == 0, "chdir");
	test_links();
	test_many();
	test_concurrent();
	exit(0);
}
