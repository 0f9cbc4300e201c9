// sources: scope/serve/qmp.c
// cflags: -Iscope
/* test_qmp.c - lines of QEMU's control channel, in parts of any size. */
#include "serve/qmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* As QEMU 7.2 writes them. */
static const char said[] =
	"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22}}, \"capabilities\": []}}\r\n"
	"{\"return\": {}}\r\n"
	"{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"STOP\"}\r\n"
	"{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"RESUME\"}\r\n"
	"{\"error\": {\"class\": \"GenericError\", \"desc\": \"no \\\"event\\\"\"}}\r\n"
	"{\"timestamp\": {\"seconds\": 1}, \"event\": \"RESET\", \"data\": "
	"{\"guest\": true}}\r\n"
	"{\"timestamp\": {\"seconds\": 1}, \"event\": \"SHUTDOWN\", \"data\": "
	"{\"guest\": true, \"reason\": \"guest-shutdown\"}}\r\n"
	"{\"timestamp\": {\"seconds\": 1}, \"event\": \"SHUTDOWN\", \"data\": "
	"{\"guest\": false, \"reason\": \"host-signal\"}}\r\n"
	"{\"return\": {\"status\": \"running\", \"running\": true}}\r\n"
	"{\"return\": {\"status\": \"prelaunch\", \"running\": false}}\r\n"
	"\r\n";

static void test_events(void **state)
{
	static const enum qmp_event wanted[] = { QMP_GREETING, QMP_NOTHING,  QMP_STOP,
						 QMP_RESUME,   QMP_ERROR,    QMP_RESET,
						 QMP_NOTHING,  QMP_SHUTDOWN, QMP_NOTHING,
						 QMP_STOP };

	(void)state;
	srand(1);
	for (u32 part = 1; part < sizeof(said); part++) {
		struct qmp q = { .n = 0 };
		u32 n = 0, line = 0;

		while (n < sizeof(said) - 1) {
			u64 left = MIN(part, sizeof(said) - 1 - n);
			enum qmp_event event;

			n += (u32)qmp_take(&q, said + n, left, &event);
			if (said[n - 1] == '\n' && line < ARRAY_SIZE(wanted))
				assert_int_equal(event, wanted[line++]);
			else
				assert_int_equal(event, QMP_NOTHING);
		}
		assert_int_equal(line, ARRAY_SIZE(wanted));
	}
}

static void test_long_lines_and_noise(void **state)
{
	static char bytes[3 * QMP_LINE];
	struct qmp q = { .n = 0 };
	enum qmp_event event;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(qmp_take(&q, bytes, sizeof(bytes), &event), sizeof(bytes));
	assert_int_equal(event, QMP_NOTHING);
	assert_int_equal(qmp_take(&q, "\n", 1, &event), 1);
	assert_int_equal(qmp_take(&q, "{\"QMP\": 1}\n", 11, &event), 11);
	assert_int_equal(event, QMP_GREETING);
	srand(2);
	for (u32 n = 0; n < sizeof(bytes); n++)
		bytes[n] = (char)rand();
	for (u64 n = 0; n < sizeof(bytes);)
		n += qmp_take(&q, bytes + n, sizeof(bytes) - n, &event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_long_lines_and_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
