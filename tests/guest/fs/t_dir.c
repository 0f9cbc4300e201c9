/* t_dir.c - names: directories, links, paths, symbolic links. */
#include "lib.h"

static void touch(const char *path)
{
	long fd = open(path, O_CREATE | O_RDWR);

	if (fd < 0)
		FAIL("cannot create %s", path);
	EQ(close(fd), 0);
}

static int link_count(const char *path)
{
	struct stat st;
	long fd = open(path, O_RDONLY);

	CHECK(fd >= 0);
	EQ(fstat(fd, &st), 0);
	EQ(close(fd), 0);
	return st.nlink;
}

TEST(dir, make_and_remove)
{
	EQ(mkdir("d"), 0);
	REFUSED(mkdir("d"));
	EQ(chdir("d"), 0);
	EQ(chdir(".."), 0);
	EQ(unlink("d"), 0);
	REFUSED(chdir("d"));
	REFUSED(unlink("d"));
}

TEST(dir, raw_entries)
{
	struct fs_dirent e[8];
	long fd, n;

	EQ(mkdir("d"), 0);
	touch("d/file");
	touch("d/fourteen.chars");
	fd = open("d", O_RDONLY);
	n = read(fd, e, sizeof(e));
	CHECK(n >= 4 * 16);
	EQ(strncmp(e[0].name, ".", 14), 0);
	EQ(strncmp(e[1].name, "..", 14), 0);
	EQ(strncmp(e[2].name, "file", 14), 0);
	EQ(strncmp(e[3].name, "fourteen.chars", 14), 0); /* no NUL */
	CHECK(e[0].ino && e[1].ino && e[2].ino && e[3].ino);
	for (int i = 1; i < 14; i++)
		EQ(e[0].name[i], 0); /* padded */
	EQ(close(fd), 0);
	EQ(unlink("d/file"), 0);
	fd = open("d", O_RDONLY);
	EQ(read(fd, e, 48), 48);
	EQ(e[2].ino, 0);
	EQ(close(fd), 0);
	EQ(unlink("d/fourteen.chars"), 0);
	EQ(unlink("d"), 0);
}

TEST(dir, is_only_for_reading)
{
	long fd;

	EQ(mkdir("d"), 0);
	REFUSED(open("d", O_WRONLY));
	REFUSED(open("d", O_RDWR));
	REFUSED(open("d", O_CREATE));
	REFUSED(open("d", O_CREATE | O_RDWR));
	REFUSED(open("d", O_TRUNC));
	REFUSED(open(".", O_RDWR));
	REFUSED(open("/", O_WRONLY));
	fd = open("d", O_RDONLY);
	REFUSED(write(fd, "x", 1));
	EQ(close(fd), 0);
	EQ(unlink("d"), 0);
}

TEST(dir, dots_cannot_be_unlinked)
{
	EQ(mkdir("d"), 0);
	REFUSED(unlink("d/."));
	REFUSED(unlink("d/.."));
	EQ(chdir("d"), 0);
	REFUSED(unlink("."));
	REFUSED(unlink(".."));
	EQ(chdir("/"), 0);
	REFUSED(unlink("/"));
	REFUSED(unlink("/."));
	REFUSED(unlink("/.."));
	EQ(chdir("/abitest.d"), 0);
	EQ(unlink("d"), 0);
}

TEST(dir, one_with_entries_cannot_be_unlinked)
{
	EQ(mkdir("d"), 0);
	touch("d/f");
	REFUSED(unlink("d"));
	EQ(unlink("d/f"), 0);
	EQ(mkdir("d/e"), 0);
	REFUSED(unlink("d"));
	EQ(unlink("d/e"), 0);
	EQ(unlink("d"), 0);
}

TEST(dir, link_counts)
{
	EQ(mkdir("d"), 0);
	EQ(link_count("d"), 1);
	EQ(mkdir("d/a"), 0);
	EQ(link_count("d"), 2); /* the ".." of d/a counts, d's own "." does not */
	EQ(mkdir("d/b"), 0);
	EQ(link_count("d"), 3);
	EQ(unlink("d/a"), 0);
	EQ(link_count("d"), 2);
	EQ(unlink("d/b"), 0);
	EQ(link_count("d"), 1);
	EQ(unlink("d"), 0);
}

TEST(dir, links)
{
	touch("f");
	EQ(link("f", "g"), 0);
	EQ(link_count("f"), 2);
	REFUSED(link("f", "g"));
	REFUSED(link("f", "f"));
	EQ(unlink("f"), 0);
	EQ(link_count("g"), 1);
	REFUSED(link("f", "h"));
	REFUSED(link("no", "h"));
	REFUSED(link(".", "h"));
	REFUSED(link("/", "h"));
	REFUSED(link("g", "no/h"));
	REFUSED(link("g", "g/h"));
	REFUSED(link("g", ""));
	REFUSED(link("g", "."));
	EQ(unlink("g"), 0);
}

TEST(dir, names_of_fourteen)
{
	EQ(mkdir("12345678901234"), 0);
	EQ(mkdir("12345678901234/123456789012345"), 0);
	touch("123456789012345/123456789012345/123456789012345");
	EQ(close(open("12345678901234/12345678901234/12345678901234", O_RDONLY)), 0);
	REFUSED(mkdir("12345678901234/12345678901234"));
	REFUSED(mkdir("123456789012345/12345678901234"));
	REFUSED(mkdir("12345678901234567890"));
	REFUSED(open("1234567890123", O_RDONLY));
	EQ(unlink("123456789012345/12345678901234/12345678901234xyz"), 0);
	EQ(unlink("123456789012345/12345678901234"), 0);
	EQ(unlink("123456789012345"), 0);
}

TEST(dir, paths)
{
	EQ(mkdir("d"), 0);
	EQ(mkdir("d/e"), 0);
	touch("d/e/f");
	CHECK(file_exists("d/e/f"));
	CHECK(file_exists("d//e///f"));
	CHECK(file_exists("./d/./e/./f"));
	CHECK(file_exists("d/e/../e/f"));
	CHECK(file_exists("d/e/../../d/e/f"));
	CHECK(file_exists("/abitest.d/d/e/f"));
	CHECK(file_exists("/../../abitest.d/d/e/f"));
	CHECK(file_exists("d/e/"));
	EQ(chdir("d/e"), 0);
	CHECK(file_exists("f"));
	CHECK(file_exists("../e/f"));
	CHECK(file_exists("../../../README"));
	CHECK(file_exists("../../../../../README")); /* ".." of the root is the root */
	EQ(chdir("../.."), 0);
	EQ(unlink("d/e/f"), 0);
	EQ(unlink("d/e"), 0);
	EQ(unlink("d"), 0);
}

TEST(dir, empty_path)
{
	REFUSED(mkdir(""));
	REFUSED(unlink(""));
	REFUSED(link("/README", ""));
	REFUSED(open("", O_CREATE | O_RDWR));
	REFUSED(mknod("", 1, 1));
	EQ(close(open("", O_RDONLY)), 0); /* the current directory */
	EQ(chdir(""), 0);
}

TEST(dir, file_is_no_directory)
{
	touch("f");
	REFUSED(chdir("f"));
	REFUSED(open("f/x", O_RDONLY));
	REFUSED(open("f/x", O_CREATE | O_RDWR));
	REFUSED(open("f/.", O_RDONLY));
	REFUSED(open("f/..", O_RDONLY));
	REFUSED(mkdir("f/x"));
	REFUSED(unlink("f/x"));
	REFUSED(link("/README", "f/x"));
	REFUSED(mknod("f/x", 1, 1));
	REFUSED(symlink("x", "f/x"));
	REFUSED(exec("f/x", (char *[]){ "x", 0 }));
	EQ(unlink("f"), 0);
}

TEST(dir, wrong_kinds)
{
	EQ(mkdir("d"), 0);
	touch("d/f");
	REFUSED(mkdir("d/f"));
	REFUSED(mkdir("d/f/g"));
	REFUSED(mkdir("no/d"));
	REFUSED(link("d", "e"));
	REFUSED(link("d/f", "d/f"));
	REFUSED(unlink("d/f/g"));
	REFUSED(unlink("d/no"));
	REFUSED(chdir("d/f"));
	REFUSED(chdir("d/no"));
	REFUSED(chdir("d/../no"));
	REFUSED(open("d/f/g", O_CREATE | O_RDWR));
	EQ(unlink("d/f"), 0);
	EQ(unlink("d"), 0);
}

TEST(dir, of_two_hundred_names)
{
	char name[] = "x00";

	touch("f");
	for (int i = 0; i < 200; i++) {
		name[1] = '0' + i / 64;
		name[2] = '0' + i % 64;
		EQ(link("f", name), 0);
	}
	EQ(link_count("f"), 201);
	EQ(unlink("f"), 0);
	for (int i = 0; i < 200; i++) {
		name[1] = '0' + i / 64;
		name[2] = '0' + i % 64;
		EQ(unlink(name), 0);
	}
}

SLOW_TEST(dir, of_many_names)
{
	char name[] = "x000";

	touch("f");
	for (int i = 0; i < 1000; i++) {
		format(name, sizeof(name), "x%x", i);
		if (link("f", name) != 0)
			FAIL("link %d", i);
	}
	for (int i = 999; i >= 0; i--) {
		format(name, sizeof(name), "x%x", i);
		EQ(unlink(name), 0);
		REFUSED(unlink(name));
	}
	EQ(link_count("f"), 1);
	EQ(unlink("f"), 0);
}

TEST(dir, many_files)
{
	char name[16];

	for (int i = 0; i < 52; i++) {
		format(name, sizeof(name), "a%d", i);
		touch(name);
	}
	for (int i = 0; i < 52; i++) {
		format(name, sizeof(name), "a%d", i);
		EQ(unlink(name), 0);
	}
}

TEST(dir, deeper_than_the_inode_table)
{
	int depth = 0;

	for (; depth < NINODE + 10; depth++) {
		EQ(mkdir("deep"), 0);
		EQ(chdir("deep"), 0);
		REFUSED(mkdir(""));
		REFUSED(link("/README", ""));
		REFUSED(open("", O_CREATE | O_RDWR));
		EQ(close(open("xx", O_CREATE | O_RDWR)), 0);
		EQ(unlink("xx"), 0);
	}
	while (depth--) {
		EQ(chdir(".."), 0);
		EQ(unlink("deep"), 0);
	}
}

TEST(dir, removed_while_current)
{
	file_make("kept", 10, 1);
	EQ(mkdir("d"), 0);
	CHILD(0, {
		EQ(chdir("d"), 0);
		EQ(unlink("../d"), 0);
		REFUSED(open("f", O_CREATE | O_RDWR));
		REFUSED(mkdir("e"));
		REFUSED(mknod("e", 1, 0));
		REFUSED(link("/README", "e"));
		REFUSED(symlink("/README", "e"));
		REFUSED(rename("/abitest.d/kept", "e"));
		REFUSED(chdir("../d"));
		EQ(chdir("/abitest.d"), 0);
		REFUSED(chdir("d"));
	});
	file_check("kept", 10, 1);
	EQ(unlink("kept"), 0);
}

TEST(dir, removed_while_current_and_exit)
{
	for (int i = 0; i < 20; i++) {
		EQ(mkdir("d"), 0);
		CHILD(0, EQ(chdir("d"), 0); EQ(unlink("../d"), 0));
		REFUSED(unlink("d"));
	}
}

TEST(dir, parents_removed_while_current)
{
	EQ(mkdir("a"), 0);
	EQ(mkdir("a/b"), 0);
	CHILD(0, {
		long fd;

		EQ(chdir("a/b"), 0);
		EQ(unlink("../../a/b"), 0);
		EQ(unlink("/abitest.d/a"), 0);
		fd = open("..", O_RDONLY); /* useless, but must not crash */
		if (fd >= 0)
			close(fd);
		REFUSED(open("../x", O_CREATE | O_RDWR));
		REFUSED(mkdir("../y"));
		REFUSED(open("../../x", O_RDONLY));
	});
}

TEST(dir, removed_while_it_is_opened)
{
	long pid;

	EQ(mkdir("d"), 0);
	pid = must_fork();
	if (pid == 0) {
		for (int i = 0; i < 100; i++) {
			REFUSED(open("d", O_RDWR));
			mkdir("d");
		}
		exit(0);
	}
	for (int i = 0; i < 100; i++)
		unlink("d");
	EQ(reap(pid), 0);
	unlink("d");
}

TEST(dir, unlinked_file_gives_all_back)
{
	for (int i = 0; i < 300; i++) { /* more inodes than there are */
		touch("f");
		EQ(unlink("f"), 0);
		EQ(mkdir("d"), 0);
		EQ(unlink("d"), 0);
	}
}

TEST(name, rename)
{
	file_make("a", 100, 1);
	EQ(rename("a", "b"), 0);
	REFUSED(open("a", O_RDONLY));
	file_check("b", 100, 1);
	file_make("c", 50, 2);
	EQ(rename("c", "b"), 0); /* replaces the existing file */
	file_check("b", 50, 2);
	REFUSED(rename("no", "x"));
	REFUSED(rename("b", "no/x"));
	EQ(mkdir("d"), 0);
	EQ(rename("b", "d/b"), 0);
	file_check("d/b", 50, 2);
	EQ(rename("d", "e"), 0);
	file_check("e/b", 50, 2);
	REFUSED(rename("e", "e/f")); /* into itself */
	EQ(rename("e/b", "e/b"), 0);
	EQ(unlink("e/b"), 0);
	EQ(unlink("e"), 0);
}

TEST(name, symbolic_links)
{
	struct stat st;
	char text[32];
	long fd;

	file_make("f", 10, 3);
	EQ(symlink("f", "l"), 0);
	REFUSED(symlink("f", "l"));
	file_check("l", 10, 3);
	fd = open("l", O_RDONLY | O_NOFOLLOW);
	CHECK(fd >= 0);
	EQ(fstat(fd, &st), 0);
	EQ(st.type, T_SYMLINK);
	EQ(close(fd), 0);
	EQ(readlink("l", text, sizeof(text)), 1);
	EQ(text[0], 'f');
	REFUSED(readlink("f", text, sizeof(text)));
	EQ(unlink("f"), 0);
	REFUSED(open("l", O_RDONLY)); /* its target no longer exists */
	EQ(symlink("l", "m"), 0);
	file_make("f", 20, 4);
	file_check("m", 20, 4); /* through two links */
	EQ(unlink("l"), 0);
	EQ(unlink("m"), 0);
	EQ(unlink("f"), 0);
}

/* Programs of the lab were compiled with one or the other value. */
TEST(name, symbolic_links_by_both_flags)
{
	static const int flags[] = { 0x800, 0x004, 0x804 };

	file_make("f", 10, 3);
	EQ(symlink("f", "l"), 0);
	EQ(symlink("nothing", "n"), 0);
	EQ(mkdir("d"), 0);
	for (size_t i = 0; i < COUNT(flags); i++) {
		struct stat st;
		long fd = open("l", O_RDONLY | flags[i]);

		EQ(fstat(fd, &st), 0);
		EQ(st.type, T_SYMLINK);
		EQ(st.size, 1);
		EQ(close(fd), 0);
		fd = open("n", flags[i]);
		EQ(fstat(fd, &st), 0);
		EQ(st.type, T_SYMLINK);
		EQ(close(fd), 0);
		/* no difference for what is no link */
		EQ(close(open("f", O_RDWR | flags[i])), 0);
		EQ(close(open("d", O_RDONLY | flags[i])), 0);
		REFUSED(open("d", O_RDWR | flags[i]));
		REFUSED(open("nothing", flags[i]));
	}
	EQ(unlink("l"), 0);
	EQ(unlink("n"), 0);
	EQ(unlink("f"), 0);
	EQ(unlink("d"), 0);
}

TEST(name, symbolic_cycles)
{
	EQ(symlink("b", "a"), 0);
	EQ(symlink("a", "b"), 0);
	EQ(symlink("c", "c"), 0);
	REFUSED(open("a", O_RDONLY));
	REFUSED(open("c", O_RDONLY));
	EQ(unlink("a"), 0);
	EQ(unlink("b"), 0);
	EQ(unlink("c"), 0);
}

TEST(name, symbolic_chain)
{
	char name[8], target[8];

	file_make("l0", 10, 1);
	for (int i = 1; i <= 9; i++) {
		format(name, sizeof(name), "l%d", i);
		format(target, sizeof(target), "l%d", i - 1);
		EQ(symlink(target, name), 0);
	}
	file_check("l9", 10, 1);
	for (int i = 0; i <= 9; i++) {
		format(name, sizeof(name), "l%d", i);
		EQ(unlink(name), 0);
	}
}

TEST(name, fifty_two_symbolic_links)
{
	char name[8];

	file_make("f", 10, 1);
	for (int i = 0; i < NINODE + 2; i++) {
		format(name, sizeof(name), "s%d", i);
		EQ(symlink("f", name), 0);
	}
	for (int i = 0; i < NINODE + 2; i++) {
		format(name, sizeof(name), "s%d", i);
		file_check(name, 10, 1);
		EQ(unlink(name), 0);
	}
	EQ(unlink("f"), 0);
}
