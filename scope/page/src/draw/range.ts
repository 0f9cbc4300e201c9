// range.ts - a part of the user half that a strip shows.
import { USER_END } from "./pte.ts";

const LEAST = 1n << 21n;

export interface Range {
	start: bigint;
	span: bigint;
}

/** The range with `span` that has `va` in this part of its width, within the user half. */
export function rangeAround(va: bigint, span: bigint, part = 0.5): Range {
	const wide = span > USER_END ? USER_END : span < LEAST ? LEAST : span;
	const low = va - BigInt(Math.round(Number(wide) * part));
	const last = USER_END - wide;
	const start = low < 0n ? 0n : low > last ? last : low;
	return { start: start & ~4095n, span: wide };
}
