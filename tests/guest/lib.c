/* lib.c - memory, text, files and processes for the test programs; see lib.h. */
#include "lib.h"

unsigned char scratch[SCRATCH_SIZE];
const char *test_name = "?";
const char *test_self = "/abitest";

void *memset(void *p, int c, size_t n)
{
	unsigned char *to = p;

	for (; n && (word)to % 8; n--)
		*to++ = c;
	for (word v = (unsigned char)c * 0x0101010101010101ul; n >= 8; n -= 8, to += 8)
		*(volatile word *)to = v;
	while (n--)
		*(volatile unsigned char *)to++ = c;
	return p;
}

void *memcpy(void *to, const void *from, size_t n)
{
	return memmove(to, from, n);
}

void *memmove(void *to, const void *from, size_t n)
{
	volatile unsigned char *d = to;
	const volatile unsigned char *s = from;

	if (d <= s)
		for (size_t i = 0; i < n; i++)
			d[i] = s[i];
	else
		while (n--)
			d[n] = s[n];
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (size_t i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

size_t strlen(const char *s)
{
	const volatile char *e = s;

	while (*e)
		e++;
	return e - s;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (a[i] != b[i])
			return (unsigned char)a[i] - (unsigned char)b[i];
		if (!a[i])
			break;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, (size_t)-1);
}

char *strcpy(char *to, const char *from)
{
	memmove(to, from, strlen(from) + 1);
	return to;
}

long number(const char *s)
{
	long v = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		v = v * 10 + (*s - '0');
	return v;
}

/* The destination of formatted text; text past @end is dropped without an error. */
struct sink {
	char *at, *end;
};

static void sink_put(struct sink *out, char c)
{
	if (out->at < out->end)
		*out->at++ = c;
}

static void sink_number(struct sink *out, word v, unsigned base)
{
	char digits[24];
	int n = 0;

	do
		digits[n++] = "0123456789abcdef"[v % base];
	while (v /= base);
	while (n)
		sink_put(out, digits[--n]);
}

static void sink_integer(struct sink *out, char kind, int is_long, va_list *args)
{
	word v = is_long ? va_arg(*args, word) : (word)(long)va_arg(*args, int);

	if (kind == 'd' && (long)v < 0) {
		sink_put(out, '-');
		v = -v;
	} else if (kind != 'd' && !is_long) {
		v = (unsigned)v;
	}
	sink_number(out, v, kind == 'x' ? 16 : 10);
}

void format_args(char *to, size_t size, const char *format, va_list args)
{
	struct sink out = { to, to + size - 1 };
	va_list ap;

	va_copy(ap, args);
	for (; *format; format++) {
		int is_long = 0;

		if (*format != '%') {
			sink_put(&out, *format);
			continue;
		}
		while (*++format == 'l')
			is_long = 1;
		if (*format == 's') {
			for (const char *s = va_arg(ap, const char *); *s; s++)
				sink_put(&out, *s);
		} else if (*format == 'c') {
			sink_put(&out, (char)va_arg(ap, int));
		} else if (*format == 'p') {
			sink_put(&out, '0');
			sink_put(&out, 'x');
			sink_number(&out, va_arg(ap, word), 16);
		} else if (*format == '%') {
			sink_put(&out, '%');
		} else {
			sink_integer(&out, *format, is_long, &ap);
		}
	}
	va_end(ap);
	*out.at = 0;
}

void format(char *to, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	format_args(to, size, format, args);
	va_end(args);
}

void printf(const char *format, ...)
{
	char line[200];
	va_list args;

	va_start(args, format);
	format_args(line, sizeof(line), format, args);
	va_end(args);
	write(1, line, strlen(line));
}

void test_fail(const char *file, int line, const char *format, ...)
{
	char what[160];
	va_list args;

	va_start(args, format);
	format_args(what, sizeof(what), format, args);
	va_end(args);
	printf("FAIL %s %s:%d %s\n", test_name, file, line, what);
	exit(REPORTED);
}

void test_equal(const char *file, int line, const char *what, long got, long want)
{
	if (got == want)
		return;
	if (got == REPORTED)
		exit(REPORTED);
	if (got > -100000 && got < 100000)
		test_fail(file, line, "%s gives %ld, not %ld", what, got, want);
	test_fail(file, line, "%s gives 0x%lx, not 0x%lx", what, got, want);
}

long must_fork(void)
{
	long pid = fork();

	if (pid < 0)
		FAIL("fork gives %ld", pid);
	return pid;
}

/* Children that ended while another was waited for. */
static struct {
	long pid;
	int status;
} early[NPROC];

static int early_take(long pid, int *status)
{
	for (size_t i = 0; i < COUNT(early); i++)
		if (early[i].pid == pid) {
			early[i].pid = 0;
			*status = early[i].status;
			return 1;
		}
	return 0;
}

static void early_put(long pid, int status)
{
	for (size_t i = 0; i < COUNT(early); i++)
		if (early[i].pid == 0) {
			early[i].pid = pid;
			early[i].status = status;
			return;
		}
	FAIL("more than %d children ended unseen", NPROC);
}

int reap(long pid)
{
	int status = 0x5a5a5a5a;

	while (!early_take(pid, &status)) {
		long got = wait(&status);

		if (got == -1)
			FAIL("child %ld cannot be waited for", pid);
		if (status == REPORTED)
			exit(REPORTED);
		if (got == pid)
			break;
		early_put(got, status);
	}
	return status;
}

word free_memory(void)
{
	struct sysinfo info;

	EQ(sysinfo(&info), 0);
	return info.freemem;
}

word process_count(void)
{
	struct sysinfo info;

	EQ(sysinfo(&info), 0);
	return info.nproc;
}

int booted(const char *name, const char *value)
{
	char now[32];

	return bootarg(name, now, sizeof(now)) >= 0 && strcmp(now, value) == 0;
}

void heap_eager(void)
{
	EQ(setoption("heap", "eager"), 0);
}

void heap_as_booted(void)
{
	EQ(setoption("heap", booted("heap", "lazy") ? "lazy" : "eager"), 0);
}

static struct procinfo process_info(int pid)
{
	static struct procinfo list[NPROC];
	long n;

	/* The first call takes all its pages, however many processes there are. */
	memset(list, 0, sizeof(list));
	n = procinfo(list, NPROC, sizeof(struct procinfo));
	CHECK(n > 0 && n <= NPROC);
	for (long i = 0; i < n; i++)
		if (list[i].pid == pid)
			return list[i];
	return (struct procinfo){ 0 };
}

int process_state(int pid)
{
	return process_info(pid).state;
}

word process_cputime(int pid)
{
	return process_info(pid).cputime;
}

int free_fds(void)
{
	int fd[NOFILE], n = 0;

	while (n < NOFILE && (fd[n] = dup(0)) >= 0)
		n++;
	for (int i = 0; i < n; i++)
		EQ(close(fd[i]), 0);
	return n;
}

void pattern_fill(unsigned char *p, long n, uint32_t seed)
{
	for (long i = 0; i < n; i++)
		p[i] = next_random(&seed);
}

long pattern_wrong(const unsigned char *p, long n, uint32_t seed)
{
	for (long i = 0; i < n; i++)
		if (p[i] != (unsigned char)next_random(&seed))
			return i;
	return -1;
}

/* The pattern of a file restarts every 1,000 bytes, with the next seed. */
#define FILE_PIECE 1000

void file_make(const char *path, long n, uint32_t seed)
{
	static unsigned char piece[FILE_PIECE];
	long fd = open(path, O_CREATE | O_WRONLY | O_TRUNC);

	if (fd < 0)
		FAIL("cannot create %s", path);
	for (; n > 0; n -= FILE_PIECE, seed++) {
		long part = n < FILE_PIECE ? n : FILE_PIECE;

		pattern_fill(piece, part, seed);
		EQ(write(fd, piece, part), part);
	}
	EQ(close(fd), 0);
}

void file_check(const char *path, long n, uint32_t seed)
{
	static unsigned char piece[FILE_PIECE];
	long fd = open(path, O_RDONLY);

	if (fd < 0)
		FAIL("cannot open %s", path);
	for (; n > 0; n -= FILE_PIECE, seed++) {
		long part = n < FILE_PIECE ? n : FILE_PIECE;
		long wrong;

		EQ(read(fd, piece, part), part);
		wrong = pattern_wrong(piece, part, seed);
		if (wrong >= 0)
			FAIL("%s: byte %ld is wrong, counted from %ld bytes before the end",
			     path, wrong, n);
	}
	EQ(read(fd, piece, 1), 0);
	EQ(close(fd), 0);
}

int file_exists(const char *path)
{
	return file_size(path) >= 0;
}

long file_size(const char *path)
{
	struct stat st;
	long fd = open(path, O_RDONLY);

	if (fd < 0)
		return -1;
	EQ(fstat(fd, &st), 0);
	EQ(close(fd), 0);
	return (long)st.size;
}

/* The name of the next entry of the open directory @fd, or 0 at its end. */
static int directory_next(int fd, char name[FS_NAMELEN + 1])
{
	struct fs_dirent entry;

	while (read(fd, &entry, sizeof(entry)) == sizeof(entry)) {
		memcpy(name, entry.name, FS_NAMELEN);
		name[FS_NAMELEN] = 0;
		if (entry.ino && strcmp(name, ".") && strcmp(name, ".."))
			return 1;
	}
	return 0;
}

int directory_empty(int depth)
{
	char name[FS_NAMELEN + 1];
	long fd = open(".", O_RDONLY);
	int n = 0;

	if (fd < 0 || depth > 100)
		return -1;
	for (; directory_next(fd, name); n++) {
		if (unlink(name) == 0)
			continue;
		if (chdir(name) == 0) {
			directory_empty(depth + 1);
			chdir("..");
		}
		unlink(name);
	}
	close(fd);
	return n;
}
