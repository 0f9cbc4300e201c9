/* ls - list files and directories */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

#define PATH_SIZE 128

static const char usage[] =
	"usage: ls [-adhlR] [PATH...]\n"
	"List directories and files, by name.\n"
	"  -a   also names that start with a dot\n"
	"  -d   a directory itself, not its contents\n"
	"  -l   type (d directory, c device, l link), links, inode, bytes, name\n"
	"  -h   bytes as 1.5K or 12M      -R   directories in the directories as well\n";

struct item {
	struct item *next;
	char name[]; /* as it was found in the directory */
};

static bool show_dots, show_self, show_long, human, recursive;

static char type_letter(mode_t mode)
{
	return S_ISDIR(mode) ? 'd' : S_ISCHR(mode) ? 'c' : S_ISLNK(mode) ? 'l' : '-';
}

static void print_file(const char *path, const char *name)
{
	char target[PATH_SIZE];
	struct stat st;
	ssize_t n;

	if (!show_long) {
		puts(name);
		return;
	}
	if (lstat(path, &st) < 0) {
		tool_warn(path);
		return;
	}
	printf("%c %2u %4lu ", type_letter(st.st_mode), (unsigned)st.st_nlink,
	       (unsigned long)st.st_ino);
	if (human)
		printf("%7s %s", tool_human((unsigned long)st.st_size), name);
	else
		printf("%7lu %s", (unsigned long)st.st_size, name);
	if (S_ISLNK(st.st_mode)) {
		n = readlink(path, target, sizeof(target) - 1);
		if (n >= 0)
			printf(" -> %.*s", (int)n, target);
		else
			tool_warn(path);
	}
	putchar('\n');
}

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(struct item *const *)a)->name, (*(struct item *const *)b)->name);
}

/* Lists the names in a directory, the last one first; returns how many, or -1. */
static int read_names(const char *path, struct item **list)
{
	struct dirent *entry;
	int n = 0;
	DIR *dir = opendir(path);

	*list = NULL;
	if (!dir)
		return -1;
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		struct item *item;

		if (entry->d_name[0] == '.' && !show_dots)
			continue;
		item = malloc(sizeof(*item) + strlen(entry->d_name) + 1);
		if (!item)
			tool_die(path);
		strcpy(item->name, entry->d_name);
		item->next = *list;
		*list = item;
		n++;
	}
	if (errno) /* the names read so far are listed */
		tool_warn(path);
	closedir(dir);
	return n;
}

static void list_dir(const char *path);

/* For -R: @path if it is a directory and not one of the two that each directory has. */
static void list_inner(const char *path, const char *name)
{
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    tool_dir_enter(path, st.st_ino)) {
		printf("\n%s:\n", path);
		list_dir(path);
	}
}

static void list_dir(const char *path)
{
	struct item *list, **sorted;
	int n = read_names(path, &list);

	if (n < 0) {
		tool_warn(path);
		return;
	}
	sorted = malloc((size_t)n * sizeof(*sorted) + 1);
	if (!sorted)
		tool_die(path);
	for (int i = 0; i < n; i++, list = list->next)
		sorted[i] = list;
	qsort(sorted, (size_t)n, sizeof(*sorted), compare_names);
	for (int i = 0; i < n; i++) {
		char file[PATH_SIZE];

		if (tool_join(file, sizeof(file), path, sorted[i]->name))
			print_file(file, sorted[i]->name);
		else
			tool_warn(sorted[i]->name);
	}
	for (int i = 0; i < n; i++) {
		char file[PATH_SIZE];

		if (recursive && tool_join(file, sizeof(file), path, sorted[i]->name))
			list_inner(file, sorted[i]->name);
		free(sorted[i]);
	}
	free(sorted);
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !show_self && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void list_paths(int count, char **paths)
{
	bool gap = false;

	for (int i = 0; i < count; i++) {
		struct stat st;

		if (is_dir(paths[i]))
			continue;
		if (lstat(paths[i], &st) < 0)
			tool_warn(paths[i]);
		else
			print_file(paths[i], paths[i]);
		gap = true;
	}
	for (int i = 0; i < count; i++) {
		if (!is_dir(paths[i]))
			continue;
		tool_dir_forget_all();
		if (count > 1 || recursive)
			printf("%s%s:\n", gap ? "\n" : "", paths[i]);
		list_dir(paths[i]);
		gap = true;
	}
}

int main(int argc, char **argv)
{
	char *here[] = { "." };
	int c;

	while ((c = tool_getopt_h(argc, argv, "adhlR", usage)) != -1) {
		show_dots |= c == 'a';
		show_self |= c == 'd';
		show_long |= c == 'l';
		human |= c == 'h';
		recursive |= c == 'R';
	}
	if (optind < argc)
		list_paths(argc - optind, argv + optind);
	else
		list_paths(1, here);
	return tool_finish();
}
