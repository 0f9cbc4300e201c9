// sources: user/edit/main.c user/edit/buffer.c user/lib/screen/text.c
// cflags: -D_GNU_SOURCE -Dmain=edit_main -Disatty=test_isatty -Dfsync=test_fsync -Dstrlcpy=test_strlcpy -Wno-implicit-function-declaration -iquote user/lib -iquote user/edit -idirafter user/include
/* test_edit_keys.c - the program edit, with keys from here and a screen that is not shown.
 * Keys come at random, some of them faster than the screen is drawn. */
#undef main
#include "rig.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tool.h>

#include "screen/screen.h"

int edit_main(int argc, char **argv);
int test_fsync(int fd);
int test_isatty(int fd);
size_t test_strlcpy(char *to, const char *from, size_t size);

static char file[] = "/tmp/edit-keys-XXXXXX";
static unsigned left; /* keys that come, before ^Q and n */
static int held = 'a';

struct screen_size screen;

int screen_key(int fd)
{
	static const int keys[] = {
		KEY_LEFT,      KEY_RIGHT,      KEY_UP,      KEY_DOWN,    KEY_HOME,
		KEY_END,       KEY_DELETE,     KEY_PAGE_UP, KEY_PAGE_UP, KEY_PAGE_DOWN,
		KEY_WORD_LEFT, KEY_WORD_RIGHT, CTRL('K'),   CTRL('K'),   CTRL('U'),
		CTRL('Z'),     CTRL('F'),      CTRL('S'),   DEL,         KEY_ESCAPE,
		SCREEN_DRAW,   '\r',           'a',         0xc3,        0xa9,
		'\t'
	};

	(void)fd;
	if (left > 1) {
		left--;
		if (rig_below(4) == 0) /* else a key is held down */
			held = keys[rig_below(sizeof(keys) / sizeof(keys[0]))];
		return held;
	}
	return left-- == 1 ? CTRL('Q') : 'n';
}

bool screen_key_waits(void)
{
	return rig_below(16);
}

bool screen_ask(const char *label, char *answer, size_t size, void (*draw)(void))
{
	assert_true(strlen(label) < 200 && size > 2);
	draw();
	strcpy(answer, rig_below(2) ? "a" : "");
	return rig_below(4);
}

/* What is drawn is inside of the screen, and so is the cursor. */
unsigned screen_text(struct screen_place p, const struct text *t, size_t from, size_t to)
{
	assert_true(p.row < screen.rows && from <= to && to <= text_len(t));
	return p.column;
}

unsigned screen_string(unsigned row, unsigned column, const char *s, enum screen_look look)
{
	assert_true(row <= screen.rows && look <= SCREEN_REVERSE);
	return column + (unsigned)strlen(s);
}

void screen_show(unsigned row, unsigned column)
{
	assert_true(row < screen.rows && column < screen.columns);
}

void screen_clear(void)
{
}

void screen_end(void)
{
}

bool screen_begin(int fd)
{
	(void)fd;
	return true;
}

size_t test_strlcpy(char *to, const char *from, size_t size)
{
	return (size_t)snprintf(to, size, "%s", from);
}

int test_fsync(int fd)
{
	(void)fd;
	return 0;
}

int test_isatty(int fd)
{
	(void)fd;
	return 1;
}

int tool_getopt(int argc, char **argv, const char *options, const char *usage)
{
	(void)usage;
	optind = 1;
	return getopt(argc, argv, options);
}

const char *tool_basename(const char *path)
{
	return strrchr(path, '/') + 1;
}

const char *tool_reason(void)
{
	return strerror(errno);
}

void tool_warnx(const char *what, const char *reason)
{
	fail_msg("%s: %s", what, reason);
}

_Noreturn void tool_die(const char *what)
{
	fail_msg("%s: %s", what, strerror(errno));
	abort();
}

_Noreturn void tool_usage(const char *usage)
{
	fail_msg("%s", usage);
	abort();
}

static void write_file(void)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	for (int i = 0; i < 30; i++)
		fprintf(f, "%d\taa \xc3\xa9 \x01%s", i, i % 7 ? "\n" : "");
	fclose(f);
}

/* Each round is a process of its own, as the text is. */
static void survives_all_keys(void **state)
{
	static const struct screen_size sizes[] = { { 24, 80 },
						    { 10, 40 },
						    { 4, 20 },
						    { 2, 8 } };
	char *argv[] = { "edit", file, NULL };
	int status;

	(void)state;
	close(mkstemp(file));
	for (int round = 0; round < 200; round++) {
		screen = sizes[round % 4];
		left = 200;
		write_file();
		rig_seed++;
		if (fork() == 0)
			_exit(edit_main(2, argv));
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(survives_all_keys) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
