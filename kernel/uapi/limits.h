/* limits.h - the limits of xv6, which its programs test, and our own. */
#pragma once

#define NPROC 64       /* processes at once                              */
#define NTHREAD 12     /* threads of a process; each takes a slot of NPROC */
#define NOFILE 16      /* open files of a process                        */
#define NFILE 100      /* open files of the system                       */
#define NINODE 50      /* inodes in use at once, at least                */
#define NDEV 10        /* device majors                                  */
#define MAXARG 32      /* exec arguments, the NULL included              */
#define MAXARGS 1024   /* the same for a native call, see sys_exec()     */
#define MAXARGLEN 4096 /* bytes of one exec argument, NUL included      */
#define MAXPATH 128    /* bytes of a path, NUL included                  */
#define PIPESIZE 512   /* bytes in a pipe                                */
#define PROCNAME 16    /* bytes of a process name, NUL included          */
#define TICK_HZ 10     /* ticks of uptime() and pause() in a second      */

#define CONSOLE 1  /* device major of the console                    */
#define STATS 2    /* device major of "statistics"                   */
#define DEV_NULL 3 /* device majors of null, zero and full          */
#define DEV_ZERO 4
#define DEV_FULL 5
