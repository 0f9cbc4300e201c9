/* events.h - the option `events`. */
#pragma once

void events_init(void); /* at boot */

/* Starts or stops the recording, as the option says now.  -ENOMEM: there is no memory for
 * the rings; the option is off then. */
int events_follow_option(void);
