/* options.h - the boot options that there are, and refusing others. */
#pragma once

/* Makes the table known; before anybody reads an option. */
void options_init(void);

/* Stops the boot with one line if an option or its value is unknown. */
void options_check(void);

/* Says why, and powers off. */
void stop_boot(const char *why) __attribute__((noreturn));
