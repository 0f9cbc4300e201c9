/* layout.h - where things are in the kernel's memory: names to addresses and offsets.
 *
 * The kernel says it in its descriptor (kernel/uapi/descriptor.h).  Here are the names of
 * all that the decoder looks at; a kernel that lacks one is refused, with its name. */
#pragma once

#include "ram/ram.h"
#include "uapi/descriptor.h"

/* X(id, name, kind) */
#define LAYOUT_ITEMS(X)                                       \
	X(page, "page", STRUCT)                               \
	X(page_refs, "page.refs", FIELD)                      \
	X(page_kind, "page.kind", FIELD)                      \
	X(page_order, "page.order", FIELD)                    \
	X(page_flags, "page.flags", FIELD)                    \
	X(page_link, "page.link", FIELD)                      \
	X(page_object, "page.object", FIELD)                  \
	X(page_index, "page.index", FIELD)                    \
	X(page_hash_next, "page.hash_next", FIELD)            \
	X(page_heat, "page.heat", FIELD)                      \
	X(heat, "heat", OBJECT)                               \
	X(heat_ms, "heat.ms", FIELD)                          \
	X(heat_first, "heat.first", FIELD)                    \
	X(heat_round, "heat.round", FIELD)                    \
	X(frame_span, "frame_span", OBJECT)                   \
	X(frame_span_table, "frame_span.table", FIELD)        \
	X(frame_span_base, "frame_span.base", FIELD)          \
	X(frame_span_total, "frame_span.total", FIELD)        \
	X(frames, "frames", OBJECT)                           \
	X(frames_nblocks, "frames.nblocks", FIELD)            \
	X(frames_count, "frames.count", FIELD)                \
	X(frames_opened, "frames.opened", FIELD)              \
	X(frames_lock, "frames.lock.holder", FIELD)           \
	X(frame_caches, "frame_caches", OBJECT)               \
	X(frame_cache_busy, "frame_cache.busy", FIELD)        \
	X(frame_cache_any, "frame_cache.any.n", FIELD)        \
	X(frame_cache_zero, "frame_cache.zero.n", FIELD)      \
	X(frame_cache_count, "frame_cache.count", FIELD)      \
	X(frame_cache_taken, "frame_cache.taken", FIELD)      \
	X(frame_cache_put, "frame_cache.put", FIELD)          \
	X(frame_kind_name, "frame_kind_name", OBJECT)         \
	X(CHUNK_FRAMES, "CHUNK_FRAMES", NUMBER)               \
	X(FRAME_ORDER_CACHED, "FRAME_ORDER_CACHED", NUMBER)   \
	X(FRAME_ORDER_FREE, "FRAME_ORDER_FREE", NUMBER)       \
	X(FRAME_free, "FRAME_free", NUMBER)                   \
	X(FRAME_firmware, "FRAME_firmware", NUMBER)           \
	X(FRAME_kernel, "FRAME_kernel", NUMBER)               \
	X(FRAME_stack, "FRAME_stack", NUMBER)                 \
	X(FRAME_table, "FRAME_table", NUMBER)                 \
	X(FRAME_anon, "FRAME_anon", NUMBER)                   \
	X(FRAME_cache, "FRAME_cache", NUMBER)                 \
	X(FRAME_usyscall, "FRAME_usyscall", NUMBER)           \
	X(vmstat_harts, "vmstat_harts", OBJECT)               \
	X(vmstat_name, "vmstat_name", OBJECT)                 \
	X(vmstat_what, "vmstat_what", OBJECT)                 \
	X(tlb_counts, "tlb_counts", OBJECT)                   \
	X(tlb_shootdowns, "tlb_counts.shootdowns", FIELD)     \
	X(tlb_remote, "tlb_counts.remote", FIELD)             \
	X(tlb_remote_harts, "tlb_counts.remote_harts", FIELD) \
	X(PG_BUSY, "PG_BUSY", NUMBER)                         \
	X(PG_WRITEBACK, "PG_WRITEBACK", NUMBER)               \
	X(PG_TEXT, "PG_TEXT", NUMBER)                         \
	X(PG_DIRTY_ANY, "PG_DIRTY_ANY", NUMBER)               \
	X(TIE_LENDS, "TIE_LENDS", NUMBER)                     \
	X(TIE_BORROWS, "TIE_BORROWS", NUMBER)                 \
	X(kernel_pt, "kernel_pt", OBJECT)                     \
	X(kernel_text_end, "kernel_text_end", OBJECT)         \
	X(kernel_rodata_end, "kernel_rodata_end", OBJECT)     \
	X(pt_root, "pt.root", FIELD)                          \
	X(pt_twin, "pt.twin", FIELD)                          \
	X(pt_ntables, "pt.ntables", FIELD)                    \
	X(pt_reserve, "pt.reserve", FIELD)                    \
	X(vma_start, "vma.start", FIELD)                      \
	X(vma_end, "vma.end", FIELD)                          \
	X(vma_prot, "vma.prot", FIELD)                        \
	X(vma_kind, "vma.kind", FIELD)                        \
	X(vma_flags, "vma.flags", FIELD)                      \
	X(vma_offset, "vma.offset", FIELD)                    \
	X(vma_link, "vma.link", FIELD)                        \
	X(vma_set_areas, "vma_set.areas", FIELD)              \
	X(vma_kind_name, "vma_kind_name", OBJECT)             \
	X(VMA_stack, "VMA_stack", NUMBER)                     \
	X(aspace_root, "aspace.root", FIELD)                  \
	X(aspace_pt, "aspace.pt", FIELD)                      \
	X(aspace_areas, "aspace.areas", FIELD)                \
	X(aspace_brk, "aspace.brk", FIELD)                    \
	X(aspace_top, "aspace.top", FIELD)                    \
	X(aspace_resident, "aspace.resident", FIELD)          \
	X(aspace_faults, "aspace.faults", FIELD)              \
	X(procs, "procs", OBJECT)                             \
	X(proc_thread, "proc.thread", FIELD)                  \
	X(proc_peer_link, "proc.peer.link", FIELD)            \
	X(proc_peer_gone, "proc.peer.gone", FIELD)            \
	X(proc_pid, "proc.pid", FIELD)                        \
	X(proc_threads, "proc.threads.all", FIELD)            \
	X(proc_as, "proc.as", FIELD)                          \
	X(proc_trapframe, "proc.pages.trapframe", FIELD)      \
	X(proc_usyscall, "proc.pages.usyscall", FIELD)        \
	X(proc_zombie, "proc.zombie", FIELD)                  \
	X(proc_stopping, "proc.stop.on", FIELD)               \
	X(proc_stopped, "proc.stop.told", FIELD)              \
	X(proc_parent, "proc.parent", FIELD)                  \
	X(nharts, "nharts", OBJECT)                           \
	X(harts, "harts", OBJECT)                             \
	X(hart_thread, "hart.cpu.thread", FIELD)              \
	X(hart_hartid, "hart.cpu.hartid", FIELD)              \
	X(hart_online, "hart.online", FIELD)                  \
	X(hart_loaded, "hart.loaded", FIELD)                  \
	X(hart_idle, "hart.idle", FIELD)                      \
	X(thread_state, "thread.state", FIELD)                \
	X(thread_hart, "thread.hart", FIELD)                  \
	X(thread_proc, "thread.proc", FIELD)                  \
	X(thread_name, "thread.name", FIELD)                  \
	X(THREAD_NEW, "THREAD_NEW", NUMBER)                   \
	X(THREAD_READY, "THREAD_READY", NUMBER)               \
	X(THREAD_SLEEPING, "THREAD_SLEEPING", NUMBER)         \
	X(THREAD_WAITING, "THREAD_WAITING", NUMBER)           \
	X(klog_kept, "klog_kept", OBJECT)                     \
	X(klog_written, "klog_written", OBJECT)               \
	X(event_rings, "event_rings", OBJECT)                 \
	X(event_ring_at, "event_ring.at", FIELD)              \
	X(event_ring_recorded, "event_ring.recorded", FIELD)  \
	X(option_values, "option_values", OBJECT)             \
	X(options, "options", OBJECT)                         \
	X(option_name, "option.name", FIELD)                  \
	X(option_words, "option.words", FIELD)                \
	X(option_high, "option.high", FIELD)                  \
	X(option_places, "option_places", OBJECT)             \
	X(option_given, "option_place.given", FIELD)          \
	X(ksym_table, "ksym_table", OBJECT)                   \
	X(ksym_count, "ksym_count", OBJECT)                   \
	X(ksym_names, "ksym_names", OBJECT)                   \
	X(ksym_addr, "ksym.addr", FIELD)                      \
	X(ksym_name, "ksym.name", FIELD)                      \
	X(panic_hart, "panicked", OBJECT)                     \
	X(panic_record, "panic_record", OBJECT)               \
	X(panic_what, "panic_record.what", FIELD)             \
	X(panic_pc, "panic_record.pc", FIELD)                 \
	X(panic_ra, "panic_record.ra", FIELD)                 \
	X(panic_fp, "panic_record.fp", FIELD)

enum layout_id {
#define X(id, name, kind) LAYOUT_##id,
	LAYOUT_ITEMS(X) LAYOUT_COUNT
#undef X
};

struct layout {
	struct descriptor head;
	struct layout_item {
		u64 value, count; /* as in struct descriptor_item; count is 0: missing */
		u32 size;
	} item[LAYOUT_COUNT];
	const char *why;     /* after a failure: the reason ...                  */
	const char *missing; /* ... and the name of the item that is missing, or "" */
};

#define LAYOUT_ARRAY_MAX 1024 /* elements of an array; a kernel has far fewer */

/* Looks for the descriptor, from the first page on.  False: no page has it. */
bool layout_find(struct ram *ram, u64 *index) MUST_CHECK;

/* Reads the descriptor on page @index, and sets ram->base.  False: see layout->why. */
bool layout_load(struct layout *layout, struct ram *ram, u64 index) MUST_CHECK;
