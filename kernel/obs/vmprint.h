/* vmprint.h - the user half of a page table as text. */
#pragma once

struct pt;

/* The form of the labs of 2020 to 2023: indexes.  To the console. */
void vmprint(const struct pt *pt);

/* The form of 2024 and 2025: virtual addresses. */
void vmprint_addresses(const struct pt *pt);
