/* http.c - who may come in, and the page.
 *
 * Any program and any site that the browser shows could reach our port.  So a request must
 * have the token; its Host must be this computer, or another name could be made to stand
 * for 127.0.0.1; and if it has an Origin, that must be our own page. */

#include "serve/server.h"

#include <stdio.h>
#include <string.h>

bool http_argument(struct lws *wsi, const char *name, char *to, u32 size)
{
	char part[256];
	size_t n = strlen(name);

	for (int i = 0; lws_hdr_copy_fragment(wsi, part, sizeof(part),
					      WSI_TOKEN_HTTP_URI_ARGS, i) >= 0;
	     i++) {
		if (strncmp(part, name, n) != 0 || part[n] != '=')
			continue;
		snprintf(to, size, "%s", part + n + 1);
		return true;
	}
	return false;
}

/* Takes the same time wherever the first wrong letter is. */
static bool http_has_token(struct server *s, struct lws *wsi)
{
	char token[SERVER_TOKEN + 2] = "";
	u32 wrong = 0;

	if (!http_argument(wsi, "token", token, sizeof(token)))
		return false;
	for (u32 i = 0; i <= SERVER_TOKEN; i++)
		wrong |= (u32)(token[i] ^ s->token[i]);
	return wrong == 0;
}

static bool http_header_is(struct server *s, struct lws *wsi, enum lws_token_indexes which,
			   const char *scheme)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost" };
	char given[64], wanted[64];

	if (lws_hdr_copy(wsi, given, sizeof(given), which) <= 0)
		return false;
	for (u32 i = 0; i < ARRAY_SIZE(hosts); i++) {
		snprintf(wanted, sizeof(wanted), "%s%s:%d", scheme, hosts[i], s->port);
		if (strcmp(given, wanted) == 0)
			return true;
	}
	return false;
}

bool http_is_ours(struct server *s, struct lws *wsi)
{
	return http_has_token(s, wsi) && http_header_is(s, wsi, WSI_TOKEN_HOST, "") &&
	       (!lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) ||
		http_header_is(s, wsi, WSI_TOKEN_ORIGIN, "http://"));
}

struct http_header {
	const char *name, *value;
};

static const struct http_header headers[] = {
	{ "cache-control:", "no-store" },
	{ "referrer-policy:", "no-referrer" },
	{ "x-content-type-options:", "nosniff" },
	{ "x-frame-options:", "DENY" },
};

static bool http_add(struct lws *wsi, const struct http_header *h, u8 **p, u8 *end)
{
	return lws_add_http_header_by_name(wsi, (const unsigned char *)h->name,
					   (const unsigned char *)h->value,
					   (int)strlen(h->value), p, end) == 0;
}

/* The page needs nothing from elsewhere, and may get nothing. */
static bool http_add_policy(struct server *s, struct lws *wsi, u8 **p, u8 *end)
{
	char policy[512];

	snprintf(policy, sizeof(policy),
		 "default-src 'none'; script-src 'unsafe-inline' "
		 "'wasm-unsafe-eval'; "
		 "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
		 "connect-src 'self' ws://127.0.0.1:%d ws://localhost:%d; "
		 "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		 s->port, s->port);
	return http_add(wsi, &(struct http_header){ "content-security-policy:", policy }, p,
			end);
}

int http_serve_page(struct server *s, struct client *c, const char *path)
{
	u8 buffer[LWS_PRE + 2048], *start = buffer + LWS_PRE, *p = start;
	u8 *end = buffer + sizeof(buffer) - 1;
	u64 size = (u64)(page_end - page_start);

	if (strcmp(path, "/") != 0) {
		lws_return_http_status(c->wsi, HTTP_STATUS_NOT_FOUND, NULL);
		return -1;
	}
	if (lws_add_http_common_headers(c->wsi, HTTP_STATUS_OK, "text/html; charset=utf-8",
					size, &p, end))
		return -1;
	for (u32 i = 0; i < ARRAY_SIZE(headers); i++)
		if (!http_add(c->wsi, &headers[i], &p, end))
			return -1;
	if (!http_add_policy(s, c->wsi, &p, end) ||
	    lws_finalize_write_http_header(c->wsi, start, &p, end))
		return -1;
	c->page_at = 0;
	lws_callback_on_writable(c->wsi);
	return 0;
}

int http_continue_page(struct client *c)
{
	u8 buffer[LWS_PRE + 16384];
	u64 left = (u64)(page_end - page_start) - c->page_at;
	u64 n = MIN(left, sizeof(buffer) - LWS_PRE);

	memcpy(buffer + LWS_PRE, page_start + c->page_at, (size_t)n);
	if (lws_write(c->wsi, buffer + LWS_PRE, (size_t)n,
		      n == left ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
		return -1;
	c->page_at += n;
	if (n < left)
		lws_callback_on_writable(c->wsi);
	else if (lws_http_transaction_completed(c->wsi))
		return -1;
	return 0;
}
