/* layout.h - where things are in the user half of an address space. */
#pragma once

#define MAXVA 0x4000000000ul
#define TRAMPOLINE (MAXVA - 0x1000) /* supervisor only, R+X */
#define TRAPFRAME (MAXVA - 0x2000)  /* supervisor only, R+W */
#define USYSCALL (MAXVA - 0x3000)   /* user read-only: struct usyscall */
