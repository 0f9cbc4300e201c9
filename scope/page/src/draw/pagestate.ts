// pagestate.ts - the state of a page: which of a few it is, in words, and as a cell.
import type { Area, PageRun } from "../views.ts";
import { frame, hatch, mix, type Colours } from "./paint.ts";
import { entryRights, PTE } from "./pte.ts";

export type State =
	| "absent"
	| "guard"
	| "parked"
	| "note"
	| "kernel"
	| "cow"
	| "file"
	| "written"
	| "clean";

export const STATES: Record<State, string> = {
	absent: "absent",
	guard: "guard",
	parked: "parked (PROT_NONE)",
	note: "a note of the kernel",
	kernel: "of the kernel only",
	cow: "copy-on-write",
	file: "page of a file",
	written: "written",
	clean: "present, not written",
};

export function stateOf(run: PageRun): State {
	const bits = run.bits ?? 0;
	if (run.what === "") return "absent";
	if (run.what === "guard") return "guard";
	if (run.what === "parked") return "parked";
	if (run.what !== "leaf") return "note";
	if (!(bits & PTE.U)) return "kernel";
	if (bits & PTE.COW) return "cow";
	if (run.is_file) return "file";
	return bits & PTE.D ? "written" : "clean";
}

const isPresent = (run: PageRun) => run.what === "leaf" || run.what === "parked";

export function describeRun(run: PageRun): string {
	const bits = run.bits ?? 0;
	const state = stateOf(run);
	const words = [`${run.place}, ${STATES[state]}`];
	if (run.what === "leaf") {
		words.push(`${entryRights(bits)}${bits & PTE.U ? "u" : ""}`);
		if (state !== "written" && bits & PTE.D) words.push("written");
		words.push(
			bits & (PTE.A | PTE.SEEN)
				? "accessed since A was cleared"
				: "not accessed since A was cleared",
		);
	}
	if (isPresent(run)) {
		if (run.level) words.push("in a leaf of 2 MiB");
		if (run.kind) words.push(`frame: ${run.kind}`);
		if (run.is_busy) words.push("on its way from or to the disk");
		if (run.is_dirty) words.push("newer than the disk");
		if (run.is_text) words.push("locked in the cache as program text");
		if ((run.users ?? 0) > 1)
			words.push(
				`shared with ${run.users! - 1} other${run.users! > 2 ? "s" : ""}`,
			);
	}
	if (run.borrowed) words.push("still in the lender's table");
	return words.join(", ");
}

export function stateColour(state: State, c: Colours): string {
	switch (state) {
		case "absent":
			return c.panel;
		case "guard":
			return c.c[5]!;
		case "parked":
			return c.c[3]!;
		case "cow":
			return c.c[1]!;
		case "file":
			return c.c[2]!;
		case "written":
			return c.c[0]!;
		case "clean":
			return mix(c.c[0]!, c.paper, 0.6);
		default:
			return c.c[7]!;
	}
}

/** A small padlock: the cache keeps others from the page. */
function lock(g: CanvasRenderingContext2D, x: number, y: number, c: Colours): void {
	g.fillStyle = c.ink;
	g.fillRect(x - 3, y, 6, 4);
	g.strokeStyle = c.ink;
	g.lineWidth = 1;
	g.strokeRect(x - 1.5, y - 2.5, 3, 3);
}

/** One page, or several in a row.  Hatched: guard, or shared; a bar below: A is set. */
export function drawState(
	g: CanvasRenderingContext2D,
	run: PageRun,
	x: number,
	y: number,
	w: number,
	h: number,
	c: Colours,
): void {
	const state = stateOf(run);
	const colour = stateColour(state, c);
	if (state === "guard") {
		hatch(g, x, y, w, h, colour, 4);
		if (w > 3) frame(g, x, y, w, h, colour);
		return;
	}
	if (state === "absent" || state === "parked" || state === "note") {
		g.fillStyle = c.panel;
		g.fillRect(x, y, w, h);
		if (w > 3)
			frame(
				g,
				x,
				y,
				w,
				h,
				state === "absent" ? c.line : colour,
				state === "absent" ? 1 : 2,
			);
		return;
	}
	g.fillStyle = colour;
	g.fillRect(x, y, w, h);
	if ((run.users ?? 0) > 1) hatch(g, x, y, w, h, c.paper, 6);
	if ((run.is_text || run.is_busy) && w >= 8) lock(g, x + w / 2, y + h / 2 - 1, c);
	if ((run.bits ?? 0) & (PTE.A | PTE.SEEN)) {
		g.fillStyle = c.ink;
		g.fillRect(x, y + h - 3, w, 3);
	}
}

/** The run that has the address, or undefined: runs are by address. */
export function runAt(runs: PageRun[], va: bigint): PageRun | undefined {
	let [lo, hi] = [0, runs.length];
	while (lo < hi) {
		const middle = (lo + hi) >> 1;
		if (BigInt(runs[middle]!.va) <= va) lo = middle + 1;
		else hi = middle;
	}
	const run = runs[lo - 1];
	return run && va < BigInt(run.va) + BigInt(run.pages) * 4096n ? run : undefined;
}

/** The runs, with those of areas that are kept empty and have no entries: a stack's guard. */
export function withGuards(runs: PageRun[], areas: Area[]): PageRun[] {
	const guards = areas
		.filter((a) => a.kind === "guard" && !runAt(runs, BigInt(a.start)))
		.map((a): PageRun => {
			const pages = Number((BigInt(a.end) - BigInt(a.start)) >> 12n);
			return { va: a.start, pages, what: "guard", place: a.kind };
		});
	return guards.length ? [...runs, ...guards].sort(byAddress) : runs;
}

const byAddress = (a: PageRun, b: PageRun) => (BigInt(a.va) < BigInt(b.va) ? -1 : 1);
