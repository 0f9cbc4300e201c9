// The timeline against copies of all pages at all rounds.  WASM: scope.wasm.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Decoder, PAGE_WORDS } from "../src/machine.ts";
import { Timeline, type Bounds } from "../src/timeline.ts";

const wasm = await WebAssembly.compile(readFileSync(process.env["WASM"]!));
const PAGES = 24;

function random(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		return (state >>> 8) % below;
	};
}

/** A machine of PAGES pages, and what each round told of it. */
class Rig {
	decoder!: Decoder;
	timeline!: Timeline;
	ram = new Uint32Array(PAGES * PAGE_WORDS);
	states: { time: number; seen: Map<number, Uint32Array> }[] = [];
	watched = new Set<number>();
	fresh = new Set<number>();
	hidden = new Set<number>();
	now = 1000;

	static async make(bounds?: Bounds): Promise<Rig> {
		const rig = new Rig();
		rig.decoder = await Decoder.make(wasm, PAGES, 0);
		const hide = rig.decoder.hide.bind(rig.decoder);
		rig.decoder.hide = (page, hidden) => {
			if (hidden) rig.hidden.add(page);
			else rig.hidden.delete(page);
			hide(page, hidden);
		};
		rig.timeline = new Timeline(rig.decoder, bounds);
		return rig;
	}

	words(page: number): Uint32Array {
		return this.ram.subarray(page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
	}

	/** A round as the server makes it: pages that changed or are new to the client. */
	round(changed: Set<number>): void {
		const pages = [...this.watched]
			.filter((p) => changed.has(p) || this.fresh.has(p))
			.sort((a, b) => a - b);
		this.fresh.clear();
		const contents = pages.map((page) => this.words(page).slice());
		this.now += 100;
		this.timeline.add(this.now, false, new Uint32Array(pages), contents);
		const seen = new Map(
			[...this.watched].map((p) => [p, this.words(p).slice()]),
		);
		this.states.push({ time: this.now, seen });
	}

	watch(page: number): void {
		if (!this.watched.has(page)) this.fresh.add(page);
		this.watched.add(page);
	}

	unwatch(page: number): void {
		if (!this.watched.delete(page)) return;
		this.fresh.delete(page);
		this.timeline.forget([page]);
	}

	check(): void {
		const time = this.timeline.cursor!.time;
		const state = this.states.find((s) => s.time === time)!;
		const live = this.timeline.live;
		for (let page = 0; page < PAGES; page++) {
			const seen =
				live && !this.watched.has(page)
					? undefined
					: state.seen.get(page);
			if (!seen) {
				assert.ok(
					!this.decoder.has(page) || this.hidden.has(page),
					`page ${page} is to be hidden`,
				);
				continue;
			}
			assert.ok(!this.hidden.has(page), `page ${page} is to be seen`);
			assert.deepEqual(
				this.decoder.page(page).slice(),
				seen,
				`page ${page} at ${time}`,
			);
		}
	}
}

/** Looks at all pages at some rounds: each is what it was, or it was not watched. */
function visit(rig: Rig, next: (below: number) => number): void {
	const { rounds } = rig.timeline;
	rig.timeline.visit((at) => {
		for (let n = 0; n < 4; n++) {
			const i = next(rounds.length);
			const page = next(PAGES);
			if (!rig.decoder.has(page)) continue;
			const look = { found: true, text: "", read: new Uint32Array([page]), wanted: new Uint32Array() };
			let words: Uint32Array | undefined;
			const made = at(i, () => {
				words = rig.decoder.page(page).slice();
				return look;
			});
			const seen = rig.states.find((s) => s.time === rounds[i]!.time)!.seen.get(page);
			assert.equal(made, seen && look);
			if (seen) assert.deepEqual(words, seen, `page ${page} at round ${i}`);
		}
	});
	rig.check();
}

function step(rig: Rig, next: (below: number) => number): void {
	const changed = new Set<number>();
	for (let i = next(6); i > 0; i--) {
		const page = next(PAGES);
		changed.add(page);
		for (let w = next(8); w >= 0; w--)
			rig.words(page)[next(PAGE_WORDS)] = next(1 << 24);
	}
	if (next(3) === 0) rig.watch(next(PAGES));
	if (next(12) === 0) rig.unwatch(next(PAGES));
	rig.round(changed);
	rig.check();
	if (next(4) === 0) visit(rig, next);
	if (next(4) === 0) {
		const rounds = rig.timeline.rounds;
		rig.timeline.seek(rounds[next(rounds.length)]!.time + next(99));
		rig.check();
	} else if (next(3) === 0) {
		rig.timeline.resume();
		rig.check();
	}
}

for (const seed of [1, 2, 3, 4])
	test(`each moment is what it was, seed ${seed}`, async () => {
		const rig = await Rig.make();
		const next = random(seed);
		for (let i = 0; i < 300; i++) step(rig, next);
		rig.timeline.resume();
		rig.check();
		for (const { time } of [...rig.states].reverse()) {
			rig.timeline.seek(time);
			rig.check();
		}
	});

test("it is bounded by bytes and by time, also while the past is shown", async () => {
	for (const bounds of [
		{ bytes: 4000, milliseconds: 1e9 },
		{ bytes: 1e9, milliseconds: 2000 },
	]) {
		const rig = await Rig.make(bounds);
		const next = random(7);
		for (let i = 0; i < 200; i++) {
			step(rig, next);
			assert.ok(
				rig.timeline.size <= bounds.bytes ||
					rig.timeline.rounds.length === 1,
			);
			assert.ok(
				rig.now - rig.timeline.rounds[0]!.time <=
					bounds.milliseconds,
			);
		}
		assert.ok(rig.timeline.rounds.length < 200);
	}
});
