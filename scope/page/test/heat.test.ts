// heat.test.ts - the columns of the heat picture, and the stops of the tour.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HeatHistory, strength, stretches, warmOf, type Column } from "../src/heat.ts";
import type { Decoder } from "../src/machine.ts";
import { refusalOf, stopOf } from "../src/stop.ts";
import type { LookAt, Round, Timeline } from "../src/timeline.ts";
import type { PageRun } from "../src/views.ts";

test("only pages that programs have are drawn, with their ages", () => {
	const runs: PageRun[] = [
		{ va: "0x1000", pages: 2, what: "leaf", place: "heap", kind: "anon", users: 1, age: 3 },
		{ va: "0x3000", pages: 9, what: "", place: "heap" },
		{ va: "0x8000", pages: 1, what: "leaf", place: "stack", kind: "anon", users: 1 },
		{ va: "0x9000", pages: 1, what: "guard", place: "guard" },
	];
	assert.deepEqual(warmOf(runs), [
		{ va: 0x1000n, pages: 2, age: 3 },
		{ va: 0x8000n, pages: 1, age: undefined },
	]);
});

test("the rows are the addresses of all columns, without the holes", () => {
	const columns: Column[] = [
		{ time: 1, round: 1, warm: [{ va: 0x5000n, pages: 2, age: 0 }] },
		{
			time: 2,
			round: 2,
			warm: [
				{ va: 0x1000n, pages: 1, age: 0 },
				{ va: 0x6000n, pages: 3, age: 1 },
				{ va: 0x3f_ffff_f000n, pages: 1, age: 2 },
			],
		},
	];
	assert.deepEqual(stretches(columns), [
		{ start: 0x1000n, pages: 1, row: 0 },
		{ start: 0x5000n, pages: 4, row: 1 },
		{ start: 0x3f_ffff_f000n, pages: 1, row: 5 },
	]);
	assert.deepEqual(stretches([]), []);
});

test("a colour fades with each round", () => {
	assert.equal(strength(0), 1);
	for (let age = 1; age < 254; age++) assert.ok(strength(age) <= strength(age - 1));
	assert.ok(strength(254) > 0);
});

/** A timeline of rounds at these times, in each of which the kernel's round is this one (0:
 * heat is off), and the only page of process 7 has its age; what was looked at. */
function past(moments: { time: number; round: number; unseen?: true }[]) {
	const rounds = moments.map(({ time }, serial): Round => ({
		serial,
		time,
		consistent: false,
		changes: new Uint32Array(),
	}));
	const looks: string[] = [];
	let at = -1;
	const timeline = {
		rounds,
		cursor: rounds.at(-1),
		visit: (walk: (at: LookAt) => void) =>
			walk((i, look) => {
				at = i;
				const made = look();
				return moments[i]!.unseen ? undefined : made;
			}),
	};
	const decoder = {
		view: (name: string, pid: number, va: bigint) => {
			looks.push(`${name} ${at}`);
			const { round } = moments[at]!;
			const run = { va: "0x1000", pages: 1, what: "leaf", kind: "anon", users: 1, age: round % 3 };
			const text =
				name === "machine"
					? { heat: round ? { ms: 100, round } : undefined }
					: { runs: [run], next: "0x4000000000" };
			/* As the decoder has it: nothing is found from the end of the space on. */
			const found = name === "machine" || (pid === 7 && va < 1n << 38n);
			return { found, text: JSON.stringify(text), read: new Uint32Array(), wanted: new Uint32Array() };
		},
	};
	const history = new HeatHistory(
		timeline as unknown as Timeline,
		decoder as unknown as Decoder,
	);
	return { history, timeline, looks };
}

const kernelRounds = (columns: Column[]) => columns.map(({ round }) => round);

test("a moment of the past has the columns up to it, one for each round of the kernel", () => {
	const moments = [0, 4, 5, 5, 6, 0, 7, 8].map((round, i) => ({ time: 100 * i, round }));
	const { history, timeline, looks } = past(moments);
	const all = history.columns(7, 300, 1000);
	assert.deepEqual(kernelRounds(all.columns), [4, 5, 6, 7, 8]);
	assert.deepEqual(all.columns[1], { time: 300, round: 5, warm: [{ va: 0x1000n, pages: 1, age: 2 }] });
	assert.ok(all.whole);
	const before = looks.length;
	timeline.cursor = timeline.rounds[4];
	assert.deepEqual(kernelRounds(history.columns(7, 300, 0).columns), [4, 5, 6]);
	assert.deepEqual(kernelRounds(history.columns(7, 2, 0).columns), [5, 6]);
	assert.equal(looks.length, before, "nothing is decoded twice");
	assert.deepEqual(history.columns(8, 300, 1000).columns, []);
});

test("what was not watched has no column, and what takes too long comes later", () => {
	const moments = [4, 5, 6, 7].map((round, i) => ({ time: 100 * i, round }));
	const { history } = past([...moments, { time: 400, round: 8, unseen: true as const }]);
	const none = history.columns(7, 300, -1);
	assert.deepEqual(none, { columns: [], whole: false });
	assert.deepEqual(kernelRounds(history.columns(7, 300, 1000).columns), [4, 5, 6, 7]);
});

test("columns stay when the timeline has no room for their rounds any more", () => {
	const moments = [4, 5, 6, 7].map((round, i) => ({ time: 100 * i, round }));
	const { history, timeline } = past(moments);
	assert.deepEqual(kernelRounds(history.columns(7, 300, 1000).columns), [4, 5, 6, 7]);
	timeline.rounds.splice(0, 2);
	moments.splice(0, 2);
	assert.deepEqual(kernelRounds(history.columns(7, 300, 1000).columns), [4, 5, 6, 7]);
	timeline.cursor = timeline.rounds[0];
	assert.deepEqual(kernelRounds(history.columns(7, 3, 1000).columns), [4, 5, 6]);
});

test("the moments of a recording are in the order of their times", () => {
	const moments = [[900, 9], [100, 1], [500, 5]].map(([time, round]) => ({ time: time!, round: round! }));
	const { history, timeline } = past(moments);
	assert.deepEqual(kernelRounds(history.columns(7, 300, 1000).columns), [1, 5]);
	timeline.cursor = timeline.rounds[0];
	assert.deepEqual(kernelRounds(history.columns(7, 300, 1000).columns), [1, 5, 9]);
});

const STOP = `[tour fork 1 pid=7 va=0x3fff6fc000]\r
The child has just been forked.\r
It shares this page.\r
  c: pt -u 7 3fff6fc000\r
Enter: on, c: run that, q: end> `;

test("a stop of the tour is found when it waits, and only then", () => {
	const stop = {
		name: "fork",
		number: 1,
		pid: 7,
		va: 0x3fff6fc000n,
		text: "The child has just been forked. It shares this page.",
		command: "pt -u 7 3fff6fc000",
	};
	assert.deepEqual(stopOf(`$ tour\r\n${STOP}`), stop);
	assert.deepEqual(stopOf(`${STOP}\r\n${STOP.replace("fork 1", "fork 2")}`), { ...stop, number: 2 });
	for (let n = 0; n < STOP.indexOf("Enter: on,"); n++) assert.equal(stopOf(STOP.slice(0, n)), undefined);
	assert.equal(stopOf(`${STOP}q\r\n[tour end]\r\n$ `), undefined);
	assert.equal(refusalOf("$ tour\r\nsh: tour: not found\r\n$ "), "sh: tour: not found");
	assert.equal(refusalOf("sh: tour: not found\n$ ls\n$ "), "");
	assert.equal(refusalOf(STOP), "");
	assert.equal(stopOf(""), undefined);
});
