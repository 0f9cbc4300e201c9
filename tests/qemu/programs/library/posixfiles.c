/* posixfiles.c - functions of the C library about files: `posixfiles CASE` prints what they
 * do, here and on the host: see tests/qemu/user/test_posix.py. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "say.h"

static const char *kind(const struct stat *st)
{
	return S_ISDIR(st->st_mode)   ? "directory"
	       : S_ISLNK(st->st_mode) ? "link"
	       : S_ISREG(st->st_mode) ? "file"
				      : "other";
}

static void say_kind(int dir, const char *path, int flags)
{
	struct stat st;

	if (fstatat(dir, path, &st, flags) < 0)
		SAY("%s: %s", path, reason(1));
	else
		SAY("%s: %s", path, kind(&st));
}

static void at_makes(void)
{
	int d, fd;
	char text[20] = "";

	mkdir("dir", 0777);
	d = open("dir", O_RDONLY | O_DIRECTORY);
	fd = openat(d, "file", O_RDWR | O_CREAT | O_EXCL, 0666);
	SAY("%d", (int)write(fd, "abc", 3));
	SAY("%s", reason(openat(d, "file", O_RDWR | O_CREAT | O_EXCL, 0666) < 0));
	SAY("%s", reason(mkdirat(d, "inner", 0777) < 0));
	SAY("%s", reason(mkdirat(d, "inner", 0777) < 0));
	SAY("%s", reason(symlinkat("file", d, "link") < 0));
	SAY("%d", (int)readlinkat(d, "link", text, sizeof(text)));
	SAY("%s", text);
	say_kind(d, "file", 0);
	say_kind(d, "inner", 0);
	say_kind(d, "link", 0);
	say_kind(d, "link", AT_SYMLINK_NOFOLLOW);
	say_kind(d, "../dir/inner/..", 0);
	say_kind(d, "nosuch", 0);
	say_kind(d, "/", 0);
	say_kind(d, "", AT_EMPTY_PATH);
	say_kind(fd, "", AT_EMPTY_PATH);
	say_kind(fd, "x", 0);
	say_kind(77, "x", 0);
	say_kind(77, "/", 0);
	say_kind(AT_FDCWD, "dir/file", 0);
	say_kind(d, "", 0);
	SAY("%s", reason(faccessat(d, "file", R_OK, 0) < 0));
	SAY("%s", reason(faccessat(d, "nosuch", F_OK, 0) < 0));
	SAY("%s", reason(faccessat(d, "file", 64, 0) < 0));
	close(fd);
	close(d);
}

static void at_moves(void)
{
	int d = open("dir", O_RDONLY), e;
	char text[20] = "";

	SAY("%s", reason(linkat(d, "file", AT_FDCWD, "hard", 0) < 0));
	SAY("%s", reason(linkat(d, "link", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW) < 0));
	SAY("%s", reason(linkat(d, "link", AT_FDCWD, "same", 0) < 0));
	say_kind(AT_FDCWD, "followed", AT_SYMLINK_NOFOLLOW);
	say_kind(AT_FDCWD, "same", AT_SYMLINK_NOFOLLOW);
	SAY("%s", reason(linkat(d, "inner", AT_FDCWD, "x", 0) < 0));
	SAY("%s", reason(renameat(AT_FDCWD, "hard", d, "inner/moved") < 0));
	SAY("%s", reason(renameat(d, "nosuch", d, "x") < 0));
	SAY("%s", reason(unlinkat(d, "inner", 0) < 0));
	SAY("%s", reason(unlinkat(d, "inner", AT_REMOVEDIR) < 0));
	SAY("%s", reason(unlinkat(d, "file", AT_REMOVEDIR) < 0));
	SAY("%s", reason(unlinkat(d, "inner/moved", 0) < 0));
	e = openat(d, "inner", O_RDONLY | O_DIRECTORY);
	SAY("%s", reason(openat(d, "file", O_RDONLY | O_DIRECTORY) < 0));
	SAY("%s", reason(unlinkat(d, "inner", AT_REMOVEDIR) < 0));
	SAY("%s", reason(openat(e, "x", O_WRONLY | O_CREAT, 0666) < 0));
	SAY("%s", reason(fchdir(d) < 0));
	SAY("%d", (int)readlink("link", text, sizeof(text)));
	SAY("%s", reason(fchdir(77) < 0));
	SAY("%s", reason(unlink("link") < 0 || unlink("file") < 0));
	SAY("%s", reason(chdir("..") < 0));
	SAY("%s", reason(rmdir("dir") < 0));
	SAY("%s", reason(rmdir("same") < 0));
	unlink("same");
	unlink("followed");
	SAY("%s", reason(rmdir("dir") < 0));
}

/* --- vectors, sizes ---------------------------------------------------------------- */

static void vectors(void)
{
	char a[4] = "", b[4] = "", c[8] = "";
	struct iovec out[] = { { "one", 3 }, { "", 0 }, { "twothree", 8 } };
	struct iovec in[] = { { a, 3 }, { b, 3 }, { c, 7 } };
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0666), p[2];
	struct stat st;

	SAY("%d", (int)writev(fd, out, 3));
	lseek(fd, 0, SEEK_SET);
	SAY("%d", (int)readv(fd, in, 3));
	SAY("%s %s %s", a, b, c);
	SAY("%d", (int)readv(fd, in, 3));
	SAY("%s", reason(readv(fd, in, -1) < 0));
	SAY("%s", reason(writev(77, out, 3) < 0));
	pipe(p);
	SAY("%d", (int)writev(p[1], out, 1));
	SAY("%d", (int)readv(p[0], in, 2)); /* does not wait for more */
	SAY("%s", reason(truncate("file", 5) < 0));
	fstat(fd, &st);
	SAY("%d", (int)st.st_size);
	SAY("%s", reason(truncate("file", 50) < 0));
	fstat(fd, &st);
	SAY("%d", (int)st.st_size);
	SAY("%s", reason(truncate("nosuch", 5) < 0));
	SAY("%s", reason(truncate(".", 5) < 0));
	SAY("%s", reason(truncate("file", -5) < 0));
	SAY("%s", reason(open("", O_RDONLY) < 0));
	SAY("%s", reason(chdir("") < 0));
	SAY("%s", reason(fdatasync(fd) < 0));
	close(fd);
	fd = creat("file", 0666);
	fstat(fd, &st);
	SAY("%d", (int)st.st_size);
	SAY("%d", (int)read(fd, a, 1));
	close(fd);
	close(p[0]);
	close(p[1]);
	SAY("%d", pipe2(p, O_CLOEXEC));
	SAY("%d %d", fcntl(p[0], F_GETFD), fcntl(p[1], F_GETFD));
	SAY("%d", dup3(p[0], 9, O_CLOEXEC));
	SAY("%d", fcntl(9, F_GETFD));
	SAY("%s", reason(dup3(p[0], p[0], 0) < 0));
	unlink("file");
}

static void space(void)
{
	struct statvfs a, b;
	int fd = open(".", O_RDONLY);

	SAY("%d %d", statvfs(".", &a), fstatvfs(fd, &b));
	SAY("%d", a.f_bsize == b.f_bsize && a.f_blocks == b.f_blocks && a.f_namemax >= 14);
	SAY("%d", a.f_bsize >= 512 && a.f_bfree <= a.f_blocks && a.f_bavail <= a.f_bfree);
	SAY("%s", reason(statvfs("nosuch", &a) < 0));
	SAY("%s", reason(fstatvfs(77, &a) < 0));
}

/* --- names ------------------------------------------------------------------------- */

static void make_tree(void)
{
	static const char *const dirs[] = { "t", "t/a", "t/a/b", "t/.h" };
	static const char *const files[] = { "t/one.c",    "t/two.c", "t/three.h",
					     "t/a/four.c", "t/a/b/x", "t/.h/y",
					     "t/st*r" };

	for (unsigned i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		mkdir(dirs[i], 0777);
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		close(open(files[i], O_WRONLY | O_CREAT, 0666));
	symlink("a", "t/l");
	symlink("..", "t/a/up");
	symlink("nosuch", "t/dead");
}

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *at)
{
	(void)st, (void)at;
	return what == FTW_DP ? rmdir(path) : unlink(path);
}

static void remove_tree(void)
{
	SAY("%d", nftw("t", remove_one, 5, FTW_DEPTH | FTW_PHYS));
	SAY("%s", reason(chdir("t") < 0));
}

static int is_c(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 2 && strcmp(d->d_name + len - 2, ".c") == 0;
}

static int backwards(const struct dirent **a, const struct dirent **b)
{
	return alphasort(b, a);
}

static void scanning(void)
{
	struct dirent **list;
	int n;

	make_tree();
	n = scandir("t", &list, NULL, alphasort);
	for (int i = 0; i < n; i++)
		SAY("%s", list[i]->d_name);
	n = scandir("t", &list, is_c, backwards);
	for (int i = 0; i < n; i++)
		SAY("%s", list[i]->d_name);
	SAY("%d", scandir("t/a/b", &list, is_c, NULL));
	SAY("%s", reason(scandir("nosuch", &list, NULL, NULL) < 0));
	SAY("%s", reason(scandir("t/one.c", &list, NULL, NULL) < 0));
	remove_tree();
}

static void say_glob(const char *pattern, int flags)
{
	glob_t g = { .gl_offs = 2 };
	int error = glob(pattern, flags, NULL, &g);

	SAY("%s: %s %d", pattern,
	    error == GLOB_NOMATCH ? "no match"
	    : error               ? "error"
				  : "ok",
	    error ? 0 : (int)g.gl_pathc);
	for (size_t i = 0; !error && i < g.gl_pathc; i++)
		SAY("  %s", g.gl_pathv[i + (flags & GLOB_DOOFFS ? 2 : 0)]);
	globfree(&g);
}

static void globbing(void)
{
	static const char *const patterns[] = {
		"t/*.c",     "*/*/*.c",  "t/*",      "t/.*/y",       "t/[ot]*",
		"t/nosuch*", "t/one.c",  "nosuch",   "t/?",          "t//*.c",
		"t/*/",      "t/st\\*r", "t/st[*]r", "t/*/../one.c", "t/[!t]*.c",
		"/",         "",         "t/d*",     "t/a/up/*.h",   "t/one.c/*",
	};
	glob_t g = { 0 };

	make_tree();
	for (unsigned i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		say_glob(patterns[i], 0);
	say_glob("t/*", GLOB_MARK);
	say_glob("t/none*", GLOB_NOCHECK);
	say_glob("t/st\\*r", GLOB_NOESCAPE);
	say_glob("t/*.h", GLOB_DOOFFS);
	SAY("%d", glob("t/t*", 0, NULL, &g));
	SAY("%d", glob("t/o*", GLOB_APPEND, NULL, &g));
	for (size_t i = 0; i <= g.gl_pathc; i++)
		SAY("%s", g.gl_pathv[i] ? g.gl_pathv[i] : "(end)");
	globfree(&g);
	remove_tree();
}

static char seen[40][60];
static int count, stop_at;

static int order(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int note(const char *path, const struct stat *st, int what, struct FTW *at)
{
	static const char *const names[] = {
		[FTW_F] = "F",   [FTW_D] = "D",   [FTW_DNR] = "DNR", [FTW_NS] = "NS",
		[FTW_SL] = "SL", [FTW_DP] = "DP", [FTW_SLN] = "SLN"
	};

	snprintf(seen[count++], sizeof(seen[0]), "%s %s %s %d", path, names[what],
		 path + at->base, at->level);
	return stop_at && count == stop_at ? 7 : st->st_ino == 0 && what != FTW_NS;
}

static int note_old(const char *path, const struct stat *st, int what)
{
	struct FTW at = { 0, 0 };

	return note(path, st, what, &at);
}

static void say_seen(int result)
{
	qsort(seen, (size_t)count, sizeof(seen[0]), order);
	for (int i = 0; i < count; i++)
		SAY("%s", seen[i]);
	SAY("%d", result);
	count = 0;
}

static void walking(void)
{
	make_tree();
	say_seen(nftw("t", note, 1, FTW_PHYS));
	say_seen(nftw("t/", note, 1, FTW_PHYS | FTW_DEPTH));
	say_seen(nftw("t/a/b", note, 10, 0));
	say_seen(nftw("t/one.c", note, 10, 0));
	say_seen(nftw("t/dead", note, 10, 0));
	say_seen(ftw("t/a/b", note_old, 10));
	SAY("%s", reason(nftw("nosuch", note, 10, 0) < 0));
	stop_at = 3;
	SAY("%d", nftw("t", note, 10, FTW_PHYS));
	count = stop_at = 0;
	remove_tree();
}

/* --- streams and temporary files --------------------------------------------------- */

static void memory_streams(void)
{
	char *text = NULL, fixed[8] = "";
	size_t size = 77;
	FILE *f = open_memstream(&text, &size);
	int c;

	fflush(f);
	SAY("%d [%s]", (int)size, text);
	fprintf(f, "%d and %s", 12, "words");
	fflush(f);
	SAY("%d [%s]", (int)size, text);
	for (int i = 0; i < 1000; i++)
		putc('a' + i % 26, f);
	SAY("%d", fclose(f));
	SAY("%d %s", (int)size, text + 990);
	free(text);
	flockfile(stdout);
	SAY("%d", ftrylockfile(stdout));
	putc_unlocked('x', stdout);
	putchar_unlocked('\n');
	funlockfile(stdout);
	funlockfile(stdout);
	f = fmemopen("one two", 7, "r");
	SAY("%d", fscanf(f, "%7s", fixed));
	SAY("%s", fixed);
	while ((c = getc_unlocked(f)) != EOF)
		SAY("%c", c);
	fclose(f);
}

static void temporary(void)
{
	char file[] = "fXXXXXX", other[] = "fXXXXXX", dir[] = "dXXXXXX", bad[] = "dXXXXX";
	int fd = mkstemp(file), fd2 = mkstemp(other);
	struct stat st;
	FILE *f;

	SAY("%d %d", fd >= 0, fd2 >= 0);
	SAY("%d %d", strcmp(file, other) != 0, strlen(file) == 7);
	SAY("%d %d", stat(file, &st), (int)write(fd, "x", 1));
	SAY("%d", mkdtemp(dir) == dir);
	SAY("%d", stat(dir, &st));
	SAY("%s", kind(&st));
	SAY("%s", reason(mkdtemp(bad) == NULL));
	SAY("%d %d %d", unlink(file), unlink(other), rmdir(dir));
	f = tmpfile();
	SAY("%d", fprintf(f, "abc"));
	SAY("%d", fseek(f, 1, SEEK_SET));
	SAY("%c", getc(f));
	SAY("%d", fclose(f));
}

static void words(void)
{
	char a[] = "/usr/lib/", b[] = "file", c[] = "/", d[] = "a/b", text[] = "one,,two";
	char *rest = text, *word;

	SAY("%s", dirname(d));
	SAY("%s", dirname(b));
	SAY("%s", dirname(c));
	SAY("%s", basename(c));
	SAY("%s", basename(a));
	while ((word = strsep(&rest, ",")))
		SAY("[%s]", word);
}

/* A path that is empty, or that is not in memory: an error of the call. */
static void bad_paths(void)
{
	static const char *const paths[] = { "", (const char *)8 };
	struct stat st;

	for (unsigned i = 0; i < 2; i++) {
		const char *volatile path = paths[i];

		SAY("%s", reason(open(path, O_RDONLY) < 0));
		SAY("%s", reason(openat(AT_FDCWD, path, O_RDONLY) < 0));
		SAY("%s", reason(creat(path, 0666) < 0));
		SAY("%s", reason(chdir(path) < 0));
		SAY("%s", reason(mkdir(path, 0777) < 0));
		SAY("%s", reason(rmdir(path) < 0));
		SAY("%s", reason(unlink(path) < 0));
		SAY("%s", reason(rename(path, "x") < 0));
		SAY("%s", reason(link(path, "x") < 0));
		SAY("%s", reason(symlink("x", path) < 0));
		SAY("%s", reason(access(path, R_OK) < 0));
		SAY("%s", reason(stat(path, &st) < 0));
		SAY("%s", reason(lstat(path, &st) < 0));
		SAY("%s", reason(readlink(path, (char *)&st, 1) < 0));
		SAY("%s", reason(truncate(path, 0) < 0));
		SAY("%s", reason(execl(path, "x", NULL) < 0));
	}
}

static const struct named cases[] = {
	{ "bad_paths", bad_paths },
	{ "at_makes", at_makes },
	{ "at_moves", at_moves },
	{ "vectors", vectors },
	{ "space", space },
	{ "scanning", scanning },
	{ "globbing", globbing },
	{ "walking", walking },
	{ "memory_streams", memory_streams },
	{ "temporary", temporary },
	{ "words", words },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_case(cases, argc > 1 ? argv[1] : NULL);
}
