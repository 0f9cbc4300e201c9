// zoom.ts - how many frames a picture of memory shows, and how large.

/** Cells in a row when all are shown, and rows at most. */
export const SIDE = 256;
const ROWS = 128;
const LARGEST = 8; /* how often a cell is enlarged at most */

/** One zoom: `per` frames in a cell of `px` pixels. */
export interface Zoom {
	per: number;
	px: number;
	columns: number;
	rows: number;
}

/** From the whole to cells that can be counted; each shows a quarter of the one before. */
export function zooms(frames: number, unit: number): Zoom[] {
	let per = 1;
	while (frames > per * SIDE * ROWS) per *= 2;
	const list: Zoom[] = [];
	for (; per > 1; per = Math.max(1, per / 4))
		list.push({
			per,
			px: unit,
			columns: SIDE,
			rows: Math.min(ROWS, Math.ceil(frames / per / SIDE)),
		});
	const height = Math.min(ROWS, Math.max(16, Math.ceil(frames / SIDE)));
	for (let times = 1; times <= LARGEST; times *= 2)
		list.push({
			per: 1,
			px: unit * times,
			columns: SIDE / times,
			rows: Math.floor(height / times),
		});
	return list;
}
