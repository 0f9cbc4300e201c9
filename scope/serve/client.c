/* client.c - one WebSocket: what it asks for, and what it is sent. */

#include "serve/server.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A message D: index after index, then the contents.  For a client that takes it, pages
 * with this bit in the index have only zeros, and no contents in the message. */
#define INDEX_ZERO 0x80000000u
#define MESSAGE_HEAD 8
#define MESSAGE_INDEXES 16384
#define MESSAGE_PAGES 239

_Static_assert(MESSAGE_HEAD + MESSAGE_INDEXES * 4 + MESSAGE_PAGES * 4096 <= SERVER_MESSAGE,
	       "D");

int client_start(struct server *s, struct client *c, struct lws *wsi)
{
	char zeros[2] = "";

	if (s->nclients == SERVER_CLIENTS)
		return -1;
	*c = (struct client){ .server = s, .wsi = wsi, .listed = true, .next = s->clients };
	c->zeros = http_argument(wsi, "zeros", zeros, sizeof(zeros)) && zeros[0] == '1';
	watcher_init(&c->watcher, &s->watch);
	s->clients = c;
	s->nclients++;
	lws_callback_on_writable(wsi);
	server_wake(s);
	return 0;
}

void client_end(struct client *c)
{
	struct client **link;

	if (!c->listed)
		return;
	for (link = &c->server->clients; *link != c; link = &(*link)->next)
		;
	*link = c->next;
	c->server->nclients--;
	watcher_fini(&c->watcher);
	free(c->in);
	c->in = NULL;
	c->listed = false;
}

void client_answer(struct client *c, const char *form, ...)
{
	u32 room = SERVER_ANSWERS - c->nanswers;
	va_list list;
	int n;

	va_start(list, form);
	n = vsnprintf(c->answers + c->nanswers, room, form, list);
	va_end(list);
	/* Whoever takes no answers gets no more of them. */
	if (n > 0 && (u32)n < room)
		c->nanswers += (u32)n + 1;
	lws_callback_on_writable(c->wsi);
}

/* --- what it asks for -------------------------------------------------------- */

static u32 client_u32(const u8 *p)
{
	return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static void client_watch(struct client *c, const u8 *p, u32 n)
{
	bool add = p[0] == 'W';
	u32 ranges;

	if (n < 8 || (n - 8) % 8 != 0 || (ranges = client_u32(p + 4)) != (n - 8) / 8) {
		client_answer(c, "{\"error\":\"a list of ranges has the wrong length\"}");
		return;
	}
	server_refresh(c->server);
	for (u32 i = 0; i < ranges; i++) {
		u32 first = client_u32(p + 8 + 8 * i), count = client_u32(p + 12 + 8 * i);

		if (!add) {
			watcher_remove(&c->watcher, first, count);
			continue;
		}
		if (!watcher_add(&c->watcher, first, count)) {
			client_answer(c,
				      "{\"error\":\"pages %u to %u cannot be watched: "
				      "there is no such RAM, or no memory\"}",
				      first, first + count);
			break;
		}
	}
	if (add && c->server->live && !c->server->paused) {
		c->server->still = false;
		c->flags &= (u8)~ROUND_CONSISTENT;
	}
	/* What is new is shown at once: it may tell which pages are wanted next. */
	if (c->in_round)
		c->again = true;
	else if (watcher_due(&c->watcher))
		client_begin_round(c);
}

static void client_pause(struct client *c, u32 which)
{
	const char *wrong = which <= 2 ? NULL : "P takes 0, 1 or 2";

	c->wants |= which == 2;
	if (!wrong)
		wrong = machine_pause(c->server, which);
	if (!wrong)
		return;
	c->wants = false;
	client_answer(c, "{\"error\":\"%s\"}", wrong);
}

static const char *client_show(struct client *c, const u8 *time)
{
	double ms;

	memcpy(&ms, time, sizeof(ms));
	return recording_show(c->server, ms);
}

static void client_message(struct client *c, const u8 *p, u32 n)
{
	const char *wrong = NULL;

	if (n && (p[0] == 'W' || p[0] == 'U'))
		client_watch(c, p, n);
	else if (n == 2 && p[0] == 'P')
		client_pause(c, p[1]);
	else if (n == 16 && p[0] == 'T')
		wrong = client_show(c, p + 8);
	else if (n && p[0] == 'K')
		wrong = console_type(c->server, p + 1, n - 1);
	else
		wrong = "this is no message of the protocol";
	if (wrong)
		client_answer(c, "{\"error\":\"%s\"}", wrong);
}

/* A message may come in parts.  -1: this client is to go. */
int client_take(struct client *c, const u8 *bytes, size_t n)
{
	if (lws_is_first_fragment(c->wsi))
		c->nin = 0;
	if (n > SERVER_MESSAGE - c->nin)
		return -1;
	if (c->nin + n > c->in_room) {
		u32 room = MAX(2 * c->in_room, (u32)(c->nin + n));
		u8 *in = realloc(c->in, room);

		if (!in)
			return -1;
		c->in = in;
		c->in_room = room;
	}
	memcpy(c->in + c->nin, bytes, n);
	c->nin += (u32)n;
	if (lws_is_final_fragment(c->wsi)) {
		client_message(c, c->in, lws_frame_is_binary(c->wsi) ? c->nin : 0);
		c->nin = 0;
	}
	return 0;
}

/* --- what it is sent --------------------------------------------------------- */

void client_begin_round(struct client *c)
{
	watcher_begin(&c->watcher);
	c->in_round = true;
	c->again = false;
	c->flags = c->server->still ? ROUND_CONSISTENT : 0;
	c->round = c->server->watch.round;
	c->round_ms = c->server->compared_ms;
	lws_callback_on_writable(c->wsi);
}

/* Sends the first @n bytes of the server's buffer. */
static int client_send(struct client *c, u64 n)
{
	return lws_write(c->wsi, c->server->out + LWS_PRE, (size_t)n, LWS_WRITE_BINARY) < 0
		       ? -1
		       : 0;
}

static int client_send_greeting(struct client *c)
{
	u8 *out = c->server->out + LWS_PRE;

	c->greeting = c->server->greeting;
	out[0] = 'H';
	return client_send(c, 1 + server_describe(c->server, (char *)out + 1, 4096));
}

static int client_send_answer(struct client *c)
{
	u8 *out = c->server->out + LWS_PRE;
	u32 n = (u32)strlen(c->answers);

	out[0] = 'R';
	memcpy(out + 1, c->answers, n);
	c->nanswers -= n + 1;
	memmove(c->answers, c->answers + n + 1, c->nanswers);
	return client_send(c, 1 + n);
}

static int client_send_end(struct client *c)
{
	u8 *out = c->server->out + LWS_PRE;

	memset(out, 0, 16);
	out[0] = 'E';
	out[1] = c->flags | (c->server->paused ? ROUND_PAUSED : 0);
	memcpy(out + 4, &c->round, sizeof(c->round));
	memcpy(out + 8, &c->round_ms, sizeof(c->round_ms));
	c->in_round = c->picture = false;
	c->ended_ms = server_now();
	if (c->again)
		client_begin_round(c);
	return client_send(c, 16);
}

/* The next pages of the round, or its end. */
static int client_send_pages(struct client *c)
{
	static u32 index[MESSAGE_INDEXES];
	static const u64 *copy[MESSAGE_PAGES];
	static const u8 zeros[PAGE_SIZE];
	u8 *out = c->server->out + LWS_PRE, *p;
	u32 n = 0, pages = 0;

	while (n < MESSAGE_INDEXES && pages < MESSAGE_PAGES &&
	       watcher_next(&c->watcher, &index[n], &copy[pages])) {
		if (copy[pages] || !c->zeros)
			pages++;
		else
			index[n] |= INDEX_ZERO;
		n++;
	}
	c->heard = false;
	if (n == 0)
		return client_send_end(c);
	memcpy(out, "D\0\0", 4);
	memcpy(out + 4, &n, 4);
	memcpy(out + 8, index, n * 4);
	p = out + MESSAGE_HEAD + n * 4;
	for (u32 i = 0; i < pages; i++, p += PAGE_SIZE)
		memcpy(p, copy[i] ? (const u8 *)copy[i] : zeros, PAGE_SIZE);
	return client_send(c, (u64)(p - out));
}

static int client_send_console(struct client *c)
{
	u8 *out = c->server->out + LWS_PRE;

	out[0] = 'C';
	c->heard = true;
	return client_send(c, 1 + console_read(c->server->console, &c->console_at, out + 1,
					       CONSOLE_KEPT));
}

/* It can take a message.  -1: it is to go. */
int client_give(struct client *c)
{
	bool told = c->console_at == c->server->console->written;
	int result = 0;

	if (c->greeting != c->server->greeting)
		result = client_send_greeting(c);
	else if (c->nanswers)
		result = client_send_answer(c);
	else if (!told && !(c->in_round && c->heard))
		result = client_send_console(c);
	else if (c->in_round)
		result = client_send_pages(c);
	else
		return 0;
	lws_callback_on_writable(c->wsi);
	return result;
}
