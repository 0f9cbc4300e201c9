/* exec.c - a new image for the running process.
 *
 * The new space is built beside the old one.  Until it is complete the old image is
 * untouched, and from then on nothing can fail.  For what an image looks like see
 * docs/design.md section 4 and docs/abi.md section 3. */

#include "core/report/event.h"
#include "core/coreup.h"
#include "core/option/options.h"
#include "core/thread.h"
#include "dev/tty/console.h"
#include "fs/fs.h"
#include "lib/elf.h"
#include "lib/string.h"
#include "mm/space/build.h"
#include "mm/phys/frame.h"
#include "mm/phys/reclaim.h"
#include "mm/uaccess.h"
#include "proc/exec_priv.h"
#include "proc/threads/fds.h"
#include "proc/lab/alarm.h"
#include "proc/proc.h"
#include "proc/signal/signal.h"
#include "proc/program/program.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

#define STACK_MAX (64 * MIB)
#define STACK_GUARD MIB      /* empty below a stack at the top of the space */
#define ARGUMENTS (64 * KIB) /* bytes that the arguments may take of it     */

_Static_assert(sizeof(struct exec) <= PAGE_SIZE / 2,
	       "an exec and short strings fit a frame");

static struct exec *exec_new(unsigned max)
{
	struct page *pg = frame_alloc(FRAME_other, 0);
	struct exec *x;

	if (!pg)
		return NULL;
	x = frame_va(pg);
	memset(x, 0, offsetof(struct exec, few));
	x->self = pg;
	x->max = max;
	x->room = x->strings;
	x->room_end = (char *)x + PAGE_SIZE;
	return x;
}

static void exec_free(struct exec *x)
{
	struct page *pg = x->frames, *next;

	for (; pg; pg = next) {
		next = pg->hash_next;
		frame_put(pg);
	}
	frame_put(x->self);
}

/* One more frame, which exec_free() gives back; NULL: no memory. */
static void *exec_frame(struct exec *x)
{
	struct page *pg = frame_alloc(FRAME_other, 0);

	if (!pg)
		return NULL;
	pg->hash_next = x->frames;
	x->frames = pg;
	return frame_va(pg);
}

/* --- the arguments, before anything is built ----------------------------- */

/* Where entry @i of argv and envp is kept, and up to *end those after it; NULL: no
 * memory. */
static u64 *exec_entry(struct exec *x, unsigned i, u64 **end)
{
	u64 **more;

	if (i < EXEC_FEW) {
		*end = x->few + EXEC_FEW;
		return x->few + i;
	}
	i -= EXEC_FEW;
	more = &x->more[i / EXEC_MORE];
	if (!*more)
		*more = exec_frame(x);
	*end = *more + EXEC_MORE;
	return *more ? *more + i % EXEC_MORE : NULL;
}

/* How many entries at @at can be copied together: those in the rest of its page can be
 * read if the first one can. */
static u64 exec_run(va_t at)
{
	u64 rest = (PAGE_SIZE - (at & (PAGE_SIZE - 1))) / sizeof(u64);

	return MAX(MIN(rest, (u64)EXEC_FETCH), 1ul);
}

/* Adds the entries of @list, up to its NULL, as they are.  xv6 copies them one by one. */
static int exec_fetch_list(struct exec *x, uptr_t list)
{
	unsigned first = x->entries;

	for (unsigned i = 0; i < x->max;) {
		uptr_t at = uptr_add(list, i * sizeof(u64));
		u64 *end, *entry = exec_entry(x, first + i, &end), n = exec_run(at.va);

		if (!entry)
			return -ENOMEM;
		n = MIN(MIN(n, (u64)(end - entry)), x->max - i);
		if (copyin(entry, at, n * sizeof(u64)))
			return -EFAULT;
		for (u64 k = 0; k < n; k++) {
			if (!entry[k]) {
				x->entries = first + i + k + 1;
				uaccess_count_more(k);
				return 0;
			}
		}
		uaccess_count_more(n - 1);
		i += n;
	}
	return -E2BIG;
}

static int exec_fetch_lists(struct exec *x, uptr_t argv, uptr_t envp)
{
	int err = exec_fetch_list(x, argv);

	x->argc = x->entries - 1;
	return err || !envp.va ? err : exec_fetch_list(x, envp);
}

/* Copies the string at @at, and returns the copy's address in *copy. */
static int exec_fetch_string(struct exec *x, uptr_t at, u64 *copy)
{
	u64 room = x->room_end - x->room;
	s64 len = room ? copyinstr(x->room, at, room) : -ENAMETOOLONG;

	if (len == -ENAMETOOLONG) { /* here; a whole frame has room for any */
		char *frame = exec_frame(x);

		if (!frame)
			return -ENOMEM;
		x->room = frame;
		x->room_end = frame + PAGE_SIZE;
		len = copyinstr(x->room, at, MAXARGLEN);
	}
	if (len < 0)
		return len == -ENAMETOOLONG ? -E2BIG : len;
	*copy = (uintptr_t)x->room;
	x->room += len + 1;
	return 0;
}

static int exec_fetch_strings(struct exec *x)
{
	u64 *end, *entry;
	int err = 0;

	for (unsigned i = 0; i < x->entries && !err; i++) {
		entry = exec_entry(x, i, &end);
		if (!*entry)
			continue;
		err = exec_fetch_string(x, uptr(*entry), entry);
		if (!err && sched_point_killed())
			err = -EINTR;
	}
	return err;
}

/* --- the image --------------------------------------------------------- */

static int exec_load_page(struct exec *x, const struct elf_segment *seg, u64 done)
{
	u64 n = MIN(seg->filesz - done, PAGE_SIZE);
	char *page = aspace_builder_new_page(&x->builder, seg->va + done);
	s64 got;

	if (!page)
		return -ENOMEM;
	memset(page + n, 0, PAGE_SIZE - n);
	got = inode_read(x->file, page, seg->offset + done, n);
	if (got < 0)
		return got;
	return (u64)got == n ? 0 : -ENOEXEC;
}

/* Maps the page cache's own page, which everybody who runs the program shares.  A page
 * that somebody may write through a shared mapping (-EAGAIN) is copied instead. */
static int exec_share_page(struct exec *x, const struct elf_segment *seg, u64 done)
{
	struct page *pg;
	int err = inode_text_page(x->file, (seg->offset + done) / PAGE_SIZE, &pg);

	if (err == -EAGAIN)
		return exec_load_page(x, seg, done);
	if (err)
		return err;
	err = aspace_builder_map_shared(&x->builder, seg->va + done, pg);
	if (err)
		frame_put(pg);
	return err;
}

/* Only whole pages of the file, at page boundaries, of a segment without W. */
static bool exec_can_share(const struct elf_segment *seg, u64 done)
{
	return !(seg->flags & ELF_PF_W) && IS_ALIGNED(seg->offset, PAGE_SIZE) &&
	       seg->filesz - done >= PAGE_SIZE;
}

static u32 exec_segment_prot(const struct elf_segment *seg)
{
	return VMA_R | (seg->flags & ELF_PF_W ? VMA_W : 0) |
	       (seg->flags & ELF_PF_X ? VMA_X : 0);
}

static int exec_load_segment(struct exec *x, const struct elf_segment *seg)
{
	struct area_spec spec = {
		.start = seg->va,
		.end = ALIGN_UP(seg->va + seg->memsz, PAGE_SIZE),
		.prot = exec_segment_prot(seg),
		.kind = VMA_image,
	};
	u64 pages = (spec.end - spec.start) / PAGE_SIZE, done;
	int err = mem_has(pages) ? aspace_builder_add(&x->builder, &spec) : -ENOMEM;

	for (done = 0; !err && done < seg->filesz; done += PAGE_SIZE) {
		err = exec_can_share(seg, done) ? exec_share_page(x, seg, done)
						: exec_load_page(x, seg, done);
		if (sched_point_killed())
			err = -EINTR;
	}
	/* The whole image is there before it starts: the rest is zero. */
	return err ? err : aspace_builder_fill(&x->builder, spec.start + done, spec.end);
}

/* xv6 maps the addresses between two segments, too. */
static int exec_fill_gap(struct exec *x, va_t from, va_t to)
{
	struct area_spec spec = {
		.start = from,
		.end = to,
		.prot = VMA_R | VMA_W,
		.kind = VMA_image,
		.populate = true,
	};

	return from < to ? aspace_builder_add(&x->builder, &spec) : 0;
}

static int exec_load_image(struct exec *x)
{
	/* Nothing is below a native image, so that null pointers fault. */
	va_t end = x->image.stack_size && x->image.nsegments ? x->image.segment[0].va : 0;
	int err = 0;

	for (unsigned i = 0; i < x->image.nsegments && !err; i++) {
		const struct elf_segment *seg = &x->image.segment[i];

		err = exec_fill_gap(x, end, seg->va);
		if (!err)
			err = exec_load_segment(x, seg);
		end = ALIGN_UP(seg->va + seg->memsz, PAGE_SIZE);
	}
	x->image_end = end;
	return err;
}

static int exec_read_phdr(struct exec *x, u64 off, u64 have, struct elf_phdr *ph)
{
	s64 n = sizeof(*ph);

	if (off <= have && have - off >= sizeof(*ph))
		memcpy(ph, x->head + off, sizeof(*ph));
	else
		n = inode_read(x->file, ph, off, sizeof(*ph));
	if (n < 0)
		return n;
	return n == sizeof(*ph) ? 0 : -ENOEXEC;
}

static int exec_read_headers(struct exec *x)
{
	const struct elf_ehdr *eh = (const struct elf_ehdr *)x->head;
	struct elf_phdr ph;
	s64 have = inode_read(x->file, x->head, 0, EXEC_HEAD);
	int err = 0;

	if (have < 0)
		return have;
	if ((u64)have < sizeof(*eh) || elf_check_header(eh))
		return -ENOEXEC;
	elf_begin(&x->image, eh);
	for (unsigned i = 0; i < eh->phnum && !err; i++) {
		err = exec_read_phdr(x, eh->phoff + i * sizeof(ph), have, &ph);
		if (!err)
			err = elf_add(&x->image, &ph, EXEC_IMAGE_LIMIT);
	}
	return err;
}

/* --- the stack --------------------------------------------------------- */

/* xv6's: a guard page after the image, then as many pages as the option says.  The heap
 * begins after them. */
static int exec_place_xv6_stack(struct exec *x, struct area_spec *spec)
{
	spec->start = x->image_end + PAGE_SIZE;
	spec->end = spec->start + (u64)opt_number(STACK) * PAGE_SIZE;
	aspace_builder_set_break(&x->builder, spec->end);
	return aspace_builder_add_guard(&x->builder, x->image_end);
}

/* That of a file that asks for a size: at the top of the space, where the table of the trap
 * frame serves it, too, with a hole below that only a function with variables of more than
 * STACK_GUARD could step over.  The heap begins after the image. */
static int exec_place_stack(struct exec *x, struct area_spec *spec)
{
	u64 size = MIN(ALIGN_UP(x->image.stack_size, PAGE_SIZE), STACK_MAX);

	spec->start = USYSCALL - size;
	spec->end = USYSCALL;
	aspace_builder_set_break(&x->builder, x->image_end);
	aspace_builder_set_top(&x->builder, spec->start - STACK_GUARD);
	return 0;
}

/* All but the first page come on demand.  Arguments may take all of one page; for a native
 * call, half of a larger stack, but no more than ARGUMENTS. */
static int exec_make_stack(struct exec *x)
{
	struct area_spec spec = { .prot = VMA_R | VMA_W, .kind = VMA_stack };
	int err = x->image.stack_size ? exec_place_stack(x, &spec)
				      : exec_place_xv6_stack(x, &spec);
	u64 size = spec.end - spec.start;

	if (!err)
		err = aspace_builder_add(&x->builder, &spec);
	if (!err && !aspace_builder_page(&x->builder, spec.end - PAGE_SIZE))
		err = -ENOMEM;
	x->floor = spec.end - PAGE_SIZE;
	if (x->max > MAXARG && size > 2 * PAGE_SIZE)
		x->floor = spec.end - MIN(size / 2, ARGUMENTS);
	x->sp = spec.end;
	return err;
}

/* Takes @n bytes off the stack and leaves sp 16-aligned below them. */
static int exec_reserve(struct exec *x, u64 n)
{
	if (x->sp - x->floor < ALIGN_UP(n, 16))
		return -E2BIG;
	x->sp = ALIGN_DOWN(x->sp - n, 16);
	return 0;
}

static int exec_push_strings(struct exec *x)
{
	u64 *end, *entry, n;
	int err;

	for (unsigned i = 0; i < x->entries; i++) {
		entry = exec_entry(x, i, &end);
		if (!*entry)
			continue;
		n = strlen((const char *)*entry) + 1;
		err = exec_reserve(x, n);
		if (!err)
			err = aspace_builder_write(&x->builder, x->sp, (const char *)*entry,
						   n);
		if (!err && sched_point_killed())
			err = -EINTR;
		if (err)
			return err;
		*entry = x->sp;
	}
	return 0;
}

/* A program that does not say how much stack it needs, such as xv6's, gets no environment:
 * it would not look for one, and needs its page for its arguments. */
static int exec_push_arguments(struct exec *x)
{
	unsigned n, done, run;
	int err;

	if (!x->image.stack_size)
		x->entries = x->argc + 1;
	n = x->entries;
	err = exec_push_strings(x);
	if (!err)
		err = exec_reserve(x, n * sizeof(u64));
	for (done = 0; !err && done < n; done += run) {
		u64 *end, *entry = exec_entry(x, done, &end);

		run = MIN(n - done, (unsigned)(end - entry));
		err = aspace_builder_write(&x->builder, x->sp + done * sizeof(u64), entry,
					   run * sizeof(u64));
	}
	return err;
}

/* --- all of it --------------------------------------------------------- */

static void exec_commit(struct exec *x, const char *path)
{
	struct proc *p = proc_current();
	struct thread *self = thread_current();
	struct aspace *old = p->as, *new = aspace_builder_finish(&x->builder);
	struct program *old_program = p->program;
	const char *slash = path, *name = path;

	aspace_check(new);
	while ((slash = strchr(slash, '/')))
		name = ++slash;
	strlcpy(p->thread.name, name, PROCNAME);
	if (self != &p->thread) /* the first one has left */
		strlcpy(self->name, name, PROCNAME);
	memset(self->tf->x, 0, sizeof(self->tf->x));
	self->tf->pc = x->image.entry;
	self->tf->sp = x->sp;
	self->tf->a0 = x->argc;
	self->tf->a1 = x->sp;
	if (x->entries > x->argc + 1)
		self->tf->a2 = x->sp + (x->argc + 1) * sizeof(u64);
	p->eager_sbrk = false;
	fp_replace(self, NULL);
	if (self->attends)
		alarm_drop(self);
	if (p->signals)
		signal_exec(p);
	console_leave();
	irq_push_off();
	spin_lock(&proc_lock);
	self->as = p->as = new;
	p->program = x->program;
	job_no_shell(p);
	spin_unlock(&proc_lock);
	aspace_load(new);
	irq_pop_off();
	icache_dirty();
	if (old)
		aspace_destroy(old);
	if (old_program)
		program_put(old_program);
	if (p->cloexec)
		fds_close_marked(p);
}

static int exec_build(struct exec *x)
{
	struct proc *p = proc_current();
	int err = exec_read_headers(x);

	if (err)
		return err;
	err = aspace_builder_start(&x->builder, p->pages.trapframe);
	if (err)
		return err;
	err = aspace_builder_add_usyscall(&x->builder, p->pages.usyscall);
	if (!err)
		err = exec_load_image(x);
	if (!err)
		err = exec_make_stack(x);
	if (!err)
		err = exec_push_arguments(x);
	if (err)
		aspace_builder_abandon(&x->builder);
	return err;
}

static s64 exec_file(struct exec *x, const char *path)
{
	struct stat st;
	int err = fs_lookup(proc_cwd(), path, &x->file);

	if (err)
		return err;
	x->program = program_new(x->file);
	if (!x->program)
		return -ENOMEM;
	inode_stat(x->file, &st);
	err = st.type == T_FILE ? exec_build(x) : -EACCES;
	if (err) {
		program_put(x->program);
		return err;
	}
	fds_release_held(); /* before there is only one thread */
	err = threads_stop_others();
	if (err) {
		aspace_builder_abandon(&x->builder);
		program_put(x->program);
		return err;
	}
	exec_commit(x, path);
	event(EVENT_EXEC, 0, 0, 0);
	return x->argc;
}

s64 proc_exec(const char *path, uptr_t argv, uptr_t envp, unsigned max)
{
	struct exec *x = exec_new(max);
	s64 result;

	if (!x)
		return -ENOMEM;
	result = exec_fetch_lists(x, argv, envp);
	if (!result)
		result = exec_fetch_strings(x);
	if (!result && envp.va)
		uaccess_count_less(x->entries - x->argc - 1, x->entries - x->argc - 2);
	if (!result)
		result = exec_file(x, path);
	exec_free(x);
	return result;
}

int proc_exec_kernel(const char *path, const char *const *argv)
{
	struct exec *x = exec_new(MAXARG);
	int result;

	if (!x)
		return -ENOMEM;
	while ((x->few[x->argc] = (uintptr_t)argv[x->argc]))
		x->argc++;
	x->entries = x->argc + 1;
	result = exec_file(x, path);
	exec_free(x);
	return result;
}
