// cellmap.ts - all frames as a picture: a cell for each, or for each few of them.
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { FrameCells } from "../machine.ts";
import { base } from "../style.ts";
import { addressOf, count, describe, type Meaning, type Mode } from "./frames.ts";
import { coloursOf, prepare, watchLook, type Colours } from "./paint.ts";
import { CellImage } from "./cellimage.ts";
import { hex } from "./pte.ts";
import { SIDE, zooms, type Zoom } from "./zoom.ts";

const GUTTER = 66; /* addresses */
const BAR = 12; /* which part of all is shown */
const SLOW_MS = 500; /* between two pictures of a large machine */

@customElement("pagoda-cells")
export class CellMap extends LitElement {
	@property({ attribute: false }) cells: FrameCells | undefined;
	@property({ attribute: false }) meaning: Meaning = {
		kinds: [],
		owners: new Map(),
		free: 0,
	};
	@property({ type: String }) mode: Mode = "kind";
	/** The frame that was picked, counted from the first. */
	@property({ attribute: false }) picked: number | undefined;
	@state() private level = 0;
	@state() private first = 0;
	@state() private over: number | undefined;
	@state() private unit = 3;
	private drawn = { time: 0, timer: 0 };
	private unwatch: (() => void) | undefined;

	static override styles = [
		base,
		css`
			.stack {
				position: relative;
			}
			canvas {
				display: block;
				touch-action: none;
			}
			#cells {
				position: absolute;
				left: ${GUTTER}px;
				top: 0;
			}
			#over {
				position: relative;
				cursor: crosshair;
			}
			.tools {
				display: flex;
				flex-wrap: wrap;
				align-items: center;
				gap: 6px;
				margin-bottom: 6px;
				font-size: 12px;
			}
			.told {
				min-height: 1.5em;
				margin: 4px 0 0;
				font-size: 12px;
			}
		`,
	];

	override connectedCallback(): void {
		super.connectedCallback();
		this.unwatch = watchLook(this, () => this.resize());
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.unwatch?.();
		clearTimeout(this.drawn.timer);
	}

	private resize(): void {
		const room = this.clientWidth - GUTTER - BAR;
		this.unit = Math.min(4, Math.max(1, Math.floor(room / SIDE)));
		this.draw();
	}

	// --- what is shown -------------------------------------------------------------------

	private get list(): Zoom[] {
		return zooms(this.cells ? count(this.cells) : 0, this.unit);
	}

	private get zoom(): Zoom {
		const { list } = this;
		return list[Math.min(this.level, list.length - 1)]!;
	}

	/** The first frame of the picture that has the frame `at` in this part of its height. */
	private fit(at: number, z: Zoom, part = 0.5): number {
		const total = this.cells ? count(this.cells) : 0;
		const row = z.per * z.columns;
		const last = Math.max(0, Math.ceil(total / row) - z.rows) * row;
		return Math.min(
			last,
			Math.max(0, Math.floor(at / row - z.rows * part) * row),
		);
	}

	private zoomTo(level: number, at: number): void {
		const was = this.zoom;
		const part = (at - this.first) / (was.per * was.columns * was.rows);
		this.level = Math.max(0, Math.min(this.list.length - 1, level));
		this.first = this.fit(at, this.zoom, part >= 0 && part < 1 ? part : 0.5);
	}

	private show(at: number): void {
		const z = this.zoom;
		if (at < this.first || at >= this.first + z.per * z.columns * z.rows)
			this.first = this.fit(at, z);
	}

	override willUpdate(changed: Map<string, unknown>): void {
		if (changed.has("picked") && this.picked !== undefined)
			this.show(this.picked);
		if (changed.has("unit")) this.first = this.fit(this.first, this.zoom);
	}

	override updated(changed: Map<string, unknown>): void {
		const wait = this.drawn.time + SLOW_MS - performance.now();
		const isSlow =
			this.list[0]!.per > 1 && changed.size === 1 && changed.has("cells");
		if (!isSlow || wait <= 0) return this.draw();
		if (!this.drawn.timer)
			this.drawn.timer = window.setTimeout(() => this.draw(), wait);
	}

	// --- the picture -----------------------------------------------------------------------

	private readonly painter = new CellImage();

	private draw(): void {
		const canvas = this.renderRoot?.querySelector<HTMLCanvasElement>("#cells");
		this.drawn = { time: performance.now(), timer: 0 };
		if (!canvas || !this.cells) return;
		const { zoom, mode, meaning } = this;
		const scale = Math.max(1, Math.round(devicePixelRatio || 1));
		const colours = coloursOf(this);
		this.painter.paint(canvas, this.cells, this.first, {
			zoom,
			scale,
			mode,
			meaning,
			colours,
		});
		this.drawOver(zoom, colours);
	}

	private drawnOver = "";

	/** Addresses, the bar and the marks, on a canvas of their own. */
	private drawOver(z: Zoom, c: Colours): void {
		const total = count(this.cells!);
		const key = JSON.stringify([
			z,
			c,
			this.first,
			this.over,
			this.picked,
			total,
		]);
		if (key === this.drawnOver) return;
		this.drawnOver = key;
		const canvas = this.renderRoot.querySelector<HTMLCanvasElement>("#over")!;
		const g = prepare(canvas, GUTTER + z.px * z.columns + BAR, z.px * z.rows);
		this.labels(g, z, c);
		this.marks(g, z, c);
	}

	private labels(g: CanvasRenderingContext2D, z: Zoom, c: Colours): void {
		const every = Math.max(1, Math.round(48 / z.px));
		g.font = "11px ui-monospace, 'DejaVu Sans Mono', monospace";
		g.textBaseline = "top";
		g.textAlign = "right";
		g.fillStyle = c.dim;
		for (let row = 0; row < z.rows; row += every) {
			const at = this.first + row * z.columns * z.per;
			if (at < count(this.cells!))
				g.fillText(
					addressOf(this.cells!, at).toString(16),
					GUTTER - 6,
					row * z.px,
				);
		}
		const total = count(this.cells!);
		const height = z.px * z.rows;
		const x = GUTTER + z.px * z.columns + 4;
		const shown = Math.min(total, z.per * z.columns * z.rows);
		g.fillStyle = c.raised;
		g.fillRect(x, 0, BAR - 4, height);
		g.fillStyle = c.accent;
		g.fillRect(
			x,
			(this.first / total) * height,
			BAR - 4,
			Math.max(3, (shown / total) * height),
		);
	}

	private box(i: number, z: Zoom): [x: number, y: number] | undefined {
		const at = Math.floor((i - this.first) / z.per);
		if (at < 0 || at >= z.columns * z.rows) return undefined;
		return [
			GUTTER + (at % z.columns) * z.px,
			Math.floor(at / z.columns) * z.px,
		];
	}

	private marks(g: CanvasRenderingContext2D, z: Zoom, c: Colours): void {
		const ring = (i: number | undefined, colour: string) => {
			const box = i === undefined ? undefined : this.box(i, z);
			if (!box) return;
			const out = Math.max(1, 5 - z.px);
			for (const [style, wide] of [
				[c.paper, 4],
				[colour, 2],
			] as const) {
				g.strokeStyle = style;
				g.lineWidth = wide;
				g.strokeRect(
					box[0] - out,
					box[1] - out,
					z.px + 2 * out,
					z.px + 2 * out,
				);
			}
		};
		ring(this.over, c.accent);
		ring(this.picked, c.ink);
	}

	// --- mouse and keys --------------------------------------------------------------------

	private frameAt(event: MouseEvent): number | undefined {
		const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
		const z = this.zoom;
		const x = Math.floor((event.clientX - box.left - GUTTER) / z.px);
		const y = Math.floor((event.clientY - box.top) / z.px);
		if (x < 0 || x >= z.columns || y < 0 || y >= z.rows) return undefined;
		const at = this.first + (y * z.columns + x) * z.per;
		return at < count(this.cells!) ? at : undefined;
	}

	private hover(at: number | undefined): void {
		if (at === this.over) return;
		this.over = at;
		this.dispatchEvent(new CustomEvent("hover", { detail: at }));
	}

	private pick(at: number): void {
		this.dispatchEvent(new CustomEvent("pick", { detail: at }));
	}

	private wheel(event: WheelEvent): void {
		if (event.ctrlKey) return; /* the browser's own zoom */
		const at = this.frameAt(event);
		const to = this.level + (event.deltaY < 0 ? 1 : -1);
		if (at === undefined || to < 0 || to >= this.list.length) return;
		event.preventDefault();
		this.zoomTo(to, at);
	}

	private key(event: KeyboardEvent): void {
		const z = this.zoom;
		const total = this.cells ? count(this.cells) : 0;
		const at = this.picked ?? this.first;
		const row = z.columns * z.per;
		const moves: Record<string, number> = {
			ArrowLeft: at - z.per,
			ArrowRight: at + z.per,
			ArrowUp: at - row,
			ArrowDown: at + row,
			PageUp: at - row * z.rows,
			PageDown: at + row * z.rows,
			Home: 0,
			End: total - 1,
		};
		if (event.key === "+" || event.key === "=") this.zoomTo(this.level + 1, at);
		else if (event.key === "-") this.zoomTo(this.level - 1, at);
		else if (event.key in moves)
			this.pick(Math.max(0, Math.min(total - 1, moves[event.key]!)));
		else return;
		event.preventDefault();
		this.hover(undefined);
	}

	private scale(z: Zoom): string {
		return z.per === 1
			? "a cell is a frame of 4 KiB"
			: `a cell is ${z.per} frames: the commonest in use`;
	}

	override render(): TemplateResult {
		const { cells, zoom, level } = this;
		const told = cells && (this.over ?? this.picked);
		const middle =
			this.picked ??
			this.first + (zoom.per * zoom.columns * zoom.rows) / 2;
		return html`<div class="tools">
				<button
					aria-label="Zoom out"
					title="-"
					?disabled=${level === 0}
					@click=${() => this.zoomTo(level - 1, middle)}
				>
					−
				</button>
				<button
					aria-label="Zoom in"
					title="+"
					?disabled=${level >= this.list.length - 1}
					@click=${() => this.zoomTo(level + 1, middle)}
				>
					+
				</button>
				<span class="dim"
					>${this.scale(zoom)}; from
					${cells ? hex(addressOf(cells, this.first)) : ""}</span
				>
			</div>
			<div class="stack">
				<canvas id="cells" aria-hidden="true"></canvas>
				<canvas
					id="over"
					tabindex="0"
					role="application"
					aria-label="All frames of memory. Arrow keys pick a frame, plus and minus zoom."
					aria-describedby="told"
					@mousemove=${(event: MouseEvent) => this.hover(this.frameAt(event))}
					@mouseleave=${() => this.hover(undefined)}
					@click=${(event: MouseEvent) => {
						const at = this.frameAt(event);
						if (at !== undefined) this.pick(at);
					}}
					@wheel=${{ handleEvent: (event: WheelEvent) => this.wheel(event), passive: false }}
					@keydown=${(event: KeyboardEvent) => this.key(event)}
				></canvas>
			</div>
			<p class="told" id="told" aria-live="polite">
				${cells && told !== undefined && told < count(cells) ? describe(cells, told, this.meaning) : ""}
			</p>`;
	}
}
