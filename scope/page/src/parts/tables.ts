// tables.ts - the walk to an address: three tables of 512 entries, the entry taken apart, and
// what an access does there.
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { go, reason, selectAll, type Page, type Part } from "../page.ts";
import { hex, indexOf, isAddress, KERNEL_HALF, parseAddress } from "../draw/pte.ts";
import { base } from "../style.ts";
import { rights, tableText, walkText } from "../text.ts";
import type { Slots, Walk } from "../views.ts";
import "../draw/slots.ts";

const LEVELS = [2, 1, 0] as const;
const ACCESSES = ["read", "write", "execute"] as const;

type Step = Walk["path"][number];

@customElement("pagoda-tables")
export class Tables extends LitElement {
	@property({ type: Number }) pid = 0;
	@property({ attribute: false }) va = 0n;
	@property({ attribute: false }) slots: Slots | undefined;
	@property({ attribute: false }) walk: Walk | undefined;
	@property({ type: String }) why = "";
	@state() private depth = -1; /* of the entry that is taken apart; -1: the last */
	@state() private user = false; /* the root of user mode is shown */
	@state() private wrong = "";

	static override styles = [
		base,
		css`
			form {
				display: flex;
				flex-wrap: wrap;
				gap: 6px 10px;
				align-items: center;
				margin-bottom: 12px;
			}
			form input {
				width: 22ch;
				font-family: var(--mono);
			}
			.split {
				display: flex;
				font: 12px/1.3 var(--mono);
				margin: 0;
			}
			.split div {
				padding: 3px 8px;
				border: 1px solid var(--line);
				border-bottom-width: 3px;
				margin-right: -1px;
				text-align: center;
			}
			.split dt {
				color: var(--dim);
				font:
					11px/1.3 system-ui,
					sans-serif;
			}
			.split dd {
				margin: 0;
			}
			.l2 {
				border-bottom-color: var(--c0) !important;
			}
			.l1 {
				border-bottom-color: var(--c2) !important;
			}
			.l0 {
				border-bottom-color: var(--c3) !important;
			}
			.legend {
				display: flex;
				flex-wrap: wrap;
				gap: 2px 16px;
				margin: 0 0 10px;
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
			}
			i.table {
				border: 4px solid var(--c0);
			}
			i.user {
				background: var(--c2);
			}
			i.cow {
				background: var(--c1);
			}
			i.kernel {
				background: var(--c7);
			}
			i.fresh {
				background: repeating-linear-gradient(
					135deg,
					var(--c2) 0 2px,
					var(--paper) 2px 4px
				);
			}
			i.guard {
				border: 1px solid var(--c5);
				background: repeating-linear-gradient(
					135deg,
					var(--c5) 0 1px,
					var(--paper) 1px 3px
				);
			}
			i.parked {
				border: 2px solid var(--c3);
			}
			i.taken {
				border: 2px solid var(--ink);
			}
			.grids {
				display: flex;
				flex-wrap: wrap;
				gap: 12px 20px;
				margin-bottom: 14px;
			}
			.below {
				display: flex;
				flex-wrap: wrap;
				gap: 12px 40px;
			}
			.below section {
				min-width: 0;
			}
			.fates td,
			.fates th {
				white-space: normal;
				max-width: 26ch;
				vertical-align: top;
				padding-bottom: 4px;
			}
			td.on {
				font-weight: 700;
			}
			tr.off td {
				color: var(--dim);
			}
			.steps {
				display: flex;
				align-items: center;
				gap: 6px;
				margin-bottom: 8px;
			}
			.pte {
				display: flex;
				flex-wrap: wrap;
				margin-bottom: 8px;
			}
		`,
	];

	private address(event: Event): void {
		event.preventDefault();
		const text = this.renderRoot.querySelector<HTMLInputElement>("#va")!.value;
		const va = parseAddress(text);
		this.wrong =
			va === undefined
				? "That is no hexadecimal number."
				: isAddress(va)
					? ""
					: "Sv39 has no such address.";
		if (va !== undefined && !this.wrong) go(this, { va });
	}

	private split(): TemplateResult {
		const part = (
			name: string,
			cls: string,
			value: string,
			bits: number,
			size: number,
		) =>
			html`<div class=${cls}>
				<dt>${name}</dt>
				<dd>${bits.toString(2).padStart(size, "0")}</dd>
				<dd><b>${value}</b></dd>
			</div>`;
		return html`<dl class="split" aria-label="The parts of the address">
			${LEVELS.map((level) => {
				const index = indexOf(this.va, level);
				const low = 12 + 9 * level;
				return part(
					`bits ${low + 8}–${low}: level ${level}`,
					`l${level}`,
					`${index}`,
					index,
					9,
				);
			})}
			${part("bits 11–0: offset", "", hex(this.va & 4095n), Number(this.va & 4095n), 12)}
		</dl>`;
	}

	private grid(level: 0 | 1 | 2): TemplateResult {
		const isUser = this.user && level === 2;
		const of = this.slots?.tables.find((t) => t.level === level);
		const table = (isUser && this.slots?.user_root) || of;
		const step = this.walk?.path.find((e) => e.level === level);
		return html`<pagoda-slots
			.level=${level}
			.table=${table}
			.va=${this.va}
			.index=${indexOf(this.va, level)}
			.ends=${step ? step === this.walk?.path.at(-1) : false}
			@pick=${(event: CustomEvent<bigint>) => go(this, { va: event.detail })}
		></pagoda-slots>`;
	}

	private legend(): TemplateResult {
		const one = (cls: string, text: string) =>
			html`<li><i class=${cls}></i>${text}</li>`;
		return html`<ul class="legend" aria-label="Legend">
			${one("table", "table")} ${one("user", "page of the user")}
			${one("cow", "copy-on-write")}
			${one("kernel", "page of the kernel only")}
			${one("fresh", "hatched: A is clear")} ${one("guard", "guard")}
			${one("parked", "parked (PROT_NONE)")}
			<li><i class="taken"></i>on the walk</li>
		</ul>`;
	}

	/** With isolate=on there are two roots, which share the tables below. */
	private roots(): TemplateResult | typeof nothing {
		if (!this.slots?.user_root) return nothing;
		const one = (user: boolean, text: string) =>
			html`<button
				aria-pressed=${this.user === user}
				@click=${() => (this.user = user)}
			>
				${text}
			</button>`;
		return html`<div class="steps" role="group" aria-label="Which root">
			<span class="dim">root (isolate=on):</span>
			${one(false, "in the kernel")} ${one(true, "in user mode")}
		</div>`;
	}

	private get step(): Step | undefined {
		const path = this.walk?.path ?? [];
		return path[this.depth] ?? path.at(-1);
	}

	private entry(): TemplateResult {
		const { step } = this;
		if (!step) return html``;
		const pte = BigInt(step.pte);
		const pa = step.pa ?? "";
		const ppn = hex((pte >> 10n) & ((1n << 44n) - 1n));
		const lead = (part: string, to: object, text: string) =>
			html`<button class="link" @click=${() => go(this, { part, ...to })}>
				${text}
			</button>`;
		return html`<section>
			<h2>The entry <small>at physical address ${step.slot}</small></h2>
			<div class="steps" role="group" aria-label="Which entry">
				${this.walk!.path.map(
					(e, i) =>
						html`<button
							aria-pressed=${e === step}
							@click=${() => (this.depth = i)}
						>
							level ${e.level}, entry ${e.index}
						</button>`,
				)}
			</div>
			<p class="mono" id="pte">
				${step.pte} =
				${
					step.what === "table" || step.pa
						? html`page number ${ppn},
							${step.what === "table" ? "of the next table" : "of the page"}`
						: step.what === "guard"
							? "a guard"
							: pte
								? "a note of the kernel"
								: "nothing"
				}
			</p>
			<table id="bits" aria-label="The bits of the entry">
				<thead>
					<tr>
						<th class="num">bit</th>
						<th>name</th>
						<th class="num">value</th>
						<th>meaning</th>
					</tr>
				</thead>
				<tbody>
					<tr class="off">
						<td class="num">63–54</td>
						<td></td>
						<td class="num">${pte >> 54n}</td>
						<td>of no use here</td>
					</tr>
					<tr class=${step.pa ? "" : "off"}>
						<td class="num">53–10</td>
						<td>PPN</td>
						<td class="num mono">${ppn}</td>
						<td>
							${pa ? lead("memory", { pa: BigInt(pa) }, `frame ${pa}`) : "not looked at"}
						</td>
					</tr>
					${[...step.bits].reverse().map(
						(b) =>
							html`<tr
								class=${b.on ? "" : "off"}
								data-bit=${b.name}
							>
								<td class="num">
									${b.bit}
								</td>
								<td
									class=${b.on ? "on" : ""}
								>
									${b.name}
								</td>
								<td
									class="num ${b.on ? "on" : ""}"
								>
									${b.on ? 1 : 0}
								</td>
								<td>${b.means}</td>
							</tr>`,
					)}
				</tbody>
			</table>
		</section>`;
	}

	private fates(): TemplateResult {
		const walk = this.walk!;
		const area = walk.area;
		const last = walk.path.at(-1)!;
		return html`<section class="fates">
			<h2>What an access does</h2>
			<table id="fates">
				<thead>
					<tr>
						<th></th>
						${walk.pid ? html`<th>by the program</th>` : nothing}
						<th>
							by the kernel
							<small>(SUM clear)</small>
						</th>
						${walk.pid ? html`<th>by the kernel, copying <small>(SUM set)</small></th>` : nothing}
					</tr>
				</thead>
				<tbody>
					${ACCESSES.map(
						(access) =>
							html`<tr data-access=${access}>
								<td>${access}</td>
								${walk.pid ? html`<td class="fate">${walk.fates[access]}</td>` : nothing}
								<td>
									${walk.kernel_fates[access]}
								</td>
								${walk.pid ? html`<td>${walk.sum_fates[access]}</td>` : nothing}
							</tr>`,
					)}
				</tbody>
			</table>
			<table id="about" style="margin-top:12px">
				<tbody>
					<tr>
						<td class="dim">area</td>
						<td>
							${
								area
									? html`${rights(area.prot)}${area.is_shared ? "s" : ""}
											${area.kind},
											<span
												class="mono"
												>${area.start}–${area.end}</span
											>`
									: `none${last.place && last.place !== "-" ? `; ${last.place}` : ""}`
							}
						</td>
					</tr>
					${
						last.users
							? html`<tr>
									<td class="dim">
										users of the
										page
									</td>
									<td>
										${last.users}
									</td>
								</tr>`
							: nothing
					}
					<tr>
						<td class="dim">root</td>
						<td class="mono">${walk.root}</td>
					</tr>
					${
						this.slots?.user_root
							? html`<tr>
									<td class="dim">
										root in user
										mode
									</td>
									<td class="mono">
										${walk.user_root}
									</td>
								</tr>`
							: nothing
					}
					${
						last.borrowed
							? html`<tr>
									<td class="dim">
										borrowed
									</td>
									<td>
										the entry is
										still in the
										lender's
										table
										(fork=tables)
									</td>
								</tr>`
							: nothing
					}
				</tbody>
			</table>
			<p style="margin-top:8px">
				${
					walk.pid
						? html`<button
								@click=${() => go(this, { part: "space", va: this.va })}
							>
								Show it in the address space
							</button>`
						: nothing
				}
			</p>
		</section>`;
	}

	override willUpdate(changed: Map<string, unknown>): void {
		if (changed.has("va") || changed.has("pid")) this.depth = -1;
	}

	override render(): TemplateResult {
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
				<button>Walk</button>
				${this.split()}
				<span class="bad" role="status">${this.wrong}</span>
				<span class="dim">${this.why}</span>
			</form>

			${this.legend()} ${this.roots()}
			<div class="grids">${LEVELS.map((level) => this.grid(level))}</div>
			${this.walk ? html`<div class="below">${this.entry()} ${this.fates()}</div>` : nothing}`;
	}
}

/** The address that was picked, or the first one of the process. */
function pickedAddress(page: Page): bigint {
	if (page.va !== undefined && isAddress(page.va)) return page.va;
	const first = page.view("areas", page.pid).data?.areas[0];
	return first ? BigInt(first.start) : 0n;
}

export const tables: Part = {
	id: "tables",
	title: "Tables",
	ofProcess: true,
	render: (page) => {
		const va = pickedAddress(page);
		const pid = va >= KERNEL_HALF ? 0 : page.pid;
		const walk = page.view("walk", pid, va);
		return html`<pagoda-tables
			.pid=${pid}
			.va=${va}
			.slots=${page.view("slots", pid, va).data}
			.walk=${walk.data}
			.why=${reason(walk, page)}
		></pagoda-tables>`;
	},
	text: (page) => {
		const table = page.view("table", page.pid).data;
		const walk = page.view("walk", page.pid, pickedAddress(page)).data;
		return (
			(table ? tableText(table) : "") +
			(walk ? `\nthe walk to ${walk.va}:\n${walkText(walk)}` : "")
		);
	},
	json: (page) => page.view("walk", page.pid, pickedAddress(page)).data,
};
