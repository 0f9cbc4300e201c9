// lives.test.ts - processes that were seen and are not there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Lives, namesake } from "../src/lives.ts";
import type { Process } from "../src/views.ts";

const process = (pid: number, name: string, parent = 1): Process => ({
	pid,
	parent,
	slot: pid,
	name,
	state: "sleeping",
	hart: 0,
	size: 0,
	resident: 3,
	faults: 0,
});
const init = process(1, "init", 0);

test("a life has its first and its last moment, in whatever order they are noted", () => {
	const lives = new Lives();
	lives.note([init, process(7, "sh", 2)], 500);
	lives.note([init, process(7, "cat", 2)], 700);
	lives.note([init, process(7, "sh", 2)], 300);
	assert.deepEqual(lives.of(7), { pid: 7, name: "cat", parent: 2, first: 300, last: 700 });
	assert.equal(lives.of(8), undefined);
	lives.note([{ ...process(7, "cat", 2), resident: 0 }], 900);
	assert.equal(lives.of(7)?.last, 700, "it has ended, and nobody has asked how");
});

test("the parent is the nearest one that is there, the namesake the newest", () => {
	const lives = new Lives();
	const all = [init, process(2, "sh"), process(5, "sh", 2), process(9, "cat", 5)];
	lives.note(all, 100);
	const cat = lives.of(9)!;
	assert.equal(lives.ancestor(cat, all)?.pid, 5);
	assert.equal(lives.ancestor(cat, [init, all[1]!])?.pid, 2);
	assert.equal(lives.ancestor(cat, []), undefined);
	assert.equal(namesake(cat, all.slice(0, 3)), undefined);
	assert.equal(namesake(cat, [process(30, "cat"), process(12, "cat"), init])?.pid, 30);
	/* A torn read: parents in a ring. */
	lives.note([process(5, "sh", 9), process(9, "cat", 5)], 200);
	assert.equal(lives.ancestor(lives.of(9)!, [init]), undefined);
});

test("it is bounded, and keeps those that are there", () => {
	const lives = new Lives();
	for (let i = 0; i < 20_000; i++) lives.note([init, process(10 + i, "x")], i);
	assert.ok(lives.of(1) && lives.of(20_009));
	assert.equal(lives.of(10), undefined);
});
