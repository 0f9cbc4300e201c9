// Messages of the connection.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Assembler, ranges, rangesMessage } from "../src/link.ts";

function dataMessage(pages: number[], fill: number): ArrayBuffer {
	const bytes = new Uint8Array(8 + pages.length * 4100).fill(fill);
	bytes.set([0x44, 0, 0, 0]);
	const view = new DataView(bytes.buffer);
	view.setUint32(4, pages.length, true);
	pages.forEach((page, i) => view.setUint32(8 + 4 * i, page, true));
	return bytes.buffer;
}

function endMessage(flags: number, time: number): ArrayBuffer {
	const view = new DataView(new ArrayBuffer(16));
	view.setUint8(0, 0x45);
	view.setUint8(1, flags);
	view.setFloat64(8, time, true);
	return view.buffer;
}

test("neighbouring pages are one range", () => {
	assert.deepEqual(ranges([]), []);
	assert.deepEqual(ranges([3, 4, 5, 9, 11, 12]), [3, 3, 9, 1, 11, 2]);
});

test("ranges are written with the lowest byte first", () => {
	const bytes = [...new Uint8Array(rangesMessage("W", [258, 1, 5, 2]))];
	assert.deepEqual(bytes.slice(0, 8), [0x57, 0, 0, 0, 2, 0, 0, 0]);
	assert.deepEqual(bytes.slice(8), [2, 1, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0]);
});

test("several messages make a round; the next one begins empty", () => {
	const a = new Assembler();
	a.data(dataMessage([1, 2], 7));
	a.data(dataMessage([9], 8));
	const round = a.end(endMessage(3, 1234.5));
	assert.deepEqual([...round.pages], [1, 2, 9]);
	assert.deepEqual(
		[...round.contents.map((words) => words.length)],
		[1024, 1024, 1024],
	);
	assert.deepEqual(
		[round.contents[1]![1023], round.contents[2]![0]],
		[0x07070707, 0x08080808],
	);
	assert.deepEqual(
		[round.time, round.consistent, round.paused],
		[1234.5, true, true],
	);
	const empty = a.end(endMessage(0, 1));
	assert.equal(empty.pages.length, 0);
	assert.deepEqual([empty.consistent, empty.paused], [false, false]);
	a.data(dataMessage([4], 5));
	assert.equal(a.end(endMessage(0, 2)).contents[0]![0], 0x05050505);
});

test("a page of zeros has no contents", () => {
	const a = new Assembler();
	const whole = dataMessage([1, 0x80000002, 3], 7);
	a.data(whole.slice(0, whole.byteLength - 4096));
	const round = a.end(endMessage(0, 1));
	assert.deepEqual([...round.pages], [1, 2, 3]);
	assert.deepEqual(
		round.contents.map((words) => words[0]),
		[0x07070707, 0, 0x07070707],
	);
	assert.throws(() => a.data(whole));
});

test("a message of a wrong size is refused", () => {
	assert.throws(() => new Assembler().data(dataMessage([1, 2], 0).slice(0, 4000)));
});
