/* signal.h - another name of <signal.h> */
#pragma once

#include <signal.h>
