// heat.ts - when pages were touched, as columns over time: what the picture is made of.
import { answer, type Decoder } from "./machine.ts";
import type { LookAt, Round, Timeline } from "./timeline.ts";
import type { PageRun, ViewName, Views } from "./views.ts";

export const PAGE = 4096n;

/** Neighbouring pages at one moment. */
export interface Warm {
	va: bigint;
	pages: number;
	/** Rounds since they were touched; undefined: never. */
	age: number | undefined;
}

export interface Column {
	/** When it was so, in ms since 1970; the kernel's round. */
	time: number;
	round: number;
	warm: Warm[];
}

/** What a program can touch, of the runs of its pages. */
export function warmOf(runs: PageRun[]): Warm[] {
	return runs
		.filter((run) => run.what === "leaf" && run.kind !== undefined && run.users)
		.map((run) => ({ va: BigInt(run.va), pages: run.pages, age: run.age }));
}

/** A stretch of addresses that has pages in some column, and its first row. */
export interface Stretch {
	start: bigint;
	pages: number;
	row: number;
}

/** The stretches of all columns, without what lies between them. */
export function stretches(columns: Column[]): Stretch[] {
	const all = columns.flatMap((column) => column.warm);
	all.sort((a, b) => (a.va < b.va ? -1 : a.va > b.va ? 1 : 0));
	const out: Stretch[] = [];
	for (const { va, pages } of all) {
		const last = out.at(-1);
		const end = va + BigInt(pages) * PAGE;
		if (last && va <= last.start + BigInt(last.pages) * PAGE)
			last.pages = Math.max(last.pages, Number((end - last.start) / PAGE));
		else out.push({ start: va, pages, row: 0 });
	}
	let row = 0;
	for (const stretch of out) {
		stretch.row = row;
		row += stretch.pages;
	}
	return out;
}

/** How strong the colour is: 1 now, and half of that each 4 rounds. */
export const strength = (age: number) => Math.max(0.06, 2 ** (-age / 4));

// --- the columns of the past ---------------------------------------------------------------

const LOOKS_MOST = 8; /* of one space */
const KEPT = 1200; /* columns of a process */
const RUNS = 1024; /* VIEW_RUNS of scope/view/view.h */

/** Of a round of the timeline: the kernel's round then, 0 if heat was off or it is not known;
 * and the column of each process that was asked for. */
interface Made {
	round: number;
	columns: Map<number, Column | undefined>;
}

/** The columns of all moments that a timeline has.  A moment is decoded when its column is
 * asked for, once for each process; so the past is there before anybody looks. */
export class HeatHistory {
	private readonly made = new WeakMap<Round, Made>();
	/** Of each process the newest columns by the kernel's round, also of rounds that the
	 * timeline has no room for any more. */
	private readonly kept = new Map<number, Map<number, Column>>();

	constructor(
		private readonly timeline: Timeline,
		private readonly decoder: Decoder,
	) {}

	/** Of a process, up to the moment that is shown: one for each round of the kernel, the
	 * oldest first, and @most of them.  @ms of work at most: whole tells that none is missing
	 * for want of time. */
	columns(pid: number, most: number, ms: number): { columns: Column[]; whole: boolean } {
		const { rounds, cursor } = this.timeline;
		let end = Infinity; /* from the first on that is made: the way there may be long */
		const columns: Column[] = [];
		let whole = true;
		let before = Infinity; /* the kernel's round of the column to the right */
		/* A recording is shown in any order. */
		const order = [...rounds.keys()]
			.filter((i) => cursor && rounds[i]!.time <= cursor.time)
			.sort((a, b) => rounds[b]!.time - rounds[a]!.time);
		this.timeline.visit((at) => {
			for (const i of order) {
				if (columns.length === most) break;
				const isNew = !this.has(rounds[i]!, pid, before);
				if (isNew && performance.now() > end) {
					whole = false;
					break;
				}
				const column = this.column(at, i, pid, before);
				if (isNew && end === Infinity) end = performance.now() + ms;
				if (!column) continue;
				before = column.round;
				columns.push(column);
			}
		});
		return { columns: this.keep(pid, columns, most, cursor?.time ?? 0), whole };
	}

	/** Adds columns that were kept, up to a moment; the oldest first. */
	private keep(pid: number, columns: Column[], most: number, time: number): Column[] {
		const kept = this.kept.get(pid) ?? new Map<number, Column>();
		this.kept.set(pid, kept);
		for (const column of columns) kept.set(column.round, column);
		const newest = columns[0]?.round ?? Infinity;
		const all = [...kept.values()].sort((a, b) => a.round - b.round);
		for (const { round } of all.slice(0, -KEPT)) kept.delete(round);
		return all
			.filter((c) => c.time <= time && c.round <= newest)
			.slice(-most);
	}

	/** Whether nothing is to be decoded for this column. */
	private has(round: Round, pid: number, before: number): boolean {
		const made = this.made.get(round);
		return !!made && (!made.round || made.round >= before || made.columns.has(pid));
	}

	private column(at: LookAt, i: number, pid: number, before: number): Column | undefined {
		const round = this.timeline.rounds[i]!;
		let made = this.made.get(round);
		if (!made) {
			const machine = this.look(at, i, "machine");
			made = { round: machine?.heat?.round ?? 0, columns: new Map() };
			this.made.set(round, made);
		}
		if (!made.round || made.round >= before) return undefined;
		if (!made.columns.has(pid)) {
			const runs = this.runs(at, i, pid);
			const column = runs && { time: round.time, round: made.round, warm: warmOf(runs) };
			made.columns.set(pid, column);
		}
		return made.columns.get(pid);
	}

	/** All runs of a space at that moment; undefined: there was none, or not all was watched. */
	private runs(at: LookAt, i: number, pid: number): PageRun[] | undefined {
		const out: PageRun[] = [];
		let va = 0n;
		for (let n = 0; n < LOOKS_MOST; n++) {
			const pages = this.look(at, i, "pages", pid, va);
			if (!pages) return undefined;
			out.push(...pages.runs);
			if (pages.runs.length < RUNS) break;
			va = BigInt(pages.next);
		}
		return out;
	}

	private look<N extends ViewName>(at: LookAt, i: number, name: N, pid = 0, va = 0n): Views[N] | undefined {
		const look = at(i, () => this.decoder.view(name, pid, va));
		const made = look && answer<N>(look);
		return made?.partial ? undefined : made?.data;
	}
}
