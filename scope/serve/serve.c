/* serve.c - the server: its start, its loop, its rounds. */

#include "serve/server.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ram/layout.h"

static volatile sig_atomic_t ended_by;
static struct lws_context *signalled;

static void on_signal(int sig)
{
	ended_by = sig;
	lws_cancel_service(signalled);
}

static void on_child(int sig)
{
	(void)sig;
	lws_cancel_service(signalled);
}

bool server_ending(void)
{
	return ended_by;
}

bool server_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

double server_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* --- what is looked at ------------------------------------------------------- */

void server_greet(struct server *s)
{
	s->greeting++;
	for (struct client *c = s->clients; c; c = c->next)
		lws_callback_on_writable(c->wsi);
}

/* @text as a string of JSON; other bytes than printable ones of ASCII become "?". */
static void server_quote(const char *text, char *to, u32 size)
{
	u32 n = 0;

	for (; *text && n + 3 < size; text++) {
		if (*text == '"' || *text == '\\')
			to[n++] = '\\';
		to[n++] = *text >= ' ' && *text <= '~' ? *text : '?';
	}
	to[n] = '\0';
}

u32 server_describe(struct server *s, char *to, u32 size)
{
	char name[256], index[24] = "null", recorded[80] = "null";
	int n;

	server_quote(s->options->name, name, sizeof(name));
	if (s->found)
		snprintf(index, sizeof(index), "%" PRIu64, s->index);
	if (s->recorded)
		snprintf(recorded, sizeof(recorded), "{\"start\":%.17g,\"end\":%.17g}",
			 s->replay.start_ms, s->replay.end_ms);
	n = snprintf(to, size,
		     "{\"version\":1,\"name\":\"%s\","
		     "\"pages\":%" PRIu64 ",\"index\":%s,"
		     "\"live\":%s,"
		     "\"console\":%s,\"recorded\":%s,\"qmp\":%s}",
		     name, s->watch.pages, index, s->live ? "true" : "false",
		     s->options->qemu ? "true" : "false", recorded,
		     s->controls ? "true" : "false");
	return MIN((u32)n, size - 1);
}

/* A recording that became shorter has nothing any more. */
void server_refresh(struct server *s)
{
	mapped_refresh(&s->mapped);
	if (s->recorded && !s->mapped.ndata)
		s->replay.size = 0;
}

/* The descriptor may come, go or move: the machine boots, or another kernel does. */
void server_look(struct server *s)
{
	struct watch *w = &s->watch;
	struct ram ram = { .page = w->page, .arg = w->arg, .pages = w->pages };
	bool live = s->options->qemu ? s->qemu > 0
				     : !s->recorded && mapped_is_written(&s->mapped);
	bool found = s->found;
	u64 index = s->index;
	const char *page;

	s->looked_ms = server_now();
	server_refresh(s);
	page = found ? w->page(w->arg, index) : NULL;
	if (!page || memcmp(page, DESCRIPTOR_MAGIC, sizeof(DESCRIPTOR_MAGIC)) != 0)
		found = layout_find(&ram, &index);
	if (live == s->live && found == s->found && index == s->index)
		return;
	s->live = live;
	s->found = found;
	s->index = index;
	server_greet(s);
}

/* --- rounds ------------------------------------------------------------------ */

static void server_compare(struct server *s)
{
	if (s->hold_ms)
		return;
	server_refresh(s);
	s->compared_ms = s->recorded ? s->replay.shown_ms : server_now();
	s->still = s->paused || !(s->live || s->recorded);
	watch_compare(&s->watch);
}

/* A picture that is being sent must not change before all who want it have it. */
static void server_hold(struct server *s)
{
	bool wait = false;

	for (struct client *c = s->clients; c; c = c->next) {
		if (c->picture && server_now() > s->hold_ms) {
			c->picture = false;
			c->flags &= (u8)~ROUND_CONSISTENT;
		}
		wait |= c->picture;
	}
	if (!wait)
		s->hold_ms = 0;
}

void server_on_pause(struct server *s)
{
	server_compare(s);
	for (struct client *c = s->clients; c; c = c->next) {
		if (s->paused && c->wants) {
			client_begin_round(c);
			c->wants = false;
			c->picture = true;
			s->hold_ms = server_now() + SERVER_HOLD_MS;
		} else if (c->in_round) {
			c->again = true;
		} else {
			client_begin_round(c);
		}
	}
}

static void server_tick(lws_sorted_usec_list_t *tick)
{
	struct server *s = container_of(tick, struct server, tick);
	double start = server_now(), took;

	s->ticks = false;
	if (!s->clients)
		return;
	server_hold(s);
	/* A recording changes when another moment is shown. */
	if (!s->recorded)
		server_compare(s);
	took = server_now() - start;
	if (start - s->looked_ms >= SERVER_BEAT_MS)
		server_look(s);
	for (struct client *c = s->clients; c; c = c->next)
		if (!c->in_round &&
		    (watcher_due(&c->watcher) || start - c->ended_ms >= SERVER_BEAT_MS))
			client_begin_round(c);
	s->ticks = true;
	/* A comparison that takes long is made less often: a tenth of the time at most. */
	lws_sul_schedule(s->context, 0, &s->tick, server_tick,
			 (lws_usec_t)(1e3 * MAX((double)SERVER_TICK_MS, 10 * took)));
}

void server_wake(struct server *s)
{
	if (s->ticks)
		return;
	s->ticks = true;
	server_look(s);
	server_compare(s);
	lws_sul_schedule(s->context, 0, &s->tick, server_tick, 1000 * SERVER_TICK_MS);
}

/* --- libwebsockets ----------------------------------------------------------- */

/* libwebsockets does not know yet that the request is one of HTTP 1.1. */
static int server_refuse(struct lws *wsi)
{
	static const char refusal[] = "HTTP/1.1 403 Forbidden\r\n"
				      "content-length: 0\r\nconnection: close\r\n\r\n";
	u8 buffer[LWS_PRE + sizeof(refusal)];

	memcpy(buffer + LWS_PRE, refusal, sizeof(refusal));
	lws_write(wsi, buffer + LWS_PRE, sizeof(refusal) - 1, LWS_WRITE_HTTP_HEADERS);
	return -1;
}

/* The WebSocket is at /ws alone. */
static bool server_admits(struct server *s, struct lws *wsi)
{
	char path[8] = "";

	return lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI) > 0 &&
	       strcmp(path, "/ws") == 0 && http_is_ours(s, wsi);
}

static int server_callback(struct lws *wsi, enum lws_callback_reasons why, void *user,
			   void *in, size_t n)
{
	struct server *s = lws_context_user(lws_get_context(wsi));
	struct client *c = user;

	switch (why) {
	case LWS_CALLBACK_HTTP:
		c->wsi = wsi;
		if (!http_is_ours(s, wsi)) {
			lws_return_http_status(wsi, HTTP_STATUS_FORBIDDEN, NULL);
			return -1;
		}
		return http_serve_page(s, c, in);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return http_continue_page(c);
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return server_admits(s, wsi) ? 0 : server_refuse(wsi);
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return server_admits(s, wsi) ? 0 : -1;
	case LWS_CALLBACK_ESTABLISHED:
		return client_start(s, c, wsi);
	case LWS_CALLBACK_RECEIVE:
		return client_take(c, in, n);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return client_give(c);
	case LWS_CALLBACK_CLOSED:
		client_end(c);
		return 0;
	default:
		return lws_callback_http_dummy(wsi, why, user, in, n);
	}
}

/* Descriptors that are not of the network. */
static int server_on_fd(struct lws *wsi, enum lws_callback_reasons why, void *user,
			void *in, size_t n)
{
	struct server *s = lws_context_user(lws_get_context(wsi));
	struct console *k = s->console;

	(void)user;
	(void)in;
	(void)n;
	/* A WebSocket that names us is none of ours. */
	if (why == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION)
		return -1;
	if (why == LWS_CALLBACK_RAW_CLOSE_FILE && wsi == k->keyboard)
		k->keyboard = NULL;
	if (why == LWS_CALLBACK_RAW_WRITEABLE_FILE && wsi == k->machine)
		return console_on_room(s);
	if (why != LWS_CALLBACK_RAW_RX_FILE)
		return 0;
	if (wsi == k->machine)
		return console_on_output(s);
	return wsi == k->keyboard ? console_on_keys(s) : machine_on_control(s);
}

struct lws *server_adopt(struct server *s, int fd)
{
	lws_sock_file_fd_type copy = { .filefd = fcntl(fd, F_DUPFD_CLOEXEC, 0) };

	return copy.filefd < 0
		       ? NULL
		       : lws_adopt_descriptor_vhost(s->vhost, LWS_ADOPT_RAW_FILE_DESC, copy,
						    "scope-fd", NULL);
}

static const struct lws_protocols protocols[] = {
	{
		.name = "scope",
		.callback = server_callback,
		.per_session_data_size = sizeof(struct client),
		.tx_packet_size = SERVER_MESSAGE + 64,
	},
	{ .name = "scope-fd", .callback = server_on_fd },
	{ 0 },
};

static bool server_make_token(struct server *s)
{
	u8 bytes[SERVER_TOKEN / 2];
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	bool done = fd >= 0 && read(fd, bytes, sizeof(bytes)) == sizeof(bytes);

	if (fd >= 0)
		close(fd);
	for (u32 i = 0; i < sizeof(bytes); i++)
		snprintf(s->token + 2 * i, 3, "%02x", bytes[i]);
	return done;
}

static bool server_listen(struct server *s)
{
	struct lws_context_creation_info info = {
		.port = s->options->port,
		.iface = "127.0.0.1",
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
			   LWS_SERVER_OPTION_DISABLE_IPV6,
		.user = s,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
	};

	lws_set_log_level(0, NULL);
	s->context = lws_create_context(&info);
	s->vhost = s->context ? lws_create_vhost(s->context, &info) : NULL;
	if (!s->vhost)
		return false;
	s->port = lws_get_vhost_listen_port(s->vhost);
	return true;
}

static int server_fail(const char *what, const char *why)
{
	fprintf(stderr, "scope: %s: %s\n", what, why);
	return 2;
}

static void server_catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	action.sa_handler = on_child;
	sigaction(SIGCHLD, &action, NULL);
	/* SIGIO: see mapped_is_written(). */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGIO, SIG_IGN);
}

static void server_tell(struct server *s)
{
	char url[80];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/?token=%s", s->port, s->token);
	dprintf(s->options->tell, "The machine can be seen at %s\n", url);
	if (s->options->only)
		dprintf(s->options->tell,
			"Its terminal is there, too.  Ctrl-C ends all.\n");
	if (s->options->browser)
		browser_open(url, s->options->tell);
}

/* Whoever ended the machine with Ctrl-A x wants no view of it any more.  A guest that ends
 * can still be seen, if somebody is at a terminal who can end that. */
static void server_after_machine(struct server *s)
{
	machine_hear_last(s);
	console_end(s);
	recording_end(s);
	server_look(s);
	server_compare(s); /* what comes from now on is of a machine that stands still */
	for (struct client *c = s->clients; c; c = c->next)
		if (c->wants)
			client_answer(c, "{\"error\":\"the machine has ended\"}");
	if (!s->options->only && !isatty(STDIN_FILENO))
		s->left = true;
	if (s->left)
		return;
	dprintf(s->options->tell, "\nThe machine has ended.  It can still be seen; %s\n",
		s->options->only ? "Ctrl-C ends that." : "Enter ends that.");
}

static void server_loop(struct server *s)
{
	bool runs = s->qemu > 0;

	/* With Ctrl-A x QEMU ends at once. */
	while (!ended_by && (runs || !s->left) && lws_service(s->context, 0) >= 0) {
		if (!runs || !machine_has_ended(s))
			continue;
		runs = false;
		server_after_machine(s);
	}
}

static bool server_prepare(struct server *s)
{
	s->out = malloc(LWS_PRE + SERVER_MESSAGE);
	s->console = calloc(1, sizeof(*s->console));
	if (!s->console || !s->out)
		return false;
	s->console->fd = -1;
	return server_make_token(s);
}

/* NULL, or what is wrong with the file. */
static const char *server_open(struct server *s)
{
	const char *wrong = mapped_open(&s->mapped, s->options->file);
	bool made;

	if (s->options->temporary)
		unlink(s->options->file);
	if (!wrong)
		wrong = recording_open(s);
	if (wrong)
		return wrong;
	if (s->recorded)
		made = watch_init(&s->watch, s->replay.pages, SERVER_COPIES, replay_page,
				  &s->replay);
	else
		made = watch_init(&s->watch, s->mapped.pages, SERVER_COPIES, mapped_page,
				  &s->mapped);
	return made ? NULL : "needs more memory than there is";
}

static int server_run(struct server *s)
{
	const struct serve_options *options = s->options;
	const char *wrong;

	if (!server_prepare(s))
		return server_fail(options->file, "there is not enough memory");
	if (options->port < 0 || options->port > 65535 || !server_listen(s))
		return server_fail("127.0.0.1", "no port can be opened; --port N chooses");
	signalled = s->context;
	server_catch_signals();
	if (options->qemu && !machine_start(s, options->qemu))
		return s->status;
	wrong = server_open(s);
	if (wrong)
		return server_fail(options->file, wrong);
	server_look(s);
	server_tell(s);
	wrong = options->record ? recording_start(s, options->record) : NULL;
	if (wrong)
		return server_fail(options->record, wrong);
	if (options->qemu && !machine_attach(s))
		return server_fail(options->file, "its console cannot be reached");
	server_loop(s);
	return 0;
}

int serve(const struct serve_options *options)
{
	static struct server s = { .mapped.fd = -1, .greeting = 1 };
	int status;

	s.options = options;
	status = server_run(&s);
	if (s.qemu > 0) {
		kill(s.qemu, SIGTERM);
		machine_stop(&s);
	}
	if (s.console)
		console_end(&s);
	recording_end(&s);
	if (s.context)
		lws_context_destroy(s.context);
	watch_fini(&s.watch);
	replay_fini(&s.replay);
	mapped_close(&s.mapped);
	free(s.console);
	free(s.out);
	if (options->qemu && !status)
		status = s.status;
	return ended_by ? 128 + ended_by : status;
}
