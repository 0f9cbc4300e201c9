/* ls.c - lists files: kind (1 directory, 2 file, 3 device), size in bytes, name */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/fs.h"
#include "kernel/stat.h"
#include "user/user.h"

static int list_one(const char *path, const char *name)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		fprintf(2, "ls: cannot look at %s\n", path);
		return 1;
	}
	printf("%d %d %s\n", st.type, (int)st.size, name);
	return 0;
}

static int list_directory(const char *path, int fd)
{
	static char file[256];
	struct dirent entry;
	int failed = 0;

	while (read(fd, &entry, sizeof(entry)) == sizeof(entry)) {
		char *end = file + strlen(path);

		if (entry.inum == 0)
			continue;
		strcpy(file, path);
		*end++ = '/';
		memmove(end, entry.name, DIRSIZ);
		end[DIRSIZ] = '\0';
		failed |= list_one(file, end);
	}
	return failed;
}

static int list(const char *path)
{
	int fd = open(path, O_RDONLY), failed;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.type == T_DIR && strlen(path) < 240)
		failed = list_directory(path, fd);
	else
		failed = list_one(path, path);
	if (fd >= 0)
		close(fd);
	return failed;
}

int main(int argc, char *argv[])
{
	int failed = 0;

	if (argc == 1)
		exit(list("."));
	for (int i = 1; i < argc; i++)
		failed |= list(argv[i]);
	exit(failed);
}
