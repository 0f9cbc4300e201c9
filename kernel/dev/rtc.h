/* rtc.h - the clock of the machine that goes on while it is off. */
#pragma once

/* Tells core/clock.h what time it is, if the machine has such a clock. */
void rtc_init(void);
