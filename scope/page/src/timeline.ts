// timeline.ts - the pages of a machine at all moments of the last minutes.
//
// The decoder has the pages at the moment that is shown, the cursor.  A round is a list of
// words that changed, with the values on its other side: those before it, if the cursor is
// after it, else those after it.  To cross a round is to exchange its values with those of
// the pages; so one list serves both directions.
import { PAGE_WORDS, type Decoder, type Look } from "./machine.ts";

export interface Round {
	/** Counts from 0 for this timeline. */
	serial: number;
	/** Milliseconds since 1970. */
	time: number;
	/** The machine stood still while it was read. */
	consistent: boolean;
	/** Pairs: page << 10 | word, value on the other side. */
	changes: Uint32Array;
}

export interface Bounds {
	bytes: number;
	milliseconds: number;
}

/** Looks at the round of an index. */
export type LookAt = (i: number, look: () => Look) => Look | undefined;

const BOUNDS: Bounds = { bytes: 64 << 20, milliseconds: 600_000 };
const ROUND_BYTES = 64;
const OPEN = Infinity;

export class Timeline {
	readonly rounds: Round[] = [];
	private bytes = 0;
	private next = 0;
	/** Index of the round whose state is shown; -1: there is none. */
	private at = -1;
	/** Of each page, from which serial until before which one it was watched: pairs. */
	private readonly watched = new Map<number, number[]>();
	private readonly hidden = new Set<number>();
	/** The newest words of each page, while the cursor is in the past. */
	private newest: Map<number, Uint32Array> | undefined;
	private scratch = new Uint32Array(1 << 16);

	constructor(
		private readonly decoder: Decoder,
		private readonly bounds: Bounds = BOUNDS,
	) {}

	get cursor(): Round | undefined {
		return this.rounds[this.at];
	}

	get live(): boolean {
		return !this.newest;
	}

	get size(): number {
		return this.bytes;
	}

	/** Whether rounds bring the page at present. */
	watches(page: number): boolean {
		return this.watched.get(page)?.at(-1) === OPEN;
	}

	private seenAt(page: number, serial: number): boolean {
		const spans = this.watched.get(page) ?? [];
		for (let i = 0; i < spans.length; i += 2)
			if (spans[i]! <= serial && serial < spans[i + 1]!) return true;
		return false;
	}

	/** Takes the pages that changed, with PAGE_WORDS of each. */
	add(
		time: number,
		consistent: boolean,
		pages: Uint32Array,
		contents: Uint32Array[],
	): void {
		const serial = this.next++;
		let n = 0;
		for (let i = 0; i < pages.length; i++)
			n = this.take(serial, pages[i]!, contents[i]!, n);
		const changes = this.scratch.slice(0, n);
		this.rounds.push({ serial, time, consistent, changes });
		this.bytes += changes.byteLength + ROUND_BYTES;
		if (this.live) this.at = this.rounds.length - 1;
		this.trim();
	}

	private take(serial: number, page: number, words: Uint32Array, n: number): number {
		const spans = this.watched.get(page);
		if (!spans) {
			this.watched.set(page, [serial, OPEN]);
			this.decoder.page(page).set(words);
			this.newest?.set(page, words.slice());
			this.show(page);
			return n;
		}
		if (spans.at(-1) !== OPEN) {
			spans.push(serial, OPEN);
			this.show(page);
		}
		return this.difference(page, words, n);
	}

	/** Appends what changed in a page.  Live pages become new; in the past, those of
	 * `newest` do, and the values are those after the round. */
	private difference(page: number, words: Uint32Array, n: number): number {
		const old = this.newest?.get(page) ?? this.decoder.page(page);
		const keepNew = !this.live;
		if (n + 2 * PAGE_WORDS > this.scratch.length) {
			const larger = new Uint32Array(2 * this.scratch.length);
			larger.set(this.scratch);
			this.scratch = larger;
		}
		const out = this.scratch;
		for (let w = 0; w < PAGE_WORDS; w++) {
			if (old[w] === words[w]) continue;
			out[n] = ((page << 10) | w) >>> 0;
			out[n + 1] = keepNew ? words[w]! : old[w]!;
			old[w] = words[w]!;
			n += 2;
		}
		return n;
	}

	/** From now on rounds do not bring these pages. */
	forget(pages: Iterable<number>): void {
		for (const page of pages) {
			const spans = this.watched.get(page);
			if (!spans || spans.at(-1) !== OPEN) continue;
			spans[spans.length - 1] = this.next;
			this.show(page);
		}
	}

	/** Lets the decoder see the page if it was watched at the moment that is shown. */
	private show(page: number): void {
		const serial = this.live ? this.next - 1 : (this.cursor?.serial ?? 0);
		const isOpen = this.watched.get(page)!.at(-1) === OPEN;
		const seen = this.seenAt(page, serial) && (!this.live || isOpen);
		if (seen !== this.hidden.has(page)) return;
		if (seen) this.hidden.delete(page);
		else this.hidden.add(page);
		this.decoder.hide(page, !seen);
	}

	private showAll(): void {
		for (const page of this.watched.keys()) this.show(page);
	}

	/** Moves the cursor to the last round that is not after @time. */
	seek(time: number): void {
		let to = this.rounds.length - 1;
		while (to > 0 && this.rounds[to]!.time > time) to--;
		if (to < 0 || (to === this.at && !this.live)) return;
		if (this.live) {
			this.newest = new Map();
			for (const page of this.watched.keys())
				this.newest.set(page, this.decoder.page(page).slice());
		}
		this.move(to);
		this.showAll();
	}

	/** Back to the newest round. */
	resume(): void {
		if (this.live) return;
		this.move(this.rounds.length - 1);
		this.newest = undefined;
		this.showAll();
	}

	private move(to: number): void {
		while (this.at < to) this.decoder.exchange(this.rounds[++this.at]!.changes);
		while (this.at > to) this.decoder.exchange(this.rounds[this.at--]!.changes);
	}

	/** Lets @walk look at other rounds, by their indexes; the cursor stays.  A look that has
	 * read a page that was not watched then is undefined. */
	visit(walk: (at: LookAt) => void): void {
		const back = this.at;
		const hidden = [...this.hidden];
		for (const page of hidden) this.decoder.hide(page, false);
		try {
			walk((i, look) => {
				this.move(i);
				const { serial } = this.rounds[i]!;
				const made = look();
				return made.read.every((page) => this.seenAt(page, serial))
					? made
					: undefined;
			});
		} finally {
			this.move(back);
			for (const page of hidden) this.decoder.hide(page, true);
		}
	}

	/** Drops the oldest rounds that are over the bounds.  The cursor does not stay there. */
	private trim(): void {
		const end = this.rounds.at(-1)!.time;
		let drop = 0;
		while (drop < this.rounds.length - 1) {
			const round = this.rounds[drop]!;
			if (
				this.bytes <= this.bounds.bytes &&
				end - round.time <= this.bounds.milliseconds
			)
				break;
			this.bytes -= round.changes.byteLength + ROUND_BYTES;
			drop++;
		}
		if (!drop) return;
		if (this.at < drop) {
			this.move(drop);
			this.showAll();
		}
		this.rounds.splice(0, drop);
		this.at -= drop;
	}
}
