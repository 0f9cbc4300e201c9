// units.ts - numbers as people read them.

/** Frames or pages of 4 KiB as a size. */
export function pagesSize(pages: number): string {
	return size(4096 * pages);
}

/** Bytes: exact, in the largest unit that is; else with one digit after the point. */
export function size(bytes: number): string {
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	let unit = 0;
	let value = bytes;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}
	const digits = Number.isInteger(value) || unit === 0 ? 0 : 1;
	return `${value.toFixed(digits)} ${units[unit]}`;
}

/** A moment as a time of day with tenths of a second. */
export function clock(ms: number): string {
	const at = new Date(ms);
	const two = (n: number) => String(n).padStart(2, "0");
	const tenths = Math.floor(at.getMilliseconds() / 100);
	return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${tenths}`;
}

/** How long ago: "3.4 s", "2 min 5 s". */
export function duration(ms: number): string {
	const seconds = ms / 1000;
	if (seconds < 60) return `${seconds.toFixed(1)} s`;
	return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** "1 user", "2 users". */
export function plural(n: number, what: string): string {
	return `${n} ${what}${n === 1 ? "" : "s"}`;
}

export function rate(perSecond: number): string {
	return perSecond >= 100 || perSecond === 0
		? perSecond.toFixed(0)
		: perSecond.toFixed(1);
}
