/* server.h - what the parts of the server share.
 *
 * One thread, the loop of libwebsockets.  A client is a browser's WebSocket; what it and
 * the server say to each other is in docs/scope.md.  Nothing is queued for a client but
 * one message: what it gets next is decided when it can take it. */
#pragma once

#include <libwebsockets.h>

#include "serve/mapped.h"
#include "serve/serve.h"
#include "serve/watch.h"

#define SERVER_TOKEN 32        /* letters                                          */
#define SERVER_TICK_MS 100     /* between two rounds, at least                     */
#define SERVER_BEAT_MS 1000    /* a round ends at least as often, also without news */
#define SERVER_CLIENTS 16      /* at most                                          */
#define SERVER_MESSAGE (1 << 20) /* bytes, at most, in both directions             */
#define SERVER_COPIES ((u64)1 << 18) /* pages that are kept at most: 1 GiB         */
#define SERVER_ANSWERS 2048    /* bytes of answers that a client has not taken yet */

struct server {
	const struct serve_options *options;
	struct lws_context *context;
	struct lws_vhost *vhost;
	char token[SERVER_TOKEN + 1];
	int port;
	struct mapped mapped;
	struct watch watch;
	struct client *clients;
	u32 nclients;
	lws_sorted_usec_list_t tick;
	bool ticks; /* the tick is scheduled */
	double compared_ms;   /* time of the last comparison   */
	double looked_ms;     /* ... of the last look at these: */
	bool live;            /* somebody writes the RAM        */
	bool found;           /* the descriptor is on page ...  */
	u64 index;
	u32 greeting; /* number of the newest H */
	u8 *out;      /* a message: LWS_PRE + SERVER_MESSAGE bytes */
};

/* Also a browser that only asks for the page. */
struct client {
	struct client *next;
	struct server *server;
	struct lws *wsi;
	u64 page_at; /* bytes of the page that were sent */

	/* A WebSocket has these. */
	bool listed;
	bool zeros;    /* takes D with indexes of pages that are zero */
	bool in_round; /* ... */
	bool again;    /* another round is to follow at once          */
	u8 flags;      /* of the round                                */
	u32 round;
	double round_ms, ended_ms;
	u32 greeting; /* of the H that it was sent */
	struct watcher watcher;
	u8 *in; /* a message that comes in */
	u32 nin, in_room;
	char answers[SERVER_ANSWERS]; /* each with its NUL */
	u32 nanswers;
};

#define ROUND_CONSISTENT 1
#define ROUND_PAUSED 2

double server_now(void); /* Unix time in milliseconds */

/* All clients are told anew what they look at. */
void server_greet(struct server *s);

/* The JSON of H.  Returns its length, cut to @size. */
u32 server_describe(struct server *s, char *to, u32 size);

/* Rounds are due from now on, as somebody is there. */
void server_wake(struct server *s);

/* http.c: whether a request may come in: our address, our origin, our token. */
bool http_is_ours(struct server *s, struct lws *wsi);
bool http_argument(struct lws *wsi, const char *name, char *to, u32 size);
int http_serve_page(struct server *s, struct client *c, const char *path);
int http_continue_page(struct client *c);

/* client.c */
int client_start(struct server *s, struct client *c, struct lws *wsi);
void client_end(struct client *c);
int client_take(struct client *c, const u8 *bytes, size_t n);
int client_give(struct client *c);
void client_begin_round(struct client *c);
PRINTF_LIKE(2, 3) void client_answer(struct client *c, const char *form, ...);

/* page.c: the page that is served. */
extern const char page_start[], page_end[];

/* browser.c */
void browser_open(const char *url);
