/* posix.c - functions of the C library: `posix CASE` prints what they do.  It is compiled
 * for the host, too, and has to print the same there: see tests/qemu/user/test_posix.py. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static const char *self; /* the path of this program */

#define SAY(format, ...) (printf("%s: " format "\n", __func__, __VA_ARGS__), fflush(stdout))

static const char *text(const char *s)
{
	return s ? s : "(none)";
}

/* Errors whose words differ between libraries have their names. */
static const char *error_text(void)
{
	switch (errno) {
	case EBADF:
		return "EBADF";
	case ELOOP:
		return "ELOOP";
	case ENOTTY:
		return "ENOTTY";
	default:
		return strerror(errno);
	}
}

static const char *reason(int failed)
{
	return failed ? error_text() : "worked";
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

/* --- descriptors -------------------------------------------------------------------- */

static void descriptors(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0666), p[2], other;
	char buf[16] = "";

	SAY("%d", (int)write(fd, "0123456789", 10));
	SAY("%d", (int)pread(fd, buf, 4, 3));
	SAY("%s", buf);
	SAY("%d", (int)pwrite(fd, "AB", 2, 1));
	SAY("%d", (int)lseek(fd, 0, SEEK_CUR));
	SAY("%d", (int)pread(fd, buf, 15, 0));
	SAY("%s", buf);
	SAY("%s", reason(pread(fd, buf, 1, -1) < 0));
	SAY("%s", reason(pread(77, buf, 1, 0) < 0));
	SAY("%d", fcntl(fd, F_GETFL) == O_RDWR || fcntl(fd, F_GETFL) & O_RDWR);
	SAY("%d", fcntl(fd, F_GETFD));
	SAY("%d", fcntl(fd, F_SETFD, FD_CLOEXEC));
	SAY("%d", fcntl(fd, F_GETFD));
	SAY("%d", fcntl(fd, F_DUPFD, 9));
	SAY("%d", fcntl(9, F_GETFD));
	SAY("%d", fcntl(fd, F_DUPFD_CLOEXEC, 9));
	SAY("%d", fcntl(10, F_GETFD));
	SAY("%s", reason(fcntl(77, F_GETFD) < 0));
	SAY("%s", reason(fcntl(fd, F_DUPFD, -1) < 0));
	SAY("%d", dup2(fd, 12));
	SAY("%d", dup2(12, 12));
	SAY("%s", reason(dup2(77, 12) < 0));
	SAY("%s", reason(dup2(fd, -1) < 0));
	other = open("file", O_WRONLY | O_APPEND | O_CLOEXEC);
	SAY("%d", fcntl(other, F_GETFD));
	SAY("%d", !!(fcntl(other, F_GETFL) & O_APPEND));
	pipe(p);
	SAY("%s", reason(pread(p[0], buf, 1, 0) < 0));
	unlink("file");
}

static void polling(void)
{
	int p[2], ready;
	struct pollfd some[3];
	pid_t pid;

	pipe(p);
	some[0] = (struct pollfd){ p[0], POLLIN, 7 };
	some[1] = (struct pollfd){ p[1], POLLOUT, 7 };
	some[2] = (struct pollfd){ -1, POLLIN, 7 };
	ready = poll(some, 3, -1);
	SAY("%d %d %d %d", ready, some[0].revents, some[1].revents == POLLOUT,
	    some[2].revents);
	ready = poll(some, 1, 20);
	SAY("%d %d", ready, some[0].revents);
	pid = fork();
	if (pid == 0) {
		usleep(50000);
		write(p[1], "x", 1);
		_exit(0);
	}
	ready = poll(some, 1, 10000);
	SAY("%d %d", ready, some[0].revents == POLLIN);
	ended("writer", pid);
	close(p[1]);
	ready = poll(some, 1, -1);
	SAY("%d %d", ready, some[0].revents == (POLLIN | POLLHUP));
	some[0].fd = 77;
	ready = poll(some, 1, 0);
	SAY("%d %d", ready, some[0].revents == POLLNVAL);
}

/* --- commands ----------------------------------------------------------------------- */

static void commands(void)
{
	char line[64] = "";
	FILE *f, *g;
	int n = 0, status;

	SAY("%d", system(NULL) != 0);
	status = system("exit 3");
	SAY("%d", WEXITSTATUS(status));
	status = system("nosuchcommand");
	SAY("%d", WEXITSTATUS(status));
	f = popen("echo one; echo two", "r");
	while (fgets(line, sizeof(line), f))
		SAY("%d %s", ++n, line);
	SAY("%d", pclose(f));
	f = popen("cat; exit 4", "w");
	g = popen("cat", "w"); /* must not keep the first pipe open */
	fprintf(f, "through a pipe\n");
	status = pclose(f);
	SAY("%d", WEXITSTATUS(status));
	fprintf(g, "the second\n");
	SAY("%d", pclose(g));
	SAY("%s", reason(popen("true", "x") == NULL));
}

/* --- time ----------------------------------------------------------------------------- */

static long since(clockid_t id, const struct timespec *start)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (now.tv_sec - start->tv_sec) * 1000000000l + now.tv_nsec - start->tv_nsec;
}

static void times_and_clocks(void)
{
	struct timespec start, cpu, pause = { 0, 30000000 }, bad = { 0, 1000000000 }, end;
	struct timeval tv;
	struct tms t;
	struct rusage r;
	volatile long sum = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	SAY("%d", nanosleep(&pause, NULL));
	SAY("%d", since(CLOCK_MONOTONIC, &start) >= 30000000);
	SAY("%d", since(CLOCK_PROCESS_CPUTIME_ID, &cpu) < 30000000);
	SAY("%s", reason(nanosleep(&bad, NULL) < 0));
	end = start;
	end.tv_nsec += 60000000;
	end.tv_sec += end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
	SAY("%d", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL));
	SAY("%d", since(CLOCK_MONOTONIC, &start) >= 60000000);
	SAY("%d", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL));
	gettimeofday(&tv, NULL);
	SAY("%d", tv.tv_sec - time(NULL) <= 0 && tv.tv_sec - time(NULL) >= -1);
	SAY("%d", tv.tv_sec > 1700000000); /* 2023 */
	SAY("%s", reason(clock_gettime((clockid_t)77, &end) < 0));
	if (fork() == 0) {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
		while (since(CLOCK_PROCESS_CPUTIME_ID, &cpu) < 50000000)
			sum++;
		_exit(0);
	}
	wait(NULL);
	getrusage(RUSAGE_CHILDREN, &r);
	SAY("%d",
	    r.ru_utime.tv_sec * 1000000 + r.ru_utime.tv_usec + r.ru_stime.tv_usec >= 40000);
	SAY("%d", times(&t) != (clock_t)-1);
	SAY("%d", (t.tms_cutime + t.tms_cstime) * 100 / sysconf(_SC_CLK_TCK) >= 4);
	SAY("%d", clock() != (clock_t)-1);
	SAY("%s", reason(getrusage(55, &r) < 0));
}

/* --- names and lines ------------------------------------------------------------------ */

static void say_path(const char *path)
{
	char *base = realpath(".", NULL), *real = realpath(path, NULL);
	size_t len = base ? strlen(base) : 0;

	if (!real)
		SAY("%s: %s", path, error_text());
	else if (strncmp(real, base, len) == 0)
		SAY("%s: .%s", path, real + len);
	else
		SAY("%s: %s", path, real);
	free(base);
	free(real);
}

static void paths(void)
{
	static const struct {
		const char *to, *name;
	} links[] = { { "a", "l" },           { "l", "ll" },
		      { "loop", "loop" },     { "nosuch/x", "broken" },
		      { "a/..", "up" },       { "a/one", "tofile" },
		      { "tofile", "ltofile" } };
	static const char *const list[] = {
		".",        "a",        "a/one",    "./a/../b//two", "a/one/",
		"a/one/x",  "nosuch",   "a/nosuch", "l/one",         "ll",
		"ll/..",    "loop",     "/",        "/..",           "",
		"broken",   "up/b/two", "tofile",   "ltofile",       "tofile/",
		"tofile/x",
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		symlink(links[i].to, links[i].name);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		say_path(list[i]);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		unlink(links[i].name);
}

static void lines(void)
{
	static const char content[] = "one\n\nthree without end";
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	FILE *f = fopen("file", "w");

	fwrite(content, 1, sizeof(content) - 1, f);
	fclose(f);
	f = fopen("file", "r");
	while ((n = getline(&line, &size, f)) >= 0)
		SAY("%d %s %d", (int)n, line, size > (size_t)n);
	SAY("%d", feof(f) != 0);
	rewind(f);
	while ((n = getdelim(&line, &size, 'e', f)) >= 0)
		SAY("%d %s", (int)n, line);
	fclose(f);
	f = fopen("file", "w");
	for (int i = 0; i < 5000; i++)
		putc('a' + i % 26, f);
	fclose(f);
	f = fopen("file", "r");
	SAY("%d", (int)getline(&line, &size, f));
	SAY("%s", line + 4970);
	fclose(f);
	free(line);
	SAY("%d", dprintf(STDOUT_FILENO, "to %s %d\n", "descriptor", 1));
	unlink("file");
}

static void asked(void)
{
	struct utsname u;
	struct winsize w;
	struct termios t;
	int p[2], parent = getpid();
	pid_t pid;
	DIR *dir = opendir("a");

	SAY("%d", uname(&u));
	SAY("%d", *u.sysname && *u.nodename && *u.release && *u.version && *u.machine);
	SAY("%ld", sysconf(_SC_PAGESIZE));
	SAY("%ld", sysconf(_SC_CLK_TCK));
	SAY("%d", sysconf(_SC_OPEN_MAX) >= 16 && sysconf(_SC_ARG_MAX) >= 4096);
	SAY("%s", reason(sysconf(9999) < 0));
	pipe(p);
	SAY("%s", reason(tcgetattr(p[0], &t) < 0));
	SAY("%s", reason(ioctl(p[0], TIOCGWINSZ, &w) < 0));
	SAY("%s", reason(ioctl(p[0], TIOCSWINSZ, &(struct winsize){ 24, 80, 0, 0 }) < 0));
	SAY("%s", reason(tcgetattr(77, &t) < 0));
	SAY("%d", dirfd(dir) >= 0);
	closedir(dir);
	pid = fork();
	if (pid == 0)
		_exit(getppid() == parent);
	ended("getppid", pid);
	SAY("%d %d", isatty(p[0]), access("a/one", R_OK));
	warnx("to standard error");
	errx(5, "%s", "the end");
}

/* ----------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "environment", environment },
	{ "exec_family", exec_family },
	{ "search", search },
	{ "descriptors", descriptors },
	{ "polling", polling },
	{ "commands", commands },
	{ "times_and_clocks", times_and_clocks },
	{ "paths", paths },
	{ "lines", lines },
	{ "asked", asked },
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
