/* options.h - refusing boot options that nobody knows. */
#pragma once

/* Stops the boot with one line if an option or its value is unknown. */
void options_check(void);

/* Says why, and powers off. */
void stop_boot(const char *why) __attribute__((noreturn));
