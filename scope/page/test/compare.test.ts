// What changed between two moments; the tree of processes; curves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { areaWords, bitChanges, difference, sentences, type Snapshot } from "../src/compare.ts";
import { faultRates, sorted, tree } from "../src/process_tree.ts";
import { frames, insert, moments, pick, rates } from "../src/series.ts";
import type { Area, Entry, Process } from "../src/views.ts";

const process = (pid: number, parent: number, name: string): Process =>
	({ pid, parent, name, slot: pid, state: "sleeping" }) as Process;

const area = (start: string, end: string): Area =>
	({ start, end, kind: "heap", prot: 3 }) as Area;

const entry = (va: string, pte: string, pa: string): Entry =>
	({ va, level: 0, pte, pa, what: "leaf", users: 1 }) as Entry;

function snapshot(
	list: Process[],
	areas: Area[],
	entries: Entry[],
	cells: number[],
): Snapshot {
	const pid = list[0]!.pid;
	return {
		time: 0,
		partial: false,
		consistent: true,
		processes: list,
		areas: new Map([[pid, areas]]),
		entries: new Map([[pid, entries]]),
		counters: [{ name: "fault", what: "", value: cells.length }],
		kinds: { free: 1, anon: entries.length },
		options: { heap: "eager" },
		cells: {
			base: 0x80000,
			bytes: new Uint8Array(new Uint32Array(cells).buffer),
		},
	};
}

test("what came, went and changed is told once, with the bits", () => {
	const sh = process(3, 1, "sh");
	const ls = process(4, 3, "ls");
	const anon = 1 | (4 << 16); /* of the process in slot 3 */
	const a = snapshot(
		[sh],
		[area("0x1000", "0x2000")],
		[
			entry("0x1000", "0x113", "0x80000000"),
			entry("0x5000", "0x17", "0x80001000"),
		],
		[anon, anon, 0, 0],
	);
	const b = snapshot(
		[sh, ls],
		[area("0x1000", "0x4000"), area("0x8000", "0x9000")],
		[
			entry("0x1000", "0xd7", "0x80002000"),
			entry("0x3000", "0x17", "0x80003000"),
		],
		[anon, 0, anon, anon],
	);
	const d = difference(a, b);
	assert.deepEqual(
		d.came.map((p) => p.pid),
		[4],
	);
	assert.deepEqual(d.went, []);
	assert.deepEqual(
		d.areas.map((x) => x.change),
		["changed", "new"],
	);
	const told = d.entries.map((x) => [x.va, x.change, x.what]);
	assert.deepEqual(told, [
		[
			"0x1000",
			"changed",
			"another frame, writable now, was touched, was written, not copy-on-write any more",
		],
		["0x3000", "new", "a page came"],
		["0x5000", "gone", "a page went"],
	]);
	assert.deepEqual(d.frames, [
		{ pa: "0x80001000", frames: 1, before: "anon of 3 (sh)", after: "free" },
		{ pa: "0x80002000", frames: 2, before: "free", after: "anon of 3 (sh)" },
	]);
	assert.deepEqual(d.kinds, []);
	assert.deepEqual(d.options, []);
	const words = sentences(d, new Map([[3, "sh"]]));
	assert.equal(words[0], "1 process came: 4 (ls).");
	assert.equal(words[1], "3 frames changed kind or owner.");
	assert.match(words[2]!, /^Process 3 \(sh\): 2 areas and 3 entries changed: 1 × /);
});

test("an area tells what differs; an entry of another kind has no bits in common", () => {
	const one = { ...area("0x1000", "0x2000"), touched: 1 };
	const [was, is] = areaWords(one, { ...one, touched: one.touched + 1 });
	assert.equal(was, `${one.touched} touched`);
	assert.equal(is, `${one.touched + 1} touched`);
	assert.equal(areaWords(undefined, one)[0], "");
	assert.match(areaWords(undefined, one)[1], /ends at 0x2000/);
	const leaf = { ...entry("0x0", "0x117", "0x80000000"), level: 1 };
	const table: Entry = { ...entry("0x0", "0x1", "0x80001000"), level: 1, what: "table" };
	const d = difference(
		snapshot([process(3, 1, "sh")], [one], [leaf], []),
		snapshot([process(3, 1, "sh")], [one], [table], []),
	);
	assert.deepEqual(
		d.entries.map((x) => x.what),
		["a page became a table"],
	);
});

test("a moment does not differ from itself", () => {
	const s = snapshot(
		[process(3, 1, "sh")],
		[],
		[entry("0x1000", "0x17", "0x80000000")],
		[1],
	);
	const d = difference(s, s);
	const counts = Object.values(d).map((list) => list.length);
	assert.deepEqual(
		counts,
		counts.map(() => 0),
	);
	assert.deepEqual(sentences(d, new Map()), [
		"No process, area, entry or frame changed.",
	]);
	assert.deepEqual(bitChanges("0x17", "0x13"), ["-W"]);
});

test("a process comes after its parent; a ring of parents ends", () => {
	const list = [
		process(9, 2, "c"),
		process(2, 1, "b"),
		process(1, 0, "a"),
		process(5, 1, "d"),
	];
	const told = tree(list).map((p) => [p.pid, p.depth]);
	assert.deepEqual(told, [
		[1, 0],
		[2, 1],
		[9, 2],
		[5, 1],
	]);
	const ring = [process(1, 2, "a"), process(2, 1, "b"), process(3, 7, "c")];
	assert.deepEqual(
		tree(ring)
			.map((p) => p.pid)
			.sort(),
		[1, 2, 3],
	);
});

test("sorted by a number, the most comes first, and what is not known last", () => {
	const row = (pid: number, depth: number, tables: number | undefined) => ({
		pid,
		depth,
		tables,
	});
	const list = [row(1, 0, 5), row(2, 1, undefined), row(3, 2, 7), row(4, 2, 5)];
	assert.deepEqual(sorted(list, "tables"), [
		row(3, 0, 7),
		row(1, 0, 5),
		row(4, 0, 5),
		row(2, 0, undefined),
	]);
	assert.equal(list[2]!.depth, 2);
});

test("faults a second are those of the second before the shown moment", () => {
	const sample = (time: number, ...faults: [number, number][]) => ({
		time,
		faults: new Map(faults),
	});
	const samples = [
		sample(1000, [3, 100]),
		sample(1500, [3, 120], [4, 9]),
		sample(2000, [3, 130], [4, 5]),
		sample(3000, [3, 130]),
	];
	assert.equal(faultRates([], 5000), undefined);
	assert.equal(faultRates(samples, 1400), undefined);
	const at = (time: number) => [...faultRates(samples, time)!];
	assert.deepEqual(at(1900), [[3, 40], [4, 18]]);
	assert.deepEqual(at(2999), [[3, 30], [4, 5]]);
	assert.deepEqual(at(Infinity), [[3, 0]]);
});

test("a rate is the growth between two moments, and unknown before the first", () => {
	const sample = (time: number, value: number) => ({
		time,
		counters: new Map([["fault", value]]),
		kinds: { anon: value },
		faults: new Map<number, number>(),
	});
	const samples: ReturnType<typeof sample>[] = [];
	for (const [time, value] of [
		[2000, 7],
		[3000, 30],
		[1000, 10],
		[2000, 30],
	] as const)
		insert(samples, sample(time, value));
	assert.deepEqual(
		samples.map((s) => s.time),
		[1000, 2000, 3000],
	);
	const times = moments(3000, 4000, 4);
	assert.deepEqual(times, [0, 1000, 2000, 3000]);
	const picked = pick(samples, times);
	assert.deepEqual(picked, [-1, 0, 1, 2]);
	assert.deepEqual(rates(samples, picked, "fault"), [null, null, 20, 0]);
	assert.deepEqual(frames(samples, picked, "anon"), [null, 10, 30, 30]);
});
