/* bootopt.c - the boot command line, split once. */

#include "core/option/bootopt.h"

#include "core/option/bootopt_init.h"
#include "core/report/klog.h"
#include "lib/string.h"

#define LINE_MAX 1024
#define OPTIONS_MAX 32

static char line[LINE_MAX];
static struct {
	const char *name, *value;
} options[OPTIONS_MAX];
static unsigned noptions;

static char *skip_blanks(char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

static void add_option(char *word)
{
	char *eq = strchr(word, '=');

	if (noptions == OPTIONS_MAX) {
		printk("boot: more than %d options, '%s' is ignored\n", OPTIONS_MAX, word);
		return;
	}
	if (eq)
		*eq++ = '\0';
	options[noptions].name = word;
	options[noptions++].value = eq ? eq : "on";
}

void bootopt_init(const char *text)
{
	char *p = line;

	if (strlcpy(line, text, sizeof(line)) >= sizeof(line))
		printk("boot: the command line is cut at %d bytes\n", LINE_MAX - 1);
	while (*(p = skip_blanks(p))) {
		char *word = p;

		while (*p && *p != ' ')
			p++;
		if (*p)
			*p++ = '\0';
		add_option(word);
	}
}

const char *bootopt_get(const char *name)
{
	for (unsigned i = 0; i < noptions; i++) {
		if (strcmp(options[i].name, name) == 0)
			return options[i].value;
	}
	return NULL;
}

const char *bootopt_name(unsigned i)
{
	return i < noptions ? options[i].name : NULL;
}

const char *bootopt_value(unsigned i)
{
	return options[i].value;
}
