// paint.ts - what the pictures on a canvas share: colours of the theme, sharp pixels, hatching.

export interface Colours {
	paper: string;
	panel: string;
	raised: string;
	line: string;
	ink: string;
	dim: string;
	accent: string;
	mark: string;
	/** --c0 to --c7. */
	c: string[];
}

/** The colours as they are for this element now. */
export function coloursOf(element: Element): Colours {
	const style = getComputedStyle(element);
	const get = (name: string, fallback: string) =>
		style.getPropertyValue(`--${name}`).trim() || fallback;
	return {
		paper: get("paper", "#fff"),
		panel: get("panel", "#f5f6f7"),
		raised: get("raised", "#e9ecef"),
		line: get("line", "#d3d8dd"),
		ink: get("ink", "#16191d"),
		dim: get("dim", "#59626c"),
		accent: get("accent", "#0060a8"),
		mark: get("mark", "#fff3c4"),
		c: Array.from({ length: 8 }, (_, i) => get(`c${i}`, "#6f7780")),
	};
}

/** Gives a canvas a size in CSS pixels, with the pixels that the screen has; cleared. */
export function prepare(
	canvas: HTMLCanvasElement,
	width: number,
	height: number,
): CanvasRenderingContext2D {
	const scale = devicePixelRatio || 1;
	const w = Math.round(width * scale);
	const h = Math.round(height * scale);
	if (canvas.width !== w || canvas.height !== h) {
		canvas.width = w;
		canvas.height = h;
		canvas.style.width = `${width}px`;
		canvas.style.height = `${height}px`;
	}
	const context = canvas.getContext("2d")!;
	context.setTransform(scale, 0, 0, scale, 0, 0);
	context.clearRect(0, 0, width, height);
	return context;
}

/** Diagonal lines over a rectangle. */
export function hatch(
	g: CanvasRenderingContext2D,
	x: number,
	y: number,
	w: number,
	h: number,
	colour: string,
	step = 5,
): void {
	g.save();
	g.beginPath();
	g.rect(x, y, w, h);
	g.clip();
	g.beginPath();
	g.strokeStyle = colour;
	g.lineWidth = 1.2;
	for (let at = Math.floor((x - h - y) / step) * step + y; at < x + w; at += step) {
		g.moveTo(at, y + h);
		g.lineTo(at + h, y);
	}
	g.stroke();
	g.restore();
}

export function frame(
	g: CanvasRenderingContext2D,
	x: number,
	y: number,
	w: number,
	h: number,
	colour: string,
	width = 1,
): void {
	g.strokeStyle = colour;
	g.lineWidth = width;
	g.strokeRect(x + width / 2, y + width / 2, w - width, h - width);
}

/** "#rrggbb" as bytes. */
export function rgb(colour: string): [number, number, number] {
	const n = parseInt(colour.slice(1), 16);
	return [n >> 16, (n >> 8) & 255, n & 255];
}

/** A colour between two of them; part 0: the first. */
export function mix(a: string, b: string, part: number): string {
	const [x, y] = [rgb(a), rgb(b)];
	const one = (i: 0 | 1 | 2) => Math.round(x[i] + (y[i] - x[i]) * part);
	return `#${((one(0) << 16) | (one(1) << 8) | one(2)).toString(16).padStart(6, "0")}`;
}

/** Calls again when the theme or the width of the element changes; returns what ends it. */
export function watchLook(element: Element, changed: () => void): () => void {
	const observer = new ResizeObserver(changed);
	observer.observe(element);
	addEventListener("theme", changed);
	return () => {
		observer.disconnect();
		removeEventListener("theme", changed);
	};
}
