/* posix.c - functions of the C library: `posix CASE` prints what they do.  It is compiled
 * for the host, too, and has to print the same there: see tests/qemu/test_posix.py. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *self; /* the path of this program */

#define SAY(format, ...) (printf("%s: " format "\n", __func__, __VA_ARGS__), fflush(stdout))

static const char *text(const char *s)
{
	return s ? s : "(none)";
}

static const char *reason(int failed)
{
	return failed ? strerror(errno) : "worked";
}

/* Prints how the child @pid has ended. */
static void ended(const char *what, pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid)
		printf("%s: waitpid: %s\n", what, strerror(errno));
	else if (WIFEXITED(status))
		printf("%s: status %d\n", what, WEXITSTATUS(status));
	else
		printf("%s: signal %d\n", what, WTERMSIG(status));
	fflush(stdout);
}

/* --- environment and exec --------------------------------------------------------- */

static void environment(void)
{
	static char put[] = "PUT=1";
	static char *own[] = { "OWN=o", NULL };

	SAY("%s", text(getenv("NOSUCH")));
	SAY("%d", setenv("A", "first", 1));
	SAY("%s", text(getenv("A")));
	SAY("%d", setenv("A", "second", 0));
	SAY("%s", text(getenv("A")));
	SAY("%d", setenv("A", "", 1));
	SAY("%s", text(getenv("A")));
	SAY("%d", unsetenv("A"));
	SAY("%s", text(getenv("A")));
	SAY("%s", reason(setenv("B=C", "x", 1) < 0));
	SAY("%d", putenv(put));
	SAY("%s", text(getenv("PUT")));
	put[4] = '2';
	SAY("%s", text(getenv("PUT")));
	for (int i = 0; i < 50; i++) {
		char name[8];

		snprintf(name, sizeof(name), "V%d", i);
		setenv(name, name, 1);
	}
	SAY("%s %s", text(getenv("V0")), text(getenv("V49")));
	environ = own;
	SAY("%s %s", text(getenv("OWN")), text(getenv("V0")));
	SAY("%d", setenv("NEW", "n", 1));
	SAY("%s", text(getenv("NEW")));
	SAY("%s", text(getenv("OWN")));
	environ = NULL;
	SAY("%s", text(getenv("OWN")));
	SAY("%d", setenv("LAST", "l", 1));
	SAY("%s", text(getenv("LAST")));
	SAY("%s", environ && environ[0] && !environ[1] ? environ[0] : "?");
}

/* What the exec family started. */
static void show(char **argv)
{
	for (int i = 0; argv[i]; i++)
		printf("argument %d: %s\n", i, argv[i]);
	for (int i = 0; environ[i]; i++)
		printf("variable %d: %s\n", i, environ[i]);
	fflush(stdout);
	_exit(7);
}

static void exec_in_child(const char *what, int kind)
{
	char *argv[] = { "posix", "show", "x y", "", NULL };
	char *envp[] = { "A=1", "B=", NULL };
	pid_t pid = fork();

	if (pid == 0) {
		environ = envp;
		if (kind == 0)
			execv(self, argv);
		else if (kind == 1)
			execve(self, argv, argv + 1);
		else if (kind == 2)
			execl(self, "posix", "show", "1", "2", (char *)NULL);
		else if (kind == 3)
			execle(self, "posix", "show", (char *)NULL, envp + 1);
		else if (kind == 4)
			execvp(self, argv);
		else if (kind == 5)
			execlp("nosuchprogram", "a", (char *)NULL);
		else if (kind == 6)
			execv("/", argv);
		else if (kind == 7)
			execvp("", argv);
		SAY("%s: %s", what, strerror(errno));
		_exit(9);
	}
	ended(what, pid);
}

static void exec_family(void)
{
	static const char *const names[] = { "execv",  "execve",  "execl",     "execle",
					     "execvp", "no name", "directory", "empty" };

	for (int i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++)
		exec_in_child(names[i], i);
}

/* Prints which of the scripts is found, and how. */
static void search_for(const char *path, const char *name)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (path)
			setenv("PATH", path, 1);
		execlp(name, name, "argument", (char *)NULL);
		SAY("%s in %s: %s", name, path, strerror(errno));
		_exit(9);
	}
	ended(name, pid);
}

/* In a directory with the scripts a/one, b/one and b/two. */
static void search(void)
{
	search_for("a:b", "one");
	search_for("b:a", "one");
	search_for("a:b", "two");
	search_for("nosuch:one/x:b", "two");
	search_for("a:b", "three");
	search_for("a:b", "a/one");
	search_for(":a", "one");
	search_for("a:", "here");
	search_for("", "here");
}

/* ----------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "environment", environment },
	{ "exec_family", exec_family },
	{ "search", search },
};

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1 && strcmp(argv[1], "show") == 0)
		show(argv + 1);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (argc > 1 && strcmp(argv[1], cases[i].name) == 0) {
			cases[i].run();
			return 0;
		}
	}
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		puts(cases[i].name);
	return argc > 1;
}
