// pagegrid.ts - the 512 pages of 2 MiB of addresses, a cell for each.
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../style.ts";
import type { PageRun } from "../views.ts";
import { coloursOf, frame, prepare, watchLook, type Colours } from "./paint.ts";
import { drawState, runAt } from "./pagestate.ts";
import { ENTRIES } from "./pte.ts";

const LARGEST = 18; /* pixels of a cell */
const GUTTER = 84;

@customElement("pagoda-pagegrid")
export class PageGrid extends LitElement {
	/** The first address: a multiple of 2 MiB. */
	@property({ attribute: false }) start = 0n;
	@property({ attribute: false }) runs: PageRun[] = [];
	@property({ attribute: false }) va = 0n;
	@state() private over: number | undefined;
	@state() private size = LARGEST;
	@state() private columns = 64;
	private unwatch: (() => void) | undefined;

	static override styles = [
		base,
		css`
			canvas {
				display: block;
				cursor: pointer;
			}
		`,
	];

	override connectedCallback(): void {
		super.connectedCallback();
		this.unwatch = watchLook(this, () => {
			const room = this.clientWidth - GUTTER;
			this.columns = room >= 64 * 10 ? 64 : 32;
			this.size = Math.max(
				8,
				Math.min(LARGEST, Math.floor(room / this.columns)),
			);
			this.draw();
		});
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.unwatch?.();
	}

	override willUpdate(changed: Map<string, unknown>): void {
		if (changed.has("start")) this.over = undefined;
	}

	/** With how many it is shared, if with more than one. */
	private users(
		g: CanvasRenderingContext2D,
		n: number,
		x: number,
		y: number,
		c: Colours,
	): void {
		const text = n > 99 ? "99" : String(n);
		const wide = g.measureText(text).width + 2;
		const middle = (this.size - 2) / 2;
		g.fillStyle = c.paper;
		g.fillRect(x + middle - wide / 2, y + middle - 6, wide, 11);
		g.fillStyle = c.ink;
		g.textAlign = "center";
		g.fillText(text, x + middle, y + middle);
	}

	private get index(): number {
		return Number((this.va - this.start) >> 12n);
	}

	private draw(): void {
		const canvas = this.renderRoot?.querySelector("canvas");
		if (!canvas) return;
		const { size, columns } = this;
		const rows = ENTRIES / columns;
		const c = coloursOf(this);
		const g = prepare(canvas, GUTTER + columns * size + 1, rows * size + 1);
		const at = (i: number): [number, number] => [
			GUTTER + (i % columns) * size,
			Math.floor(i / columns) * size,
		];
		g.font = "11px ui-monospace, 'DejaVu Sans Mono', monospace";
		g.textAlign = "right";
		g.textBaseline = "middle";
		g.fillStyle = c.dim;
		for (let row = 0; row < rows; row++)
			g.fillText(
				(this.start + BigInt(row * columns) * 4096n).toString(16),
				GUTTER - 6,
				(row + 0.5) * size,
			);
		for (let i = 0; i < ENTRIES; i++) {
			const run = runAt(this.runs, this.start + BigInt(i) * 4096n);
			const [x, y] = at(i);
			const wide = run?.level ? size : size - 2;
			if (run) {
				drawState(g, run, x, y, wide, size - 2, c);
				if ((run.users ?? 0) > 2 && size >= 14)
					this.users(g, run.users! - 1, x, y, c);
			} else {
				g.fillStyle = c.line;
				g.fillRect(x + size / 2 - 1, y + size / 2 - 1, 2, 2);
			}
		}
		const ring = (i: number | undefined, colour: string) => {
			if (i === undefined || i < 0 || i >= ENTRIES) return;
			const [x, y] = at(i);
			frame(g, x - 2, y - 2, size + 2, size + 2, colour, 2);
		};
		ring(this.over, c.accent);
		ring(this.index, c.ink);
	}

	override updated(): void {
		this.draw();
	}

	private at(event: MouseEvent): number | undefined {
		const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
		const x = Math.floor((event.clientX - box.left - GUTTER) / this.size);
		const y = Math.floor((event.clientY - box.top) / this.size);
		const i = y * this.columns + x;
		return x >= 0 && x < this.columns && y >= 0 && i < ENTRIES ? i : undefined;
	}

	private tell(name: string, i: number | undefined): void {
		const detail = i === undefined ? undefined : this.start + BigInt(i) * 4096n;
		this.dispatchEvent(new CustomEvent(name, { detail }));
	}

	private hover(i: number | undefined): void {
		if (i === this.over) return;
		this.over = i;
		this.tell("hover", i);
	}

	private key(event: KeyboardEvent): void {
		const moves: Record<string, number> = {
			ArrowLeft: -1,
			ArrowRight: 1,
			ArrowUp: -this.columns,
			ArrowDown: this.columns,
			PageUp: -ENTRIES,
			PageDown: ENTRIES,
		};
		const step = moves[event.key];
		if (step === undefined) return;
		event.preventDefault();
		this.hover(undefined);
		this.tell("pick", this.index + step);
	}

	override render(): TemplateResult {
		return html`<canvas
			tabindex="0"
			role="application"
			aria-label="512 pages. The arrow keys pick one; Page Up and Page Down go 2 MiB on."
			@mousemove=${(event: MouseEvent) => this.hover(this.at(event))}
			@mouseleave=${() => this.hover(undefined)}
			@click=${(event: MouseEvent) => {
				const i = this.at(event);
				if (i !== undefined) this.tell("pick", i);
			}}
			@keydown=${(event: KeyboardEvent) => this.key(event)}
		></canvas>`;
	}
}
