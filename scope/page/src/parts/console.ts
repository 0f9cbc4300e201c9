// console.ts - the machine's console, as a terminal.
import { Terminal, type ITheme } from "@xterm/xterm";
import xtermStyle from "@xterm/xterm/css/xterm.css";
import { css, html, LitElement, unsafeCSS, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { coloursOf } from "../draw/paint.ts";
import type { Part } from "../page.ts";
import type { Session } from "../session.ts";
import { base } from "../style.ts";

function theme(element: Element): ITheme {
	const { paper, ink, accent, mark } = coloursOf(element);
	return {
		background: paper,
		foreground: ink,
		cursor: accent,
		cursorAccent: paper,
		selectionBackground: mark,
	};
}

@customElement("pagoda-console")
export class Console extends LitElement {
	@property({ attribute: false }) session!: Session;
	/** As the kernel has it: a serial line does not tell its size. */
	@property({ type: Number }) columns = 80;
	@property({ type: Number }) rows = 24;
	private terminal: Terminal | undefined;
	private readonly take = (event: globalThis.Event) =>
		this.terminal?.write((event as CustomEvent<Uint8Array>).detail);
	private readonly reset = () => this.terminal?.reset();
	private readonly retheme = () => {
		if (this.terminal) this.terminal.options.theme = theme(this);
	};

	static override styles = [
		base,
		css`
			${unsafeCSS(xtermStyle)}
			.screen {
				display: inline-block;
				padding: 8px;
				border: 1px solid var(--line);
				border-radius: 4px;
			}
			.xterm {
				padding-right: 16px; /* of the scroll bar */
			}
			.screen:focus-within {
				border-color: var(--accent);
			}
		`,
	];

	override firstUpdated(): void {
		const encoder = new TextEncoder();
		this.terminal = new Terminal({
			cols: this.columns,
			rows: this.rows,
			fontFamily: getComputedStyle(this).getPropertyValue("--mono"),
			fontSize: 14,
			scrollback: 2000,
			convertEol: true /* what comes has not gone through a terminal's driver */,
			theme: theme(this),
		});
		this.terminal.open(this.renderRoot.querySelector<HTMLElement>(".screen")!);
		/* Back to the page for those without a mouse. */
		this.terminal.attachCustomKeyEventHandler(
			(event) => event.key !== "Tab" || !event.shiftKey,
		);
		for (const bytes of this.session.console) this.terminal.write(bytes);
		this.terminal.onData((text) =>
			this.session.server.type(encoder.encode(text)),
		);
		this.terminal.onBinary((text) =>
			this.session.server.type(
				Uint8Array.from(text, (c) => c.charCodeAt(0)),
			),
		);
		this.session.addEventListener("console", this.take);
		this.session.addEventListener("console-reset", this.reset);
		addEventListener("theme", this.retheme);
		this.terminal.focus();
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.session.removeEventListener("console", this.take);
		this.session.removeEventListener("console-reset", this.reset);
		removeEventListener("theme", this.retheme);
		this.terminal?.dispose();
	}

	/** What is on the terminal, as text. */
	get text(): string {
		const buffer = this.terminal?.buffer.active;
		const lines = Array.from({ length: buffer?.length ?? 0 }, (_, i) =>
			buffer!.getLine(i)!.translateToString(true),
		);
		return `${lines.join("\n").trimEnd()}\n`;
	}

	override updated(): void {
		if (this.terminal && this.columns > 0 && this.rows > 0)
			this.terminal.resize(this.columns, this.rows);
	}

	override render(): TemplateResult {
		return html`<div class="screen"></div>
			<p class="dim">
				What is typed goes to the machine, also if an earlier moment
				is shown, and so does Tab. Shift+Tab leaves the terminal;
				then the keys of the page work again.
			</p>`;
	}
}

function plain(session: Session): string {
	const text = new TextDecoder().decode(join(session.console));
	/* Without what moves the cursor and colours. */
	return text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, "").replaceAll("\r", "");
}

function join(parts: Uint8Array[]): Uint8Array {
	const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

export const terminal: Part = {
	id: "console",
	title: "Console",
	render: (page) => {
		const options = page.view("options").data?.options ?? {};
		return html`<pagoda-console
			.session=${page.session}
			.columns=${Number(options["columns"]) || 80}
			.rows=${Number(options["rows"]) || 24}
		></pagoda-console>`;
	},
	text: (page) => plain(page.session),
};
