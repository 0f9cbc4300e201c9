/* vmprint.h - the user half of a page table as text. */
#pragma once

struct pt;

/* To the console, in the form of the labs of 2020 to 2023: with indexes. */
void vmprint(const struct pt *pt);

/* The same in the form of 2024 and 2025: with virtual addresses. */
void vmprint_addresses(const struct pt *pt);
