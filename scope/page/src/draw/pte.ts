// pte.ts - the bits of an Sv39 entry (kernel/arch/riscv/pte.h), and addresses.
export const PTE = {
	V: 1,
	R: 2,
	W: 4,
	X: 8,
	U: 16,
	G: 32,
	A: 64,
	D: 128,
	COW: 256,
	PARKED: 256,
	SEEN: 512,
} as const;

export const ENTRIES = 512;
export const KERNEL_HALF = 0xffffffc000000000n;
/** The first address above the user half. */
export const USER_END = 1n << 38n;

export const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** The bits of `va` that choose the entry in a table of `level`. */
export function indexOf(va: bigint, level: number): number {
	return Number((va >> BigInt(12 + 9 * level)) & 511n);
}

/** `va` with another index at `level`. */
export function withIndex(va: bigint, level: number, index: number): bigint {
	const shift = BigInt(12 + 9 * level);
	const made = (va & ~(511n << shift)) | (BigInt(index) << shift);
	const low = made & ((1n << 39n) - 1n);
	return low & (1n << 38n)
		? low | ((0xffffffffffffffffn << 39n) & 0xffffffffffffffffn)
		: low;
}

/** Hexadecimal digits, with or without 0x. */
export function parseAddress(text: string): bigint | undefined {
	const digits = text.trim().replace(/^0x/i, "");
	return /^[0-9a-f]{1,16}$/i.test(digits) ? BigInt(`0x${digits}`) : undefined;
}

/** Whether Sv39 has the address. */
export function isAddress(va: bigint): boolean {
	return va < USER_END || (va >= KERNEL_HALF && va < 1n << 64n);
}

export function entryRights(bits: number): string {
	return (
		(bits & PTE.R ? "r" : "-") +
		(bits & PTE.W ? "w" : "-") +
		(bits & PTE.X ? "x" : "-")
	);
}
