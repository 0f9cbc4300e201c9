// The decoder in WebAssembly against the native one, on the RAM of a machine that is off.
// WASM: scope.wasm; SCOPE: the program scope; RAM: the file.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { answer, Decoder, PAGE_SIZE, type Look } from "../src/machine.ts";
import { VIEW_NAMES, type Processes, type Table, type ViewName } from "../src/views.ts";

const wasm = await WebAssembly.compile(readFileSync(process.env["WASM"]!));
const ram = readFileSync(process.env["RAM"]!);
const MAGIC = Buffer.from(process.env["MAGIC"]!, "hex");

function native(...words: string[]): string {
	const args = [process.env["RAM"]!, "--json", ...words];
	return execFileSync(process.env["SCOPE"]!, args, { maxBuffer: 1 << 28 })
		.toString()
		.trimEnd();
}

/** The page that begins with the magic of the descriptor. */
function descriptor(): number {
	for (let at = 0; at < ram.length; at += PAGE_SIZE)
		if (ram.subarray(at, at + MAGIC.length).equals(MAGIC))
			return at / PAGE_SIZE;
	throw new Error("there is no descriptor");
}

/** Looks until nothing more is wanted; at most as often as the page may have to. */
function complete(decoder: Decoder, look: () => Look): Look {
	for (let i = 0; i < 40; i++) {
		const made = look();
		if (!made.wanted.length) return made;
		for (const page of made.wanted)
			decoder.page(page).set(
				new Uint32Array(
					ram.buffer,
					ram.byteOffset + page * PAGE_SIZE,
					PAGE_SIZE / 4,
				),
			);
	}
	throw new Error("it goes on wanting pages");
}

async function open(): Promise<Decoder> {
	return Decoder.make(wasm, ram.length / PAGE_SIZE, descriptor());
}

test("each view has the very text of the native one", async () => {
	const decoder = await open();
	const compare = (name: ViewName, pid = 0, address = 0n, ...words: string[]) => {
		const look = complete(decoder, () => decoder.view(name, pid, address));
		assert.ok(look.found, name);
		assert.equal(
			look.text,
			native(name, ...words),
			`${name} ${words.join(" ")}`,
		);
		return look;
	};
	for (const name of VIEW_NAMES.slice(0, VIEW_NAMES.indexOf("areas"))) compare(name);
	const processes = answer<"processes">(compare("processes")).data as Processes;
	assert.ok(processes.processes.length >= 2);
	for (const { pid } of processes.processes) {
		compare("areas", pid, 0n, String(pid));
		compare("pages", pid, 0n, String(pid), "0");
		const table = answer<"table">(compare("table", pid, 0n, String(pid)))
			.data as Table;
		for (const { va, pa, what } of table.entries.slice(0, 40)) {
			for (const name of ["walk", "slots"] as const)
				compare(name, pid, BigInt(va), String(pid), va);
			if (what === "leaf")
				compare("bytes", pid, BigInt(va), String(pid), va);
			if (pa) compare("frame", 0, BigInt(pa), pa);
		}
	}
});

test("a high address is whole, and what is missing has a reason", async () => {
	const decoder = await open();
	const high = complete(decoder, () => decoder.view("walk", 1, 0x3ffffff000n));
	assert.equal(high.text, native("walk", "1", "3ffffff000"));
	const nobody = complete(decoder, () => decoder.view("areas", 4321));
	assert.equal(nobody.found, false);
	assert.match(answer(nobody).why ?? "", /no such process/);
});

test("pages that are not here are wanted, and the look says so", async () => {
	const decoder = await open();
	const look = decoder.view("processes");
	assert.equal(look.found, false);
	assert.deepEqual([...look.wanted], [descriptor()]);
	const cells = complete(decoder, () => decoder.cells()) as ReturnType<
		Decoder["cells"]
	>;
	assert.ok(cells.cells && cells.cells.bytes.length >= ram.length / PAGE_SIZE);
	const page = cells.read.at(-1)!;
	decoder.hide(page, true);
	assert.deepEqual([...decoder.cells().wanted], [page]);
});
