// slots.ts - one page table as a grid of its 512 entries.
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { coloursOf, frame, hatch, prepare, watchLook } from "./paint.ts";
import { entryRights, ENTRIES, hex, KERNEL_HALF, PTE, withIndex } from "./pte.ts";
import { base } from "../style.ts";
import type { SlotTable } from "../views.ts";

const COLUMNS = 32;
const CELL = 12;
const WIDTH = COLUMNS * CELL;
const HEIGHT = (ENTRIES / COLUMNS) * CELL;
const REACH = ["4 KiB", "2 MiB", "1 GiB"];
const MOVES: Record<string, number> = {
	ArrowLeft: -1,
	ArrowRight: 1,
	ArrowUp: -COLUMNS,
	ArrowDown: COLUMNS,
};

type SlotEntry = SlotTable["entries"][number];

@customElement("pagoda-slots")
export class SlotGrid extends LitElement {
	@property({ type: Number }) level = 0;
	@property({ attribute: false }) table: SlotTable | undefined;
	@property({ attribute: false }) va = 0n;
	/** Of the entry that the walk takes. */
	@property({ type: Number }) index = 0;
	/** The walk ends in this table. */
	@property({ type: Boolean }) ends = false;
	@state() private over: number | undefined;
	private unwatch: (() => void) | undefined;

	static override styles = [
		base,
		css`
			:host {
				width: ${WIDTH}px;
			}
			canvas {
				display: block;
				cursor: pointer;
			}
			.none {
				width: ${WIDTH}px;
				height: ${HEIGHT}px;
				display: grid;
				place-items: center;
				color: var(--dim);
				border: 1px dashed var(--line);
				padding: 0 20px;
				text-align: center;
			}
			.told {
				min-height: 3em;
				margin: 3px 0 0;
				font-size: 12px;
			}
			h2 {
				padding-bottom: 3px;
				border-bottom: 3px solid var(--line);
			}
			.l2 {
				border-bottom-color: var(--c0);
			}
			.l1 {
				border-bottom-color: var(--c2);
			}
			.l0 {
				border-bottom-color: var(--c3);
			}
		`,
	];

	override connectedCallback(): void {
		super.connectedCallback();
		this.unwatch = watchLook(this, () => this.draw());
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.unwatch?.();
	}

	private entryOf(index: number): SlotEntry | undefined {
		return this.table?.entries.find((e) => e.index === index);
	}

	private cell(
		g: CanvasRenderingContext2D,
		e: SlotEntry,
		c: ReturnType<typeof coloursOf>,
	): void {
		const x = (e.index % COLUMNS) * CELL;
		const y = Math.floor(e.index / COLUMNS) * CELL;
		const size = CELL - 1;
		const bits = Number(BigInt(e.pte) & 1023n);
		if (e.what === "table") {
			g.fillStyle = c.c[0]!;
			g.fillRect(x, y, size, size);
			g.fillStyle = c.paper;
			g.fillRect(x + 4, y + 4, size - 8, size - 8);
		} else if (e.what === "leaf") {
			g.fillStyle =
				bits & PTE.COW ? c.c[1]! : bits & PTE.U ? c.c[2]! : c.c[7]!;
			g.fillRect(x, y, size, size);
			if (!(bits & PTE.A)) hatch(g, x, y, size, size, c.paper, 5);
		} else if (e.what === "guard") {
			hatch(g, x, y, size, size, c.c[5]!, 3);
			frame(g, x, y, size, size, c.c[5]!);
		} else frame(g, x, y, size, size, e.what === "parked" ? c.c[3]! : c.dim, 2);
		if (e.borrowed) {
			g.fillStyle = c.ink;
			g.fillRect(x + size - 3, y, 3, 3);
		}
	}

	private draw(): void {
		const canvas = this.renderRoot.querySelector("canvas");
		if (!canvas) return;
		const c = coloursOf(this);
		const g = prepare(canvas, WIDTH, HEIGHT);
		g.fillStyle = c.raised;
		for (let i = 0; i < ENTRIES; i++)
			g.fillRect(
				(i % COLUMNS) * CELL,
				Math.floor(i / COLUMNS) * CELL,
				CELL - 1,
				CELL - 1,
			);
		for (const e of this.table?.entries ?? []) this.cell(g, e, c);
		const at = (i: number, colour: string, width: number) =>
			frame(
				g,
				(i % COLUMNS) * CELL - 1,
				Math.floor(i / COLUMNS) * CELL - 1,
				CELL + 1,
				CELL + 1,
				colour,
				width,
			);
		if (this.over !== undefined) at(this.over, c.accent, 2);
		at(this.index, c.ink, 2);
	}

	override updated(): void {
		this.draw();
	}

	private describe(index: number): string {
		const e = this.entryOf(index);
		const va = hex(
			(withIndex(this.va, this.level, index) >>
				BigInt(12 + 9 * this.level)) <<
				BigInt(12 + 9 * this.level),
		);
		const where = `entry ${index}, from ${va}`;
		if (!e) return `${where}: empty`;
		const bits = Number(BigInt(e.pte) & 1023n);
		const used = `${bits & PTE.A ? "accessed" : "not accessed"}${bits & PTE.D ? ", written" : ""}`;
		const cow = bits & PTE.COW ? ", copy-on-write" : "";
		const lent = e.borrowed ? ", still in the lender's table" : "";
		if (e.what === "leaf")
			return `${where}: a page of ${REACH[this.level]}, ${entryRights(bits)}${bits & PTE.U ? "u" : ""}, ${used}${cow}${lent}`;
		if (e.what === "table")
			return `${where}: a table of level ${this.level - 1}${lent}`;
		return `${where}: ${e.what}${lent}`;
	}

	private indexAt(event: MouseEvent): number {
		const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
		const x = Math.min(
			COLUMNS - 1,
			Math.max(0, Math.floor((event.clientX - box.left) / CELL)),
		);
		const y = Math.min(
			ENTRIES / COLUMNS - 1,
			Math.max(0, Math.floor((event.clientY - box.top) / CELL)),
		);
		return y * COLUMNS + x;
	}

	private pick(index: number): void {
		const detail = withIndex(this.va, this.level, index);
		this.dispatchEvent(new CustomEvent("pick", { detail }));
	}

	private key(event: KeyboardEvent): void {
		const used = this.table?.entries.map((e) => e.index) ?? [];
		let to: number | undefined;
		if (event.key in MOVES)
			to = (this.index + MOVES[event.key]! + ENTRIES) % ENTRIES;
		else if (event.key === "Home") to = used[0];
		else if (event.key === "End") to = used.at(-1);
		else if (event.key === "PageDown") to = used.find((i) => i > this.index);
		else if (event.key === "PageUp")
			to = used.filter((i) => i < this.index).at(-1);
		else return;
		event.preventDefault();
		this.over = undefined;
		if (to !== undefined) this.pick(to);
	}

	override render(): TemplateResult {
		const { table, level } = this;
		const isShared = level === 2 && this.va < KERNEL_HALF;
		const ofKernel =
			(isShared && table?.entries.filter((e) => e.index >= ENTRIES / 2).length) || 0;
		const title = html`<h2 class="l${level}">
			Level ${level}
			<small
				>${table ? `${table.pa}, ${table.entries.length} of 512 in use${ofKernel ? `, ${ofKernel} for the kernel half` : ""}` : ""}</small
			>
		</h2>`;
		if (!table)
			return html`${title}
				<div class="none">
					The walk ends above: there is no table of this
					level.
				</div>`;
		return html`${title}
			<canvas
				tabindex="0"
				role="application"
				aria-label="Table of level ${level}. Arrow keys choose an entry; Page Up and Page Down go to the one in use before and after."
				aria-describedby="told"
				@mousemove=${(event: MouseEvent) => (this.over = this.indexAt(event))}
				@mouseleave=${() => (this.over = undefined)}
				@click=${(event: MouseEvent) => this.pick(this.indexAt(event))}
				@keydown=${(event: KeyboardEvent) => this.key(event)}
			></canvas>
			<p class="told" id="told" aria-live="polite">
				${this.describe(this.over ?? this.index)}${this.over === undefined && this.ends ? "; the walk ends here" : ""}
			</p>`;
	}
}
