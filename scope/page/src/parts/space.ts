// space.ts - the address space of a process, from all of it to the bytes of a page.
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import {
	describeRun,
	runAt,
	stateColour,
	STATES,
	withGuards,
	type State,
} from "../draw/pagestate.ts";
import { coloursOf } from "../draw/paint.ts";
import { hex, parseAddress, USER_END } from "../draw/pte.ts";
import { rangeAround, type Range } from "../draw/range.ts";
import type { Answer } from "../machine.ts";
import { go, reason, selectAll, type Page, type Part } from "../page.ts";
import { base } from "../style.ts";
import { areasText, rights } from "../text.ts";
import { pagesSize, size } from "../units.ts";
import type { Area, Areas, Bytes, PageRun, Pages } from "../views.ts";
import "../draw/pagegrid.ts";
import "../draw/strip.ts";

const PAGES_SPAN = 1n << 30n; /* up to this the zoomed strip has pages */
const LARGE = 1n << 21n;
const ROW = 16; /* bytes */
const LEGEND: State[] = [
	"absent",
	"clean",
	"written",
	"cow",
	"file",
	"parked",
	"guard",
	"kernel",
];

const pagesOf = (a: Area) => Number((BigInt(a.end) - BigInt(a.start)) >> 12n);

@customElement("pagoda-space")
export class Space extends LitElement {
	@property({ type: Number }) pid = 0;
	@property({ attribute: false }) areas: Areas | undefined;
	@property({ attribute: false }) va = 0n;
	@property({ type: String }) why = "";
	/** Asks for the states of pages from an address on, and for the bytes of a page. */
	@property({ attribute: false }) pages: (va: bigint) => Answer<Pages> = () => ({
		partial: true,
	});
	@property({ attribute: false }) bytes: (va: bigint) => Answer<Bytes> = () => ({
		partial: true,
	});
	@state() private range: Range | undefined;
	@state() private over: bigint | undefined;
	@state() private wrong = "";

	static override styles = [
		base,
		css`
			form {
				display: flex;
				flex-wrap: wrap;
				gap: 6px 10px;
				align-items: center;
				margin-bottom: 8px;
			}
			form input {
				width: 20ch;
				font-family: var(--mono);
			}
			pagoda-strip {
				margin-bottom: 8px;
			}
			.legend {
				display: flex;
				flex-wrap: wrap;
				gap: 2px 16px;
				margin: 0 0 8px;
				padding: 0;
				list-style: none;
				font-size: 12px;
				color: var(--dim);
			}
			.legend i {
				display: inline-block;
				width: 11px;
				height: 11px;
				margin-right: 5px;
				vertical-align: -1px;
				border: 1px solid transparent;
			}
			.told {
				min-height: 1.5em;
				max-width: none;
				margin: 4px 0 12px;
				font-size: 12px;
			}
			.below {
				display: flex;
				flex-wrap: wrap;
				gap: 12px 32px;
				align-items: flex-start;
			}
			.list {
				max-height: 46vh;
				overflow: auto;
			}
			.hex {
				max-height: 46vh;
				overflow: auto;
				padding: 6px 10px;
				background: var(--panel);
				border: 1px solid var(--line);
				border-radius: 4px;
			}
			.hex pre {
				white-space: pre;
			}
			mark {
				background: var(--mark);
				color: inherit;
				outline: 1px solid var(--ink);
			}
		`,
	];

	private areaAt(va: bigint): Area | undefined {
		return this.areas?.areas.find(
			(a) => va >= BigInt(a.start) && va < BigInt(a.end),
		);
	}

	/** The area with something on both sides of it, or 64 MiB where none is. */
	private static around(va: bigint, area: Area | undefined): Range {
		if (!area) return rangeAround(va, 1n << 26n);
		const wide = BigInt(area.end) - BigInt(area.start);
		const middle = BigInt(area.start) + wide / 2n;
		return rangeAround(middle, wide + wide / 4n);
	}

	/** The range was chosen by an area; false: it was not known so far. */
	private isFitted = false;

	private isInside(va: bigint): boolean {
		return (
			!!this.range &&
			va >= this.range.start &&
			va < this.range.start + this.range.span
		);
	}

	override willUpdate(changed: Map<string, unknown>): void {
		const moved = changed.has("va") && !this.isInside(this.va);
		if (changed.has("pid") || moved) this.over = undefined;
		const area = this.areaAt(this.va);
		const isLate = area && !this.isFitted;
		if (!this.areas || !(!this.range || changed.has("pid") || moved || isLate))
			return;
		this.range = Space.around(this.va, area);
		this.isFitted = area !== undefined;
	}

	private pick(va: bigint, zoom = false): void {
		if (va < 0n || va >= USER_END) return;
		if (zoom) this.range = Space.around(va, this.areaAt(va));
		this.isFitted = true;
		go(this, { va });
	}

	private address(event: Event): void {
		event.preventDefault();
		const va = parseAddress(
			this.renderRoot.querySelector<HTMLInputElement>("#va")!.value,
		);
		this.wrong =
			va === undefined
				? "That is no hexadecimal number."
				: va >= USER_END
					? "It is not in the user half."
					: "";
		if (va !== undefined && !this.wrong) this.pick(va, true);
	}

	// --- what is told --------------------------------------------------------------------

	private describe(va: bigint, runs: PageRun[]): string {
		const run = runAt(runs, va);
		if (run) return `${hex(va)}: ${describeRun(run)}`;
		const area = this.areaAt(va);
		if (!area) return `${hex(va)}: in no area`;
		const words = `${rights(area.prot)} ${area.kind}, ${size(4096 * pagesOf(area))}, ${pagesSize(area.resident)} of it in memory`;
		return `${hex(va)}: ${words}`;
	}

	private legend(): TemplateResult {
		const c = coloursOf(this);
		const swatch = (state: State) => {
			const colour = stateColour(state, c);
			if (state === "guard")
				return `border-color:${colour};background:repeating-linear-gradient(135deg,${colour} 0 1px,${c.paper} 1px 4px)`;
			if (state === "absent")
				return `border-color:${c.line};background:${c.panel}`;
			return state === "parked"
				? `border:2px solid ${colour}`
				: `background:${colour}`;
		};
		return html`<ul class="legend" aria-label="Legend">
			${LEGEND.map((state) => html`<li><i style=${swatch(state)}></i>${STATES[state]}</li>`)}
			<li>
				<i
					style="background:repeating-linear-gradient(135deg,${c.paper} 0 2px,${c.c[0]} 2px 5px)"
				></i
				>hatched: shared; number: with so many
			</li>
			<li>
				<i
					style="background:${c.c[0]};border-bottom:4px solid ${c.ink}"
				></i
				>bar: accessed (A)
			</li>
			<li>joined: a leaf of 2 MiB</li>
			<li>
				padlock: locked in the cache (program text, or on its way to
				the disk)
			</li>
		</ul>`;
	}

	// --- areas, bytes --------------------------------------------------------------------

	private list(): TemplateResult {
		const here = this.areaAt(this.va);
		return html`<section>
			<h2>Areas <small>pages of 4 KiB, as maps prints them</small></h2>
			<div class="list">
				<table id="areas">
					<thead>
						<tr>
							<th>range</th>
							<th>rights</th>
							<th>kind</th>
							<th class="num">pages</th>
							<th class="num">memory</th>
							<th class="num">shared</th>
							<th class="num">large</th>
							<th class="num">touched</th>
							<th class="num">dirty</th>
						</tr>
					</thead>
					<tbody>
						${this.areas!.areas.map(
							(a) =>
								html`<tr
									aria-selected=${a === here}
									data-start=${a.start}
								>
									<td class="mono">
										<button
											class="link"
											title="Show it"
											@click=${() => this.pick(BigInt(a.start), true)}
										>
											${a.start.slice(2)}–${a.end.slice(2)}
										</button>
									</td>
									<td class="mono">
										${rights(a.prot)}${a.is_shared ? "s" : "-"}
									</td>
									<td>
										${a.kind}${a.kind === "file" ? `+${a.offset.slice(2)}` : ""}
									</td>
									<td class="num">
										${pagesOf(a)}
									</td>
									<td class="num">
										${a.resident}
									</td>
									<td class="num">
										${a.shared}
									</td>
									<td class="num">
										${a.large}
									</td>
									<td class="num">
										${a.touched}
									</td>
									<td class="num">
										${a.dirty}
									</td>
								</tr>`,
						)}
					</tbody>
				</table>
			</div>
			${this.areas!.broken ? html`<p class="bad">The other areas cannot be read.</p>` : nothing}
		</section>`;
	}

	private dump({ hex: digits, va }: Bytes): TemplateResult {
		const picked = Number(this.va & 4095n);
		const first = BigInt(va);
		const rows: (TemplateResult | string)[] = [];
		for (let at = 0; at < 4096; at += ROW) {
			const codes = Array.from({ length: ROW }, (_, i) =>
				parseInt(digits.slice(2 * (at + i), 2 * (at + i) + 2), 16),
			);
			const text = codes.map((n) =>
				n >= 32 && n < 127 ? String.fromCharCode(n) : ".",
			);
			const bytes = codes.map((n) => n.toString(16).padStart(2, "0"));
			const label = (first + BigInt(at)).toString(16).padStart(10);
			const half = (from: number, to: number) =>
				bytes.slice(from, to).join(" ");
			const inside = picked - at;
			if (inside < 0 || inside >= ROW) {
				rows.push(
					`${label}  ${half(0, 8)}  ${half(8, ROW)}  ${text.join("")}\n`,
				);
				continue;
			}
			const before = bytes
				.slice(0, inside)
				.map((b, i) => `${b}${i === 7 ? "  " : " "}`);
			const after = bytes
				.slice(inside + 1)
				.map((b, i) => `${inside + 1 + i === 8 ? "  " : " "}${b}`);
			const lead = `${label}  ${before.join("")}`;
			const rest = `${after.join("")}  ${text.join("")}\n`;
			rows.push(html`${lead}<mark>${bytes[inside]}</mark>${rest}`);
		}
		return html`<pre>${rows}</pre>`;
	}

	private page(runs: PageRun[]): TemplateResult {
		const run = runAt(runs, this.va);
		const start = this.va & ~4095n;
		const isThere = run?.what === "leaf" || run?.what === "parked";
		const answer = isThere ? this.bytes(start) : undefined;
		const pa = answer?.data?.pa;
		return html`<section id="page">
			<h2>Page ${hex(start)}</h2>
			<p>
				<button
					@click=${() => go(this, { part: "tables", va: this.va })}
				>
					Its walk
				</button>
				${pa ? html`<button @click=${() => go(this, { part: "memory", pa: BigInt(pa) })}>Its frame ${pa}</button>` : nothing}
			</p>
			${
				answer?.data
					? html`<div
							class="hex"
							tabindex="0"
							role="region"
							aria-label="The bytes of the page"
						>
							${this.dump(answer.data)}
						</div>`
					: html`<p class="dim">
							${answer ? (answer.why ?? "Reading ...") : "There are no bytes: the page is not in memory."}
						</p>`
			}
		</section>`;
	}

	private shownByte: bigint | undefined;

	override updated(): void {
		const box = this.renderRoot.querySelector<HTMLElement>(".hex");
		const mark = box?.querySelector("mark");
		if (!box || !mark || this.shownByte === this.va) return;
		this.shownByte = this.va;
		box.scrollTop = mark.offsetTop - box.offsetTop - box.clientHeight / 2;
	}

	override render(): TemplateResult {
		const { areas, range } = this;
		if (!areas || !range) return html`<p class="dim">${this.why}</p>`;
		const start = (this.va / LARGE) * LARGE;
		const runs = withGuards(this.pages(start).data?.runs ?? [], areas.areas);
		const hasPages = range.span <= PAGES_SPAN;
		const wide = hasPages ? (this.pages(range.start).data?.runs ?? []) : [];
		const told = this.over ?? this.va;
		const hover = (event: CustomEvent<bigint | undefined>) =>
			(this.over = event.detail);
		const pick = (event: CustomEvent<bigint>) => this.pick(event.detail);
		return html`<form @submit=${(event: Event) => this.address(event)}>
				<label
					>address
					<input
						id="va"
						autocomplete="off"
						spellcheck="false"
						.value=${hex(this.va)}
						@focus=${selectAll}
				/></label>
				<button>Show</button>
				<span class="bad" role="status">${this.wrong}</span>
				<span class="dim">${this.why}</span>
			</form>
			${this.legend()}
			<h2>
				All of it
				<small
					>0 to 256 GiB; an area is at least 3 pixels
					wide</small
				>
			</h2>
			<pagoda-strip
				name="The whole address space"
				.areas=${areas.areas}
				.inner=${range}
				.va=${this.va}
				@hover=${hover}
				@pick=${(event: CustomEvent<bigint>) => this.pick(event.detail, true)}
			></pagoda-strip>
			<h2>
				Zoomed
				<small
					>${size(Number(range.span))}; wheel, + and − zoom,
					arrow keys move</small
				>
			</h2>
			<pagoda-strip
				name="The zoomed part"
				moves
				.range=${range}
				.areas=${areas.areas}
				.runs=${wide}
				.inner=${{ start, span: LARGE }}
				.va=${this.va}
				@hover=${hover}
				@pick=${pick}
				@range=${(event: CustomEvent<Range>) => (this.range = event.detail)}
			></pagoda-strip>
			<h2>
				Pages
				<small
					>2 MiB from ${hex(start)}: what a table of level 0
					maps</small
				>
			</h2>
			<pagoda-pagegrid
				.start=${start}
				.runs=${runs}
				.va=${this.va}
				@hover=${hover}
				@pick=${pick}
			></pagoda-pagegrid>
			<p class="told" id="told" aria-live="polite">
				${this.describe(told, this.over === undefined ? runs : [...runs, ...wide].sort(byAddress))}
			</p>
			<div class="below">${this.page(runs)} ${this.list()}</div>`;
	}
}

const byAddress = (a: PageRun, b: PageRun) => (BigInt(a.va) < BigInt(b.va) ? -1 : 1);

function pickedAddress(page: Page): bigint {
	if (page.va !== undefined && page.va < USER_END) return page.va;
	const first = page.view("areas", page.pid).data?.areas[0];
	return first ? BigInt(first.start) : 0n;
}

export const space: Part = {
	id: "space",
	title: "Space",
	ofProcess: true,
	render: (page) => {
		const areas = page.view("areas", page.pid);
		return html`<pagoda-space
			.pid=${page.pid}
			.areas=${areas.data}
			.va=${pickedAddress(page)}
			.pages=${(va: bigint) => page.view("pages", page.pid, va)}
			.bytes=${(va: bigint) => page.view("bytes", page.pid, va)}
			.why=${reason(areas, page)}
		></pagoda-space>`;
	},
	text: (page) => {
		const areas = page.view("areas", page.pid).data;
		return areas ? areasText(areas) : "";
	},
	json: (page) => {
		const areas = page.view("areas", page.pid).data;
		const shown = (pickedAddress(page) / LARGE) * LARGE;
		const pages = page.view("pages", page.pid, shown).data?.runs ?? [];
		return areas && { ...areas, pages };
	},
};
