// compare.ts - what changed between two moments: processes, areas, entries, frames, counts.
import type { FrameCells } from "./machine.ts";
import type { Session } from "./session.ts";
import { rights } from "./text.ts";
import type { Area, Counter, Entry, Process } from "./views.ts";

/** All that is compared, at one moment. */
export interface Snapshot {
	time: number;
	/** Something was not watched then. */
	partial: boolean;
	consistent: boolean;
	processes: Process[];
	areas: Map<number, Area[]>;
	entries: Map<number, Entry[]>;
	counters: Counter[];
	kinds: Record<string, number>;
	options: Record<string, string>;
	cells: FrameCells | undefined;
}

export type Change = "new" | "gone" | "changed";

export interface AreaChange {
	pid: number;
	change: Change;
	before?: Area | undefined;
	after?: Area | undefined;
}

export interface EntryChange {
	pid: number;
	va: string;
	level: number;
	change: Change;
	before?: Entry | undefined;
	after?: Entry | undefined;
	/** In words. */
	what: string;
}

/** Neighbouring frames that changed alike. */
export interface FrameChange {
	pa: string;
	frames: number;
	before: string;
	after: string;
}

export interface Count {
	name: string;
	before: number;
	after: number;
}

export interface Difference {
	came: Process[];
	went: Process[];
	areas: AreaChange[];
	entries: EntryChange[];
	frames: FrameChange[];
	kinds: Count[];
	counters: Count[];
	options: { name: string; before: string; after: string }[];
}

// --- a snapshot ------------------------------------------------------------------------

/** Of the moment that is shown. */
export function snapshot(session: Session): Snapshot | undefined {
	const round = session.timeline?.cursor;
	const machine = session.view("machine");
	const list = session.view("processes");
	if (!round || !machine.data || !list.data) return undefined;
	const counters = session.view("counters");
	const options = session.view("options");
	const cells = session.cells();
	let partial = [machine, list, counters, options, cells].some((a) => a.partial);
	const areas = new Map<number, Area[]>();
	const entries = new Map<number, Entry[]>();
	for (const { pid } of list.data.processes) {
		const area = session.view("areas", pid);
		const table = session.view("table", pid);
		partial ||= area.partial || table.partial;
		areas.set(pid, area.data?.areas ?? []);
		entries.set(pid, table.data?.entries ?? []);
	}
	return {
		time: round.time,
		partial,
		consistent: round.consistent,
		processes: list.data.processes,
		areas,
		entries,
		counters: counters.data?.counters ?? [],
		kinds: machine.data.kinds,
		options: options.data?.options ?? {},
		cells: cells.data,
	};
}

// --- the difference -----------------------------------------------------------------------

const BITS = ["V", "R", "W", "X", "U", "G", "A", "D", "COW", "soft"];
const BIT_MEANING: Record<string, string> = {
	"+W": "writable now",
	"-W": "not writable any more",
	"+A": "was touched",
	"-A": "A cleared",
	"+D": "was written",
	"-D": "D cleared",
	"+COW": "copy-on-write now",
	"-COW": "not copy-on-write any more",
};

/** The bits that changed, such as +W and -COW. */
export function bitChanges(before: string, after: string): string[] {
	const [a, b] = [BigInt(before), BigInt(after)];
	return BITS.flatMap((name, i) => {
		const [was, is] = [(a >> BigInt(i)) & 1n, (b >> BigInt(i)) & 1n];
		return was === is ? [] : [`${is ? "+" : "-"}${name}`];
	});
}

function entryChange(before: Entry | undefined, after: Entry | undefined): string {
	const kind = (e: Entry) =>
		e.what === "leaf" ? "a page" : e.what ? `a ${e.what}` : "an entry";
	if (!before) return `${kind(after!)} came`;
	if (!after) return `${kind(before)} went`;
	const words: string[] = [];
	/* Bits mean something else in an entry of another kind. */
	if (before.what !== after.what) return `${kind(before)} became ${kind(after)}`;
	if (before.pa !== after.pa) words.push("another frame");
	if (before.users !== after.users)
		words.push(`users ${before.users ?? 0} to ${after.users ?? 0}`);
	for (const bit of bitChanges(before.pte, after.pte))
		words.push(BIT_MEANING[bit] ?? bit);
	return words.join(", ");
}

/** What one area is, and the other: what both are in the same way is left out. */
export function areaWords(
	before: Area | undefined,
	after: Area | undefined,
): [before: string, after: string] {
	const list = (a: Area) => [
		rights(a.prot),
		`ends at ${a.end}`,
		`${a.resident} in memory`,
		`${a.shared} shared`,
		`${a.large} in leaves of 2 MiB`,
		`${a.touched} touched`,
		`${a.dirty} dirty`,
	];
	const [was, is] = [before ? list(before) : [], after ? list(after) : []];
	const other = (a: string[], b: string[]) =>
		a.filter((word, i) => word !== b[i]).join(", ");
	return [other(was, is), other(is, was)];
}

/** Pairs of the lists by a key; what is in one only, too. */
function pairs<T>(
	a: T[],
	b: T[],
	key: (item: T) => string,
): [T | undefined, T | undefined][] {
	const old = new Map(a.map((item) => [key(item), item]));
	const out: [T | undefined, T | undefined][] = b.map((item) => {
		const k = key(item);
		const before = old.get(k);
		old.delete(k);
		return [before, item];
	});
	for (const item of old.values()) out.push([item, undefined]);
	return out;
}

const changeOf = (before: unknown, after: unknown): Change =>
	!before ? "new" : !after ? "gone" : "changed";

const byAddress = (a: string, b: string) =>
	BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;

function areaChanges(pid: number, a: Area[], b: Area[]): AreaChange[] {
	return pairs(a, b, (area) => area.start)
		.filter(
			([before, after]) =>
				JSON.stringify(before) !== JSON.stringify(after),
		)
		.map(([before, after]) => ({
			pid,
			change: changeOf(before, after),
			before,
			after,
		}))
		.sort((x, y) =>
			byAddress(
				(x.after ?? x.before)!.start,
				(y.after ?? y.before)!.start,
			),
		);
}

function entryChanges(pid: number, a: Entry[], b: Entry[]): EntryChange[] {
	return pairs(a, b, (e) => `${e.va}/${e.level}`)
		.map(([before, after]) => ({
			before,
			after,
			what: entryChange(before, after),
		}))
		.filter(({ what }) => what !== "")
		.map((x) => {
			const { va, level } = (x.after ?? x.before)!;
			return {
				...x,
				pid,
				va,
				level,
				change: changeOf(x.before, x.after),
			};
		})
		.sort((x, y) => byAddress(x.va, y.va) || y.level - x.level);
}

/** What a cell (as a number of 32 bits) is, in words: its kind, and whose it is. */
function cellNames(s: Snapshot): (cell: number) => string {
	const kinds = Object.keys(s.kinds);
	const owners = new Map(
		s.processes.map((p) => [p.slot + 1, `${p.pid} (${p.name})`]),
	);
	const known = new Map<number, string>();
	return (cell) => {
		let name = known.get(cell);
		if (name === undefined) {
			const kind = kinds[cell & 255] ?? "?";
			const owner = owners.get(cell >>> 16);
			name = owner && kind !== "free" ? `${kind} of ${owner}` : kind;
			known.set(cell, name);
		}
		return name;
	};
}

function frameChanges(a: Snapshot, b: Snapshot): FrameChange[] {
	if (!a.cells || !b.cells) return [];
	const [before, after] = [cellNames(a), cellNames(b)];
	const [x, y] = [a.cells, b.cells].map(
		(cells) => new Uint32Array(cells.bytes.buffer),
	);
	const out: FrameChange[] = [];
	let last = -2;
	for (let i = 0; i < Math.min(x!.length, y!.length); i++) {
		const [was, is] = [before(x![i]!), after(y![i]!)];
		if (was === is) continue;
		const run = out.at(-1);
		if (run && last === i - 1 && run.before === was && run.after === is) {
			run.frames++;
		} else {
			const pa = `0x${((BigInt(b.cells.base) + BigInt(i)) * 4096n).toString(16)}`;
			out.push({ pa, frames: 1, before: was, after: is });
		}
		last = i;
	}
	return out;
}

function counts(a: Record<string, number>, b: Record<string, number>): Count[] {
	return Object.keys({ ...a, ...b })
		.map((name) => ({ name, before: a[name] ?? 0, after: b[name] ?? 0 }))
		.filter(({ before, after }) => before !== after);
}

const counterRecord = (list: Counter[]) =>
	Object.fromEntries(list.map((c) => [c.name, c.value]));

export function difference(a: Snapshot, b: Snapshot): Difference {
	const had = new Set(a.processes.map((p) => p.pid));
	const has = new Set(b.processes.map((p) => p.pid));
	const pids = [...new Set([...had, ...has])].sort((x, y) => x - y);
	return {
		came: b.processes.filter((p) => !had.has(p.pid)),
		went: a.processes.filter((p) => !has.has(p.pid)),
		areas: pids.flatMap((pid) =>
			areaChanges(pid, a.areas.get(pid) ?? [], b.areas.get(pid) ?? []),
		),
		entries: pids.flatMap((pid) =>
			entryChanges(
				pid,
				a.entries.get(pid) ?? [],
				b.entries.get(pid) ?? [],
			),
		),
		frames: frameChanges(a, b),
		kinds: counts(a.kinds, b.kinds),
		counters: counts(counterRecord(a.counters), counterRecord(b.counters)),
		options: Object.keys({ ...a.options, ...b.options })
			.map((name) => ({
				name,
				before: a.options[name] ?? "",
				after: b.options[name] ?? "",
			}))
			.filter(({ before, after }) => before !== after),
	};
}

// --- in words ---------------------------------------------------------------------------

function plural(n: number, one: string, many = `${one}s`): string {
	return `${n} ${n === 1 ? one : many}`;
}

/** Which change happened how often; the most frequent four. */
function tally(list: string[]): string {
	const counted = new Map<string, number>();
	for (const item of list) counted.set(item, (counted.get(item) ?? 0) + 1);
	return [...counted]
		.sort((x, y) => y[1] - x[1])
		.slice(0, 4)
		.map(([item, n]) => `${n} × ${item}`)
		.join("; ");
}

/** One sentence for each process, and for the whole. */
export function sentences(d: Difference, names: Map<number, string>): string[] {
	const out: string[] = [];
	const who = (p: Process) => `${p.pid} (${p.name})`;
	if (d.came.length)
		out.push(
			`${plural(d.came.length, "process", "processes")} came: ${d.came.map(who).join(", ")}.`,
		);
	if (d.went.length)
		out.push(
			`${plural(d.went.length, "process", "processes")} went: ${d.went.map(who).join(", ")}.`,
		);
	const frames = d.frames.reduce((n, f) => n + f.frames, 0);
	if (frames) out.push(`${plural(frames, "frame")} changed kind or owner.`);
	const pids = new Set([
		...d.areas.map((x) => x.pid),
		...d.entries.map((x) => x.pid),
	]);
	for (const pid of pids) {
		const areas = d.areas.filter((x) => x.pid === pid).length;
		const entries = d.entries.filter((x) => x.pid === pid);
		const parts = [
			areas ? plural(areas, "area") : "",
			entries.length ? plural(entries.length, "entry", "entries") : "",
		];
		const how = entries.length ? `: ${tally(entries.map((e) => e.what))}` : "";
		out.push(
			`Process ${pid} (${names.get(pid) ?? "?"}): ${parts.filter(Boolean).join(" and ")} changed${how}.`,
		);
	}
	if (!out.length) out.push("No process, area, entry or frame changed.");
	return out;
}

/** The difference as text, for export. */
export function differenceText(a: Snapshot, b: Snapshot, d: Difference): string {
	const names = new Map([...a.processes, ...b.processes].map((p) => [p.pid, p.name]));
	const range = (x: Area) => `${x.start.slice(2)}-${x.end.slice(2)} ${x.kind}`;
	const areaText = ({ before, after, change }: AreaChange) =>
		before && after
			? `${change} ${range(after)}: ${areaWords(before, after).join(" -> ")}`
			: `${change} ${range((after ?? before)!)}`;
	const grown = (c: Count) =>
		`${c.name.padEnd(18)} ${String(c.before).padStart(9)} ${String(c.after).padStart(9)}`;
	return [
		...sentences(d, names),
		"",
		...d.areas.map((x) => `area of ${x.pid}: ${areaText(x)}`),
		...d.entries.map(
			(x) => `entry of ${x.pid} at ${x.va}, level ${x.level}: ${x.what}`,
		),
		...d.frames.map(
			(x) => `${x.frames} frames at ${x.pa}: ${x.before} -> ${x.after}`,
		),
		...d.kinds.map((c) => `frames: ${grown(c)}`),
		...d.counters.map((c) => `counter: ${grown(c)}`),
		...d.options.map((o) => `option: ${o.name} ${o.before} -> ${o.after}`),
		"",
	].join("\n");
}
