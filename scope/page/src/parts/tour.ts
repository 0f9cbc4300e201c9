// tour.ts - the guided tour: the program tour of the guest makes situations and stops; what
// it says there stands above the view that shows it.
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Page, Part } from "../page.ts";
import type { Session } from "../session.ts";
import { refusalOf, stopOf, type Stop } from "../stop.ts";
import { base } from "../style.ts";
import { heat } from "./heat.ts";
import { space } from "./space.ts";
import { tables } from "./tables.ts";

/** The view that shows a situation of user/tour; others: the address space. */
const VIEWS: Record<string, Part> = { fork: tables, mmap: tables, large: tables, set: heat };

function consoleText(session: Session): string {
	const decoder = new TextDecoder();
	return session.console.map((part) => decoder.decode(part, { stream: true })).join("");
}

@customElement("pagoda-tour")
export class Tour extends LitElement {
	@property({ attribute: false }) stop: Stop | undefined;
	@property({ type: String }) refusal = "";
	@property({ attribute: false }) type!: (text: string) => void;
	@property({ type: Boolean }) console = false;

	static override styles = [
		base,
		css`
			.stop {
				border-left: 3px solid var(--accent);
				padding: 2px 0 2px 12px;
				margin-bottom: 12px;
			}
			.bar {
				display: flex;
				gap: 8px;
				margin-top: 8px;
			}
		`,
	];

	private button(title: string, text: string, help: string): TemplateResult {
		return html`<button title=${help} @click=${() => this.type(text)}>${title}</button>`;
	}

	override render(): TemplateResult {
		const { stop } = this;
		if (!this.console) return html`<p>A tour needs a machine that runs.</p>`;
		if (!stop)
			return html`<p>
					The program <code>tour</code> in the machine makes seven
					situations, one after the other: fork and the first write, a
					lazy heap, a stack that meets its guard, exec, a file that two
					processes map, a leaf of 2 MiB that is split, a working set.
				</p>
				<p>It is started at the prompt of the shell, as if it were typed.</p>
				<div class="bar">
					${this.button("Start", "tour\n", "Types: tour")}
				</div>
				${this.refusal
					? html`<p class="bad" role="status">
							The machine said: <code>${this.refusal}</code>
						</p>`
					: nothing}`;
		return html`<div class="stop" aria-live="polite">
			<h2>${stop.name} <small>stop ${stop.number}</small></h2>
			<p>${stop.text}</p>
			<p class="dim">
				Process ${stop.pid}, address
				<span class="mono">0x${stop.va.toString(16)}</span>. In the machine:
				<code>${stop.command}</code>
			</p>
			<div class="bar">
				${this.button("Next", "\n", "Types Enter")}
				${this.button("Run the command", "c\n", "Its output is on the console")}
				${this.button("End", "q\n", "Ends the tour")}
			</div>
		</div>`;
	}
}

function viewOf(page: Page, stop: Stop): TemplateResult {
	const part = VIEWS[stop.name] ?? space;
	return part.render({ ...page, pid: stop.pid, va: stop.va });
}

export const tour: Part = {
	id: "tour",
	title: "Tour",
	render: (page) => {
		const said = consoleText(page.session);
		const stop = stopOf(said);
		return html`<pagoda-tour
				.stop=${stop}
				.refusal=${refusalOf(said)}
				.console=${page.session.hello?.console ?? false}
				.type=${(text: string) =>
					page.session.server.type(new TextEncoder().encode(text))}
			></pagoda-tour>
			${stop ? viewOf(page, stop) : nothing}`;
	},
	text: (page) => {
		const stop = stopOf(consoleText(page.session));
		return stop ? `${stop.text}\n${stop.command}\n` : "";
	},
};
