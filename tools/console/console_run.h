/* console_run.h - what the parts of console-run share: the conversation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define MARKER "@@pagoda-start@@"
#define PROMPT "$ "
#define NO_START_STATUS 125
#define NO_PROGRAM_STATUS 127

/* The longest line that shells of xv6 read. */
#define LINE_MAX_TYPED 98

/* In milliseconds.  What it means when no output comes for this long: */
#define NOBODY_MS 120000   /* no shell takes the command                             */
#define FIRST_MS 10000     /* the same, if another try with eof=once is possible     */
#define NO_PROMPT_MS 30000 /* with -p: there will be no prompt                       */
#define QUIET_MS 1000      /* the last bytes are a prompt, or a program reads input  */
#define LEAVE_MS 2000      /* all data is on disk: the kernel commits every second   */

#define KEY_EOF 0x04
#define QEMU_ESCAPE 0x01 /* Ctrl-A: typed twice it stands for itself */

enum phase {
	BOOTING, /* the output is not yet the command's       */
	RUNNING, /* it is the command's                       */
	TYPED,   /* the command's, up to the prompt           */
	LEAVING, /* the prompt has come: the machine may end  */
};

struct session {
	char **argv; /* QEMU's */
	pid_t qemu;
	int from; /* the console's output           */
	int log;  /* a copy of it; -1: none         */
	int to;   /* its input; -1: closed          */
	enum phase phase;
	bool verbose, pass, terminal, echoes;
	const char *command; /* NULL: nothing to type           */
	char held[8192];     /* the end of the output before MARKER */
	size_t nheld;
	char line[sizeof(MARKER) - 1]; /* the last bytes of the line that comes in */
	size_t nline;
	char typed[2048]; /* input on its way to the console: [typed_at, ntyped) */
	size_t typed_at, ntyped;
	bool input_over;    /* standard input has ended           */
	bool escaped;       /* a byte for QEMU itself comes next  */
	bool again;         /* QEMU is to be started once more    */
	bool refused;       /* the command cannot be typed        */
	long long patience; /* milliseconds without output before ^D is typed */
	long long nobody;   /* NOBODY_MS, or as asked for                     */
	long long quiet_at; /* when on_quiet() is called if nothing comes     */
	/* While TYPED: */
	size_t echo;    /* bytes of the command's echo that were seen */
	size_t nprompt; /* bytes of PROMPT that came last, not yet passed on */
	char said[128]; /* the line that comes in */
	size_t nsaid;
	bool missing; /* the shell said that there is no such program */
};

/* console_run.c: says why and exits, QEMU too. */
_Noreturn void console_die(const char *what);
void console_write(int fd, const char *p, size_t n);
void console_type(struct session *s, char c);

/* console_output.c: what the console shows.  console_take_output() is false at its end. */
bool console_take_output(struct session *s);
void console_say(struct session *s, char c);

/* Call this if nothing was printed before quiet_at. */
void console_on_quiet(struct session *s);
void console_set_boot_quiet(struct session *s);
long long console_now(void); /* milliseconds */
