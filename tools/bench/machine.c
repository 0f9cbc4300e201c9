/* machine.c - boots a kernel in QEMU, has it run the benchmark, and reads what it prints.
 *
 * This kernel takes the command as a boot option, Linux as the arguments of its first
 * process; at other kernels' prompt it is typed.  The machine is ended when the program
 * prints `@ end`. */
#define _GNU_SOURCE
#include "tool.h"

#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h> /* this tool is for Linux: see ./bench */
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SILENCE_MS 180000 /* nothing for so long: the machine hangs */
#define PROMPT_MS 300     /* nothing after a prompt: it waits       */
#define MACHINE_MODE_ENTRY 0x80000000u
#define ARGS_MAX 48

static char image_copy[PATH_SIZE];

struct boot {
	struct machine *m;
	char *argv[ARGS_MAX];
	int argc;
	char append[2048], typed[512];
	pid_t qemu;
	int from, to;
	char line[512]; /* the one that comes in     */
	size_t nline;
	char tail[4096]; /* the last of the output    */
	size_t ntail;
	bool started, typed_it, ended;
	struct timespec begin;
};

/* --- the command line -------------------------------------------------------------- */

static void boot_arg(struct boot *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (b->argc >= ARGS_MAX - 1 || vasprintf(&b->argv[b->argc++], format, ap) < 0)
		tool_die("bench", "out of memory");
	va_end(ap);
}

/* Kernels of the xv6 family that start in machine mode want no firmware. */
static bool boot_in_machine_mode(const char *path)
{
	Elf64_Ehdr head;
	FILE *f = fopen(path, "rb");
	bool is;

	if (!f)
		tool_die(path, strerror(errno));
	is = fread(&head, sizeof(head), 1, f) == 1 &&
	     !memcmp(head.e_ident, ELFMAG, SELFMAG) && head.e_entry == MACHINE_MODE_ENTRY;
	fclose(f);
	return is;
}

/* The program is put into an image that is not ours. */
static void boot_copy_image(const struct machine *m)
{
	char command[4 * PATH_SIZE];
	const char *own = m->kernel->own ? "true" : "build/mkfs --add";

	snprintf(image_copy, sizeof(image_copy), "build/bench/run-%d.img", (int)getpid());
	snprintf(command, sizeof(command),
		 "cp '%s' %s && %s %s build/bench/bench build/bench/benchpar >/dev/null",
		 m->image, image_copy, own, image_copy);
	if (system(command) != 0)
		tool_die(m->image, "cannot be copied");
}

void machine_image_free(void)
{
	if (*image_copy)
		unlink(image_copy);
}

static void boot_append_coded(char *to, size_t size, const char *text)
{
	size_t n = strlen(to);

	for (; *text && n + 4 < size; text++)
		n += (size_t)snprintf(to + n, size - n, isalnum(*text) ? "%c" : "%%%02x",
				      (unsigned char)*text);
}

/* The program that measures this kind. */
static const char *boot_program(const struct machine *m)
{
	return m->kind >= KIND_PAR1 ? "benchpar" : "bench";
}

static void boot_words(struct boot *b)
{
	struct machine *m = b->m;
	const char *mode = m->kind == KIND_COUNT ? "count " : "time ";

	if (m->kind >= KIND_PAR1)
		mode = m->harts == 1 ? "1 " : m->harts == 2 ? "2 " : "4 ";
	if (m->kernel->is_linux) {
		snprintf(b->append, sizeof(b->append),
			 "console=ttyS0 quiet loglevel=3 rdinit=/%s -- %s%s",
			 boot_program(m), mode, m->rows ? m->rows : "ugetpid");
		return;
	}
	snprintf(b->append, sizeof(b->append), "%s vmprint=off panic=exit%s",
		 m->boot ? m->boot : "", m->kind == KIND_COUNT ? " uaccess=open" : "");
	if (m->prompt_only)
		return;
	if (m->command)
		snprintf(b->typed, sizeof(b->typed), "%s", m->command);
	else
		snprintf(b->typed, sizeof(b->typed), "%s %s%s", boot_program(m), mode,
			 m->rows);
	strcat(b->append, " cmd=");
	boot_append_coded(b->append, sizeof(b->append), b->typed);
	strcat(b->typed, "\n");
}

static void boot_arguments(struct boot *b)
{
	struct machine *m = b->m;

	boot_words(b);
	boot_arg(b, "qemu-system-riscv64");
	boot_arg(b, "-machine");
	boot_arg(b, "virt");
	boot_arg(b, "-bios");
	boot_arg(b, !m->kernel->is_linux && boot_in_machine_mode(m->kernel->kernel)
			    ? "none"
			    : "default");
	boot_arg(b, "-kernel");
	boot_arg(b, "%s", m->kernel->kernel);
	boot_arg(b, "-m");
	boot_arg(b, "%s", m->memory);
	boot_arg(b, "-smp");
	boot_arg(b, "%d", m->harts);
	boot_arg(b, "-nographic");
	boot_arg(b, "-no-reboot");
	if (m->kind == KIND_COUNT) {
		boot_arg(b, "-icount");
		boot_arg(b, "shift=0");
	}
	if (m->plugin) {
		boot_arg(b, "-plugin");
		boot_arg(b, "%s", m->plugin);
	}
	if (m->kernel->is_linux) {
		boot_arg(b, "-initrd");
		boot_arg(b, "%s", m->kernel->initrd);
	} else {
		boot_copy_image(m);
		boot_arg(b, "-global");
		boot_arg(b, "virtio-mmio.force-legacy=false");
		boot_arg(b, "-drive");
		boot_arg(b, "file=%s,if=none,format=raw,id=x0", image_copy);
		boot_arg(b, "-device");
		boot_arg(b, "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0");
	}
	boot_arg(b, "-append");
	boot_arg(b, "%s", b->append);
	b->argv[b->argc] = NULL;
}

/* --- the run ----------------------------------------------------------------------- */

static void boot_start(struct boot *b)
{
	int out[2], in[2];

	if (pipe2(out, 0) < 0 || pipe2(in, 0) < 0)
		tool_die("pipe", strerror(errno));
	clock_gettime(CLOCK_MONOTONIC, &b->begin);
	b->qemu = fork();
	if (b->qemu < 0)
		tool_die("fork", strerror(errno));
	if (b->qemu == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		close(in[1]);
		close(out[0]);
		execvp(b->argv[0], b->argv);
		_exit(127);
	}
	close(out[1]);
	close(in[0]);
	b->from = out[0];
	b->to = in[1];
}

static void boot_started(struct boot *b)
{
	struct timespec now;

	if (b->started)
		return;
	b->started = true;
	clock_gettime(CLOCK_MONOTONIC, &now);
	b->m->seconds = (double)(now.tv_sec - b->begin.tv_sec) +
			(double)(now.tv_nsec - b->begin.tv_nsec) / 1e9;
	if (b->m->prompt_only)
		b->ended = true;
}

static void boot_line(struct boot *b)
{
	b->line[b->nline] = 0;
	b->nline = 0;
	if (b->line[0] == '@' && b->line[1] == ' ') {
		boot_started(b);
		if (!strcmp(b->line, "@ end"))
			b->ended = true;
		else if (b->m->line && !b->m->command)
			b->m->line(b->line, b->m->arg);
	} else if (b->m->command && b->m->line) {
		b->m->line(b->line, b->m->arg);
	}
}

static void boot_char(struct boot *b, char c)
{
	if (b->ntail == sizeof(b->tail)) {
		memmove(b->tail, b->tail + sizeof(b->tail) / 2, sizeof(b->tail) / 2);
		b->ntail = sizeof(b->tail) / 2;
	}
	b->tail[b->ntail++] = c;
	if (c == '\n')
		boot_line(b);
	else if (c != '\r' && b->nline < sizeof(b->line) - 1)
		b->line[b->nline++] = c;
	if (b->nline == 2 && !memcmp(b->line, "$ ", 2) && b->m->prompt_only)
		boot_started(b);
}

/* Nothing has come for a while. */
static bool boot_quiet(struct boot *b, int waited)
{
	bool prompt = b->nline == 2 && !memcmp(b->line, "$ ", 2);

	if (prompt && !b->typed_it && *b->typed) {
		b->typed_it = true;
		b->nline = 0;
		return write(b->to, b->typed, strlen(b->typed)) > 0;
	}
	return waited < SILENCE_MS;
}

static void boot_converse(struct boot *b)
{
	int waited = 0;

	while (!b->ended) {
		struct pollfd fd = { .fd = b->from, .events = POLLIN };
		char buf[4096];
		ssize_t n;

		if (poll(&fd, 1, PROMPT_MS) == 0) {
			waited += PROMPT_MS;
			if (!boot_quiet(b, waited))
				return;
			continue;
		}
		n = read(b->from, buf, sizeof(buf));
		if (n <= 0)
			return;
		waited = 0;
		for (ssize_t i = 0; i < n && !b->ended; i++)
			boot_char(b, buf[i]);
	}
}

/* The end of the output, without the firmware's part if there is something after it. */
static void boot_explain(const struct boot *b)
{
	static const char last[] = "Boot HART MEDELEG";
	const char *from = b->tail, *end = b->tail + b->ntail;
	const char *p = memmem(from, b->ntail, last, strlen(last));

	if (p)
		from = memchr(p, '\n', (size_t)(end - p));
	if (!from)
		from = b->tail;
	fprintf(stderr, "%.*s\nbench: %s: the machine ended, or hung, before the program\n",
		(int)(end - from), from, b->m->kernel->name);
}

bool machine_run(struct machine *m)
{
	struct boot *b = calloc(1, sizeof(*b));
	bool good;

	if (!b)
		tool_die("bench", "out of memory");
	b->m = m;
	boot_arguments(b);
	boot_start(b);
	boot_converse(b);
	kill(b->qemu, SIGTERM);
	while (waitpid(b->qemu, NULL, 0) < 0 && errno == EINTR)
		;
	good = b->ended || m->command;
	if (!good)
		boot_explain(b);
	close(b->from);
	close(b->to);
	for (int i = 0; i < b->argc; i++)
		free(b->argv[i]);
	free(b);
	return good;
}
