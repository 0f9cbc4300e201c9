/* server.h - what the parts of the server share.
 *
 * One thread, the loop of libwebsockets.  A client is a browser's WebSocket; what it and
 * the server say to each other is in docs/scope.md.  Nothing is queued for a client but
 * one message: what it gets next is decided when it can take it. */
#pragma once

#include <libwebsockets.h>

#include "serve/console.h"
#include "serve/machine.h"
#include "mapped.h"
#include "serve/qmp.h"
#include "track/record.h"
#include "serve/recording.h"
#include "serve/serve.h"
#include "track/watch.h"

#define SERVER_TOKEN 32              /* letters                                          */
#define SERVER_TICK_MS 100           /* between two rounds, at least                     */
#define SERVER_BEAT_MS 1000          /* a round ends at least as often, also without news */
#define SERVER_CLIENTS 16            /* at most                                          */
#define SERVER_MESSAGE (1 << 20)     /* bytes, at most, in both directions             */
#define SERVER_COPIES ((u64)1 << 18) /* pages that are kept at most: 1 GiB         */
#define SERVER_HOLD_MS 2000 /* a consistent picture waits for slow clients, at most */
#define SERVER_ANSWERS 2048 /* bytes of answers that a client has not taken yet */

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
	bool ticks;         /* the tick is scheduled */
	double compared_ms; /* time of the last comparison   */
	bool still;         /* the machine stood still then   */
	double hold_ms;     /* no comparison up to this time: 0, or a picture is sent */
	double looked_ms;   /* ... of the last look at these: */
	bool live;          /* somebody writes the RAM        */
	bool found;         /* the descriptor is on page ...  */
	u64 index;
	u32 greeting; /* number of the newest H */
	u8 *out;      /* a message: LWS_PRE + SERVER_MESSAGE bytes */
	bool left;    /* the user has had enough           */
	int status;   /* that the program ends with        */

	/* If QEMU was started: */
	int qemu;       /* its process; 0: it has ended   */
	int control;    /* socket to its control channel  */
	struct qmp qmp; /* what comes from there          */
	bool controls;  /* it takes commands              */
	bool paused;    /* it stands still                */
	bool stopping;  /* it was told to stand still ... */
	bool goes_on;   /* ... and is to run on then      */
	bool shut_down; /* the guest has ended it         */
	struct console *console;
	lws_sorted_usec_list_t console_timer;

	struct recorder recorder; /* its file is NULL: nothing is recorded */
	lws_sorted_usec_list_t record_timer;
	bool recorded; /* the file is a recording, which is shown: */
	struct replay replay;
	bool shows; /* the moment of this time is to be shown soon: */
	double show_ms;
	lws_sorted_usec_list_t show_timer;
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
	bool wants;    /* a consistent picture, and waits for it      */
	bool picture;  /* the round is one                            */
	bool heard;    /* what was sent last is console output        */
	u8 flags;      /* of the round                                */
	u32 round;
	double round_ms, ended_ms;
	u32 greeting;   /* of the H that it was sent       */
	u64 console_at; /* bytes of the console's output  */
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

/* Looks where the file has data, and whether it is still as long as it was: to be called
 * before it is read, as a read beyond its end would be the end of us. */
void server_refresh(struct server *s);

/* Looks whether there is a machine and a kernel; greets if that has changed. */
void server_look(struct server *s);

/* The machine has stopped or runs again, or a picture of a still one is wanted. */
void server_on_pause(struct server *s);

/* Calls what belongs to @fd when it has something: a copy of it.  NULL: it cannot. */
struct lws *server_adopt(struct server *s, int fd);

bool server_ending(void); /* a signal has come */
bool server_readable(int fd);

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

/* browser.c: @told is the descriptor that was told the address. */
void browser_open(const char *url, int told);
