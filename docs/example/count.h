/* count.h - how often each letter occurs. */
#pragma once

#include <stdio.h>

#define LETTERS 26

/* Adds the letters of @in, large and small, to @count. */
void count_letters(FILE *in, unsigned long count[LETTERS]);
