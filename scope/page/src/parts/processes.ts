// processes.ts - the tree of processes: state, hart, memory, faults.
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { go, reason, type Page, type Part } from "../page.ts";
import { faultRates, sorted, tree } from "../process_tree.ts";
import { base } from "../style.ts";
import { processesText } from "../text.ts";
import { pagesSize, rate, size } from "../units.ts";
import type { Areas, Process } from "../views.ts";

export interface ProcessRow extends Process {
	depth: number;
	shared: number;
	private: number;
	/** Leaves of 2 MiB. */
	large: number;
	/** Frames of page tables. */
	tables: number | undefined;
	/** Faults a second; undefined: they were not watched. */
	rate: number | undefined;
}

const LARGE_PAGES = 512;

const sum = (areas: Areas, field: "shared" | "private" | "large") =>
	areas.areas.reduce((n, a) => n + a[field], 0);

function rows(page: Page): ProcessRow[] {
	const list = page.view("processes").data?.processes ?? [];
	const owners = page.view("memory").data?.owners ?? [];
	const { samples, live, shown } = page.session;
	const rates = faultRates(samples, (!live && shown) || Infinity);
	return tree(list).map((p) => {
		const areas = page.view("areas", p.pid).data;
		return {
			...p,
			shared: areas ? sum(areas, "shared") : 0,
			private: areas ? sum(areas, "private") : 0,
			large: areas ? sum(areas, "large") / LARGE_PAGES : 0,
			tables: owners.find((o) => o.pid === p.pid)?.tables,
			rate: rates?.get(p.pid),
		};
	});
}

type Column = "size" | "resident" | "private" | "shared" | "large" | "tables" | "rate";

const COLUMNS: [key: Column, title: string, help: string][] = [
	["size", "size", "the program break: image, data and heap"],
	[
		"resident",
		"resident",
		"its pages that are in memory, as ps tells; private and shared also have those that the kernel put into its space",
	],
	["private", "private", "pages of its areas that no other process maps"],
	["shared", "shared", "pages of its areas that others have, too"],
	["large", "large", "leaves of 2 MiB"],
	["tables", "tables", "page tables, with the root"],
	["rate", "faults/s", "page faults in the second before"],
];

@customElement("pagoda-processes")
export class Processes extends LitElement {
	@property({ attribute: false }) rows: ProcessRow[] = [];
	@property({ type: Number }) pid = 0;
	@property({ type: String }) why = "";
	/** Sorted by this; else the tree. */
	@state() private by: Column | undefined;

	static override styles = [
		base,
		css`
			td.name {
				min-width: 14ch;
			}
			.tree {
				color: var(--dim);
				font-family: var(--mono);
				white-space: pre;
			}
			td.state::before {
				content: "";
				display: inline-block;
				width: 7px;
				height: 7px;
				margin-right: 6px;
				border: 1px solid var(--dim);
				border-radius: 50%;
			}
			td.running::before {
				background: var(--good);
				border-color: var(--good);
			}
			td.ready::before {
				background: linear-gradient(
					90deg,
					var(--good) 50%,
					transparent 50%
				);
				border-color: var(--good);
			}
			td.zombie {
				color: var(--bad);
			}
		`,
	];

	private row(p: ProcessRow): TemplateResult {
		/* An address of another process says nothing in this one. */
		const place = p.pid === this.pid ? {} : { va: undefined };
		const show = (part: string) => () => go(this, { part, pid: p.pid, ...place });
		return html`<tr
			data-pid=${p.pid}
			aria-selected=${p.pid === this.pid}
			@click=${() => go(this, { pid: p.pid })}
			@dblclick=${show("space")}
		>
			<td class="num">${p.pid}</td>
			<td class="name">
				<span class="tree"
					>${p.depth
						? "   ".repeat(p.depth - 1) + "└─ "
						: ""}</span
				><button
					class="link"
					title="Its address space"
					@click=${show("space")}
				>
					${p.name}
				</button>
			</td>
			<td class="state ${p.state}">${p.state}</td>
			<td class="num">${p.hart}</td>
			<td class="num">${size(p.size)}</td>
			<td class="num">${pagesSize(p.resident)}</td>
			<td class="num">${pagesSize(p.private)}</td>
			<td class="num">${pagesSize(p.shared)}</td>
			<td class="num">${p.large || html`<span class="dim">0</span>`}</td>
			<td class="num">${p.tables ?? html`<span class="dim">?</span>`}</td>
			<td class="num">
				${p.rate === undefined
					? html`<span class="dim">–</span>`
					: rate(p.rate)}
			</td>
		</tr>`;
	}

	private heading(key: Column, title: string, help: string): TemplateResult {
		const isOn = this.by === key;
		return html`<th class="num" aria-sort=${isOn ? "descending" : nothing}>
			<button
				class="link"
				title="${help}; press: ${isOn ? "back to the tree" : "most first"}"
				@click=${() => (this.by = isOn ? undefined : key)}
			>
				${title}${isOn ? " ▾" : ""}
			</button>
		</th>`;
	}

	override render(): TemplateResult {
		const shown = this.by ? sorted(this.rows, this.by) : this.rows;
		return html`${this.why ? html`<p class="dim">${this.why}</p>` : nothing}
			<table id="processes">
				<thead>
					<tr>
						<th class="num">PID</th>
						<th>name</th>
						<th>state</th>
						<th class="num">hart</th>
						${COLUMNS.map(
							([key, title, help]) =>
								this.heading(key, title, help),
						)}
					</tr>
				</thead>
				<tbody>
					${shown.map((p) => this.row(p))}
				</tbody>
			</table>`;
	}
}

export const processes: Part = {
	id: "processes",
	title: "Processes",
	render: (page) =>
		html`<pagoda-processes
			.rows=${rows(page)}
			.pid=${page.pid}
			.why=${reason(page.view("processes"), page)}
		></pagoda-processes>`,
	text: (page) => processesText(page.view("processes").data ?? { processes: [] }),
	json: rows,
};
