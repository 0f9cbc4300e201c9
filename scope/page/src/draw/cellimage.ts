// cellimage.ts - the pixels of the cells; only those of cells that have changed are made anew.
import { CELL, type FrameCells } from "../machine.ts";
import { colourOf, count, kindColours, type Meaning, type Mode } from "./frames.ts";
import { rgb, type Colours } from "./paint.ts";
import type { Zoom } from "./zoom.ts";

/** All that the pixels depend on, but the cells. */
export interface Look {
	zoom: Zoom;
	/** Pixels of the screen in one of CSS. */
	scale: number;
	mode: Mode;
	meaning: Meaning;
	colours: Colours;
}

const abgr = (colour: string): number => {
	const [r, g, b] = rgb(colour);
	return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
};

/** The commonest of the cells [from, to): of those in use, or of the free ones, if there are
 * any. */
export function commonest(
	words: Uint32Array,
	from: number,
	to: number,
	free: number,
	wantFree: boolean,
): number {
	let best = words[from]!;
	let lead = 0;
	let found = false;
	for (let i = from; i < to; i++) {
		const word = words[i]!;
		if (((word & 255) === free) !== wantFree) continue;
		if (!found || lead === 0) {
			best = word;
			lead = 1;
			found = true;
		} else lead += word === best ? 1 : -1;
	}
	return best;
}

export class CellImage {
	private image: ImageData | undefined;
	private pixels = new Uint32Array();
	private paper = 0;
	private shown = new Uint32Array();
	private key = "";
	private fills = new Map<number, number>();

	/** Brings the canvas up to date; returns how many cells were painted. */
	paint(
		canvas: HTMLCanvasElement,
		cells: FrameCells,
		first: number,
		look: Look,
	): number {
		const { zoom: z, scale } = look;
		const side = z.px * scale;
		const width = side * z.columns;
		const height = side * z.rows;
		const key = JSON.stringify([z, scale, look.mode, look.colours]);
		const isNew =
			key !== this.key ||
			canvas.width !== width ||
			canvas.height !== height;
		if (isNew) {
			canvas.width = width;
			canvas.height = height;
			canvas.style.width = `${width / scale}px`;
			canvas.style.height = `${height / scale}px`;
			this.image = new ImageData(width, height);
			this.pixels = new Uint32Array(this.image.data.buffer);
			this.paper = abgr(look.colours.paper);
			this.shown = new Uint32Array(z.rows * z.columns).fill(0xffffffff);
			this.key = key;
		}
		this.fills.clear();
		const [low, high, n] = this.update(cells, first, look);
		if (n || isNew)
			canvas.getContext("2d")!.putImageData(
				this.image!,
				0,
				0,
				0,
				low * side,
				width,
				(high - low + 1) * side,
			);
		return n;
	}

	/** The first and the last row that changed, and in how many cells. */
	private update(
		cells: FrameCells,
		first: number,
		look: Look,
	): [number, number, number] {
		const z = look.zoom;
		const { bytes } = cells;
		const words = new Uint32Array(bytes.buffer, bytes.byteOffset, count(cells));
		const { free } = look.meaning;
		const kinds = kindColours(look.meaning.kinds, free, look.colours);
		const changed: number[] = [];
		for (let i = 0; i < this.shown.length; i++) {
			const at = first + i * z.per;
			const end = Math.min(at + z.per, words.length);
			let word = 0xffffffff; /* past the end of RAM */
			if (at < end)
				word =
					z.per === 1
						? words[at]!
						: commonest(
								words,
								at,
								end,
								free,
								look.mode === "free",
							);
			if (word === this.shown[i]) continue;
			this.shown[i] = word;
			changed.push(i);
		}
		for (const i of changed) this.cell(i, this.shown[i]!, kinds, look);
		const row = (i: number | undefined) => Math.floor((i ?? 0) / z.columns);
		return [row(changed[0]), row(changed.at(-1)), changed.length];
	}

	private fill(word: number, kinds: string[], look: Look): number {
		const old = this.fills.get(word);
		if (old !== undefined) return old;
		const cell = {
			kind: word & 255,
			flags: (word >>> 8) & 255,
			owner: word >>> 16,
		};
		const made = abgr(
			colourOf(cell, look.mode, kinds, look.meaning.free, look.colours),
		);
		this.fills.set(word, made);
		return made;
	}

	private cell(i: number, word: number, kinds: string[], look: Look): void {
		const { zoom: z, scale } = look;
		const image = this.image!;
		const out = this.pixels;
		const side = z.px * scale;
		const gap = z.px >= 6 ? scale : 0;
		const isThere = word !== 0xffffffff;
		const { paper } = this;
		const fill = isThere ? this.fill(word, kinds, look) : paper;
		const isHatched =
			isThere && (word & ((CELL.shared | CELL.listed) << 8)) !== 0;
		const right = isThere && word & (CELL.large << 8) ? side : side - gap;
		const step = side >= 6 ? Math.max(4, side >> 1) : 0;
		const x0 = (i % z.columns) * side;
		const y0 = Math.floor(i / z.columns) * side;
		for (let y = 0; y < side; y++) {
			const row = (y0 + y) * image.width + x0;
			for (let x = 0; x < side; x++) {
				const isGap = x >= right || y >= side - gap;
				const isMark = step
					? (x + y) % step === 0
					: x === side >> 1 && y === side >> 1;
				out[row + x] =
					isGap || (isHatched && isMark) ? paper : fill;
			}
		}
	}
}
