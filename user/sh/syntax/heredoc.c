/* heredoc.c - the texts of here-documents (<< and <<-); see parser.h. */
#include "syntax/parser.h"

#include <string.h>

/* Removes the quotes from the end of a here-document, in place; true if there were any. */
static bool here_unquote(char *word)
{
	bool quoted = false;
	char quote = '\0', *to = word;

	for (; *word; word++) {
		if (*word == quote) {
			quote = '\0';
		} else if (!quote && (*word == '\'' || *word == '"')) {
			quote = *word;
			quoted = true;
		} else {
			if (*word == '\\' && quote != '\'' && word[1]) {
				quoted = true;
				word++;
			}
			*to++ = *word;
		}
	}
	*to = '\0';
	return quoted;
}

/* Whether the line at the cursor, whose tabs were skipped, is @end. */
static bool here_is_end(struct parser *p, const char *end)
{
	const char *line = p->src->text + p->src->at;
	size_t n = strlen(end);

	return strncmp(line, end, n) == 0 && (line[n] == '\n' || !line[n]);
}

static void here_skip_line(struct parser *p)
{
	p->src->at += strcspn(p->src->text + p->src->at, "\n");
	p->src->at += scan_peek(p) == '\n';
}

/* Reads lines up to the one that ends @r, or to the end of the source.  Without an end in
 * quotes, a line may go on after a backslash, and then it is not the end. */
static void here_read_one(struct parser *p, struct sh_redir *r)
{
	char *end = r->target, *text = NULL;
	size_t len = 0, room = 0;
	bool joined = false;

	if (here_unquote(end))
		r->kind = SH_HERE_RAW;
	for (;;) {
		size_t from, n, slashes = 0;

		(void)scan_peek(p);
		while (r->strip && scan_peek(p) == '\t')
			p->src->at++;
		if (!joined && here_is_end(p, end) && (scan_peek(p) || *end == '\0'))
			break;
		if (!scan_peek(p))
			break;
		from = p->src->at;
		here_skip_line(p);
		n = p->src->at - from;
		if (len + n + 1 > room) {
			size_t want = (room + n) * 2 + 1;
			char *larger = parser_alloc(p, want);

			if (!larger)
				return;
			if (len)
				memcpy(larger, text, len);
			text = larger;
			room = want;
		}
		memcpy(text + len, p->src->text + from, n);
		len += n;
		while (slashes + 1 < n && text[len - 2 - slashes] == '\\')
			slashes++;
		joined = r->kind == SH_HERE && text[len - 1] == '\n' && slashes % 2;
	}
	here_skip_line(p);
	r->target = text ? text : "";
}

void here_read(struct parser *p)
{
	struct sh_redir *r = p->here;

	p->here = NULL;
	p->here_end = &p->here;
	for (; r && !p->result; r = r->next_here)
		here_read_one(p, r);
}
