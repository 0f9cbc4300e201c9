/* bootopt_init.h - the boot side of bootopt.h. */
#pragma once

/* Splits @text (copied).  Once, before anybody asks. */
void bootopt_init(const char *text);

/* The name of option @i, NULL behind the last; to refuse unknown ones. */
const char *bootopt_name(unsigned i);

/* And its value there: of one that is given twice, the first counts. */
const char *bootopt_value(unsigned i);
