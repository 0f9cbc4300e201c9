/* e1000.h - Intel's 82540EM network controller; used through dev/net/netdev.h. */
#pragma once

/* At boot: registers the first one, if there is one that works. */
void e1000_init(void);
