// process_tree.ts - parents and children; how often each process faults.
import type { Sample } from "./session.ts";
import type { Process } from "./views.ts";

const SECOND = 1000; /* ms */

/** Faults of each process in the second up to @time, of all that are known then; in less
 * than a second if no more was watched.  Undefined: at most one moment was. */
export function faultRates(
	samples: Pick<Sample, "time" | "faults">[],
	time: number,
): Map<number, number> | undefined {
	let last = samples.length - 1;
	while (last >= 0 && samples[last]!.time > time) last--;
	if (last < 1) return undefined;
	const to = samples[last]!;
	let first = last - 1;
	while (first > 0 && samples[first]!.time > to.time - SECOND) first--;
	const from = samples[first]!;
	const rates = new Map<number, number>();
	for (const [pid, n] of to.faults) {
		/* A process that came meanwhile may have the number of another. */
		const before = from.faults.get(pid) ?? 0;
		const grown = n >= before ? n - before : n;
		rates.set(pid, (SECOND * grown) / (to.time - from.time));
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
