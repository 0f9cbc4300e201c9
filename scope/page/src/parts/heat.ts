// heat.ts - the heat of a process: when each of its pages was touched, addresses by time.
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { coloursOf, prepare } from "../draw/paint.ts";
import { PAGE, strength, stretches, type Column, type Stretch } from "../heat.ts";
import { reason, type Part } from "../page.ts";
import { base } from "../style.ts";
import { clock, pagesSize } from "../units.ts";
import type { Machine } from "../views.ts";

const COLUMNS_MOST = 300;
const HEIGHT = 420;
@customElement("pagoda-heat")
export class Heat extends LitElement {
	@property({ type: Number }) pid = 0;
	/** Up to the moment that is shown. */
	@property({ attribute: false }) columns: Column[] = [];
	@property({ attribute: false }) heat: Machine["heat"];
	@property() why = "";
	@property({ type: Boolean }) live = true;
	@property({ attribute: false }) start!: () => void;
	@state() private told = "";
	private rows: Stretch[] = [];

	static override styles = [
		base,
		css`
			canvas {
				width: 100%;
				border: 1px solid var(--line);
				image-rendering: pixelated;
			}
		`,
	];

	override updated(): void {
		const canvas = this.renderRoot.querySelector("canvas");
		if (canvas) this.draw(canvas);
	}

	private draw(canvas: HTMLCanvasElement): void {
		const width = canvas.clientWidth || 800;
		const g = prepare(canvas, width, HEIGHT);
		const c = coloursOf(this);
		const step = width / COLUMNS_MOST;
		this.rows = stretches(this.columns);
		const last = this.rows.at(-1);
		const high = HEIGHT / Math.max(last ? last.row + last.pages : 1, 1);
		this.columns.forEach((column, i) => {
			const x = Math.floor(width - (this.columns.length - i) * step);
			const end = Math.floor(width - (this.columns.length - i - 1) * step);
			for (const warm of column.warm) {
				const row = this.rowOf(warm.va);
				if (row === undefined) continue;
				g.globalAlpha = warm.age === undefined ? 0.25 : strength(warm.age);
				g.fillStyle = warm.age === undefined ? c.line : c.c[1]!;
				g.fillRect(x, row * high, Math.max(end - x, 1), Math.max(warm.pages * high, 1));
			}
		});
		g.globalAlpha = 1;
		g.fillStyle = c.dim;
		for (const stretch of this.rows.slice(1)) g.fillRect(0, stretch.row * high, width, 1);
	}

	private rowOf(va: bigint): number | undefined {
		const found = this.rows.find(
			(s) => va >= s.start && va < s.start + BigInt(s.pages) * PAGE,
		);
		return found && found.row + Number((va - found.start) / PAGE);
	}

	private tell(event: PointerEvent): void {
		const canvas = event.currentTarget as HTMLCanvasElement;
		const last = this.rows.at(-1);
		const row = Math.floor(
			(event.offsetY / canvas.clientHeight) * (last ? last.row + last.pages : 0),
		);
		const at = this.rows.filter((s) => s.row <= row).at(-1);
		const va = at && at.start + BigInt(row - at.row) * PAGE;
		const column = this.columnAt(event);
		const words = va === undefined ? [] : [`0x${va.toString(16)}`];
		if (column) words.push(clock(column.time));
		this.told = words.join(", ");
	}

	private columnAt(event: MouseEvent): Column | undefined {
		const canvas = event.currentTarget as HTMLCanvasElement;
		const back = (1 - event.offsetX / canvas.clientWidth) * COLUMNS_MOST;
		return this.columns.at(-1 - Math.floor(back));
	}

	private seek(event: MouseEvent): void {
		const time = this.columnAt(event)?.time;
		if (time !== undefined)
			this.dispatchEvent(
				new CustomEvent("seek", { detail: time, bubbles: true, composed: true }),
			);
	}

	private summary(): string {
		const warm = this.columns.at(-1)?.warm ?? [];
		const count = (most: number) =>
			warm.reduce((n, w) => n + (w.age !== undefined && w.age <= most ? w.pages : 0), 0);
		const all = warm.reduce((n, w) => n + w.pages, 0);
		return `${pagesSize(all)} are there; touched in the last round ${pagesSize(count(1))}, in the last ten ${pagesSize(count(10))}.`;
	}

	override render(): TemplateResult {
		if (this.why) return html`<p class="dim">${this.why}</p>`;
		if (!this.heat && !this.live)
			return html`<p>The option <code>heat</code> was off at that moment.</p>`;
		if (!this.heat)
			return html`<p>
					The kernel does not note when pages are touched: the option
					<code>heat</code> is off.
				</p>
				<button @click=${this.start}>Type vmctl heat=100</button>`;
		return html`<p aria-live="off">
				${this.summary()} A column is a round of ${this.heat.ms} ms, the newest
				at the right; a row is a page, low addresses above, a line where
				addresses are left out. Strong: touched now; it fades with each round
				without a touch. Grey: not touched since heat is on. A
				click shows the machine at that moment.
			</p>
			<canvas
				height=${HEIGHT}
				role="img"
				aria-label=${`Heat of process ${this.pid}. ${this.summary()}`}
				@pointermove=${this.tell}
				@click=${this.seek}
			></canvas>
			<p class="mono">${this.told || "\u00a0"}</p>`;
	}
}

export const heat: Part = {
	id: "heat",
	title: "Heat",
	ofProcess: true,
	render: (page) => {
		const machine = page.view("machine");
		return html`<pagoda-heat
			.pid=${page.pid}
			.columns=${machine.data?.heat ? page.session.heat(page.pid, COLUMNS_MOST) : []}
			.live=${page.session.live}
			.heat=${machine.data?.heat}
			.why=${reason(machine, page)}
			.start=${() =>
				page.session.server.type(new TextEncoder().encode("vmctl heat=100\n"))}
		></pagoda-heat>`;
	},
	json: (page) => ({
		heat: page.view("machine").data?.heat,
		pages: page.view("pages", page.pid, 0n).data?.runs ?? [],
	}),
};
