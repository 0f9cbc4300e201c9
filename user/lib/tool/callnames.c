/* callnames.c - see callnames.h. */
#include <callnames.h>
#include <tool.h>

#include <stdio.h>
#include <string.h>

#include "uapi/calltrace.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/job.h"
#include "uapi/mman.h"
#include "uapi/signal.h"
#include "uapi/stat.h"
#include "uapi/syscalls.h"
#include "uapi/thread.h"

enum {
#define X(number, name, nargs) CALL_##name = number,
	SYSCALLS(X)
#undef X
};

static const struct {
	const char *name;
	int nargs;
} calls[CALLS_MAX] = {
#define X(number, name, nargs) [number] = { #name, nargs },
	SYSCALLS(X)
#undef X
};

static const char *const letters[CALLS_MAX] = {
#define X(name, text) [CALL_##name] = text,
	CALL_ARGUMENTS(X)
#undef X
};

int call_number(const char *name)
{
	for (int i = 1; i < CALLS_MAX; i++)
		if (calls[i].name && strcmp(calls[i].name, name) == 0)
			return i;
	return 0;
}

const char *call_name(int number)
{
	return number > 0 && number < CALLS_MAX ? calls[number].name : NULL;
}

const char *call_letters(int number)
{
	const char *unknown = "xxxxxx";

	if (!call_name(number))
		return unknown;
	return letters[number] ? letters[number] : unknown + 6 - calls[number].nargs;
}

bool call_gives_hexadecimal(int number)
{
	return number == CALL_sigmask || number == CALL_sbrk || number == CALL_mmap ||
	       number == CALL_mremap;
}

const char *call_error(int error)
{
	static char number[16];
	static const struct {
		int error;
		const char *name;
	} names[] = {
#define E(name) { name, #name }
		E(EPERM),    E(ENOENT),    E(ESRCH),        E(EINTR),      E(EIO),
		E(ENXIO),    E(E2BIG),     E(ENOEXEC),      E(EBADF),      E(ECHILD),
		E(EAGAIN),   E(ENOMEM),    E(EACCES),       E(EFAULT),     E(EBUSY),
		E(EEXIST),   E(EXDEV),     E(ENODEV),       E(ENOTDIR),    E(EISDIR),
		E(EINVAL),   E(ENFILE),    E(EMFILE),       E(ENOTTY),     E(EFBIG),
		E(ENOSPC),   E(ESPIPE),    E(EROFS),        E(EMLINK),     E(EPIPE),
		E(EDEADLK),  E(ENODATA),   E(ENAMETOOLONG), E(ENOSYS),     E(ENOTEMPTY),
		E(ELOOP),    E(EOVERFLOW), E(ENOBUFS),      E(EADDRINUSE), E(ENETUNREACH),
		E(ENETDOWN), E(ETIMEDOUT), E(EHOSTUNREACH), E(EMSGSIZE),   E(ENOTCONN),
		E(ESTALE),
#undef E
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].error == error)
			return names[i].name;
	snprintf(number, sizeof(number), "%d", error);
	return number;
}

/* --- flags --------------------------------------------------------------------------- */

/* The bits of each kind that has some, in the order in which they are shown; what is left
 * over comes in hexadecimal.  Bits 0: the name if none of the mask is set. */
static const struct flag {
	char letter;
	unsigned mask, bits;
	const char *name;
} flags[] = {
#define FLAG(letter, name)                \
	{                                 \
		letter, name, name, #name \
	}
#define ONE_OF(letter, mask, name)        \
	{                                 \
		letter, mask, name, #name \
	}
	ONE_OF('O', 3, O_RDONLY),
	ONE_OF('O', 3, O_WRONLY),
	ONE_OF('O', 3, O_RDWR),
	{ 'O', O_CREATE, O_CREATE, "O_CREAT" },
	FLAG('O', O_EXCL),
	FLAG('O', O_TRUNC),
	FLAG('O', O_APPEND),
	FLAG('O', O_NOFOLLOW),
	ONE_OF('r', 7, PROT_NONE),
	FLAG('r', PROT_READ),
	FLAG('r', PROT_WRITE),
	FLAG('r', PROT_EXEC),
	FLAG('m', MAP_SHARED),
	FLAG('m', MAP_PRIVATE),
	FLAG('m', MAP_FIXED),
	FLAG('m', MAP_ANONYMOUS),
	ONE_OF('A', ~0u, MADV_NORMAL),
	ONE_OF('A', ~0u, MADV_RANDOM),
	ONE_OF('A', ~0u, MADV_SEQUENTIAL),
	ONE_OF('A', ~0u, MADV_WILLNEED),
	ONE_OF('A', ~0u, MADV_DONTNEED),
	{ 'U', ~0u, 0, "0" },
	{ 'U', ~0u, AT_REMOVES, "AT_REMOVEDIR" },
	FLAG('y', MS_ASYNC),
	FLAG('y', MS_INVALIDATE),
	FLAG('y', MS_SYNC),
	FLAG('R', MREMAP_MAYMOVE),
	ONE_OF('k', ~0u, SIG_SETMASK),
	ONE_OF('k', ~0u, SIG_BLOCK),
	ONE_OF('k', ~0u, SIG_UNBLOCK),
	ONE_OF('k', ~0u, SIGMASK_PENDING),
	ONE_OF('k', ~0u, SIGMASK_SUSPEND),
	FLAG('s', SA_NOCLDSTOP),
	FLAG('s', SA_ONSTACK),
	FLAG('s', SA_RESETHAND),
	FLAG('s', SA_RESTART),
	FLAG('s', SA_SIGINFO),
	FLAG('s', SA_NODEFER),
	{ 'h', ~0u, 0, "SEEK_SET" },
	{ 'h', ~0u, 1, "SEEK_CUR" },
	{ 'h', ~0u, 2, "SEEK_END" },
	{ 'F', ~0u, FCNTL_DUP, "F_DUPFD" },
	ONE_OF('F', ~0u, FCNTL_DUP_TO),
	ONE_OF('F', ~0u, FCNTL_CLOEXEC),
	{ 'F', ~0u, FCNTL_FLAGS, "F_GETFL" },
	{ 'w', WAIT_NOHANG, WAIT_NOHANG, "WNOHANG" },
	{ 'w', WAIT_UNTRACED, WAIT_UNTRACED, "WUNTRACED" },
	{ 'w', WAIT_CONTINUED, WAIT_CONTINUED, "WCONTINUED" },
	FLAG('w', WAIT_INTERRUPT),
	FLAG('w', WAIT_POSIX),
	FLAG('j', JOIN_NOHANG),
	ONE_OF('f', ~0u, FUTEX_WAIT),
	ONE_OF('f', ~0u, FUTEX_WAKE),
};

/* The names with | between; NULL: @letter has no flags. */
static const char *call_flags(char letter, unsigned value, char buf[CALL_WORDS])
{
	const size_t n = sizeof(flags) / sizeof(flags[0]);
	bool known = false;
	char *end = buf;

	*buf = '\0';
	for (const struct flag *f = flags; f < flags + n; f++) {
		if (f->letter != letter)
			continue;
		known = true;
		if ((value & f->mask) != f->bits)
			continue;
		/* PROT_NONE and the like stand for the whole value. */
		end += sprintf(end, "%s%s", end > buf ? "|" : "", f->name);
		value &= ~f->bits;
		if (f->mask == ~0u)
			return buf;
	}
	if (value || end == buf)
		sprintf(end, value ? "%s%#x" : "%s%x", end > buf ? "|" : "", value);
	return known ? buf : NULL;
}

/* --- signals ------------------------------------------------------------------------- */

/* Those of @set, in brackets: `[INT TERM]`; what has no name comes as its number. */
static char *call_signals(unsigned set, char *at)
{
	const char *gap = "";

	*at++ = '[';
	for (int sig = 0; sig < NSIG; sig++) {
		if (!(set >> sig & 1))
			continue;
		at += tool_signal_name(sig)
			      ? sprintf(at, "%s%s", gap, tool_signal_name(sig))
			      : sprintf(at, "%s%d", gap, sig);
		gap = " ";
	}
	return strcpy(at, "]") + 1;
}

/* struct signal_action. */
static void call_action(const void *bytes, char *at)
{
	struct signal_action action;
	char words[CALL_WORDS];

	memcpy(&action, bytes, sizeof(action));
	if (action.handler <= SIGNAL_IGNORE)
		at += sprintf(at, "{%s, ", action.handler ? "SIG_IGN" : "SIG_DFL");
	else
		at += sprintf(at, "{%#lx, ", action.handler);
	at = call_signals(action.mask, at);
	sprintf(at, ", %s}", call_flags('s', action.flags, words));
}

/* struct signal_timer, in seconds. */
static void call_timer(const void *bytes, char *at)
{
	const unsigned long second = 1000000000;
	struct signal_timer t;

	memcpy(&t, bytes, sizeof(t));
	sprintf(at, "{value=%lu.%09lu, interval=%lu.%09lu}", t.value / second,
		t.value % second, t.interval / second, t.interval % second);
}

/* --- values -------------------------------------------------------------------------- */

const char *call_value(char letter, unsigned long long value, char buf[CALL_WORDS])
{
	if (call_flags(letter, (unsigned)value, buf))
		return buf;
	if (letter == 'g' && tool_signal_name((int)value))
		sprintf(buf, "SIG%s", tool_signal_name((int)value));
	else if (letter == 'K')
		call_signals((unsigned)value, buf);
	else if (letter == 'D' && (int)value == AT_CURRENT)
		strcpy(buf, "AT_FDCWD");
	else if (letter == 'd' || letter == 'g' || letter == 'D')
		sprintf(buf, "%d", (int)value);
	else if (letter == 'u')
		sprintf(buf, "%llu", value);
	else if (letter == 'l')
		sprintf(buf, "%lld", (long long)value);
	else if (value || letter == 'x')
		sprintf(buf, "%#llx", value);
	else
		strcpy(buf, "NULL");
	return buf;
}

const char *call_struct(char letter, const void *bytes, char buf[CALL_WORDS])
{
	static const char *const types[] = { [T_DIR] = "S_IFDIR",
					     [T_FILE] = "S_IFREG",
					     [T_DEVICE] = "S_IFCHR",
					     [T_SYMLINK] = "S_IFLNK" };
	struct stat st;
	int word[2];

	if (letter == 'S') {
		memcpy(&st, bytes, sizeof(st));
		sprintf(buf, "{st_mode=%s, st_size=%llu, ...}",
			st.type >= T_DIR && st.type <= T_SYMLINK ? types[st.type] : "?",
			st.size);
		return buf;
	}
	if (letter == 'H' || letter == 'T') {
		(letter == 'H' ? call_action : call_timer)(bytes, buf);
		return buf;
	}
	memcpy(word, bytes, letter == 'P' ? sizeof(word) : sizeof(word[0]));
	if (letter == 'P')
		sprintf(buf, "[%d, %d]", word[0], word[1]);
	else
		sprintf(buf, "[%d]", word[0]);
	return buf;
}
