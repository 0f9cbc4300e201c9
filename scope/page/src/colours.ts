// colours.ts - a colour, and a pattern of its own, for the n-th of some things.
const COUNT = 8;

export interface Colours {
	(index: number): string;
}

/** The colours of page.css as they are now: a canvas takes no variables. */
export function colours(): Colours {
	const shown = getComputedStyle(document.documentElement);
	const list = Array.from({ length: COUNT }, (_, i) =>
		shown.getPropertyValue(`--c${i}`).trim(),
	);
	return (index) => list[index % COUNT]!;
}

export function variable(name: string): string {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Dashes of a line: those with the same colour differ, and so do neighbours. */
export function dashes(index: number): number[] {
	const list = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
	return list[index % list.length]!;
}

/** A fill for the n-th: its colour; from the second time on that a colour comes, with
 * stripes. */
export function fill(
	context: CanvasRenderingContext2D,
	index: number,
): string | CanvasPattern {
	const colour = colours()(index);
	if (index < COUNT) return colour;
	const tile = document.createElement("canvas");
	const size = index < 2 * COUNT ? 6 : 4;
	tile.width = tile.height = size;
	const draw = tile.getContext("2d")!;
	draw.fillStyle = colour;
	draw.fillRect(0, 0, size, size);
	draw.strokeStyle = variable("--paper");
	draw.lineWidth = 1.5;
	draw.beginPath();
	for (const shift of [-size, 0, size]) {
		draw.moveTo(shift, size);
		draw.lineTo(shift + size, 0);
	}
	draw.stroke();
	return context.createPattern(tile, "repeat") ?? colour;
}
