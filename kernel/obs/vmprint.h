/* vmprint.h - the user half of a page table as text. */
#pragma once

struct pt;

/* Prints it in the form of the labs of 2020 to 2023: with indexes.  Takes no lock: the area
 * lock is held, or the table is that of the running process. */
void vmprint(struct pt *pt);

/* The same in the form of 2024 and 2025: with virtual addresses. */
void vmprint_addresses(struct pt *pt);

/* The same in the form of 2026: with addresses, and of a leaf the letters R, W, X and U. */
void vmprint_rights(struct pt *pt);
