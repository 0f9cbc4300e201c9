// time.ts - what was counted, as curves; the list of events.
import {
	css,
	html,
	LitElement,
	nothing,
	type PropertyValues,
	type TemplateResult,
} from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { kindColours } from "../draw/frames.ts";
import { coloursOf } from "../draw/paint.ts";
import { go, type Page, type Part } from "../page.ts";
import { frames, moments, pick, rates } from "../series.ts";
import type { Sample } from "../session.ts";
import { base } from "../style.ts";
import { clock, pagesSize, rate } from "../units.ts";
import type { Counter, Event } from "../views.ts";
import { series, type Series } from "./curves.ts";

const POINTS = 200;
const REDRAW_MS = 500;
const LIST_MOST = 200;
const WINDOWS: [text: string, ms: number][] = [
	["20 s", 20_000],
	["1 min", 60_000],
	["10 min", 600_000],
];

/** Pages: 4 KiB to 2 TiB. */
const SIZES = Array.from({ length: 30 }, (_, i) => 2 ** i);

/** A diagram has the counters whose names begin with one of these; the last one has those
 * of no other. */
const DIAGRAMS: [title: string, prefixes: string[]][] = [
	["Faults a second", ["fault"]],
	["Shootdowns a second", ["shootdown"]],
	["satp writes a second", ["space", "asid"]],
	["Others a second", []],
];

function diagramOf(name: string): number {
	const found = DIAGRAMS.findIndex(([, list]) => list.includes(name.split("_")[0]!));
	return found < 0 ? DIAGRAMS.length - 1 : found;
}

@customElement("pagoda-time")
export class Time extends LitElement {
	@property({ attribute: false }) samples: Sample[] = [];
	@property({ attribute: false }) counters: Counter[] = [];
	@property({ attribute: false }) events: Event[] = [];
	@property({ type: Boolean }) recording = false;
	/** The newest moment, and the one that is shown if it is another; ms since 1970. */
	@property({ type: Number }) end = 0;
	@property({ type: Number }) at = 0;
	/** When the machine's time was 0; Infinity: it is not known. */
	@property({ type: Number }) booted = Infinity;
	@state() private length = 60_000;
	@state() private kind = "";
	@state() private pid = "";
	private drawn = 0;
	private diagrams: Series[] = [];
	private memory: Series | undefined;

	static override styles = [
		base,
		css`
			section {
				margin-bottom: 12px;
				content-visibility: auto; /* no layout of what is not seen */
				contain-intrinsic-size: auto 160px;
			}
			.bar {
				display: flex;
				flex-wrap: wrap;
				gap: 6px 10px;
				align-items: center;
				margin-bottom: 8px;
				font-size: 12px;
			}
			.list {
				max-height: 60vh;
				overflow: auto;
			}
		`,
	];

	private compute(): void {
		this.drawn = performance.now();
		const { samples, counters } = this;
		const end =
			this.at && this.at < this.end - this.length ? this.at : this.end;
		const times = moments(end, this.length, POINTS);
		const picked = pick(samples, times);
		const seconds = times.map((t) => t / 1000);
		this.diagrams = DIAGRAMS.map((_, n) => {
			const mine = counters.filter((c) => diagramOf(c.name) === n);
			const names = mine.map((c) => c.name);
			const values = names.map((name) => rates(samples, picked, name));
			return series(
				seconds,
				names,
				mine.map((c) => c.what),
				values,
			);
		});
		/* Free memory would leave no room for the others: the sum is all of RAM. */
		const kinds = Object.keys(samples.at(-1)?.kinds ?? {}).slice(1);
		const sizes = kinds.map((kind) => frames(samples, picked, kind));
		this.memory = series(seconds, kinds, [], sizes);
	}

	/** As in the view Memory. */
	private palette(): string[] {
		const kinds = Object.keys(this.samples.at(-1)?.kinds ?? {});
		return kindColours(kinds, 0, coloursOf(this)).slice(1);
	}

	private curves(
		title: string,
		shown: Series | undefined,
		stacked = false,
	): TemplateResult {
		return html`<section>
			<h2>${title}</h2>
			<pagoda-curves
				.series=${shown}
				.format=${stacked ? pagesSize : rate}
				.at=${this.at / 1000}
				.stacked=${stacked}
				.height=${stacked ? 240 : 120}
				.palette=${stacked ? this.palette() : undefined}
				.steps=${stacked ? SIZES : undefined}
			></pagoda-curves>
		</section>`;
	}

	private event(e: Event): TemplateResult {
		const walk = () =>
			go(this, { part: "tables", pid: e.pid, va: BigInt(e.va) });
		const moment = this.booted + e.time / 1e6;
		/* The first round that has what it did. */
		const round = this.samples.find((s) => s.time >= moment - 1);
		const seek = () =>
			this.dispatchEvent(
				new CustomEvent("seek", {
					detail: round?.time ?? moment,
					bubbles: true,
					composed: true,
				}),
			);
		/* Those of a whole space have no address; a fork has its child's PID there. */
		const child = e.pages ? 0 : Number(e.va);
		return html`<tr>
			<td class="num">${(e.time / 1e6).toFixed(3)}</td>
			<td class="num">
				${Number.isFinite(moment)
					? html`<button
							class="link"
							title="Show the moment, as exact as rounds are"
							@click=${seek}
						>
							${clock(moment)}
						</button>`
					: nothing}
			</td>
			<td class="num">${e.hart}</td>
			<td class="num">${e.pid}</td>
			<td>${e.kind}</td>
			<td class="mono num">
				${e.pages
					? html`<button
							class="link"
							title="The walk to it"
							@click=${walk}
						>
							${e.va}
						</button>`
					: nothing}
			</td>
			<td class="num">${e.pages || nothing}</td>
			<td>${e.what}${child ? `: process ${child}` : ""}</td>
		</tr>`;
	}

	private list(): TemplateResult {
		const kinds = [...new Set(this.events.map((e) => e.kind))].sort();
		const pids = [...new Set(this.events.map((e) => e.pid))].sort(
			(a, b) => a - b,
		);
		const pid = pids.includes(Number(this.pid)) ? this.pid : "";
		const shown = this.events
			.filter((e) => !this.kind || e.kind === this.kind)
			.filter((e) => !pid || e.pid === Number(pid))
			.sort((a, b) => b.time - a.time);
		const choose = (what: "kind" | "pid") => (event: globalThis.Event) =>
			(this[what] = (event.target as HTMLSelectElement).value);
		return html`<div class="bar">
				<label>
					kind
					<select id="event-kind" @change=${choose("kind")}>
						<option value="">all</option>
						${kinds.map(
							(k) =>
								html`<option
									?selected=${k ===
									this.kind}
								>
									${k}
								</option>`,
						)}
					</select>
				</label>
				<label>
					process
					<select id="event-pid" @change=${choose("pid")}>
						<option value="">all</option>
						${pids.map(
							(p) =>
								html`<option
									?selected=${String(
										p,
									) === pid}
								>
									${p}
								</option>`,
						)}
					</select>
				</label>
				<span class="dim">
					${Math.min(shown.length, LIST_MOST)} of
					${shown.length}, the newest first; the kernel keeps
					the last 1024 of each hart
				</span>
			</div>
			<div class="list" tabindex="0">
				<table id="events">
					<thead>
						<tr>
							<th class="num">since boot, ms</th>
							<th class="num">about</th>
							<th class="num">hart</th>
							<th class="num">PID</th>
							<th>event</th>
							<th class="num">address</th>
							<th class="num">pages</th>
							<th>what was done</th>
						</tr>
					</thead>
					<tbody>
						${shown
							.slice(0, LIST_MOST)
							.map((e) => this.event(e))}
					</tbody>
				</table>
			</div>`;
	}

	/** What comes with each round is drawn less often. */
	override shouldUpdate(changed: PropertyValues): boolean {
		const often = ["end", "samples", "counters", "events"];
		const isOften = [...changed.keys()].every((name) =>
			often.includes(String(name)),
		);
		return !isOften || performance.now() - this.drawn >= REDRAW_MS;
	}

	override willUpdate(): void {
		this.compute();
	}

	override render(): TemplateResult {
		const windows = WINDOWS.map(
			([text, ms]) =>
				html`<button
					aria-pressed=${this.length === ms}
					@click=${() => (this.length = ms)}
				>
					${text}
				</button>`,
		);
		const off = html`<p class="dim">
			The kernel records no events. Type <code>vmctl events=on</code> in
			the machine, or start it with <code>--boot events=on</code>.
		</p>`;
		return html`<div class="bar">
				<span class="dim">the last</span>${windows}
				<span class="dim">click at a moment to show it</span>
			</div>
			${this.curves(DIAGRAMS[0]![0], this.diagrams[0])}
			${this.curves("Memory in use by kind", this.memory, true)}
			${DIAGRAMS.slice(1).map(([title], i) =>
				this.curves(title, this.diagrams[i + 1]),
			)}
			<section>
				<h2>Events</h2>
				${this.recording ? nothing : off}
				${this.recording || this.events.length
					? this.list()
					: nothing}
			</section>`;
	}
}

const eventsOf = (page: Page) => page.view("events").data?.events ?? [];

function text(page: Page): string {
	return eventsOf(page)
		.map((e) => {
			const time = (e.time / 1e6).toFixed(6).padStart(12);
			const where = `hart ${e.hart} process ${e.pid}: ${e.va.slice(2)}`;
			return `${time} ms ${where}, ${e.pages} pages ${e.what}\n`;
		})
		.join("");
}

export const time: Part = {
	id: "time",
	title: "Time",
	render: (page) =>
		html`<pagoda-time
			.samples=${page.session.samples}
			.counters=${page.view("counters").data?.counters ?? []}
			.events=${eventsOf(page)}
			.recording=${page.view("options").data?.options["events"] === "on"}
			.end=${page.session.span?.end ?? 0}
			.booted=${page.session.booted}
			.at=${page.session.live ? 0 : (page.session.shown ?? 0)}
		></pagoda-time>`,
	text,
	json: (page) => ({
		samples: page.session.samples.map((s) => ({
			...s,
			counters: Object.fromEntries(s.counters),
		})),
		events: eventsOf(page),
	}),
};
