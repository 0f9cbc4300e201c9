/* t_state.c - what a processor keeps besides integer registers: each process has its own,
 * or none.  The cases write everything that user mode can write, and look for it where it
 * must not be: in a program after exec and in other processes on the same harts.  A fork
 * copies it.  A process that touches state which the kernel keeps off is killed; then there
 * is nothing to find. */
#include "lib.h"

#define MARK 0x5a5ac3c3f00dbeeful
#define WORDS 33
#define PROCESSES 8 /* more than harts, so that each hart has had several */
#define CSRS 0x20   /* as regs.S has it */

/* regs.S: all registers of a kind.  The last word is the kind's control register. */
void state_float_set(word mark);
void state_float_get(word out[WORDS]);
void state_vector_set(word mark);
void state_vector_get(word out[WORDS]);
/* Returns what user register @number held, and writes @value there. */
word state_csr_swap(word number, word value);

extern const word state_csr_count;

static const struct state {
	const char *name;
	void (*set)(word mark);
	void (*get)(word out[WORDS]);
} states[] = {
	{ "float", state_float_set, state_float_get },
	{ "vector", state_vector_set, state_vector_get },
};

/* How many words of the kind are not zero. */
static int state_left(const struct state *s)
{
	word out[WORDS] = { 0 };
	int left = 0;

	s->get(out);
	for (int i = 0; i < WORDS; i++)
		left += out[i] != 0;
	return left;
}

static int ended_clean(long pid)
{
	int status = reap(pid);

	return status == 0 || status == KILLED;
}

/* After exec: `abitest @state NUMBER`, `abitest @csr NUMBER`. */
ROLE(state)
{
	return argc == 3 ? state_left(&states[number(argv[2])]) : 99;
}

ROLE(csr)
{
	return argc == 3 ? state_csr_swap((word)number(argv[2]), 0) != 0 : 99;
}

static void exec_role(const char *role, int n)
{
	char text[16], *argv[] = { (char *)test_self, (char *)role, text, 0 };

	format(text, sizeof(text), "%d", n);
	exec(test_self, argv);
	exit(98);
}

TEST(state, none_after_exec)
{
	for (int i = 0; i < (int)COUNT(states); i++) {
		long pid = must_fork();

		if (pid == 0) {
			states[i].set(MARK);
			exec_role("@state", i);
		}
		if (!ended_clean(pid))
			FAIL("a new program finds %s state of the old one", states[i].name);
	}
}

TEST(state, fork_copies_it)
{
	for (int i = 0; i < (int)COUNT(states); i++) {
		long pid = must_fork();

		if (pid == 0) {
			word mine[WORDS] = { 0 }, his[WORDS] = { 0 };

			states[i].set(MARK);
			states[i].get(mine);
			CHILD(0, states[i].get(his);
			      exit(memcmp(mine, his, sizeof(mine)) != 0));
			exit(0);
		}
		if (!ended_clean(pid))
			FAIL("a child lacks the %s state of its parent", states[i].name);
	}
}

/* Processes on every hart write the state and then sleep; others must find nothing of
 * it. */
TEST(state, none_of_other_processes)
{
	for (int i = 0; i < (int)COUNT(states); i++) {
		long writer[PROCESSES], reader;
		int status;

		for (int k = 0; k < PROCESSES; k++) {
			writer[k] = must_fork();
			if (writer[k] == 0) {
				states[i].set(MARK + (word)k);
				pause(3);
				exit(0);
			}
		}
		pause(1);
		for (int k = 0; k < PROCESSES; k++) {
			reader = must_fork();
			if (reader == 0)
				exit(state_left(&states[i]));
			status = reap(reader);
			if (status == KILLED)
				break;
			if (status)
				FAIL("finds %s state of another process", states[i].name);
		}
		for (int k = 0; k < PROCESSES; k++)
			CHECK(ended_clean(writer[k]));
	}
}

/* All registers with numbers that user mode could write, whether they exist or not. */
TEST(state, no_other_register_passes)
{
	long writer[CSRS], reader;

	EQ(state_csr_count, CSRS);
	for (int c = 0; c < CSRS; c++) {
		writer[c] = must_fork();
		if (writer[c] == 0) {
			state_csr_swap((word)c, ~0ul);
			pause(3);
			exec_role("@csr", c);
		}
	}
	pause(1);
	for (int k = 0; k < CSRS * PROCESSES; k++) {
		int c = k / PROCESSES;

		if (process_state((int)writer[c]) != PS_SLEEPING)
			continue;
		reader = must_fork();
		if (reader == 0)
			exit(state_csr_swap((word)c, 0) != 0);
		if (!ended_clean(reader))
			FAIL("finds register 0x%x of another process", c);
	}
	for (int c = 0; c < CSRS; c++)
		if (!ended_clean(writer[c]))
			FAIL("a new program finds register 0x%x of the old one", c);
}

/* `abitest @die HOW`: dies in that way, for the tests of what the kernel says. */
ROLE(die)
{
	const char *how = argc == 3 ? argv[2] : "";
	static word room[2];

	if (strcmp(how, "illegal") == 0)
		__asm__ volatile(".4byte 0xc0001073"); /* csrw cycle, zero */
	if (strcmp(how, "zero") == 0)
		__asm__ volatile(".2byte 0");
	if (strcmp(how, "ebreak") == 0)
		__asm__ volatile("ebreak");
	if (strcmp(how, "misaligned") == 0)
		__asm__ volatile("amoadd.w zero, zero, (%0)" ::"r"((char *)room + 1)
				 : "memory");
	if (strcmp(how, "float") == 0)
		__asm__ volatile("fmv.d.x ft0, zero" ::: "ft0");
	if (strcmp(how, "vector") == 0)
		state_vector_set(MARK);
	return 0;
}

/* `abitest @deaths N`: N processes die, each with some 600 bytes on the console. */
ROLE(deaths)
{
	for (long n = argc == 3 ? number(argv[2]) : 0; n > 0; n--)
		KILLS(load8(MARK % (1ul << 37)));
	return 0;
}
