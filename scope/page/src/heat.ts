// heat.ts - when pages were touched, as columns over time: what the picture is made of.
import type { PageRun } from "./views.ts";

export const PAGE = 4096n;

/** Neighbouring pages at one moment. */
export interface Warm {
	va: bigint;
	pages: number;
	/** Rounds since they were touched; undefined: never. */
	age: number | undefined;
}

export interface Column {
	round: number;
	warm: Warm[];
}

/** What a program can touch, of the runs of its pages. */
export function warmOf(runs: PageRun[]): Warm[] {
	return runs
		.filter((run) => run.what === "leaf" && run.kind !== undefined && run.users)
		.map((run) => ({ va: BigInt(run.va), pages: run.pages, age: run.age }));
}

/** A stretch of addresses that has pages in some column, and its first row. */
export interface Stretch {
	start: bigint;
	pages: number;
	row: number;
}

/** The stretches of all columns, without what lies between them. */
export function stretches(columns: Column[]): Stretch[] {
	const all = columns.flatMap((column) => column.warm);
	all.sort((a, b) => (a.va < b.va ? -1 : a.va > b.va ? 1 : 0));
	const out: Stretch[] = [];
	for (const { va, pages } of all) {
		const last = out.at(-1);
		const end = va + BigInt(pages) * PAGE;
		if (last && va <= last.start + BigInt(last.pages) * PAGE)
			last.pages = Math.max(last.pages, Number((end - last.start) / PAGE));
		else out.push({ start: va, pages, row: 0 });
	}
	let row = 0;
	for (const stretch of out) {
		stretch.row = row;
		row += stretch.pages;
	}
	return out;
}

/** How strong the colour is: 1 now, and half of that each 4 rounds. */
export const strength = (age: number) => Math.max(0.06, 2 ** (-age / 4));
