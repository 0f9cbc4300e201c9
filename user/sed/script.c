/* script.c - reading a script of sed. */
#include "sed.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void text_add(struct tool_line *to, const char *text, size_t len)
{
	if (to->len + len + 1 > to->room) {
		to->room = 2 * to->room + len + 128;
		to->text = tool_realloc(to->text, to->room, "a line");
	}
	if (len)
		memcpy(to->text + to->len, text, len);
	to->len += len;
	to->text[to->len] = '\0';
}

static const char *at; /* what is not read yet */

static _Noreturn void script_refuse(const char *reason)
{
	char what[32];

	snprintf(what, sizeof(what), "script, before `%.*s`",
		 (int)strcspn(at, "\n") > 8 ? 8 : (int)strcspn(at, "\n"), at);
	tool_refuse(what, reason);
}

static void script_skip(const char *what)
{
	at += strspn(at, what);
}

/* Up to @end, which is skipped.  `\` and @end together become @end; in a pattern, `\n`
 * becomes a newline, and @end in brackets is no end. */
static char *script_read_part(char end, bool is_pattern, size_t *len)
{
	struct tool_line part = { 0 };
	const char *bracket = NULL; /* the first place where ] ends the brackets */

	for (text_add(&part, "", 0); bracket || *at != end; at++) {
		if (!*at || (*at == '\n' && is_pattern))
			script_refuse("something has no end");
		if (*at == '\\' && at[1] && !(bracket && at[1] != 'n')) {
			at++;
			if (is_pattern && *at == 'n' && end != 'n')
				text_add(&part, "\n", 1);
			else
				text_add(&part, at - (*at != end), 1 + (*at != end));
			continue;
		}
		if (is_pattern && !bracket && *at == '[') {
			bracket = at + 1 + (at[1] == '^');
			bracket += *bracket == ']';
		} else if (bracket && *at == '[' && strchr(":.=", at[1]) && at[1]) {
			const char close[] = { at[1], ']', '\0' },
				   *stop = strstr(at + 2, close);

			if (stop) {
				text_add(&part, at, (size_t)(stop + 1 - at));
				at = stop + 1;
			}
		} else if (bracket && *at == ']' && at >= bracket) {
			bracket = NULL;
		}
		text_add(&part, at, 1);
	}
	at++;
	*len = part.len;
	return part.text;
}

/* NULL stands for the pattern that was used last. */
static regex_t *script_read_pattern(const char *text, int flags)
{
	regex_t *pattern;

	if (!*text)
		return NULL;
	pattern = tool_realloc(NULL, sizeof(*pattern), "a pattern");
	pattern_compile(pattern, text, sed.pattern_flags | flags);
	return pattern;
}

static bool script_read_address(struct address *address)
{
	size_t len;
	char *end;

	if (isdigit((unsigned char)*at)) {
		address->kind = LINE;
		address->line = strtoul(at, &end, 10);
		at = end;
	} else if (*at == '$') {
		address->kind = LAST;
		at++;
	} else if (*at == '/' || (*at == '\\' && at[1] && at[1] != '\n')) {
		address->kind = MATCH;
		at += *at == '\\';
		at++;
		address->pattern =
			script_read_pattern(script_read_part(at[-1], true, &len), 0);
	} else {
		return false;
	}
	script_skip(" \t");
	return true;
}

/* The word up to one of @ends or a newline. */
static void script_read_word(struct command *c, const char *ends)
{
	size_t len = 0;

	script_skip(" \t");
	while (at[len] && at[len] != '\n' && !strchr(ends, at[len]))
		len++;
	c->text = strndup(at, len);
	if (!c->text)
		tool_die("script");
	at += len;
}

static FILE *script_open_output(const char *name)
{
	static struct output {
		const char *name;
		FILE *file;
	} * outputs;
	static size_t n;

	for (size_t i = 0; i < n; i++)
		if (strcmp(outputs[i].name, name) == 0)
			return outputs[i].file;
	outputs = tool_realloc(outputs, (n + 1) * sizeof(*outputs), name);
	outputs[n] = (struct output){ name, fopen(name, "w") };
	if (!outputs[n].file)
		tool_die(name);
	return outputs[n++].file;
}

/* Text of a, i or c: up to a newline without a `\` before it. */
static void script_read_text(struct command *c)
{
	struct tool_line text = { 0 };

	script_skip(" \t");
	if (*at == '\\') {
		at++;
		at += strspn(at, " \t");
		at += *at == '\n';
	}
	if (!*at)
		script_refuse("the text is missing");
	for (; *at && *at != '\n'; at++) {
		at += *at == '\\' && at[1];
		text_add(&text, at, 1);
	}
	text_add(&text, "\n", 1);
	c->text = text.text;
	c->text_len = text.len;
}

static void script_read_s(struct command *c)
{
	char end = *at++, *text;
	size_t len;
	int flags = 0;

	if (!end || end == '\n' || end == '\\')
		script_refuse("s needs two parts");
	text = script_read_part(end, true, &len);
	c->text = script_read_part(end, false, &c->text_len);
	c->nth = 1;
	for (;; at++) {
		if (isdigit((unsigned char)*at) && *at != '0') {
			c->nth = strtoul(at, (char **)&at, 10);
			at--;
		} else if (*at == 'g') {
			c->global = true;
		} else if (*at == 'p') {
			c->print = true;
		} else if (*at == 'i' || *at == 'I') {
			flags = REG_ICASE;
		} else {
			break;
		}
	}
	if (*at == 'w') {
		struct command file;

		at++;
		script_read_word(&file, "");
		c->file = script_open_output(file.text);
	}
	c->pattern = script_read_pattern(text, flags);
	for (const char *part = c->text; c->pattern && (part = strchr(part, '\\'));
	     part += 2)
		if (isdigit((unsigned char)part[1]) &&
		    (size_t)(part[1] - '0') > c->pattern->re_nsub)
			script_refuse("the pattern has not so many ( )");
}

/* The next character of a part of y. */
static int script_map_char(const char **part)
{
	int c = (unsigned char)*(*part)++;

	if (c != '\\' || (**part != 'n' && **part != '\\'))
		return c;
	return *(*part)++ == 'n' ? '\n' : '\\';
}

static void script_read_y(struct command *c)
{
	char end = *at++;
	const char *from, *to;
	size_t len;

	if (!end || end == '\n' || end == '\\')
		script_refuse("y needs two parts");
	from = script_read_part(end, false, &len);
	to = script_read_part(end, false, &len);
	c->map = tool_realloc(NULL, 256, "y");
	for (int i = 0; i < 256; i++)
		c->map[i] = (unsigned char)i;
	while (*from && *to) {
		int key = script_map_char(&from);

		c->map[key] = (unsigned char)script_map_char(&to);
	}
	if (*from || *to)
		script_refuse("the parts of y have different lengths");
}

static void script_read_command(struct command *c)
{
	if (script_read_address(&c->from) && *at == ',') {
		at++;
		script_skip(" \t");
		if (!script_read_address(&c->to))
			script_refuse("an address is missing after the comma");
	}
	while (*at == '!' || (c->others && isblank((unsigned char)*at))) {
		c->others = true;
		at++;
	}
	c->name = *at;
	if (!c->name || !strchr("{}sypdDgGhHlnNPqx=aicrwbt:", c->name))
		script_refuse("no such command");
	if ((c->to.kind && c->name == 'q') || (c->from.kind && strchr("}:", c->name)))
		script_refuse("too many addresses");
	at++;
	switch (c->name) {
	case 's':
		script_read_s(c);
		break;
	case 'y':
		script_read_y(c);
		break;
	case 'a':
	case 'i':
	case 'c':
		script_read_text(c);
		break;
	case 'r':
	case 'w':
		script_read_word(c, "");
		if (c->name == 'w')
			c->file = script_open_output(c->text);
		break;
	case 'b':
	case 't':
	case ':':
		script_read_word(c, c->name == ':' ? ";" : "; }");
		break;
	}
	script_skip(" \t");
	if (c->name == 'q' && isdigit((unsigned char)*at))
		c->nth = strtoul(at, (char **)&at, 10) & 0xff;
	if (*at && !strchr(";\n}#", *at) && c->name != '{' && c->name != '}')
		script_refuse("is too much");
}

static void script_find_targets(void)
{
	for (size_t i = 0; i < sed.ncommands; i++) {
		struct command *c = &sed.commands[i];
		size_t depth = 0, k = i;

		if (c->name == '{') {
			do {
				depth += sed.commands[k].name == '{';
				depth -= sed.commands[k].name == '}';
			} while (depth && ++k < sed.ncommands);
			if (depth)
				script_refuse("{ has no }");
			c->target = k;
		} else if ((c->name == 'b' || c->name == 't') && *c->text) {
			for (k = 0; k < sed.ncommands; k++)
				if (sed.commands[k].name == ':' &&
				    strcmp(sed.commands[k].text, c->text) == 0)
					break;
			if (k == sed.ncommands)
				script_refuse("a label is missing");
			c->target = k;
		} else {
			c->target = sed.ncommands;
		}
	}
}

void script_read(const char *script)
{
	long depth = 0;

	at = script;
	if (strncmp(at, "#n", 2) == 0 && (!at[2] || at[2] == '\n'))
		sed.quiet = true;
	for (;;) {
		script_skip("; \t\n");
		if (*at == '#') {
			at += strcspn(at, "\n");
			continue;
		}
		if (!*at)
			break;
		sed.commands = tool_realloc(sed.commands,
					    (sed.ncommands + 1) * sizeof(*sed.commands),
					    "script");
		sed.commands[sed.ncommands] = (struct command){ 0 };
		script_read_command(&sed.commands[sed.ncommands]);
		depth += sed.commands[sed.ncommands].name == '{';
		depth -= sed.commands[sed.ncommands++].name == '}';
		if (depth < 0)
			script_refuse("} has no {");
	}
	script_find_targets();
}
