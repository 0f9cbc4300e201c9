// What the pictures are made of: zooms, ages, states of pages, addresses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { commonest } from "../src/draw/cellimage.ts";
import { zooms } from "../src/draw/zoom.ts";
import { Ages, describe, frameAt } from "../src/draw/frames.ts";
import { describeRun, runAt, stateOf, withGuards } from "../src/draw/pagestate.ts";
import { indexOf, isAddress, parseAddress, PTE, withIndex } from "../src/draw/pte.ts";
import { rangeAround } from "../src/draw/range.ts";
import type { Area, PageRun } from "../src/views.ts";

test("the first zoom shows all frames, the last one those of 2 MiB, and none shows fewer than the next", () => {
	for (const frames of [512, 4096, 16384, 32768, 100_000, 262_144, 4 << 20]) {
		const list = zooms(frames, 3);
		const shown = list.map((z) => z.per * z.columns * z.rows);
		assert.ok(shown[0]! >= frames, `${frames}`);
		assert.ok(shown.every((n, i) => i === 0 || n <= shown[i - 1]!));
		assert.ok(list.every((z) => z.rows >= 1 && z.columns * z.px === 768));
		assert.equal(list.at(-1)!.per, 1);
	}
	assert.deepEqual(zooms(4 << 20, 3)[0], {
		per: 128,
		px: 3,
		columns: 256,
		rows: 128,
	});
	assert.deepEqual(
		zooms(32768, 3).map((z) => z.px),
		[3, 6, 12, 24],
	);
});

const cellsOf = (...words: number[]) => ({
	base: 0x80000,
	bytes: new Uint8Array(new Uint32Array(words).buffer),
});

test("a frame has its kind since it changed, or since before the first look", () => {
	const ages = new Ages();
	ages.update(cellsOf(1, 2, 3), 1000);
	ages.update(cellsOf(1, 5, 0x10003), 2000);
	ages.update(cellsOf(1, 5, 0x10203), 3000); /* only flags differ */
	assert.deepEqual(ages.of(0, 3000), { time: 1000, exact: false });
	assert.deepEqual(ages.of(1, 3000), { time: 2000, exact: true });
	assert.deepEqual(ages.of(2, 3000), { time: 2000, exact: true });
	assert.equal(ages.of(1, 1500), undefined); /* then it was something else */
	assert.equal(ages.of(0, 500), undefined);
	assert.equal(ages.of(3, 3000), undefined);
	ages.update(cellsOf(9, 9, 9), 2500); /* a look into the past */
	assert.deepEqual(ages.of(0, 3000), { time: 1000, exact: false });
});

test("a cell is told in words", () => {
	const meaning = {
		kinds: ["free", "anon"],
		owners: new Map([[3, { pid: 7, name: "sh" }]]),
		free: 0,
	};
	const cells = cellsOf(0x00030201, 0x00004000);
	assert.equal(describe(cells, 0, meaning), "0x80000000: anon, of 7 (sh), shared");
	assert.equal(
		describe(cells, 1, meaning),
		"0x80001000: free, in a free block of 32 KiB",
	);
	assert.equal(frameAt(cells, 0x80001fffn), 1);
	assert.equal(frameAt(cells, 0x80002000n), undefined);
	assert.equal(frameAt(cells, 0x7fffffffn), undefined);
});

test("states of pages", () => {
	const run = (
		what: PageRun["what"],
		bits: number,
		more: Partial<PageRun> = {},
	): PageRun => ({
		va: "0x1000",
		pages: 2,
		what,
		place: "anon",
		level: 0,
		bits,
		...more,
	});
	const leaf = PTE.V | PTE.R | PTE.U;
	assert.equal(stateOf(run("", 0)), "absent");
	assert.equal(stateOf(run("guard", PTE.V)), "guard");
	assert.equal(stateOf(run("parked", PTE.V | PTE.PARKED)), "parked");
	assert.equal(stateOf(run("leaf", PTE.V | PTE.R)), "kernel");
	assert.equal(stateOf(run("leaf", leaf | PTE.COW)), "cow");
	assert.equal(stateOf(run("leaf", leaf, { is_file: true })), "file");
	assert.equal(stateOf(run("leaf", leaf | PTE.W | PTE.D)), "written");
	assert.equal(stateOf(run("leaf", leaf | PTE.W)), "clean");
	const shared = describeRun(run("leaf", leaf | PTE.COW, { users: 4 }));
	assert.equal(
		shared,
		"anon, copy-on-write, r--u, not accessed since A was cleared, shared with 3 others",
	);
	const runs = [run("", 0), run("", 0, { va: "0x5000", pages: 1 })];
	assert.equal(runAt(runs, 0x2fffn), runs[0]);
	assert.equal(runAt(runs, 0x3000n), undefined);
	assert.equal(runAt(runs, 0x5000n), runs[1]);
	assert.equal(runAt(runs, 0xfffn), undefined);
});

test("addresses", () => {
	assert.equal(indexOf(0x3fff5d1000n, 2), 255);
	assert.equal(indexOf(0x3fff5d1000n, 1), 506);
	assert.equal(indexOf(0x3fff5d1000n, 0), 465);
	assert.equal(withIndex(0x3fff5d1010n, 0, 1), 0x3fff401010n);
	assert.equal(withIndex(0n, 2, 256), 0xffffffc000000000n);
	assert.equal(withIndex(0xffffffc000000000n, 2, 1), 0x40000000n);
	assert.equal(parseAddress(" 0x3fFF "), 0x3fffn);
	assert.equal(parseAddress("3000"), 0x3000n);
	for (const text of ["", "0x", "x", "-1", "12345678901234567"])
		assert.equal(parseAddress(text), undefined);
	assert.ok(
		isAddress(0x3fffffffffn) &&
			isAddress(0xffffffc000000000n) &&
			!isAddress(0x4000000000n),
	);
});

test("a range stays in the user half", () => {
	assert.deepEqual(rangeAround(0n, 1n << 26n), { start: 0n, span: 1n << 26n });
	assert.deepEqual(rangeAround(0x3fffffffffn, 1n << 26n), {
		start: 0x3ffc000000n,
		span: 1n << 26n,
	});
	assert.deepEqual(rangeAround(0x2000000000n, 1n << 40n), {
		start: 0n,
		span: 1n << 38n,
	});
	assert.deepEqual(rangeAround(0x10000000n, 1n), {
		start: 0xff00000n,
		span: 1n << 21n,
	});
});

test("a cell of several frames shows the commonest in use, or of the free ones", () => {
	const words = new Uint32Array([0, 0, 0x101, 2, 0, 2, 2, 0xa000]);
	assert.equal(commonest(words, 0, 8, 0, false), 2);
	assert.equal(commonest(words, 0, 8, 0, true), 0);
	assert.equal(commonest(words, 2, 3, 0, true), 0x101); /* none is free */
	assert.equal(commonest(words, 7, 8, 0, false), 0xa000); /* none is in use */
	assert.equal(commonest(words, 0, 3, 0, false), 0x101);
});

test("a guard without entries is a guard, one with entries is not told twice", () => {
	const area = (kind: string, start: string, end: string) =>
		({ kind, start, end, prot: 0, is_shared: false, offset: "0x0" }) as Area;
	const run = (va: string, what: PageRun["what"]): PageRun => ({
		va,
		pages: 1,
		what,
		place: "x",
	});
	const areas = [
		area("guard", "0x1000", "0x2000"),
		area("anon", "0x2000", "0x3000"),
		area("guard", "0x3000", "0x5000"),
		area("stack", "0x5000", "0x6000"),
	];
	const runs = [run("0x1000", "guard"), run("0x2000", ""), run("0x5000", "leaf")];
	const all = withGuards(runs, areas);
	assert.deepEqual(
		all.map((r) => [r.va, r.pages, r.what]),
		[
			["0x1000", 1, "guard"],
			["0x2000", 1, ""],
			["0x3000", 2, "guard"],
			["0x5000", 1, "leaf"],
		],
	);
	assert.equal(withGuards(all, areas), all);
});
