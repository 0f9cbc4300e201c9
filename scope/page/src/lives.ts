// lives.ts - the processes that were seen: what is known of one that is not there.
import type { Process } from "./views.ts";

const LIVES_MOST = 5000;

/** What was seen of a process; times in ms since 1970. */
export interface Life {
	pid: number;
	name: string;
	parent: number;
	first: number;
	last: number;
}

/** It has memory; else it has ended, and its parent has not asked for its status so far. */
export const isAlive = (p: Process): boolean => p.resident > 0;

export class Lives {
	private readonly seen = new Map<number, Life>();

	/** At this moment, which may be before others that were noted, these were there. */
	note(processes: Process[], time: number): void {
		for (const { pid, name, parent } of processes.filter(isAlive)) {
			const old = this.seen.get(pid);
			const first = Math.min(old?.first ?? time, time);
			const last = Math.max(old?.last ?? time, time);
			/* The last name is that of the program that it ended as. */
			const newest = old && old.last > time ? old : { name, parent };
			this.seen.delete(pid); /* so that those that are there come last */
			this.seen.set(pid, { pid, name: newest.name, parent: newest.parent, first, last });
		}
		while (this.seen.size > LIVES_MOST)
			this.seen.delete(this.seen.keys().next().value!);
	}

	of(pid: number): Life | undefined {
		return this.seen.get(pid);
	}

	/** The nearest of its parents that is in the list. */
	ancestor(life: Life, list: Process[]): Process | undefined {
		const been = new Set<number>();
		for (let pid = life.parent; pid && !been.has(pid); ) {
			been.add(pid);
			const found = list.find((p) => p.pid === pid && isAlive(p));
			if (found) return found;
			pid = this.seen.get(pid)?.parent ?? 0;
		}
		return undefined;
	}
}

/** The newest process with that name. */
export function namesake(life: Life, list: Process[]): Process | undefined {
	return list
		.filter((p) => p.name === life.name && isAlive(p))
		.reduce<Process | undefined>((a, b) => (a && a.pid > b.pid ? a : b), undefined);
}
