/* getopts.c - the builtin getopts: the options of a script, one by one. */
#include "builtin/builtin.h"

#include "word/arith.h"

#include <stdlib.h>
#include <string.h>

/* Where in a word with several options the next one is, while OPTIND is @word. */
static struct {
	long word;
	size_t at;
} getopts_place;

/* What is found: @name is the letter, ":" or "?". */
struct getopts_found {
	char name[2], letter[2];
	const char *arg; /* for OPTARG; NULL: none */
};

static bool getopts_set(const char *name, const struct getopts_found *f, long word)
{
	char number[24];

	getopts_place.word = word;
	return sh_var_set("OPTIND", arith_text(word, number)) &&
	       sh_var_set(name, f->name) &&
	       (f->arg ? sh_var_set("OPTARG", f->arg) : sh_var_unset("OPTARG"));
}

/* Something is wrong; a list of letters that begins with ":" wants no message. */
static void getopts_wrong(const char *letters, struct getopts_found *f, char kind)
{
	f->name[0] = *letters == ':' ? kind : '?';
	f->arg = *letters == ':' ? f->letter : NULL;
	if (*letters != ':')
		sh_say("sh: -", f->letter, ": ",
		       kind == ':' ? "an argument is missing" : "no such option", "\n",
		       NULL);
}

/* Takes the option at byte @at of args[0]; returns the number of words that are done. */
static int getopts_take(const char *letters, char **args, size_t at,
			struct getopts_found *f)
{
	const char *word = args[0], *known;

	f->name[0] = f->letter[0] = word[at++];
	known = f->name[0] == ':' ? NULL : strchr(letters, f->name[0]);
	getopts_place.at = word[at] ? at : 0;
	if (!known)
		getopts_wrong(letters, f, '?');
	if (!known || known[1] != ':')
		return !word[at];
	getopts_place.at = 0;
	f->arg = word[at] ? word + at : args[1];
	if (f->arg)
		return word[at] ? 1 : 2;
	getopts_wrong(letters, f, ':');
	return 1;
}

int run_getopts(int argc, char **argv)
{
	char **args = argc > 3 ? argv + 3 : shell.values.args;
	const char *index = sh_value("OPTIND");
	long word = index ? strtol(index, NULL, 10) : 1;
	struct getopts_found found = { .name = "?" };
	bool end;

	if (argc < 3)
		return builtin_complain("getopts", "LETTERS NAME", "are missing");
	if (word < 1)
		word = 1;
	if (word != getopts_place.word)
		getopts_place.at = 0;
	for (long i = 1; i < word && *args; i++)
		args++;
	end = !*args || (!getopts_place.at && (args[0][0] != '-' || !args[0][1]));
	if (!end && strcmp(*args, "--") == 0 && !getopts_place.at) {
		end = true;
		word++;
	}
	if (!end && getopts_place.at >= strlen(*args))
		getopts_place.at = 0;
	if (end)
		getopts_place.at = 0;
	else
		word += getopts_take(argv[1], args, getopts_place.at ? getopts_place.at : 1,
				     &found);
	return getopts_set(argv[2], &found, word) ? end : SH_STATUS_WRONG;
}
