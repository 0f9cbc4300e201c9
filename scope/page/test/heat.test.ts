// heat.test.ts - the columns of the heat picture, and the stops of the tour.
import assert from "node:assert/strict";
import { test } from "node:test";
import { strength, stretches, warmOf, type Column } from "../src/heat.ts";
import { refusalOf, stopOf } from "../src/stop.ts";
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
		{ round: 1, warm: [{ va: 0x5000n, pages: 2, age: 0 }] },
		{
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
