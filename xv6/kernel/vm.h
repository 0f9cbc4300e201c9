/* vm.h - the second argument of sys_sbrk(). */
#pragma once

#define SBRK_EAGER 1
#define SBRK_LAZY 2
