// process_tree.ts - parents and children; how often each process faults.
import type { Event, Process } from "./views.ts";

const SECOND = 1e9; /* ns */

/** Faults of each process in the last second of the machine's time.  Where the ring of a
 * hart holds less than a second, by the time that it holds. */
export function faultRates(events: Event[], now: number): Map<number, number> {
	const rates = new Map<number, number>();
	const harts = new Set(events.map((e) => e.hart));
	for (const hart of harts) {
		const mine = events.filter((e) => e.hart === hart);
		const oldest = mine[0]!.number > 1 ? mine[0]!.time : 0;
		const since = Math.max(now - SECOND, oldest);
		const weight = SECOND / Math.max(now - since, 1e6);
		for (const e of mine)
			if (e.kind === "fault" && e.time >= since)
				rates.set(e.pid, (rates.get(e.pid) ?? 0) + weight);
	}
	return rates;
}

/** Parents before their children, each with its depth; in the order of PIDs. */
export function tree(processes: Process[]): (Process & { depth: number })[] {
	const children = new Map<number, Process[]>();
	const known = new Set(processes.map((p) => p.pid));
	for (const p of [...processes].sort((a, b) => a.pid - b.pid)) {
		const parent = known.has(p.parent) && p.parent !== p.pid ? p.parent : 0;
		children.set(parent, [...(children.get(parent) ?? []), p]);
	}
	const out: (Process & { depth: number })[] = [];
	const seen = new Set<number>();
	const visit = (pid: number, depth: number): void => {
		for (const p of children.get(pid) ?? []) {
			if (seen.has(p.pid)) continue;
			seen.add(p.pid);
			out.push({ ...p, depth });
			visit(p.pid, depth + 1);
		}
	};
	visit(0, 0);
	/* Torn reads can make a ring of parents: these have no place in the tree. */
	for (const p of processes) if (!seen.has(p.pid)) out.push({ ...p, depth: 0 });
	return out;
}

/** Those with the most of it first, without the tree; those where it is not known last. */
export function sorted<
	K extends string,
	T extends { depth: number } & { [key in K]: number | undefined },
>(list: T[], by: K): T[] {
	return list
		.map((row) => ({ ...row, depth: 0 }))
		.sort((a, b) => (b[by] ?? -1) - (a[by] ?? -1));
}
