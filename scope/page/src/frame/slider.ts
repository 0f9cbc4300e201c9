// slider.ts - the moments that can be shown, from the oldest to the newest.
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../style.ts";
import { clock, duration } from "../units.ts";

const STEP = 100; /* ms */

/** Events: seek (detail: ms since 1970), resume. */
@customElement("pagoda-slider")
export class Slider extends LitElement {
	@property({ type: Number }) start = 0;
	@property({ type: Number }) end = 0;
	@property({ type: Number }) at = 0;

	static override styles = [
		base,
		css`
			:host {
				display: flex;
				align-items: center;
				gap: 8px;
				font-size: 12px;
				color: var(--dim);
			}
			input {
				flex: 1;
				min-width: 0;
				margin: 0;
				accent-color: var(--accent);
			}
			span {
				min-width: 10ch;
				text-align: right;
				white-space: nowrap;
			}
		`,
	];

	private moved(event: Event): void {
		const value = Number((event.target as HTMLInputElement).value);
		const length = this.end - this.start;
		if (value >= length) this.dispatchEvent(new CustomEvent("resume"));
		else
			this.dispatchEvent(
				new CustomEvent("seek", { detail: this.start + value }),
			);
	}

	override render(): TemplateResult {
		const length = Math.max(0, this.end - this.start);
		/* In whole steps, or the right end could not be reached. */
		const most = Math.ceil(length / STEP) * STEP;
		const value = this.at >= this.end ? most : this.at - this.start;
		return html`<span title="how far back it can be scrubbed"
				>${length ? `−${duration(length)}` : ""}</span
			>
			<input
				type="range"
				aria-label="The moment that is shown"
				aria-valuetext=${this.at ? clock(this.at) : "none"}
				min="0"
				max=${most}
				step=${STEP}
				?disabled=${!length}
				.value=${String(value)}
				@input=${(event: Event) => this.moved(event)}
			/>`;
	}
}
