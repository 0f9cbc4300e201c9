/* memdump.c - prints memory by a format: each letter takes some bytes and makes a line.
 *
 *     i  4 bytes, a number          h  2 bytes, a number        c  1 byte, a character
 *     p  8 bytes, in hex            s  8 bytes, the address of a string to print
 *     S  all that is left, as a string
 *
 * `memdump FORMAT` does that to its input, at most 512 bytes of it.  Without a format it
 * shows some structures of its own: how C lays out a struct is seen in its bytes.
 *
 * A number may stand at any address, so its bytes are put together one by one, the lowest
 * first: RISC-V is little-endian. */
#include "kernel/types.h"
#include "user/user.h"

#define MAX_INPUT 512

/* How many bytes a letter takes; -1: it means nothing. */
static int size_of(char letter)
{
	static const struct {
		char letter;
		int size;
	} sizes[] = {
		{ 'i', 4 }, { 'p', 8 }, { 'h', 2 }, { 'c', 1 }, { 's', 8 }, { 'S', 0 }
	};

	for (int i = 0; i < (int)(sizeof(sizes) / sizeof(*sizes)); i++) {
		if (sizes[i].letter == letter)
			return sizes[i].size;
	}
	return -1;
}

static uint64 number(const char *data, int size)
{
	uint64 n = 0;

	while (size-- > 0)
		n = n << 8 | (uchar)data[size];
	return n;
}

static void print(char letter, const char *data)
{
	uint64 n = number(data, size_of(letter));

	if (letter == 'i')
		printf("%d\n", (int)n);
	else if (letter == 'h')
		printf("%d\n", (short)n);
	else if (letter == 'c')
		printf("%c\n", (char)n);
	else if (letter == 'p')
		printf("%lx\n", n);
	else
		printf("%s\n", letter == 's' ? (char *)n : data);
}

static void memdump(const char *format, const char *data)
{
	for (; *format; format++) {
		print(*format, data);
		if (*format == 'S')
			break; /* nothing is left */
		data += size_of(*format);
	}
}

/* How many bytes the format takes, or -1 if a letter of it means nothing. */
static int total_size(const char *format)
{
	int total = 0;

	for (; *format; format++) {
		if (size_of(*format) < 0)
			return -1;
		total += size_of(*format);
	}
	return total;
}

static int dump_input(const char *format)
{
	static char data[MAX_INPUT + 1]; /* its last byte ends a string */
	int n = 0, got, wanted = total_size(format);

	if (wanted < 0) {
		fprintf(2, "memdump: the letters of a format are i p h c s S\n");
		return 1;
	}
	while (n < MAX_INPUT && (got = read(0, data + n, MAX_INPUT - n)) > 0)
		n += got;
	if (n < wanted) {
		fprintf(2, "memdump: not enough data\n");
		return 1;
	}
	memdump(format, data);
	return 0;
}

static void show_examples(void)
{
	static const int numbers[] = { 61810, 2026 };
	static const char text[] = "a string";
	static const char *const pointer = "another";
	static const struct {
		long address;
		int number;
		short small;
		char letter;
		char rest[8];
	} mixed = { 0xbd0, 1819438967, 100, 'z', "xyzzy" };
	static const struct {
		const char *word;
		char letters[8];
	} both = { "hello", "world" };

	printf("Example 1:\n");
	memdump("ii", (const char *)numbers);
	printf("Example 2:\n");
	memdump("S", text);
	printf("Example 3:\n");
	memdump("s", (const char *)&pointer);
	printf("Example 4:\n");
	memdump("pihcS", (const char *)&mixed);
	printf("Example 5:\n");
	memdump("sccccc", (const char *)&both);
}

int main(int argc, char *argv[])
{
	if (argc > 2) {
		fprintf(2, "Usage: memdump [FORMAT]\n");
		exit(1);
	}
	if (argc == 2)
		exit(dump_input(argv[1]));
	show_examples();
	exit(0);
}
