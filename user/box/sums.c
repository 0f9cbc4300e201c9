/* sums.c - checksums of files. */
#include "box.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

/* --- cksum: POSIX, "cksum" --------------------------------------------------------- */

#define CRC_POLYNOMIAL 0x04c11db7u

static uint32_t crc_table[256];

static void crc_init(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i << 24;

		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 31 ? CRC_POLYNOMIAL : 0);
		crc_table[i] = crc;
	}
}

static uint32_t crc_add(uint32_t crc, unsigned byte)
{
	return crc << 8 ^ crc_table[(crc >> 24 ^ byte) & 0xff];
}

static bool cksum_names;

static void cksum_file(FILE *file, const char *name)
{
	unsigned long size = 0;
	uint32_t crc = 0;
	int c;

	for (; (c = getc(file)) != EOF; size++)
		crc = crc_add(crc, (unsigned)c);
	if (ferror(file))
		return;
	for (unsigned long n = size; n; n >>= 8)
		crc = crc_add(crc, n & 0xff);
	printf("%lu %lu%s%s\n", (unsigned long)(uint32_t)~crc, size, cksum_names ? " " : "",
	       cksum_names ? name : "");
}

static const char cksum_usage[] =
	"usage: cksum [FILE...]\n"
	"Print the checksum of each file, or of standard input, its size in bytes, and\n"
	"its name.  POSIX says how the checksum is made: a CRC of 32 bits.\n";

/* cksum - print checksums and sizes of files */
int cksum_main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", cksum_usage) != -1)
		;
	crc_init();
	cksum_names = argv[optind];
	tool_each(argv + optind, cksum_file);
	return tool_finish();
}

/* --- md5sum: RFC 1321 --------------------------------------------------------------- */

#define MD5_BLOCK 64

struct md5 {
	uint32_t state[4];
	uint64_t size;
	unsigned char block[MD5_BLOCK];
};

/* The constant of step @i is the integer part of 2^32 * |sin(i + 1)|. */
static const uint32_t md5_sines[MD5_BLOCK] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613,
	0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193,
	0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d,
	0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed,
	0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122,
	0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
	0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244,
	0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
	0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
	0xeb86d391,
};

static void md5_block(struct md5 *m)
{
	static const unsigned char shifts[4][4] = { { 7, 12, 17, 22 },
						    { 5, 9, 14, 20 },
						    { 4, 11, 16, 23 },
						    { 6, 10, 15, 21 } };
	uint32_t a = m->state[0], b = m->state[1], c = m->state[2], d = m->state[3];

	for (unsigned i = 0; i < MD5_BLOCK; i++) {
		unsigned round = i / 16, shift = shifts[round][i % 4], word;
		uint32_t f, x;

		if (round == 0) {
			f = (b & c) | (~b & d);
			word = i;
		} else if (round == 1) {
			f = (b & d) | (c & ~d);
			word = 5 * i + 1;
		} else if (round == 2) {
			f = b ^ c ^ d;
			word = 3 * i + 5;
		} else {
			f = c ^ (b | ~d);
			word = 7 * i;
		}
		memcpy(&x, m->block + word % 16 * 4, 4); /* little endian, as MD5 wants */
		f += a + md5_sines[i] + x;
		a = d;
		d = c;
		c = b;
		b += f << shift | f >> (32 - shift);
	}
	m->state[0] += a;
	m->state[1] += b;
	m->state[2] += c;
	m->state[3] += d;
}

static void md5_byte(struct md5 *m, int c)
{
	m->block[m->size++ % MD5_BLOCK] = (unsigned char)c;
	if (m->size % MD5_BLOCK == 0)
		md5_block(m);
}

/* The digest of the rest of @file, as 32 digits. */
static bool md5_digest(FILE *file, char text[33])
{
	struct md5 m = { .state = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 } };
	uint64_t bits;
	int c;

	while ((c = getc(file)) != EOF)
		md5_byte(&m, c);
	bits = m.size * 8;
	md5_byte(&m, 0x80);
	while (m.size % MD5_BLOCK != 56)
		md5_byte(&m, 0);
	for (int i = 0; i < 8; i++)
		md5_byte(&m, (int)(bits >> 8 * i & 0xff));
	for (int i = 0; i < 16; i++)
		snprintf(text + 2 * i, 3, "%02x",
			 (unsigned)(m.state[i / 4] >> 8 * (i % 4) & 0xff));
	return !ferror(file);
}

static void md5_print(FILE *file, const char *name)
{
	char text[33];

	if (md5_digest(file, text))
		printf("%s  %s\n", text, name);
}

/* Checks the files that a list of digests names. */
static void md5_check(FILE *list, const char *name)
{
	static struct tool_line line;
	bool all = true;

	while (tool_line(list, &line)) {
		char text[33], *file = line.text + 34;
		bool equal = false;
		FILE *f;

		line.text[line.len - (line.text[line.len - 1] == '\n')] = '\0';
		if (strlen(line.text) < 35 || (file[-1] != ' ' && file[-1] != '*')) {
			tool_warnx(name, "not a list of md5sum");
			return;
		}
		f = tool_open(file);
		if (f && md5_digest(f, text))
			equal = strncmp(text, line.text, 32) == 0;
		if (f)
			tool_close(f, file);
		printf("%s: %s\n", file, equal ? "OK" : "FAILED");
		all &= equal;
	}
	if (!all)
		tool_warnx(name, "not all of its files are as it says");
}

/* md5sum - print or check MD5 digests of files */
int md5sum_main(int argc, char **argv)
{
	static const char usage[] =
		"usage: md5sum [-c] [FILE...]\n"
		"Print the MD5 digest of each file, or of standard input, and its name.\n"
		"  -c   check the files that such a list names\n";
	bool check = false;
	int c;

	while ((c = tool_getopt(argc, argv, "ch", usage)) != -1)
		check |= c == 'c';
	tool_each(argv + optind, check ? md5_check : md5_print);
	return tool_finish();
}
