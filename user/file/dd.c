/* dd - copy a file in blocks, from one place to another */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: dd [if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N] [conv=WORDS]\n"
	"Copy standard input, or if=, to standard output, or of=, in 512-byte blocks.\n"
	"  bs=N  ibs=N  obs=N   bytes of a block: of both, of input, of output\n"
	"  count=N              at most N blocks of input\n"
	"  skip=N  seek=N       begin after N blocks of input; of output\n"
	"  conv=notrunc         what is in of= already stays, but for what is written\n"
	"  conv=sync            fill short blocks with zeros   conv=fsync  write to disk\n"
	"  conv=lcase,ucase     letters      conv=swab   swap each two bytes\n"
	"  conv=noerror         go on after an error of the input\n"
	"  status=none          say nothing at the end\n"
	"N may end with c, w, b, k, M, G (1, 2, 512, 1024, ...), or be a product: 2x512.\n";

enum conv {
	CONV_NOTRUNC = 1,
	CONV_SYNC = 2,
	CONV_FSYNC = 4,
	CONV_LCASE = 8,
	CONV_UCASE = 16,
	CONV_SWAB = 32,
	CONV_NOERROR = 64
};
static const char *const conv_names[] = { "notrunc", "sync", "fsync",  "lcase",
					  "ucase",   "swab", "noerror" };

static const char *in_name, *out_name;
static unsigned long ibs = 512, obs = 512, bs, count = ULONG_MAX, skip, seek;
static unsigned long in_full, in_part, out_full, out_part, out_bytes;
static int conv, in_fd = STDIN_FILENO, out_fd = STDOUT_FILENO;
static bool silent, failed; /* failed: the output */
static char *out_block;     /* obs bytes, out_len of them filled */
static unsigned long out_len;

static unsigned long read_number(const char *text)
{
	static const char units[] = "cwbkMG";
	static const unsigned long sizes[] = { 1, 2, 512, 1 << 10, 1 << 20, 1 << 30 };
	unsigned long number, product = 1;
	const char *at = text, *unit;
	char *end;

	do {
		errno = 0;
		number = strtoul(at, &end, 10);
		if (!isdigit((unsigned char)*at) || errno)
			tool_refuse(text, "not a number");
		unit = *end ? strchr(units, *end) : NULL;
		if (unit) {
			end++;
			if (__builtin_mul_overflow(number, sizes[unit - units], &number))
				tool_refuse(text, "too large");
		}
		if (__builtin_mul_overflow(product, number, &product) || product > LONG_MAX)
			tool_refuse(text, "too large");
		at = end + 1;
	} while (*end == 'x');
	if (*end)
		tool_refuse(text, "not a number");
	return product;
}

static void read_conv(char *words)
{
	const size_t n = sizeof(conv_names) / sizeof(conv_names[0]);

	for (char *word = strtok(words, ","); word; word = strtok(NULL, ",")) {
		size_t i = 0;

		while (i < n && strcmp(word, conv_names[i]) != 0)
			i++;
		if (i == n)
			tool_refuse(word, "no such conversion");
		conv |= 1 << i;
	}
}

static void read_operand(char *word)
{
	static const struct {
		const char *name;
		unsigned long *number;
	} numbers[] = { { "bs", &bs },       { "ibs", &ibs },   { "obs", &obs },
			{ "count", &count }, { "skip", &skip }, { "seek", &seek } };
	char *value = strchr(word, '=');

	if (!value)
		tool_refuse(word, "not like if=FILE or bs=N");
	*value++ = '\0';
	if (strcmp(word, "if") == 0) {
		in_name = value;
	} else if (strcmp(word, "of") == 0) {
		out_name = value;
	} else if (strcmp(word, "conv") == 0) {
		read_conv(value);
	} else if (strcmp(word, "status") == 0) {
		silent = strcmp(value, "none") == 0;
	} else {
		size_t i = 0, n = sizeof(numbers) / sizeof(numbers[0]);

		while (i < n && strcmp(word, numbers[i].name) != 0)
			i++;
		if (i == n)
			tool_refuse(word, "no such operand");
		*numbers[i].number = read_number(value);
		if (i < 3 && !*numbers[i].number)
			tool_refuse(value, "a block has at least 1 byte");
	}
}

static void write_block(const char *block, unsigned long len)
{
	for (unsigned long done = 0; done < len;) {
		ssize_t n = write(out_fd, block + done, len - done);

		if (n <= 0) {
			tool_warn(out_name);
			if (done)
				out_part++;
			out_bytes += done;
			failed = true;
			return;
		}
		done += (unsigned long)n;
	}
	out_bytes += len;
	if (len == obs)
		out_full++;
	else
		out_part++;
}

static void convert(char *block, unsigned long len)
{
	for (unsigned long i = 0; i + 1 < len && conv & CONV_SWAB; i += 2) {
		char first = block[i];

		block[i] = block[i + 1];
		block[i + 1] = first;
	}
	for (unsigned long i = 0; i < len && conv & (CONV_LCASE | CONV_UCASE); i++)
		block[i] = (char)(conv & CONV_LCASE ? tolower((unsigned char)block[i])
						    : toupper((unsigned char)block[i]));
}

/* With bs= a block goes out as it came in; else the output has blocks of its own. */
static void put_block(const char *block, unsigned long len)
{
	if (bs) {
		write_block(block, len);
		return;
	}
	while (len && !failed) {
		unsigned long n = obs - out_len < len ? obs - out_len : len;

		memcpy(out_block + out_len, block, n);
		out_len += n;
		block += n;
		len -= n;
		if (out_len == obs) {
			out_len = 0;
			write_block(out_block, obs);
		}
	}
}

static void copy(char *block)
{
	ssize_t n;

	while (count && !failed && (n = read(in_fd, block, ibs)) != 0) {
		if (n < 0) {
			tool_warn(in_name);
			if (!(conv & CONV_NOERROR) ||
			    lseek(in_fd, (off_t)ibs, SEEK_CUR) < 0)
				break;
			if (!(conv & CONV_SYNC))
				continue;
			n = 0;
		}
		count--;
		if ((unsigned long)n == ibs)
			in_full++;
		else
			in_part++;
		if (conv & CONV_SYNC) {
			memset(block + n, 0, ibs - (unsigned long)n);
			n = (ssize_t)ibs;
		}
		convert(block, (unsigned long)n);
		put_block(block, (unsigned long)n);
	}
	if (out_len && !failed)
		write_block(out_block, out_len);
}

static void skip_input(char *block)
{
	if (skip && lseek(in_fd, (off_t)(skip * ibs), SEEK_CUR) < 0)
		for (; skip; skip--)
			if (read(in_fd, block, ibs) <= 0)
				return;
}

/* The place is made if the file is shorter. */
static void seek_output(void)
{
	off_t place = (off_t)(seek * obs);
	struct stat st;

	/* A pipe has neither a size nor a place. */
	if (out_fd == STDOUT_FILENO && !seek)
		return;
	if (fstat(out_fd, &st) < 0)
		tool_die(out_name);
	if (S_ISREG(st.st_mode) &&
	    (st.st_size < place || (out_fd != STDOUT_FILENO && !(conv & CONV_NOTRUNC))))
		if (ftruncate(out_fd, place) < 0)
			tool_die(out_name);
	if (seek && lseek(out_fd, place, SEEK_SET) < 0)
		tool_die(out_name);
}

static void report(long ns)
{
	fprintf(stderr, "%lu+%lu records in\n%lu+%lu records out\n", in_full, in_part,
		out_full, out_part);
	fprintf(stderr, "%lu bytes in %ld.%03ld s\n", out_bytes, ns / 1000000000,
		ns / 1000000 % 1000);
}

int main(int argc, char **argv)
{
	unsigned long product;
	long start;
	char *block;

	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	for (argv += optind; *argv; argv++)
		read_operand(*argv);
	if (bs)
		ibs = obs = bs;
	if (__builtin_mul_overflow(skip, ibs, &product) || product > LONG_MAX ||
	    __builtin_mul_overflow(seek, obs, &product) || product > LONG_MAX)
		tool_refuse("skip or seek", "too large");
	if (in_name && (in_fd = open(in_name, O_RDONLY)) < 0)
		tool_die(in_name);
	if (out_name && (out_fd = open(out_name, O_RDWR | O_CREAT, 0666)) < 0)
		tool_die(out_name);
	in_name = in_name ? in_name : "standard input";
	out_name = out_name ? out_name : "standard output";
	block = tool_realloc(NULL, ibs, "bs");
	out_block = bs ? NULL : tool_realloc(NULL, obs, "obs");
	start = clock_ns();
	skip_input(block);
	seek_output();
	copy(block);
	if (conv & CONV_FSYNC && fsync(out_fd) < 0)
		tool_warn(out_name);
	if (!silent)
		report(clock_ns() - start);
	return tool_status;
}
