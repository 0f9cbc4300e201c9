// kernel.ts - the kernel's own words: harts, a panic, messages, options, counters.
import {
	css,
	html,
	LitElement,
	nothing,
	type PropertyValues,
	type TemplateResult,
} from "lit";
import { customElement, property } from "lit/decorators.js";
import { go, reason, type Page, type Part } from "../page.ts";
import { base } from "../style.ts";
import type { Call, Counter, Hart, Machine } from "../views.ts";

export function callText(call: Call): string {
	return call.function ? `${call.function}+0x${call.offset.toString(16)}` : call.pc;
}

@customElement("pagoda-kernel")
export class Kernel extends LitElement {
	@property({ attribute: false }) machine: Machine | undefined;
	@property({ attribute: false }) options: Record<string, string> = {};
	@property({ attribute: false }) counters: Counter[] = [];
	@property({ type: String }) messages = "";
	@property({ type: String }) why = "";

	static override styles = [
		base,
		css`
			.columns {
				display: grid;
				grid-template-columns: minmax(0, 3fr) minmax(280px, 2fr);
				gap: 0 32px;
			}
			@media (max-width: 900px) {
				.columns {
					grid-template-columns: minmax(0, 1fr);
				}
			}
			.log {
				max-height: 46vh;
				overflow: auto;
				padding: 8px 10px;
				background: var(--panel);
				border: 1px solid var(--line);
				border-radius: 4px;
			}
			.panic {
				padding: 8px 12px;
				border-left: 3px solid var(--bad);
				background: var(--bad-paper);
			}
			.options {
				columns: 16ch auto;
				margin: 0;
				padding: 0;
				list-style: none;
				font: 12px/1.6 var(--mono);
			}
			.options b {
				font-weight: 400;
				color: var(--accent);
			}
			.what {
				color: var(--dim);
				white-space: normal;
			}
		`,
	];

	private hart(h: Hart): TemplateResult {
		const state = !h.online
			? "not started"
			: h.panicked
				? "panicked"
				: h.idle
					? "idle"
					: "runs";
		const process = (pid: number) =>
			pid
				? html`<button
						class="link"
						@click=${() =>
							go(this, { part: "space", pid })}
					>
						${pid}
					</button>`
				: html`<span class="dim">none</span>`;
		return html`<tr data-hart=${h.hart}>
			<td class="num">${h.hart}</td>
			<td class=${h.panicked ? "bad" : ""}>${state}</td>
			<td>${h.online ? h.thread : ""}</td>
			<td class="num">${process(h.pid)}</td>
			<td class="num">
				${h.loaded
					? process(h.loaded)
					: html`<span class="dim">kernel</span>`}
			</td>
			<td class="num">${h.hartid}</td>
		</tr>`;
	}

	private harts(): TemplateResult {
		return html`<section>
			<h2>Harts</h2>
			<table id="harts">
				<thead>
					<tr>
						<th class="num">hart</th>
						<th>state</th>
						<th>thread</th>
						<th class="num">process</th>
						<th
							class="num"
							title="the process whose page table satp has"
						>
							table of
						</th>
						<th
							class="num"
							title="its number in hardware"
						>
							mhartid
						</th>
					</tr>
				</thead>
				<tbody>
					${this.machine?.harts.map((h) => this.hart(h))}
				</tbody>
			</table>
		</section>`;
	}

	private panic(): TemplateResult | typeof nothing {
		const panic = this.machine?.panic;
		if (!panic) return nothing;
		return html`<section class="panic" id="panic">
			<h2>Panic on hart ${panic.hart}</h2>
			<p><code>${panic.what}</code></p>
			<table>
				<tbody>
					${panic.calls.map(
						(call) =>
							html`<tr>
								<td class="mono dim">
									${call.pc}
								</td>
								<td class="mono">
									${call.function
										? callText(
												call,
											)
										: ""}
								</td>
							</tr>`,
					)}
				</tbody>
			</table>
		</section>`;
	}

	private atEnd = true;

	override willUpdate(): void {
		const log = this.renderRoot.querySelector(".log");
		this.atEnd =
			!log || log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
	}

	override updated(changed: PropertyValues): void {
		const log = this.renderRoot.querySelector(".log");
		if (log && this.atEnd && changed.has("messages"))
			log.scrollTop = log.scrollHeight;
	}

	override render(): TemplateResult {
		return html`${this.why ? html`<p class="dim">${this.why}</p>` : nothing}
			${this.panic()}
			<div class="columns">
				<div>
					${this.harts()}
					<section>
						<h2>
							Messages
							<small>as dmesg prints them</small>
						</h2>
						<div class="log" tabindex="0">
							<pre id="messages">${this.messages}</pre>
						</div>
					</section>
					<section>
						<h2>
							Options
							<small
								>as vmctl -n prints
								them</small
							>
						</h2>
						<ul class="options" id="options">
							${Object.entries(this.options).map(
								([name, value]) =>
									html`<li>
										${name}=<b
											>${value}</b
										>
									</li>`,
							)}
						</ul>
					</section>
				</div>
				<section>
					<h2>
						Counters
						<small
							>since boot, as stats -a prints
							them</small
						>
					</h2>
					<table id="counters">
						<tbody>
							${this.counters.map(
								(c) =>
									html`<tr>
										<td
											class="mono"
										>
											${c.name}
										</td>
										<td
											class="num"
										>
											${c.value}
										</td>
										<td
											class="what"
										>
											${c.what}
										</td>
									</tr>`,
							)}
						</tbody>
					</table>
				</section>
			</div>`;
	}
}

const messages = (page: Page) => (page.view("messages").data?.messages ?? []).join("");

function text(page: Page): string {
	const panic = page.view("machine").data?.panic;
	const calls = panic?.calls.map((call) => `  ${call.pc} ${callText(call)}`) ?? [];
	const options = Object.entries(page.view("options").data?.options ?? {}).map(
		([n, v]) => `${n}=${v}`,
	);
	const counters = (page.view("counters").data?.counters ?? []).map(
		(c) => `${c.name.padEnd(16)} ${String(c.value).padStart(9)}  ${c.what}`,
	);
	const told = panic
		? [`panic on hart ${panic.hart}: ${panic.what}`, ...calls, ""]
		: [];
	return [...told, messages(page), ...options, "", ...counters, ""].join("\n");
}

export const kernel: Part = {
	id: "kernel",
	title: "Kernel",
	render: (page) =>
		html`<pagoda-kernel
			.machine=${page.view("machine").data}
			.options=${page.view("options").data?.options ?? {}}
			.counters=${page.view("counters").data?.counters ?? []}
			.messages=${messages(page)}
			.why=${reason(page.view("machine"), page)}
		></pagoda-kernel>`,
	text,
	json: (page) => ({
		...page.view("machine").data,
		...page.view("options").data,
		...page.view("counters").data,
		messages: messages(page),
	}),
};
