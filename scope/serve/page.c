/* page.c - the page that the server shows: a file, as bytes of the program. */

#include "serve/server.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define NAME(name) TEXT(__USER_LABEL_PREFIX__) name

__asm__(".data\n"
	".globl " NAME("page_start") "\n"
				     ".globl " NAME("page_end") "\n" NAME(
					     "page_start") ":\n"
							   ".incbin \"" SCOPE_PAGE
							   "\"\n" NAME(
								   "page_end") ":\n"
									       ".byte 0\n"
									       ".text\n");
