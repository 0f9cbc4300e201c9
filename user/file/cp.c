/* cp - copy files and directories */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

#include "uapi/limits.h"

static const char usage[] =
	"usage: cp [-rRafpv] FROM TO | cp [-rRafpv] FROM... DIR\n"
	"Copy a file to TO, or several into the directory DIR.\n"
	"  -r   directories with everything in them; symbolic links stay links\n"
	"  -R, -a   the same      -f, -p   no effect: files have no modes or times\n"
	"  -v   tell what is copied\n";

static bool recursive, tell;
static ino_t top; /* the first directory that -r made: it is not copied into itself */

static void copy_path(const char *from, const char *to);

static void copy_tell(const char *from, const char *to)
{
	if (tell)
		printf("'%s' -> '%s'\n", from, to);
}

static void copy_bytes(int in, int out, const char *from, const char *to)
{
	static char buf[4096];
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n) {
			tool_warn(to);
			return;
		}
	if (n < 0)
		tool_warn(from);
}

static void copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY), out;

	if (in < 0) {
		tool_warn(from);
		return;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (out < 0)
		tool_warn(to);
	else {
		copy_tell(from, to);
		copy_bytes(in, out, from, to);
	}
	if (out >= 0)
		close(out);
	close(in);
}

static void copy_link(const char *from, const char *to)
{
	char text[MAXPATH];
	ssize_t n = readlink(from, text, sizeof(text) - 1);

	if (n < 0) {
		tool_warn(from);
		return;
	}
	text[n] = '\0';
	if (symlink(text, to) < 0)
		tool_warn(to);
	else
		copy_tell(from, to);
}

/* The names are read before @to is made, as @to may be inside @from. */
static void copy_dir(const char *from, const char *to)
{
	char **names = tool_names(from);
	struct stat st;

	if (!names) {
		tool_warn(from);
		return;
	}
	if ((mkdir(to, 0777) < 0 && errno != EEXIST) || stat(to, &st) < 0) {
		tool_warn(to);
		free(names);
		return;
	}
	copy_tell(from, to);
	if (!top)
		top = st.st_ino;
	for (char **name = names; *name; name++) {
		char inner_from[MAXPATH], inner_to[MAXPATH];

		if (tool_join(inner_from, sizeof(inner_from), from, *name) &&
		    tool_join(inner_to, sizeof(inner_to), to, *name))
			copy_path(inner_from, inner_to);
		else
			tool_warn(*name);
	}
	free(names);
}

static void copy_path(const char *from, const char *to)
{
	struct stat source, target;
	bool exists = stat(to, &target) == 0;

	if ((recursive ? lstat : stat)(from, &source) < 0)
		tool_warn(from);
	else if (exists && source.st_ino == target.st_ino)
		tool_warnx(from, "is copied to itself");
	else if (S_ISLNK(source.st_mode))
		copy_link(from, to);
	else if (S_ISREG(source.st_mode) || !(recursive || S_ISDIR(source.st_mode)))
		copy_file(from, to);
	else if (!S_ISDIR(source.st_mode))
		tool_warnx(from, "is a device");
	else if (!recursive)
		tool_warnx(from, "is a directory; -r copies it");
	else if (source.st_ino == top)
		tool_warnx(from, "is not copied into itself");
	else if (tool_dir_enter(from, source.st_ino))
		copy_dir(from, to);
}

int main(int argc, char **argv)
{
	const char *to;
	int c;

	while ((c = tool_getopt(argc, argv, "rRafpvh", usage)) != -1) {
		recursive |= c == 'r' || c == 'R' || c == 'a';
		tell |= c == 'v';
	}
	if (argc - optind < 2)
		tool_usage(usage);
	to = argv[argc - 1];
	if (argc - optind > 2 && !tool_is_dir(to)) {
		tool_warnx(to, "is not a directory");
		return 1;
	}
	for (int i = optind; i < argc - 1; i++) {
		char buf[MAXPATH];
		const char *target = tool_target(buf, sizeof(buf), to, tool_trim(argv[i]));

		top = 0;
		tool_dir_forget_all();
		if (target)
			copy_path(argv[i], target);
		else
			tool_warn(argv[i]);
	}
	return tool_finish();
}
