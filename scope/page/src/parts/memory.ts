// memory.ts - physical memory: each frame, who has it, and how the free ones lie.
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import {
	addressOf,
	Ages,
	blockColour,
	colourOf,
	frameAt,
	kindColours,
	ownerColour,
	type Meaning,
	type Mode,
} from "../draw/frames.ts";
import { coloursOf, type Colours } from "../draw/paint.ts";
import { entryRights, hex, parseAddress, PTE } from "../draw/pte.ts";
import type { Answer, FrameCells } from "../machine.ts";
import { go, reason, selectAll, type Page, type Part } from "../page.ts";
import { base } from "../style.ts";
import { frameText, memoryText } from "../text.ts";
import { clock, pagesSize, plural } from "../units.ts";
import type { Frame, Mapper, Memory as MemoryView } from "../views.ts";
import "../draw/cellmap.ts";

const MODES: [mode: Mode, title: string][] = [
	["kind", "kind"],
	["owner", "owner"],
	["free", "free blocks"],
];

@customElement("pagoda-memory")
export class Memory extends LitElement {
	@property({ attribute: false }) cells: FrameCells | undefined;
	@property({ attribute: false }) meaning: Meaning = {
		kinds: [],
		owners: new Map(),
		free: 0,
	};
	@property({ attribute: false }) memory: MemoryView | undefined;
	@property({ attribute: false }) pa: bigint | undefined;
	@property({ type: String }) why = "";
	/** Asks for a frame, and since when it is what it is. */
	@property({ attribute: false }) look: (pa: bigint) => Answer<Frame> = () => ({
		partial: true,
	});
	@property({ attribute: false }) since: (frame: number) => ReturnType<Ages["of"]> =
		() => undefined;
	/** The physical address of a virtual one of a process. */
	@property({ attribute: false }) toPhysical: (
		pid: number,
		va: bigint,
	) => bigint | undefined = () => undefined;
	@state() private mode: Mode = "kind";
	@state() private over: number | undefined;
	@state() private wrong = "";

	static override styles = [
		base,
		css`
			.all {
				display: grid;
				grid-template-columns: minmax(0, 1fr) minmax(300px, 340px);
				gap: 4px 24px;
			}
			@media (max-width: 900px) {
				.all {
					grid-template-columns: minmax(0, 1fr);
				}
			}
			.tools,
			form {
				display: flex;
				flex-wrap: wrap;
				align-items: center;
				gap: 6px 10px;
				margin-bottom: 8px;
			}
			form input {
				width: 24ch;
				font-family: var(--mono);
			}
			[role="group"] {
				display: flex;
				gap: 4px;
			}
			.legend {
				display: grid;
				grid-template-columns: repeat(
					auto-fill,
					minmax(150px, 1fr)
				);
				gap: 1px 16px;
				margin: 0 0 14px;
				padding: 0;
				list-style: none;
				font-size: 12px;
			}
			.legend li {
				display: flex;
				gap: 6px;
				align-items: baseline;
			}
			.legend i {
				flex: none;
				width: 10px;
				height: 10px;
			}
			.legend .num {
				margin-left: auto;
			}
			.shared {
				background: repeating-linear-gradient(
					135deg,
					var(--dim) 0 2px,
					var(--paper) 2px 4px
				);
			}
			.frame {
				min-height: 220px;
			}
			.blocks td:last-child {
				width: 100%;
			}
			.bar {
				display: block;
				height: 9px;
				background: var(--c4);
			}
			.mappers {
				max-height: 40vh;
				overflow: auto;
			}
			.mappers td {
				padding-right: 8px;
			}
		`,
	];

	private search(event: Event): void {
		event.preventDefault();
		const text = this.renderRoot
			.querySelector<HTMLInputElement>("#pa")!
			.value.trim();
		const [pid, va] = text.includes(":")
			? text.split(":", 2)
			: [undefined, text];
		const address = parseAddress(va ?? "");
		const pa =
			address === undefined
				? undefined
				: pid === undefined
					? address
					: this.toPhysical(Number(pid), address);
		this.wrong = "";
		if (address === undefined)
			this.wrong =
				"An address is hexadecimal; of a process: 4:3fff5d1000.";
		else if (pa === undefined)
			this.wrong = "No page is at that address of that process.";
		else if (this.cells && frameAt(this.cells, pa) === undefined)
			this.wrong = `No RAM is at ${hex(pa)}.`;
		else go(this, { pa });
	}

	// --- one frame ------------------------------------------------------------------------

	private mapper(m: Mapper): TemplateResult {
		const who = m.pid ? html`${m.pid} ${m.name}` : html`kernel`;
		if (m.is_root)
			return html`<tr>
				<td>${who}</td>
				<td colspan="2">its root table</td>
			</tr>`;
		const va = BigInt(m.va!);
		const bits = Number(BigInt(m.pte!) & 1023n);
		const what = m.is_table
			? `table of level ${m.level! - 1}`
			: `${entryRights(bits)}${bits & PTE.COW ? " cow" : ""} ${m.place}${m.level ? ", 2 MiB leaf" : ""}`;
		const to = { part: "tables", va, ...(m.pid ? { pid: m.pid } : {}) };
		return html`<tr>
			<td>${who}</td>
			<td class="mono">
				<button
					class="link"
					title="Its walk in the tables"
					@click=${() => go(this, to)}
				>
					${m.va}
				</button>
			</td>
			<td>${what}</td>
		</tr>`;
	}

	private frame(): TemplateResult {
		const { cells } = this;
		const picked =
			cells && this.pa !== undefined
				? frameAt(cells, this.pa)
				: undefined;
		const i = this.over ?? picked;
		if (!cells || i === undefined)
			return html`<section class="frame">
				<h2>Frame</h2>
				<p class="dim">
					Point at a frame, click one, or search: here is what
					it is and who maps it.
				</p>
			</section>`;
		const pa = addressOf(cells, i);
		const answer = this.look(pa);
		const f = answer.data;
		const since = this.since(i);
		const n = f?.mappers.length ?? 0;
		return html`<section class="frame" id="frame" aria-live="polite">
			<h2>
				Frame ${hex(pa)}
				<small>${this.over === undefined ? "picked" : ""}</small>
			</h2>
			${
				f
					? html`<p>
								<b>${f.kind}</b>${
									since
										? html` <span
												class="dim"
												>${since.exact ? "since" : "since before"}
												${clock(since.time)}</span
											>`
										: nothing
								}<br />
								${f.refs ? `${plural(f.refs, "reference")}, ${plural(f.users, "user")}` : "no references are counted"}${
									f.order
										? `; in a block of ${pagesSize(1 << f.order)}`
										: ""
								}${BigInt(f.offset) ? `; offset ${f.offset} of its file` : ""}${f.is_text ? "; locked as program text" : ""}${f.is_dirty ? "; newer than the disk" : ""}${f.is_busy ? "; on its way from or to the disk" : ""}
							</p>
							<div
								class="mappers"
								tabindex=${n > 8 ? 0 : nothing}
							>
								<table
									id="mappers"
									aria-label="Everybody who maps it"
								>
									<tbody>
										${f.mappers.map((m) => this.mapper(m))}
									</tbody>
								</table>
							</div>
							<p class="dim">
								${n ? `${n} in all, but for the kernel's map of all RAM` : "Only the kernel's map of all RAM has it."}
							</p>`
					: html`<p class="dim">
							${answer.why ?? "Reading ..."}
						</p>`
			}
		</section>`;
	}

	// --- what the colours mean -----------------------------------------------------------

	private item(
		colour: string,
		name: unknown,
		frames: number | string,
	): TemplateResult {
		return html`<li data-name=${String(name)}>
			<i style="background:${colour}"></i>${name}<span class="num dim"
				>${frames}</span
			>
		</li>`;
	}

	private legend(c: Colours): TemplateResult {
		const { kinds, owners, free } = this.meaning;
		const counts = this.memory?.kinds ?? {};
		const shared = html`<li>
			<i class="shared"></i>hatched: shared, or on the list of a hart
		</li>`;
		if (this.mode === "free")
			return html`<ul class="legend" aria-label="Legend">
				${this.memory?.blocks.map((n, order) => this.item(blockColour(order + 1, c), `in ${pagesSize(1 << order)}`, n))}
				${this.item(blockColour(0, c), "on lists of harts", this.memory?.cached.reduce((a, b) => a + b, 0) ?? 0)}
			</ul>`;
		if (this.mode === "owner") {
			const nobody = colourOf(
				{ kind: -1, flags: 0, owner: 0 },
				"owner",
				[],
				free,
				c,
			);
			const one = (owner: number, name: string, pid: number) => {
				const o = this.memory?.owners.find((m) => m.pid === pid);
				return this.item(
					ownerColour(owner, c),
					`${pid} ${name}`,
					o ? pagesSize(o.private + o.tables) : "",
				);
			};
			return html`<ul class="legend" aria-label="Legend">
				${[...owners].map(([owner, { pid, name }]) => one(owner, name, pid))}
				${this.item(c.c[7]!, "tables of the kernel", "")}
				${this.item(nobody, "of no process", "")}
				${this.item(c.raised, "free", "")} ${shared}
			</ul>`;
		}
		const colours = kindColours(kinds, free, c);
		return html`<ul class="legend" aria-label="Legend">
			${kinds.map((name, i) => (counts[name] ? this.item(colours[i]!, name, pagesSize(counts[name])) : nothing))}
			${shared}
		</ul>`;
	}

	private blocks(): TemplateResult {
		const { blocks, cached } = this.memory!;
		const sizes = blocks.map((n, order) => n << order);
		const most = Math.max(1, ...sizes);
		const free = sizes.reduce((a, b) => a + b, 0);
		const scattered = free
			? Math.round((100 * (free - (sizes.at(-1) ?? 0))) / free)
			: 0;
		return html`<section class="blocks">
			<h2>Free blocks</h2>
			<p class="dim">
				${scattered} % of free memory is in blocks too small for a
				leaf of 2 MiB.
			</p>
			<table id="blocks">
				<thead>
					<tr>
						<th class="num">block</th>
						<th class="num">number</th>
						<th class="num">in all</th>
						<th></th>
					</tr>
				</thead>
				<tbody>
					${blocks.map(
						(n, order) =>
							html`<tr>
								<td class="num">
									${pagesSize(1 << order)}
								</td>
								<td class="num">${n}</td>
								<td class="num">
									${pagesSize(sizes[order]!)}
								</td>
								<td>
									<span
										class="bar"
										style="width:${(100 * sizes[order]!) / most}%"
									></span>
								</td>
							</tr>`,
					)}
				</tbody>
			</table>
			<p class="dim" id="lists" style="margin-top:6px">
				Ready on the lists of the harts:
				${cached.map((n, hart) => html`${hart ? ", " : ""}hart ${hart} ${pagesSize(n)}`)}
			</p>
		</section>`;
	}

	override render(): TemplateResult {
		const { cells } = this;
		const c = coloursOf(this);
		return html` <div class="all">
			<div>
				<div class="tools">
					<span class="dim">colour by</span>
					<div role="group" aria-label="Colour by">
						${MODES.map(
							([mode, title]) =>
								html`<button
									aria-pressed=${this.mode === mode}
									@click=${() => (this.mode = mode)}
								>
									${title}
								</button>`,
						)}
						<span class="dim">${this.why}</span>
					</div>
				</div>
				<pagoda-cells
					.cells=${cells}
					.meaning=${this.meaning}
					.mode=${this.mode}
					.picked=${cells && this.pa !== undefined ? frameAt(cells, this.pa) : undefined}
					@hover=${(event: CustomEvent<number | undefined>) => (this.over = event.detail)}
					@pick=${(event: CustomEvent<number>) => go(this, { pa: addressOf(cells!, event.detail) })}
				></pagoda-cells>
				${this.legend(c)}
			</div>
			<div>
				<form @submit=${(event: Event) => this.search(event)}>
					<input
						id="pa"
						aria-label="Physical address, or PID:address"
						placeholder="80513000 or 4:3fff5d1000"
						autocomplete="off"
						spellcheck="false"
						@focus=${selectAll}
					/>
					<button>Find</button>
					<span class="bad" role="status">${this.wrong}</span>
				</form>
				${this.frame()} ${this.memory ? this.blocks() : nothing}
			</div>
		</div>`;
	}

	private readonly themed = () => this.requestUpdate();

	override connectedCallback(): void {
		super.connectedCallback();
		addEventListener("theme", this.themed);
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		removeEventListener("theme", this.themed);
	}
}

// --- the part ---------------------------------------------------------------------------

const meanings = new WeakMap<object, { of: object | undefined; meaning: Meaning }>();

/** The same object while the processes are the same, so that nothing is drawn again. */
function meaningOf(page: Page): Meaning {
	const kinds = page.view("memory").data?.kinds ?? {};
	const processes = page.view("processes").data;
	const key = page.session;
	const names = Object.keys(kinds);
	const old = meanings.get(key);
	if (old && old.of === processes && old.meaning.kinds.length === names.length)
		return old.meaning;
	const owners = new Map(
		(processes?.processes ?? []).map((p) => [
			p.slot + 1,
			{ pid: p.pid, name: p.name },
		]),
	);
	const meaning = { kinds: names, owners, free: Math.max(0, names.indexOf("free")) };
	meanings.set(key, { of: processes, meaning });
	return meaning;
}

function translate(page: Page, pid: number, va: bigint): bigint | undefined {
	const last = page.view("walk", pid, va).data?.path.at(-1);
	if (!last?.pa || last.what === "table") return undefined;
	return BigInt(last.pa) + (va & ((4096n << BigInt(9 * last.level)) - 1n));
}

export const memory: Part = {
	id: "memory",
	title: "Memory",
	render: (page) => {
		const cells = page.cells();
		page.session.age();
		return html`<pagoda-memory
			.cells=${cells.data}
			.meaning=${meaningOf(page)}
			.memory=${page.view("memory").data}
			.pa=${page.pa}
			.look=${(pa: bigint) => page.view("frame", 0, pa)}
			.since=${(frame: number) => page.session.ages.of(frame, page.session.shown ?? 0)}
			.toPhysical=${(pid: number, va: bigint) => translate(page, pid, va)}
			.why=${reason(cells, page)}
		></pagoda-memory>`;
	},
	text: (page) => {
		const all = page.view("memory").data;
		const frame =
			page.pa === undefined
				? undefined
				: page.view("frame", 0, page.pa).data;
		return (
			(all ? memoryText(all) : "") +
			(frame ? `\n${frameText(frame)}` : "")
		);
	},
	json: (page) => ({ ...page.view("memory").data, ...page.view("cells").data }),
};
