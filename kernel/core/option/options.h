/* options.h - the boot options: the list of all, and the value that each has now.
 *
 * A row is an option: its name in the kernel, its name on the command line, when it
 * counts, what it is in at most 40 letters (a line of the program vmctl; docs/options.md
 * tells more), and its values, the default first.  W(FORK_COPY, "copy") is a value that
 * is a word; readers write `opt(FORK) == FORK_COPY`.  An option can have numbers from
 * .low to .high besides its words, or instead of them; .initial is the default then.
 * One without words and numbers takes any text, which only programs read. */
#pragma once

#include "lib/types.h"

#define OPTIONS(X, W)                                                                   \
	X(FORK, "fork", ANY_TIME, "share tables or frames, or copy frames",             \
	  W(FORK_TABLES, "tables") W(FORK_COW, "cow") W(FORK_COPY, "copy"))             \
	X(HEAP, "heap", ANY_TIME, "memory at sbrk, or at the first touch",              \
	  W(HEAP_EAGER, "eager") W(HEAP_LAZY, "lazy"))                                  \
	X(SUPER, "super", ANY_TIME, "2 MiB leaves where they fit",                      \
	  W(SUPER_ON, "on") W(SUPER_OFF, "off"))                                        \
	X(ASID, "asid", AT_BOOT, "use ASIDs; a number limits their bits",               \
	  W(ASID_ON, "on") W(ASID_OFF, "off"), .high = 16)                              \
	X(ISOLATE, "isolate", AT_BOOT, "user mode on a root without the kernel",        \
	  W(ISOLATE_OFF, "off") W(ISOLATE_ON, "on"))                                    \
	X(UACCESS, "uaccess", AT_BOOT, "how the kernel reaches user memory",            \
	  W(UACCESS_AUTO, "auto") W(UACCESS_STRICT, "strict") W(UACCESS_OPEN, "open")   \
		  W(UACCESS_WALK, "walk"))                                              \
	X(UTOP, "utop", ANY_TIME, "highest break: trap frame, or USYSCALL",             \
	  W(UTOP_TRAPFRAME, "trapframe") W(UTOP_USYSCALL, "usyscall"))                  \
	X(VMPRINT, "vmprint", AT_BOOT, "print the first page table at boot",            \
	  W(VMPRINT_ON, "on") W(VMPRINT_OFF, "off"))                                    \
	X(STACK, "stack", ANY_TIME, "pages of stack of an xv6 program", , .initial = 1, \
	  .low = 1, .high = 16)                                                         \
	X(STATS, "stats", ANY_TIME, "what the device `statistics` says",                \
	  W(STATS_FULL, "full") W(STATS_LAB, "lab") W(STATS_LOCK, "lock"))              \
	X(FSBIG, "fsbig", AT_BOOT, "files of xv6's file system lab",                    \
	  W(FSBIG_AUTO, "auto") W(FSBIG_OFF, "off") W(FSBIG_ON, "on"))                  \
	X(ECHO, "echo", AT_BOOT, "whether what is typed appears",                       \
	  W(ECHO_ON, "on") W(ECHO_OFF, "off"))                                          \
	X(EOF, "eof", AT_BOOT, "^D ends the input for one reader, or all",              \
	  W(EOF_ONCE, "once") W(EOF_STAYS, "stays"))                                    \
	X(COLUMNS, "columns", ANY_TIME, "width of the terminal, for editing", ,         \
	  .initial = 80, .low = 2, .high = 9999)                                        \
	X(ROWS, "rows", ANY_TIME, "height of the terminal", , .initial = 24, .low = 2,  \
	  .high = 9999)                                                                 \
	X(EVENTS, "events", ANY_TIME, "record faults and changes of mappings",          \
	  W(EVENTS_OFF, "off") W(EVENTS_ON, "on"))                                      \
	X(HEAT, "heat", ANY_TIME, "note touched pages each so many ms",                 \
	  W(HEAT_OFF, "off"), .low = 10, .high = 9999)                                  \
	X(COLOUR, "colour", AT_BOOT, "whether our programs use colours",                \
	  W(COLOUR_OFF, "off") W(COLOUR_ON, "on"))                                      \
	X(CMD, "cmd", AT_BOOT, "one shell command, then power off", )                   \
	X(PANIC, "panic", ANY_TIME, "after a panic: stop, or leave QEMU",               \
	  W(PANIC_HALT, "halt") W(PANIC_EXIT, "exit"))                                  \
	X(BACKTRACE, "backtrace", ANY_TIME, "print the calls that led to pause()",      \
	  W(BACKTRACE_OFF, "off") W(BACKTRACE_PAUSE, "pause"))                          \
	X(KTEST, "ktest", AT_BOOT, "try the kernel itself",                             \
	  W(KTEST_OFF, "off") W(KTEST_ON, "on") W(KTEST_OVERFLOW, "overflow")           \
		  W(KTEST_PANIC, "panic") W(KTEST_LOCK, "lock") W(KTEST_PRINT, "print") \
			  W(KTEST_START, "start"))

/* enum option_FORK { FORK_TABLES, FORK_COW, FORK_COPY, FORK_NUMBERS }.  The value of an
 * option that is the number n is ID_NUMBERS + n. */
#define OPTION_VALUE(value, text) value,
#define OPTION_VALUES(id, name, when, what, words, ...) \
	enum option_##id{ words id##_NUMBERS };
OPTIONS(OPTION_VALUES, OPTION_VALUE)

#define OPTION_ID(id, name, when, what, words, ...) OPT_##id,
#define OPTION_NOTHING(value, text)
enum option_id { OPTIONS(OPTION_ID, OPTION_NOTHING) NOPTIONS };

/* --- values ---------------------------------------------------------------- */

/* (A) The value in effect of each option.  Written by this folder and option_put(). */
extern u32 option_values[NOPTIONS];

/* The current value of an option, by one load: of type enum option_ID, to be compared with
 * the values of that option.  An option that counts at any time may have changed by the
 * next call; a change affects only work that begins after it. */
#define opt(ID) \
	((enum option_##ID)__atomic_load_n(&option_values[OPT_##ID], __ATOMIC_RELAXED))

/* The number that is the value of an option now; negative: it is a word. */
#define opt_number(ID) ((int)opt(ID) - (int)ID##_NUMBERS)

/* Puts another value in the place of the one that was asked for: what `auto` became, or
 * what the hardware can do.  At boot, and by tests. */
#define option_put(ID, value)                                                      \
	__atomic_store_n(&option_values[OPT_##ID], (u32)(enum option_##ID)(value), \
			 __ATOMIC_RELAXED)

/* --- the table, for those who show and change options --------------------------- */

#define OPTION_WORDS_MAX 8  /* words of an option, with the NULL that ends them        */
#define OPTION_VALUE_MAX 40 /* bytes of a value with its NUL; longer ones are cut       */
#define OPTION_LIST_MAX 80  /* bytes that the values of any option take, with their NUL */

struct option {
	const char *name;
	const char *what;
	enum { AT_BOOT, ANY_TIME } when;
	const char *words[OPTION_WORDS_MAX];
	int low, high; /* numbers, both included; high is 0: none    */
	int initial;   /* the default, if there are numbers alone    */
};

/* Option @i, or NULL after the last; and the option of that name, or NULL. */
const struct option *option_at(u32 i);
const struct option *option_find(const char *name);

static inline bool option_is_text(const struct option *o)
{
	return !o->words[0] && !o->high;
}

static inline bool option_is_number(const struct option *o)
{
	return !o->words[0] && o->high;
}

/* The value that @text means for @o, or -1 if it means none. */
int option_parse(const struct option *o, const char *text);

/* Writes the values of @o into @to, the default first, with blanks between: "on off 0-16",
 * "80 2-9999", "".  They must fit into @size bytes. */
void option_list(const struct option *o, char *to, size_t size);

/* What the boot command line says of option @name, or NULL.  The text never changes. */
const char *option_given(const char *name);

/* Changes an option for work that begins from now on.  -ENOENT: there is none of that
 * name, -EPERM: it counts at boot only, -EINVAL: it has no such value. */
int option_set(const char *name, const char *value);

struct option_state {
	const char *given; /* on the boot command line, or NULL     */
	bool changed;      /* by option_set()                       */
	char value[OPTION_VALUE_MAX];
};

/* Fills in the state of @o as it is now. */
void option_look(const struct option *o, struct option_state *state);

/* Boot, before anyone reads an option: reads `name=value` words with blanks between out of
 * @line, which is copied.  The first of two with the same name counts; a name alone
 * means name=on. */
void options_init(const char *line);

/* What is wrong with the boot command line, in one line without newline; NULL: nothing. */
const char *options_fault(void);
