// machine.ts - the decoder of a machine's RAM: a WebAssembly instance (scope/wasm/glue.c).
import { VIEW_NAMES, type Address, type ViewName, type Views } from "./views.ts";

export const PAGE_SIZE = 4096;
export const PAGE_WORDS = PAGE_SIZE / 4;

interface Exports {
	memory: WebAssembly.Memory;
	scope_open(pages: number, index: number): number;
	scope_slot(page: number): number;
	scope_hide(page: number, hidden: number): void;
	scope_view(view: number, pid: number, low: number, high: number): number;
	scope_text(): number;
	scope_text_length(): number;
	scope_read(): number;
	scope_read_count(): number;
	scope_wanted(): number;
	scope_wanted_count(): number;
	scope_cells(): number;
	scope_frames(): number;
	scope_frame_base(): number;
}

/** What a look at the machine gave. */
export interface Look {
	/** False: there is no such process or frame, or the RAM cannot be read so far. */
	found: boolean;
	/** JSON; if it was not found, {"why":"..."}. */
	text: string;
	/** The pages that it has read, and those that it wanted and that are not at hand. */
	read: Uint32Array;
	wanted: Uint32Array;
}

/** Bits of Cells.flags, as CELL_* of scope/decode/cells.h; `order` holds 1 + the order of the
 * free block that the frame is in, or 0. */
export const CELL = { kernel: 1, shared: 2, large: 4, listed: 8, order: 0xf0 } as const;

/** One record for each frame.  A copy: it does not change. */
export interface FrameCells {
	/** The number of the first frame: its address / 4096. */
	base: number;
	/** 4 bytes each: kind (index into the names of Machine.kinds), flags (CELL), and
	 * the owner in 2 bytes: 1 + its slot; 0: nobody. */
	bytes: Uint8Array;
}

const decoder = new TextDecoder();

export class Decoder {
	private readonly wasm: Exports;
	private bytes: Uint8Array;
	private words: Uint32Array;
	/** Of each page, where its slot is as an index of a 32-bit word; 0: it has none. */
	private readonly slots: Uint32Array;

	private constructor(
		wasm: Exports,
		readonly pages: number,
	) {
		this.wasm = wasm;
		this.slots = new Uint32Array(pages);
		this.bytes = new Uint8Array(wasm.memory.buffer);
		this.words = new Uint32Array(wasm.memory.buffer);
	}

	/** @param index the page that has the kernel's descriptor */
	static async make(
		module: WebAssembly.Module,
		pages: number,
		index: number,
	): Promise<Decoder> {
		const instance = await WebAssembly.instantiate(module, {});
		const wasm = instance.exports as unknown as Exports;
		if (!wasm.scope_open(pages, index))
			throw new Error("there is no memory for this machine");
		return new Decoder(wasm, pages);
	}

	/** WebAssembly.Memory has a new buffer each time it has grown. */
	private refresh(): void {
		if (this.bytes.buffer === this.wasm.memory.buffer) return;
		this.bytes = new Uint8Array(this.wasm.memory.buffer);
		this.words = new Uint32Array(this.wasm.memory.buffer);
	}

	has(page: number): boolean {
		return this.slots[page] !== 0;
	}

	/** The words of a page, which gets a slot if it has none; good until the next call of
	 * anything else here. */
	page(page: number): Uint32Array {
		if (!this.slots[page]) {
			this.slots[page] = this.wasm.scope_slot(page) >>> 2;
			if (!this.slots[page])
				throw new Error("there is no memory for more pages");
		}
		this.refresh();
		const at = this.slots[page]!;
		return this.words.subarray(at, at + PAGE_WORDS);
	}

	/** Exchanges each value of (page << 10 | word, value)... with that of the page. */
	exchange(changes: Uint32Array): void {
		this.refresh();
		const { words, slots } = this;
		for (let i = 0; i < changes.length; i += 2) {
			const where = changes[i]!;
			const at = slots[where >>> 10]! + (where & 1023);
			const value = words[at]!;
			words[at] = changes[i + 1]!;
			changes[i + 1] = value;
		}
	}

	hide(page: number, hidden: boolean): void {
		this.wasm.scope_hide(page, hidden ? 1 : 0);
	}

	private list(pointer: number, count: number): Uint32Array {
		return this.words.slice(pointer >>> 2, (pointer >>> 2) + count);
	}

	private look(found: boolean, text: string): Look {
		const wasm = this.wasm;
		this.refresh();
		return {
			found,
			text,
			read: this.list(wasm.scope_read(), wasm.scope_read_count()),
			wanted: this.list(wasm.scope_wanted(), wasm.scope_wanted_count()),
		};
	}

	view(name: ViewName, pid = 0, address: bigint = 0n): Look {
		const low = Number(address & 0xffffffffn);
		const high = Number((address >> 32n) & 0xffffffffn);
		const found =
			this.wasm.scope_view(VIEW_NAMES.indexOf(name), pid, low, high) !==
			0;
		this.refresh();
		const at = this.wasm.scope_text() >>> 0;
		const end = at + (this.wasm.scope_text_length() >>> 0);
		return this.look(found, decoder.decode(this.bytes.subarray(at, end)));
	}

	cells(): Look & { cells?: FrameCells } {
		const pointer = this.wasm.scope_cells() >>> 0;
		const look = this.look(pointer !== 0, "");
		if (!pointer) return look;
		const bytes = this.bytes.slice(
			pointer,
			pointer + 4 * this.wasm.scope_frames(),
		);
		return {
			...look,
			cells: { base: this.wasm.scope_frame_base() >>> 0, bytes },
		};
	}
}

/** What a view gave: its data, or the reason why there is none. */
export interface Answer<T> {
	data?: T;
	why?: string;
	/** Pages were missing: the data is not whole.  In the past they will never come. */
	partial: boolean;
}

export function answer<N extends ViewName>(look: Look): Answer<Views[N]> {
	const partial = look.wanted.length > 0;
	const data = JSON.parse(look.text || '{"why":"nothing"}') as Views[N] & {
		why?: string;
		missing?: string;
	};
	if (look.found) return { data, partial };
	return { why: (data.why ?? "") + (data.missing ?? ""), partial };
}

export function address(text: Address): bigint {
	return BigInt(text);
}
