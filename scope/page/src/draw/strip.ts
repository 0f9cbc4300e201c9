// strip.ts - a range of addresses as a strip: areas, and the pages in them if they are known.
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../style.ts";
import type { Area, PageRun } from "../views.ts";
import { coloursOf, frame, hatch, prepare, watchLook, type Colours } from "./paint.ts";
import { hex, USER_END } from "./pte.ts";
import { drawState } from "./pagestate.ts";
import { rangeAround, type Range } from "./range.ts";

const HEIGHT = 40;
const AXIS = 16;
const LEAST = 3; /* pixels of an area */

@customElement("pagoda-strip")
export class Strip extends LitElement {
	@property({ attribute: false }) range: Range = { start: 0n, span: USER_END };
	@property({ attribute: false }) areas: Area[] = [];
	@property({ attribute: false }) runs: PageRun[] = [];
	/** Part that the strip below shows. */
	@property({ attribute: false }) inner: Range | undefined;
	@property({ attribute: false }) va = 0n;
	@property({ type: String }) name = "";
	/** It can be zoomed and moved. */
	@property({ type: Boolean }) moves = false;
	@state() private width = 600;
	private unwatch: (() => void) | undefined;

	static override styles = [
		base,
		css`
			canvas {
				display: block;
				cursor: pointer;
				touch-action: none;
			}
		`,
	];

	override connectedCallback(): void {
		super.connectedCallback();
		this.unwatch = watchLook(this, () => {
			this.width = Math.max(200, this.clientWidth);
			this.draw();
		});
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.unwatch?.();
	}

	private x(va: bigint): number {
		return (
			(Number(va - this.range.start) / Number(this.range.span)) *
			this.width
		);
	}

	/** Left and right of [start, end) in the picture; undefined: it is outside. */
	private place(
		start: bigint,
		end: bigint,
		least: number,
	): [x: number, w: number] | undefined {
		const a = this.x(start);
		const b = this.x(end);
		if (b <= 0 || a >= this.width) return undefined;
		const from = Math.min(Math.max(0, a), this.width - least);
		return [from, Math.max(least, Math.min(this.width, b) - from)];
	}

	private area(g: CanvasRenderingContext2D, a: Area, c: Colours): void {
		const box = this.place(BigInt(a.start), BigInt(a.end), LEAST);
		if (!box) return;
		const [x, w] = box;
		if (a.kind === "guard") hatch(g, x, 0, w, HEIGHT, c.c[5]!, 4);
		else {
			g.fillStyle = c.raised;
			g.fillRect(x, 0, w, HEIGHT);
		}
		frame(g, x, 0, w, HEIGHT, c.dim);
		if (a.resident && w <= 8) {
			g.fillStyle = c.c[0]!;
			g.fillRect(x, HEIGHT / 2, w, HEIGHT / 2);
		}
	}

	private labels(g: CanvasRenderingContext2D, c: Colours): void {
		g.font = "11px system-ui, 'DejaVu Sans', sans-serif";
		g.textBaseline = "middle";
		g.textAlign = "left";
		for (const a of this.areas) {
			const box = this.place(BigInt(a.start), BigInt(a.end), LEAST);
			const wide = g.measureText(a.kind).width + 10;
			if (!box || box[1] < wide) continue;
			g.fillStyle = c.paper;
			g.globalAlpha = 0.85;
			g.fillRect(box[0] + 2, 3, wide - 4, 14);
			g.globalAlpha = 1;
			g.fillStyle = c.ink;
			g.fillText(a.kind, box[0] + 5, 10);
		}
	}

	private axis(g: CanvasRenderingContext2D, c: Colours): void {
		g.font = "11px ui-monospace, 'DejaVu Sans Mono', monospace";
		g.textBaseline = "top";
		g.fillStyle = c.dim;
		const parts = this.width > 700 ? 4 : 2;
		for (let i = 0; i <= parts; i++) {
			const va =
				this.range.start +
				(this.range.span * BigInt(i)) / BigInt(parts);
			const x = (this.width * i) / parts;
			g.fillRect(Math.min(x, this.width - 1), HEIGHT, 1, 4);
			g.textAlign = i === 0 ? "left" : i === parts ? "right" : "center";
			g.fillText(va.toString(16), x, HEIGHT + 4);
		}
	}

	private draw(): void {
		const canvas = this.renderRoot?.querySelector("canvas");
		if (!canvas) return;
		const c = coloursOf(this);
		const g = prepare(canvas, this.width, HEIGHT + AXIS);
		g.fillStyle = c.panel;
		g.fillRect(0, 0, this.width, HEIGHT);
		for (const a of this.areas) this.area(g, a, c);
		for (const run of this.runs) {
			const start = BigInt(run.va);
			const box = this.place(start, start + BigInt(run.pages) * 4096n, 1);
			if (box && run.what !== "")
				drawState(g, run, box[0], 18, box[1], HEIGHT - 19, c);
		}
		this.labels(g, c);
		this.axis(g, c);
		const x = this.x(this.va);
		if (this.inner) {
			const box = this.place(
				this.inner.start,
				this.inner.start + this.inner.span,
				6,
			);
			if (box) frame(g, box[0], 0, box[1], HEIGHT, c.accent, 2);
		}
		if (x < 0 || x > this.width) return;
		g.fillStyle = c.ink;
		g.beginPath();
		g.moveTo(x - 5, 0);
		g.lineTo(x + 5, 0);
		g.lineTo(x, 7);
		g.fill();
		g.fillRect(x - 0.5, 0, 1, HEIGHT);
	}

	override updated(): void {
		this.draw();
	}

	// --- mouse and keys ---------------------------------------------------------------------

	/** The address below the pointer; of an area that is too narrow to be hit, in it. */
	private at(event: MouseEvent): bigint {
		const x =
			event.clientX -
			(event.currentTarget as HTMLElement).getBoundingClientRect().left;
		const part = Math.min(1, Math.max(0, x / this.width));
		const va =
			this.range.start +
			BigInt(
				Math.floor(
					Number(this.range.span) * Math.min(part, 0.999999),
				),
			);
		const hit = (a: Area) => va >= BigInt(a.start) && va < BigInt(a.end);
		const near = (a: Area) => {
			const box = this.place(BigInt(a.start), BigInt(a.end), LEAST);
			return box
				? Math.max(box[0] - x, x - box[0] - box[1], 0)
				: Infinity;
		};
		if (this.areas.some(hit)) return va;
		let best: Area | undefined;
		for (const a of this.areas)
			if (near(a) <= 4 && (!best || near(a) < near(best))) best = a;
		return best ? BigInt(best.start) : va;
	}

	private tell(name: string, detail: unknown): void {
		this.dispatchEvent(new CustomEvent(name, { detail }));
	}

	private wheel(event: WheelEvent): void {
		if (!this.moves || event.ctrlKey) return;
		event.preventDefault();
		if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
			return this.shift(event.deltaX > 0 ? 1 : -1);
		const part = Math.min(1, Math.max(0, event.offsetX / this.width));
		this.zoom(this.at(event), event.deltaY < 0, part);
	}

	private zoom(va: bigint, closer: boolean, part: number): void {
		const { span } = this.range;
		this.tell("range", rangeAround(va, closer ? span / 2n : span * 2n, part));
	}

	private shift(step: number): void {
		const { start, span } = this.range;
		this.tell(
			"range",
			rangeAround(start + (span / 8n) * BigInt(step), span, 0),
		);
	}

	private key(event: KeyboardEvent): void {
		const x = this.x(this.va);
		const isSeen = x >= 0 && x < this.width;
		const middle = this.range.start + this.range.span / 2n;
		const closer = event.key === "+" || event.key === "=";
		if (this.moves && (closer || event.key === "-"))
			this.zoom(
				isSeen ? this.va : middle,
				closer,
				isSeen ? x / this.width : 0.5,
			);
		else if (this.moves && event.key === "ArrowLeft") this.shift(-1);
		else if (this.moves && event.key === "ArrowRight") this.shift(1);
		else if (event.key === "PageDown" || event.key === "PageUp")
			this.nextArea(event.key === "PageDown");
		else return;
		event.preventDefault();
	}

	private nextArea(isAfter: boolean): void {
		const after = this.areas.find((a) => BigInt(a.start) > this.va);
		const before = this.areas.filter((a) => BigInt(a.end) <= this.va).at(-1);
		const to = isAfter ? after : before;
		if (to) this.tell("pick", BigInt(to.start));
	}

	override render(): TemplateResult {
		const { start, span } = this.range;
		const keys = this.moves
			? "Plus and minus zoom, the arrow keys move it; "
			: "";
		return html`<canvas
			tabindex="0"
			role="application"
			aria-label="${this.name}, ${hex(start)} to ${hex(start + span)}. ${keys}Page Up and Page Down go to the area before and after."
			@mousemove=${(event: MouseEvent) => this.tell("hover", this.at(event))}
			@mouseleave=${() => this.tell("hover", undefined)}
			@click=${(event: MouseEvent) => this.tell("pick", this.at(event))}
			@wheel=${{ handleEvent: (event: WheelEvent) => this.wheel(event), passive: false }}
			@keydown=${(event: KeyboardEvent) => this.key(event)}
		></canvas>`;
	}
}
