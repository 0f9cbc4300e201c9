/* recording.c - see recording.h. */

#include "serve/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "serve/server.h"

#define RECORD_MS 500               /* between two moments, at least */
#define RECORD_BYTES ((u64)1 << 30) /* of a recording, at most       */
#define SHOW_MS 20                  /* after a wish; of several the last one counts */

/* --- writing ----------------------------------------------------------------- */

static bool recording_add(struct server *s)
{
	mapped_refresh(&s->mapped);
	return recorder_add(&s->recorder, server_now(), mapped_page, &s->mapped);
}

static void recording_tick(lws_sorted_usec_list_t *timer)
{
	struct server *s = container_of(timer, struct server, record_timer);
	double start = server_now(), took;

	if (!s->recorder.file)
		return;
	if (!recording_add(s)) {
		dprintf(s->options->tell, "\r\nThe recording ends here: %s.\r\n",
			ferror(s->recorder.file) ? "the file cannot be written any more"
						 : "it would exceed 1 GiB");
		recorder_fini(&s->recorder);
		return;
	}
	took = server_now() - start;
	/* Of a large machine less often: this takes a tenth of the time at most. */
	lws_sul_schedule(s->context, 0, timer, recording_tick,
			 (lws_usec_t)(1e3 * MAX((double)RECORD_MS, 10 * took)));
}

const char *recording_start(struct server *s, const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		return errno == EEXIST ? "exists already; remove it, or give another name"
				       : "cannot be made";
	if (!recorder_init(&s->recorder, file, s->watch.pages, RECORD_BYTES))
		return "cannot be written, or the machine is too large";
	recording_tick(&s->record_timer);
	return NULL;
}

void recording_end(struct server *s)
{
	if (s->recorder.file && !recording_add(s))
		dprintf(s->options->tell, "The recording lacks its end.\n");
	recorder_fini(&s->recorder);
}

/* --- reading ----------------------------------------------------------------- */

const char *recording_open(struct server *s)
{
	const char *wrong;

	if (memcmp(s->mapped.start, RECORD_MAGIC, sizeof(RECORD_MAGIC) - 1) != 0)
		return NULL;
	if (s->options->qemu || s->options->record)
		return "is a recording, not the RAM of a machine";
	wrong = replay_init(&s->replay, s->mapped.start, s->mapped.bytes);
	if (wrong)
		return wrong;
	s->recorded = true;
	replay_show(&s->replay, s->replay.end_ms);
	return NULL;
}

static void recording_move(lws_sorted_usec_list_t *timer)
{
	struct server *s = container_of(timer, struct server, show_timer);

	s->shows = false;
	server_refresh(s);
	replay_show(&s->replay, s->show_ms);
	server_look(s);
	server_on_pause(s);
}

const char *recording_show(struct server *s, double ms)
{
	if (!s->recorded)
		return "this is no recording: it has no other time than now";
	if (!(ms >= 0))
		return "there is no such time";
	s->show_ms = ms;
	if (!s->shows)
		lws_sul_schedule(s->context, 0, &s->show_timer, recording_move,
				 1000 * SHOW_MS);
	s->shows = true;
	return NULL;
}
