/* find.c - prints the paths in a tree whose last name is the one that is wanted.
 *
 *     find . b                    all that is called b
 *     find . b -exec grep hello   runs `grep hello PATH` for each, and prints nothing
 *
 * The tree is walked by recursion, with one buffer for the path: each level adds a name,
 * and takes it off again.  The entries . and .. lead back, so they are left out, and links
 * are not followed. */
#include "kernel/types.h"
#include "kernel/stat.h"
#include "kernel/fs.h"
#include "kernel/fcntl.h"
#include "kernel/param.h"
#include "user/user.h"

static char path[MAXPATH];
static const char *wanted;
static char *command[MAXARG]; /* what -exec says, with room for a path and the NULL */
static int nwords, failed;

static void complain(const char *what)
{
	fprintf(2, "find: %s %s\n", what, path);
	failed = 1;
}

static void found(void)
{
	int pid;

	if (nwords == 0) {
		printf("%s\n", path);
		return;
	}
	pid = fork();
	if (pid == 0) {
		command[nwords] = path;
		exec(command[0], command);
		fprintf(2, "find: cannot run %s\n", command[0]);
		exit(1);
	}
	if (pid < 0)
		complain("no process for");
	else
		wait(0);
}

/* What follows the last slash. */
static const char *last_name(void)
{
	const char *name = path;

	for (const char *p = path; *p; p++) {
		if (*p == '/' && p[1])
			name = p + 1;
	}
	return name;
}

/* Adds @name, which ends with a NUL or has DIRSIZ bytes.  False: the path gets too long. */
static int append(int end, const char *name)
{
	if (end > 0 && path[end - 1] != '/')
		path[end++] = '/';
	for (int i = 0; i < DIRSIZ && name[i]; i++) {
		if (end == MAXPATH - 1)
			return 0;
		path[end++] = name[i];
	}
	path[end] = '\0';
	return 1;
}

static void walk(void);

/* Visits the entries of the directory @fd, which is at `path`. */
static void walk_directory(int fd)
{
	struct dirent entry;
	int end = strlen(path);

	while (read(fd, &entry, sizeof(entry)) == sizeof(entry)) {
		if (entry.inum == 0 || strcmp(entry.name, ".") == 0 ||
		    strcmp(entry.name, "..") == 0)
			continue;
		if (end < MAXPATH - 2 && append(end, entry.name)) {
			walk();
		} else {
			path[end] = '\0';
			complain("a path is too long in");
		}
		path[end] = '\0';
	}
}

/* Visits what is at `path`, and all below it. */
static void walk(void)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NOFOLLOW);

	if (fd < 0) {
		complain("cannot open");
		return;
	}
	if (strcmp(last_name(), wanted) == 0)
		found();
	if (fstat(fd, &st) < 0)
		complain("cannot stat");
	else if (st.type == T_DIR)
		walk_directory(fd);
	close(fd);
}

int main(int argc, char *argv[])
{
	if (argc < 3 || (argc > 3 && (strcmp(argv[3], "-exec") != 0 || argc == 4))) {
		fprintf(2, "usage: find TREE NAME [-exec COMMAND [ARGUMENT...]]\n");
		exit(1);
	}
	if (strlen(argv[1]) >= MAXPATH || argc - 4 > MAXARG - 2) {
		fprintf(2, "find: too long\n");
		exit(1);
	}
	strcpy(path, argv[1]);
	wanted = argv[2];
	for (int i = 4; i < argc; i++)
		command[nwords++] = argv[i];
	walk();
	exit(failed);
}
