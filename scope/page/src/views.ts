// views.ts - the JSON of each view, as scope/view/view.c writes it.
//
// An address is a text such as "0x80200000": a Number has only 53 bits.  Numbers of frames,
// pages and events fit.  Names (of kinds of frames, places, fates, states, events, options
// and counters) are the kernel's own words; the page has no list of them.

/** "0x" and hexadecimal digits. */
export type Address = string;

export interface Call {
	pc: Address;
	/** "": the kernel has no name for it. */
	function: string;
	offset: number;
}

export interface Hart {
	hart: number;
	hartid: number;
	online: boolean;
	idle: boolean;
	panicked: boolean;
	/** The process that runs; 0: none. */
	pid: number;
	/** The process whose page table is loaded; 0: the kernel's own. */
	loaded: number;
	thread: string;
}

export interface Panic {
	hart: number;
	what: string;
	calls: Call[];
}

export interface Machine {
	/** The first physical address of RAM. */
	ram: Address;
	/** Frames that the kernel manages. */
	frames: number;
	/** Frames of each kind. */
	kinds: Record<string, number>;
	harts: Hart[];
	/** The option heat: ms of a round, and how many are over; missing: it is off. */
	heat?: { ms: number; round: number };
	panic?: Panic;
}

export interface Process {
	pid: number;
	parent: number;
	/** Its place in the kernel's array; cells tell it as their owner. */
	slot: number;
	name: string;
	state: string;
	hart: number;
	/** Its break, in bytes. */
	size: number;
	/** Pages. */
	resident: number;
	/** That it has taken. */
	faults: number;
}

export interface Processes {
	processes: Process[];
}

export interface Counter {
	name: string;
	what: string;
	value: number;
}

export interface Counters {
	counters: Counter[];
}

export interface Options {
	options: Record<string, string>;
}

export interface Messages {
	/** To be joined. */
	messages: string[];
}

export interface Event {
	hart: number;
	/** From 1 on, for each hart. */
	number: number;
	/** Nanoseconds of the machine's clock. */
	time: number;
	pid: number;
	kind: string;
	what: string;
	va: Address;
	pages: number;
	detail: number;
}

export interface Events {
	events: Event[];
}

export interface Owner {
	/** 0: the kernel. */
	pid: number;
	name: string;
	/** Frames. */
	tables: number;
	private: number;
}

export interface Memory {
	frames: number;
	kinds: Record<string, number>;
	/** A hart is changing these counts, and the kinds of frames: they need not agree. */
	is_changing: boolean;
	/** Free blocks of 2^i frames. */
	blocks: number[];
	/** Free frames on the list of each hart. */
	cached: number[];
	/** Frames of the page cache that somebody maps. */
	mapped_cache: number;
	owners: Owner[];
}

/** Neighbouring frames that are alike. */
export interface Run {
	pa: Address;
	frames: number;
	kind: string;
	/** Who has it, of several the first; missing: nobody. */
	pid?: number;
	is_kernel: boolean;
	is_shared: boolean;
	is_large: boolean;
	is_listed: boolean;
	/** Free: in blocks of 2^order frames. */
	order?: number;
}

export interface Cells {
	runs: Run[];
}

/** Bits of Area.prot: VMA_R, VMA_W, VMA_X of kernel/mm/space/access.h. */
export const PROT = { read: 1, write: 2, execute: 4 } as const;

export interface Area {
	start: Address;
	end: Address;
	/** The name of the place: image, heap, stack, ... */
	kind: string;
	prot: number;
	is_shared: boolean;
	offset: Address;
	/** Pages. */
	resident: number;
	shared: number;
	private: number;
	large: number;
	touched: number;
	dirty: number;
	/** With heat=: of the page that was touched last, as in PageRun. */
	age?: number;
}

export interface Areas {
	pid: number;
	name: string;
	areas: Area[];
	/** The list ends too early: it could not be read. */
	broken: boolean;
}

export interface Entry {
	va: Address;
	/** 2, 1 or 0: a leaf of 1 GiB, 2 MiB or 4 KiB. */
	level: number;
	index: number;
	/** The physical address of the entry itself. */
	slot: Address;
	pte: Address;
	/** What the entry is; "": nothing. */
	what: "" | "leaf" | "table" | "guard" | "note" | "parked";
	/** The frame that it points to: of a leaf, a parked page, a table. */
	pa?: Address;
	/** Not of a table. */
	place?: string;
	/** Users of the frame. */
	users?: number;
	/** It is in the table of the lender (fork=tables). */
	borrowed?: true;
}

export interface Table {
	pid: number;
	name: string;
	root: Address;
	/** With isolate=on, the root that is loaded in user mode; else "0x0". */
	user_root: Address;
	/** All that are not empty, in the order of addresses; a table before its entries. */
	entries: Entry[];
}

/** Neighbouring pages in the same state, of the same area. */
export interface PageRun extends Cached {
	va: Address;
	pages: number;
	/** "": no entry, but an area. */
	what: Entry["what"];
	place: string;
	/** Of the area; missing: none is there. */
	prot?: number;
	is_shared?: boolean;
	/** Of the entries, if there are any: the level, and the low 10 bits. */
	level?: number;
	bits?: number;
	/** Of the frames. */
	kind?: string;
	/** They are pages of the page cache. */
	is_file?: true;
	users?: number;
	/** With heat=: rounds since a program was seen to touch them; 254: that or more. */
	age?: number;
	/** They are in the table of the lender (fork=tables). */
	borrowed?: true;
}

export interface Pages {
	pid: number;
	name: string;
	va: Address;
	/** What has neither an area nor an entry is left out. */
	runs: PageRun[];
	/** Where to go on; the end of the half, if that is all. */
	next: Address;
}

/** One of the low 10 bits of an entry. */
export interface Bit {
	bit: number;
	name: string;
	on: boolean;
	/** What it says as it is. */
	means: string;
}

export interface Fates {
	read: string;
	write: string;
	execute: string;
}

export interface Walk {
	pid: number;
	name: string;
	va: Address;
	root: Address;
	user_root: Address;
	area?: {
		start: Address;
		end: Address;
		kind: string;
		prot: number;
		is_shared: boolean;
	};
	/** From the root down to where the walk ends. */
	path: (Entry & { bits: Bit[] })[];
	/** What an access by the process does; by the kernel; by the kernel with SUM set, as in
	 * a copy to or from the process. */
	fates: Fates;
	kernel_fates: Fates;
	sum_fates: Fates;
}

/** A page table. */
export interface SlotTable {
	level: number;
	pa: Address;
	/** Those that are not 0, in the order of their indexes. */
	entries: { index: number; pte: Address; what: Entry["what"]; borrowed?: true }[];
}

export interface Slots {
	pid: number;
	name: string;
	va: Address;
	/** From the root down, as far as the walk to the address goes. */
	tables: SlotTable[];
	/** With isolate=on, the root that is loaded in user mode. */
	user_root?: SlotTable;
}

export interface Bytes {
	pid: number;
	name: string;
	/** Of the page. */
	va: Address;
	pa: Address;
	/** 4096 bytes, two digits each. */
	hex: string;
}

export interface Mapper {
	/** 0: the kernel. */
	pid: number;
	name: string;
	/** It is a root table; then the rest is missing. */
	is_root?: true;
	va?: Address;
	level?: number;
	pte?: Address;
	is_table?: boolean;
	place?: string;
}

/** What is true of a page of the page cache; missing: it is not. */
export interface Cached {
	/** On its way from or to the disk: who wants it waits. */
	is_busy?: true;
	/** Mapped as program text: a write to the file replaces it. */
	is_text?: true;
	/** Newer than the disk. */
	is_dirty?: true;
}

export interface Frame extends Cached {
	pa: Address;
	kind: string;
	refs: number;
	users: number;
	/** It is in a block of 2^order frames. */
	order: number;
	/** Of a cached page in its file, in bytes. */
	offset: Address;
	mappers: Mapper[];
}

/** Each view by its name; the order is that of VIEWS in scope/view/view.h. */
export interface Views {
	machine: Machine;
	processes: Processes;
	counters: Counters;
	options: Options;
	messages: Messages;
	events: Events;
	memory: Memory;
	cells: Cells;
	areas: Areas;
	table: Table;
	pages: Pages;
	walk: Walk;
	slots: Slots;
	bytes: Bytes;
	frame: Frame;
}

export type ViewName = keyof Views;

export const VIEW_NAMES: readonly ViewName[] = [
	"machine",
	"processes",
	"counters",
	"options",
	"messages",
	"events",
	"memory",
	"cells",
	"areas",
	"table",
	"pages",
	"walk",
	"slots",
	"bytes",
	"frame",
];
