/* complete.h - what a word could become: names of commands, files and variables (Tab). */
#pragma once

#include <stddef.h>

#include "syntax/arena.h"

struct completion {
	char **names; /* sorted; a NULL at the end                                       */
	int count;
	char *insert; /* what all of them have after what is typed; a blank or slash
			       follows a name that is the only one */
};

/* Complete the word that ends at byte @len of @text, with memory of @a. */
void complete_word(struct arena *a, const char *text, size_t len, struct completion *c);
