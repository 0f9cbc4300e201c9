/* cdefs.h - picolibc's, and what its later versions do not define: the frame of
 * declarations in a header that C++ may include. */
#pragma once

#include_next <sys/cdefs.h>

#ifndef __BEGIN_DECLS
#ifdef __cplusplus
#define __BEGIN_DECLS extern "C" {
#define __END_DECLS }
#else
#define __BEGIN_DECLS
#define __END_DECLS
#endif
#endif
