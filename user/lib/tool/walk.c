/* walk.c - going through a tree of directories; see walk.h. */
#include <walk.h>

#include <stdlib.h>
#include <string.h>
#include <tool.h>

static void walk_step(struct walk *walk);

static void walk_dir(struct walk *walk)
{
	size_t len = strlen(walk->path), count = 0;
	char **names;

	if (!tool_dir_enter(walk->path, walk->st.st_ino))
		return;
	names = tool_names(walk->path);
	if (!names) {
		tool_warn(walk->path);
		return;
	}
	for (char **name = names; *name; name++)
		if (!walk->wanted || walk->wanted(walk, *name))
			names[count++] = *name;
	for (size_t i = 0; i < count; i++) {
		char path[MAXPATH];

		if (tool_join(path, sizeof(path), walk->path, names[i])) {
			strcpy(walk->path, path);
			walk->last = i + 1 == count;
			walk_step(walk);
			walk->path[len] = '\0';
		} else {
			tool_warn(names[i]);
		}
	}
	free(names);
}

static void walk_step(struct walk *walk)
{
	struct stat st;
	bool last = walk->last;

	if (lstat(walk->path, &walk->st) < 0) {
		tool_warn(walk->path);
		return;
	}
	st = walk->st;
	if (walk->before(walk) && S_ISDIR(st.st_mode)) {
		walk->depth++;
		walk_dir(walk);
		walk->depth--;
	}
	walk->st = st;
	walk->last = last;
	if (walk->after && S_ISDIR(st.st_mode))
		walk->after(walk);
}

void walk_tree(struct walk *walk, const char *path)
{
	tool_dir_forget_all();
	walk->depth = 0;
	walk->last = true;
	if (strlcpy(walk->path, path, sizeof(walk->path)) < sizeof(walk->path))
		walk_step(walk);
	else
		tool_warnx(path, "the name is too long");
}
