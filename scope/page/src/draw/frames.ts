// frames.ts - cells of frames: what their four bytes say, in words and in colours.
import { CELL, type FrameCells } from "../machine.ts";
import { mix, type Colours } from "./paint.ts";
import { hex } from "./pte.ts";

export type Mode = "kind" | "owner" | "free";

export interface Owner {
	pid: number;
	name: string;
}

/** What the cells mean at one moment. */
export interface Meaning {
	/** By the number of the kind. */
	kinds: string[];
	/** By 1 + the slot. */
	owners: Map<number, Owner>;
	/** The kind of frames that nobody uses. */
	free: number;
}

export interface Cell {
	kind: number;
	flags: number;
	/** 1 + the slot; 0: nobody. */
	owner: number;
}

export function cellOf(cells: FrameCells, i: number): Cell {
	const b = cells.bytes;
	return {
		kind: b[4 * i]!,
		flags: b[4 * i + 1]!,
		owner: b[4 * i + 2]! | (b[4 * i + 3]! << 8),
	};
}

export const count = (cells: FrameCells): number => cells.bytes.length / 4;

export function addressOf(cells: FrameCells, i: number): bigint {
	return BigInt(cells.base + i) << 12n;
}

export function frameAt(cells: FrameCells, pa: bigint): number | undefined {
	const i = Number(pa >> 12n) - cells.base;
	return i >= 0 && i < count(cells) ? i : undefined;
}

/** 1 + the order of the free block; 0: none. */
export const blockOf = (cell: Cell): number => (cell.flags & CELL.order) >> 4;

export function describe(cells: FrameCells, i: number, meaning: Meaning): string {
	const cell = cellOf(cells, i);
	const words = [`${hex(addressOf(cells, i))}: ${meaning.kinds[cell.kind] ?? "?"}`];
	const owner = meaning.owners.get(cell.owner);
	if (owner) words.push(`of ${owner.pid} (${owner.name})`);
	if (cell.flags & CELL.kernel) words.push("of the kernel half");
	if (cell.flags & CELL.shared) words.push("shared");
	if (cell.flags & CELL.large) words.push("in a leaf of 2 MiB");
	if (cell.flags & CELL.listed) words.push("on the list of a hart");
	if (blockOf(cell)) words.push(`in a free block of ${4 << (blockOf(cell) - 1)} KiB`);
	return words.join(", ");
}

/* Colours that people learn; a kind that is not here has a pale one of its own. */
const FAVOURITE: Record<string, number> = {
	anon: 0,
	stack: 1,
	cache: 2,
	slab: 3,
	buffer: 4,
	table: 5,
	trapframe: 6,
	kernel: 7,
};

export function kindColours(kinds: string[], free: number, c: Colours): string[] {
	let pale = 0;
	return kinds.map((name, i) => {
		if (i === free) return c.raised;
		const favourite = FAVOURITE[name];
		return favourite === undefined
			? mix(c.c[pale++ % 8]!, c.paper, 0.55)
			: c.c[favourite]!;
	});
}

/** Of an owner; seven colours, and those above with ink in them. */
export function ownerColour(owner: number, c: Colours): string {
	const colour = c.c[(owner - 1) % 7]!;
	return owner > 7 ? mix(colour, c.ink, 0.3) : colour;
}

/** Of free blocks: the smaller, the darker.  @param order 1 + the order; 0: a single frame on a list */
export function blockColour(order: number, c: Colours): string {
	return mix(c.c[5]!, c.c[4]!, order / 10);
}

export function colourOf(
	cell: Cell,
	mode: Mode,
	kinds: string[],
	free: number,
	c: Colours,
): string {
	if (mode === "free")
		return cell.kind === free ? blockColour(blockOf(cell), c) : c.raised;
	if (cell.kind === free) return c.raised;
	if (mode === "kind") return kinds[cell.kind] ?? c.dim;
	if (cell.owner) return ownerColour(cell.owner, c);
	return cell.flags & CELL.kernel ? c.c[7]! : mix(c.c[7]!, c.paper, 0.6);
}

/** Since when each frame has the kind and the owner that it has, as far as somebody looked. */
export class Ages {
	private words: Uint32Array = new Uint32Array();
	private since = new Float64Array();
	private begun = 0;
	private last = 0;
	private seen: FrameCells | undefined;

	/** @param time in ms; earlier ones than before are not looked at */
	update(cells: FrameCells, time: number): void {
		if (cells === this.seen || time < this.last) return;
		const now = new Uint32Array(
			cells.bytes.buffer,
			cells.bytes.byteOffset,
			count(cells),
		);
		if (now.length !== this.words.length) {
			this.since = new Float64Array(now.length);
			this.begun = time;
		} else
			for (let i = 0; i < now.length; i++)
				if ((now[i]! ^ this.words[i]!) & 0xffff00ff)
					this.since[i] = time;
		this.words = now;
		this.seen = cells;
		this.last = time;
	}

	/** `exact`: it changed then; otherwise it was so before, when the looks began. */
	of(i: number, shown: number): { time: number; exact: boolean } | undefined {
		const since = this.since[i];
		if (
			!this.begun ||
			since === undefined ||
			shown < this.begun ||
			since > shown
		)
			return undefined;
		return since
			? { time: since, exact: true }
			: { time: this.begun, exact: false };
	}
}
