// app.ts - the frame: what machine it is and how it is, the tabs, the shown moment.
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { absent } from "./absent.ts";
import { appStyle } from "./app_style.ts";
import { formats, save, type Format } from "./export.ts";
import { HELP } from "./help.ts";
import { isAlive } from "../lives.ts";
import { reason, type Page, type Part, type Place } from "../page.ts";
import { parts } from "../parts/index.ts";
import { callText } from "../parts/kernel.ts";
import { placeOf, placeText } from "./place.ts";
import { Session } from "../session.ts";
import { base } from "../style.ts";
import { isDark, setTheme } from "../theme.ts";
import { clock, duration } from "../units.ts";
import type { Hart, Machine, Process } from "../views.ts";
import "./slider.ts";

const STEP_MS = 1000;

@customElement("pagoda-app")
export class App extends LitElement {
	@state() private place: Place = placeOf(location.hash);
	@state() private help = false;
	@state() private note = "";
	private frame = 0;

	static override styles = [base, appStyle];

	constructor(readonly session: Session) {
		super();
	}

	override connectedCallback(): void {
		super.connectedCallback();
		this.session.addEventListener("change", () => this.schedule());
		addEventListener("hashchange", () => (this.place = placeOf(location.hash)));
		addEventListener("keydown", (event) => this.key(event));
		addEventListener("visibilitychange", () => this.schedule());
		this.addEventListener("seek", (event) =>
			this.session.seek((event as CustomEvent<number>).detail),
		);
		this.addEventListener("go", (event) =>
			this.go((event as CustomEvent<Partial<Place>>).detail),
		);
	}

	/** Renders once before the next picture; not while nobody looks. */
	private schedule(): void {
		if (this.frame || document.hidden) return;
		this.frame = requestAnimationFrame(() => {
			this.frame = 0;
			this.requestUpdate();
		});
	}

	private go(to: Partial<Place>): void {
		this.place = { ...this.place, ...to };
		const hash = placeText(this.place);
		if (hash !== location.hash) history.pushState(null, "", hash);
	}

	// --- what the parts get ---------------------------------------------------------

	private get shownParts(): Part[] {
		return parts.filter(
			(part) => part.id !== "console" || this.session.hello?.console,
		);
	}

	private get shownPart(): Part {
		return (
			this.shownParts.find((part) => part.id === this.place.part) ??
			this.shownParts[0]!
		);
	}

	private processes(): Process[] {
		const list = this.session.view("processes").data?.processes ?? [];
		return [...list].sort((a, b) => a.pid - b.pid);
	}

	/** The picked process; until one is, that which has the shell in most cases. */
	private page(list: Process[]): Page {
		const { session } = this;
		const first = list.find((p) => p.pid > 1) ?? list[0];
		const pid = this.place.pid || (first?.pid ?? 0);
		return {
			...this.place,
			pid,
			session,
			view: (name, of, address) => session.view(name, of, address),
			cells: () => session.cells(),
			go: (to) => this.go(to),
		};
	}

	// --- keyboard ----------------------------------------------------------------------

	private key(event: KeyboardEvent): void {
		const from = event.composedPath()[0] as HTMLElement;
		const typing = from.matches?.("input:not([type=range]), textarea, select");
		if (event.key === "Escape" && from.matches?.("input, select")) from.blur();
		if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
		const tab = this.shownParts[Number(event.key) - 1];
		if (tab && event.key >= "1") this.go({ part: tab.id });
		else if (!this.command(event.key)) return;
		event.preventDefault();
	}

	private command(key: string): boolean {
		const { session } = this;
		const at = session.shown ?? 0;
		if (key === "?") this.help = !this.help;
		else if (key === "Escape" && this.help) this.help = false;
		else if (key === "t") setTheme(!isDark());
		else if (key === "p") this.pause();
		else if (key === "c") session.server.power("consistent");
		else if (key === "a" || key === "b") void session.mark(key);
		else if (key === "l") session.resume();
		else if (key === ",") session.seek(at - STEP_MS);
		else if (key === ".") session.seek(at + STEP_MS);
		else if (key === "[" || key === "]") this.pick(key === "[" ? -1 : 1);
		else return false;
		this.requestUpdate();
		return true;
	}

	private pause(): void {
		this.session.server.power(this.session.paused ? "run" : "pause");
	}

	/** The process before or after the picked one. */
	private pick(step: number): void {
		const list = this.processes();
		const at = list.findIndex((p) => p.pid === this.page(list).pid);
		const to = list[(at + step + list.length) % list.length];
		if (to) this.go({ pid: to.pid });
	}

	// --- the header ----------------------------------------------------------------------

	private power(machine: Machine | undefined): [name: string, text: string] {
		const { session } = this;
		if (session.link === "lost") return ["lost", "connection lost"];
		if (!session.hello) return ["lost", "no connection"];
		if (machine?.panic)
			return ["panicked", `panicked on hart ${machine.panic.hart}`];
		if (session.hello.recorded) return ["dead", "a recording"];
		if (!session.hello.live) return ["dead", "off"];
		return session.paused ? ["paused", "paused"] : ["running", "running"];
	}

	private hart(h: Hart, list: Process[]): TemplateResult {
		const name = list.find((p) => p.pid === h.pid)?.name ?? h.thread;
		const what = !h.online
			? "not started"
			: h.panicked
				? "panicked"
				: h.idle
					? "idle"
					: name;
		const title = `hart ${h.hart}: ${what}${h.pid ? `, process ${h.pid}` : ""}`;
		const kind = h.panicked
			? "panicked"
			: h.idle || !h.online
				? "idle"
				: "busy";
		return html`<li class=${kind} title=${title}>
			<b>${h.hart}</b> ${what}${h.pid && !h.idle
				? html` <span class="dim">${h.pid}</span>`
				: nothing}
		</li>`;
	}

	private header(machine: Machine | undefined, list: Process[]): TemplateResult {
		const { session } = this;
		const [kind, text] = this.power(machine);
		const canPause =
			session.hello?.qmp && session.hello.live && session.link === "open";
		return html`<header>
			<h1>Pagoda <span>${session.hello?.name ?? ""}</span></h1>
			<span class="power ${kind}" data-state=${kind} role="status"
				>${text}</span
			>
			<ul class="harts" aria-label="Harts">
				${machine?.harts.map((h) => this.hart(h, list))}
			</ul>
			<span class="rate dim" title="rounds that came in the last second"
				>${session.rate} / s</span
			>
			<span class="buttons">
				<button
					id="pause"
					?disabled=${!canPause}
					aria-pressed=${session.paused}
					title="Stop the machine, or let it run (p)"
					@click=${() => this.pause()}
				>
					${session.paused ? "Run" : "Pause"}
				</button>
				<button
					id="consistent"
					?disabled=${!canPause}
					title="Stop it for some milliseconds, and read numbers that belong together (c)"
					@click=${() => session.server.power("consistent")}
				>
					Consistent
				</button>
				<button
					id="theme"
					title="Dark or light (t)"
					@click=${() => setTheme(!isDark())}
				>
					${isDark() ? "Light" : "Dark"}
				</button>
				<button
					id="help"
					title="Keys (?)"
					aria-pressed=${this.help}
					@click=${() => (this.help = !this.help)}
				>
					?
				</button>
			</span>
		</header>`;
	}

	private tabs(part: Part, page: Page, list: Process[]): TemplateResult {
		return html`<nav>
			<div role="tablist" aria-label="Views">
				${this.shownParts.map(
					(p, i) =>
						html`<button
							role="tab"
							id="tab-${p.id}"
							aria-selected=${p === part}
							title="Key ${i + 1}"
							@click=${() =>
								this.go({ part: p.id })}
						>
							${p.title}
						</button>`,
				)}
			</div>
			<label class="picker" ?hidden=${!part.ofProcess}>
				<span class="dim">process</span>
				<select
					id="pid"
					title="Keys [ and ]"
					@change=${(e: Event) =>
						this.go({
							pid: Number(
								(
									e.target as HTMLSelectElement
								).value,
							),
						})}
				>
					${list.some((p) => p.pid === page.pid && isAlive(p))
						? nothing
						: html`<option value=${page.pid} selected>
								${this.absentName(page.pid)}
							</option>`}
					${list.filter(isAlive).map(
						(p) =>
							html`<option
								value=${p.pid}
								?selected=${p.pid ===
								page.pid}
							>
								${p.pid} ${p.name}
							</option>`,
					)}
				</select>
			</label>
			${this.exports(part, page)}
		</nav>`;
	}

	/** Of the picked process when it is not there. */
	private absentName(pid: number): string {
		const life = this.session.lives.of(pid);
		if (!life) return pid ? `${pid} (not there)` : "";
		const began = (this.session.shown ?? 0) >= life.first;
		return `${pid} ${life.name} (${began ? "ended" : "not yet there"})`;
	}

	private exports(part: Part, page: Page): TemplateResult {
		const run = async (format: Format) => {
			const root = this.renderRoot.querySelector("main")!;
			this.note = await save(format, part, page, root);
			setTimeout(() => (this.note = ""), 3000);
		};
		return html`<span class="exports">
			<span class="dim" role="status">${this.note}</span>
			<span class="dim">export</span>
			${formats(part).map(
				(format) =>
					html`<button
						class="link"
						id="export-${format}"
						@click=${() => run(format)}
					>
						${format}
					</button>`,
			)}
		</span>`;
	}

	// --- what is said above the view ------------------------------------------------------

	private banner(
		machine: Machine | undefined,
		list: Process[],
	): TemplateResult | typeof nothing {
		const { session } = this;
		const { panic } = machine ?? {};
		if (session.link === "lost") {
			const since = session.lastRound
				? ` What is shown is of ${clock(session.lastRound.time)}.`
				: "";
			return html`<div class="banner bad" role="alert">
				The connection with <code>scope</code> was lost; this page
				goes on trying.${since}
			</div>`;
		}
		if (panic)
			return html`<div class="banner bad" role="alert">
				<b
					>Panic on hart
					${panic.hart}${this.panicked(machine!, list)}:</b
				>
				<code>${panic.what}</code>
				<span class="dim"
					>${panic.calls
						.slice(0, 6)
						.map(
							(call) =>
								html`<code
									>${callText(
										call,
									)}</code
								> `,
						)}</span
				>
			</div>`;
		if (session.refusal)
			return html`<div class="banner" role="status">
				${session.refusal}
			</div>`;
		if (session.hello && !session.hello.live && !session.hello.recorded)
			return html`<div class="banner">
				The machine is off. This is what was last in its memory.
			</div>`;
		return nothing;
	}

	/** Whose thread it was. */
	private panicked({ harts }: Machine, list: Process[]): string {
		const hart = harts.find((h) => h.panicked);
		const process = list.find((p) => p.pid === hart?.pid);
		if (process) return `, process ${process.pid} (${process.name})`;
		return hart ? `, thread ${hart.thread}` : "";
	}

	private empty(
		part: Part,
		page: Page,
		list: Process[],
	): TemplateResult | undefined {
		const { session } = this;
		if (!session.hello)
			return html`<div class="empty">
				<p>
					No answer from <code>scope</code> at
					${location.host || "this address"}.
				</p>
				<p class="dim">
					<code>./run --view</code> starts a machine and shows
					it; the address that it prints has a token, which
					must be part of this page's address. At most 16 pages
					can show one machine. This page goes on trying.
				</p>
			</div>`;
		const machine = page.view("machine");
		if (!machine.data)
			return html`<div class="empty"><p>${reason(machine, page)}</p></div>`;
		const isThere = !page.pid || list.some((p) => p.pid === page.pid && isAlive(p));
		if (!part.ofProcess || isThere || page.view("processes").partial)
			return undefined;
		return absent(page, list);
	}

	private foot(): TemplateResult {
		const { session } = this;
		const { span, live, shown } = session;
		const ago = span && shown !== undefined ? span.end - shown : 0;
		const runs = session.link === "open" && session.hello?.live;
		const state = !live ? `${duration(ago)} ago` : runs ? "live" : "the newest";
		const consistent = session.timeline?.cursor?.consistent;
		return html`<footer>
			<button
				id="live"
				aria-pressed=${live}
				title="Show the newest moment (l)"
				@click=${() => session.resume()}
			>
				Live
			</button>
			<pagoda-slider
				.start=${span?.start ?? 0}
				.end=${span?.end ?? 0}
				.at=${live ? (span?.end ?? 0) : (shown ?? 0)}
				@seek=${(event: CustomEvent<number>) =>
					session.seek(event.detail)}
				@resume=${() => session.resume()}
			></pagoda-slider>
			<span class="moment" id="moment">
				${shown === undefined ? "" : clock(shown)}
				<span class="dim">${state}</span>
				${consistent
					? html`<span
							class="dim"
							title="the machine stood still"
							>consistent</span
						>`
					: nothing}
			</span>
		</footer>`;
	}

	private helpPanel(): TemplateResult {
		return html`<aside class="help" role="dialog" aria-label="Keys">
			<h2>Keys</h2>
			<table>
				<tbody>
					${HELP.map(
						([keys, what]) =>
							html`<tr>
								<td><kbd>${keys}</kbd></td>
								<td>${what}</td>
							</tr>`,
					)}
				</tbody>
			</table>
		</aside>`;
	}

	override render(): TemplateResult {
		const list = this.processes();
		const page = this.page(list);
		const part = this.shownPart;
		const machine = this.session.view("machine").data;
		const empty = this.empty(part, page, list);
		return html`${this.header(machine, list)} ${this.tabs(part, page, list)}
			${this.banner(machine, list)}
			<main id="view" data-part=${part.id} tabindex="-1">
				${empty ?? part.render(page)}
			</main>
			${this.foot()} ${this.help ? this.helpPanel() : nothing}`;
	}
}
