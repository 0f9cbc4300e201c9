// series.ts - curves from what was counted at each round.
import type { Sample } from "./session.ts";

/** The moments of a diagram: @count of them up to @end, in ms. */
export function moments(end: number, length: number, count: number): number[] {
	const step = length / count;
	return Array.from({ length: count }, (_, i) => end - (count - 1 - i) * step);
}

/** For each moment the index of the last sample that is not after it; -1: none is. */
export function pick(samples: Sample[], times: number[]): number[] {
	let at = -1;
	return times.map((time) => {
		while (at + 1 < samples.length && samples[at + 1]!.time <= time) at++;
		return at;
	});
}

/** How much a counter grew, a second, up to each moment since the one before it. */
export function rates(
	samples: Sample[],
	picked: number[],
	name: string,
): (number | null)[] {
	return picked.map((at, i) => {
		const before = i ? picked[i - 1]! : -1;
		if (before < 0) return null;
		/* No sample in between: that of the last one holds. */
		const from = samples[at === before ? Math.max(before - 1, 0) : before]!;
		const to = samples[at]!;
		const grown = (to.counters.get(name) ?? 0) - (from.counters.get(name) ?? 0);
		if (to.time === from.time) return null;
		return Math.max(0, (1000 * grown) / (to.time - from.time));
	});
}

export function frames(
	samples: Sample[],
	picked: number[],
	kind: string,
): (number | null)[] {
	return picked.map((at) => (at < 0 ? null : (samples[at]!.kinds[kind] ?? 0)));
}

/** Puts a sample where its time belongs: a recording is shown in any order. */
export function insert(samples: Sample[], sample: Sample): void {
	let at = samples.length;
	while (at > 0 && samples[at - 1]!.time > sample.time) at--;
	const isThere = at > 0 && samples[at - 1]!.time === sample.time;
	if (isThere) samples[at - 1] = sample;
	else samples.splice(at, 0, sample);
}
