// compare.ts - two moments, A and B: what changed, in words and in tables.
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import {
	areaWords,
	difference,
	differenceText,
	sentences,
	type AreaChange,
	type Count,
	type Difference,
	type EntryChange,
	type FrameChange,
	type Snapshot,
} from "../compare.ts";
import { go, type Page, type Part } from "../page.ts";
import { base } from "../style.ts";
import { clock, pagesSize } from "../units.ts";
import type { Entry } from "../views.ts";

const ROWS_MOST = 500;

interface Marks {
	a?: Snapshot | undefined;
	b?: Snapshot | undefined;
}

/** The older one first. */
function ordered({ a, b }: Marks): [Snapshot, Snapshot] | undefined {
	if (!a || !b) return undefined;
	return a.time <= b.time ? [a, b] : [b, a];
}

@customElement("pagoda-compare")
export class Compare extends LitElement {
	@property({ attribute: false }) a: Snapshot | undefined;
	@property({ attribute: false }) b: Snapshot | undefined;
	@property({ attribute: false }) mark: (name: "a" | "b") => void = () => {};
	private made: { a: Snapshot; b: Snapshot; difference: Difference } | undefined;

	static override styles = [
		base,
		css`
			.marks {
				display: flex;
				flex-wrap: wrap;
				gap: 8px 24px;
				margin-bottom: 16px;
			}
			.marks > div {
				display: flex;
				gap: 8px;
				align-items: center;
			}
			ul {
				margin: 0 0 16px;
				padding-left: 18px;
			}
			.list {
				max-height: 46vh;
				overflow: auto;
			}
			.new {
				color: var(--good);
			}
			.gone {
				color: var(--bad);
			}
			.two {
				display: grid;
				grid-template-columns: repeat(auto-fit, minmax(300px, 1fr));
				gap: 0 32px;
			}
			td.wrap {
				white-space: normal;
			}
		`,
	];

	private compute(): typeof this.made {
		const pair = ordered(this);
		if (!pair) return undefined;
		const [a, b] = pair;
		if (this.made?.a !== a || this.made.b !== b)
			this.made = { a, b, difference: difference(a, b) };
		return this.made;
	}

	private moment(name: "a" | "b", s: Snapshot | undefined): TemplateResult {
		const notes = s
			? [
					s.consistent ? "consistent" : "",
					s.partial ? "not all was watched" : "",
				]
			: [];
		return html`<div>
			<button id="mark-${name}" @click=${() => this.mark(name)}>
				Mark ${name.toUpperCase()}
			</button>
			${s
				? html`<span>${clock(s.time)}</span>
						<span class="dim"
							>${s.processes.length} processes
							${notes
								.filter(Boolean)
								.join(", ")}</span
						>`
				: html`<span class="dim">no moment is marked</span>`}
		</div>`;
	}

	private link(pid: number, part: string, va?: string): TemplateResult {
		const to = { part, pid, ...(va ? { va: BigInt(va) } : {}) };
		return html`<button class="link" @click=${() => go(this, to)}>
			${va ?? pid}
		</button>`;
	}

	private list<T>(
		id: string,
		title: string,
		heads: string[],
		rows: T[],
		row: (item: T) => TemplateResult,
	): TemplateResult | typeof nothing {
		if (!rows.length) return nothing;
		const more = rows.length > ROWS_MOST ? `, the first ${ROWS_MOST}` : "";
		return html`<section>
			<h2>${title} <small>${rows.length}${more}</small></h2>
			<div class="list" tabindex="0">
				<table id=${id}>
					<thead>
						<tr>
							${heads.map(
								(head) =>
									html`<th>
										${head}
									</th>`,
							)}
						</tr>
					</thead>
					<tbody>
						${rows.slice(0, ROWS_MOST).map(row)}
					</tbody>
				</table>
			</div>
		</section>`;
	}

	private area(x: AreaChange): TemplateResult {
		const [before, after] = areaWords(x.before, x.after);
		const { start, kind } = (x.after ?? x.before)!;
		return html`<tr>
			<td>${this.link(x.pid, "space")}</td>
			<td class="mono">${start}</td>
			<td>${kind}</td>
			<td class=${x.change}>${x.change}</td>
			<td>${before}</td>
			<td>${after}</td>
		</tr>`;
	}

	private entry(x: EntryChange): TemplateResult {
		const tell = (e: Entry | undefined) => e?.pte ?? "";
		return html`<tr>
			<td>${this.link(x.pid, "space")}</td>
			<td class="mono">${this.link(x.pid, "tables", x.va)}</td>
			<td>${x.level}</td>
			<td class=${x.change}>${x.change}</td>
			<td class="mono">${tell(x.before)}</td>
			<td class="mono">${tell(x.after)}</td>
			<td class="wrap">${x.what}</td>
		</tr>`;
	}

	private frame(x: FrameChange): TemplateResult {
		const show = () => go(this, { part: "memory", pa: BigInt(x.pa) });
		return html`<tr>
			<td class="mono">
				<button class="link" @click=${show}>${x.pa}</button>
			</td>
			<td>${pagesSize(x.frames)}</td>
			<td>${x.before}</td>
			<td>${x.after}</td>
		</tr>`;
	}

	private counts(
		id: string,
		title: string,
		rows: Count[],
	): TemplateResult | typeof nothing {
		const row = (c: Count) =>
			html`<tr>
				<td>${c.name}</td>
				<td class="num">${c.before}</td>
				<td class="num">${c.after}</td>
				<td class="num">
					${c.after > c.before ? "+" : "−"}${Math.abs(
						c.after - c.before,
					)}
				</td>
			</tr>`;
		return this.list(id, title, ["", "A", "B", "change"], rows, row);
	}

	private tables(d: Difference): TemplateResult {
		const option = (o: Difference["options"][0]) =>
			html`<tr>
				<td>${o.name}</td>
				<td>${o.before}</td>
				<td>${o.after}</td>
			</tr>`;
		const entry = [
			"process",
			"address",
			"level",
			"",
			"entry at A",
			"entry at B",
			"what changed",
		];
		return html`${this.list(
				"areas",
				"Areas",
				["process", "start", "kind", "", "at A", "at B"],
				d.areas,
				(x) => this.area(x),
			)}
			${this.list("entries", "Entries", entry, d.entries, (x) =>
				this.entry(x),
			)}
			${this.list(
				"frames",
				"Frames",
				["from", "size", "at A", "at B"],
				d.frames,
				(x) => this.frame(x),
			)}
			<div class="two">
				${this.counts("kinds", "Frames by kind", d.kinds)}
				${this.counts("counters", "Counters", d.counters)}
				${this.list(
					"options",
					"Options",
					["", "A", "B"],
					d.options,
					option,
				)}
			</div>`;
	}

	override render(): TemplateResult {
		const made = this.compute();
		const { a, b } = this;
		const swapped = a && b && a.time > b.time;
		return html`<div class="marks">
				${this.moment("a", a)} ${this.moment("b", b)}
			</div>
			${made
				? html`${swapped
							? html`<p class="dim">
									B is the earlier
									one, so it stands
									for A below.
								</p>`
							: nothing}
						<ul id="words">
							${sentences(
								made.difference,
								new Map(
									[
										...made.a
											.processes,
										...made.b
											.processes,
									].map((p) => [
										p.pid,
										p.name,
									]),
								),
							).map(
								(text) =>
									html`<li>
										${text}
									</li>`,
							)}
						</ul>
						${this.tables(made.difference)}`
				: html`<p class="dim">
						Mark two moments (keys a and b, in each
						view), live or in the past: here is what
						changed from A to B.
					</p>`}`;
	}
}

export const compare: Part = {
	id: "compare",
	title: "Compare",
	render: ({ session }: Page) =>
		html`<pagoda-compare
			.a=${session.marks.a}
			.b=${session.marks.b}
			.mark=${(name: "a" | "b") => void session.mark(name)}
		></pagoda-compare>`,
	text: ({ session }) => {
		const pair = ordered(session.marks);
		return pair ? differenceText(...pair, difference(...pair)) : "";
	},
	json: ({ session }) => {
		const pair = ordered(session.marks);
		return pair ? difference(...pair) : {};
	},
};
