// curves.ts - one diagram of curves over time, with a legend of its own.
import {
	css,
	html,
	LitElement,
	nothing,
	svg,
	unsafeCSS,
	type PropertyValues,
	type TemplateResult,
} from "lit";
import { customElement, property, state } from "lit/decorators.js";
import uPlot from "uplot";
import uplotStyle from "uplot/dist/uPlot.min.css";
import { coloursOf } from "../draw/paint.ts";
import { base } from "../style.ts";

export interface Series {
	/** Seconds since 1970. */
	times: number[];
	names: string[];
	help: string[];
	/** Of each name, one for each time; null: not known. */
	values: (number | null)[][];
	/** Of each name, the number of its colour. */
	colours: number[];
	/** What was 0 all the time, and has no curve. */
	zero: string[];
}

/** The series without the curves that are 0 all the time. */
export function series(
	times: number[],
	names: string[],
	help: string[],
	values: (number | null)[][],
): Series {
	const kept = names.map((_, i) => i).filter((i) => values[i]!.some((v) => v));
	return {
		times,
		names: kept.map((i) => names[i]!),
		help: kept.map((i) => help[i] ?? ""),
		values: kept.map((i) => values[i]!),
		colours: kept,
		zero: names.filter((_, i) => !kept.includes(i)),
	};
}

/** Each curve on top of those before it. */
function stack(values: (number | null)[][]): (number | null)[][] {
	const out: (number | null)[][] = [];
	for (const list of values) {
		const below = out.at(-1);
		out.push(list.map((v, i) => (v === null ? null : v + (below?.[i] ?? 0))));
	}
	return out;
}

/** Dashes of a line: those with the same colour differ, and so do neighbours. */
function dashes(index: number): number[] {
	const list = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
	return list[index % list.length]!;
}

/** Event: seek (detail: ms since 1970), when somebody clicks at a moment. */
@customElement("pagoda-curves")
export class Curves extends LitElement {
	@property({ attribute: false }) series: Series | undefined;
	@property({ attribute: false }) format: (value: number) => string = String;
	/** The moment that is shown, in seconds; 0: the newest. */
	@property({ type: Number }) at = 0;
	@property({ type: Boolean }) stacked = false;
	/** By the numbers of the series; else those of lines. */
	@property({ attribute: false }) palette: string[] | undefined;
	@property({ type: Number }) height = 120;
	/** Steps that the axis may have; else decimal ones. */
	@property({ attribute: false }) steps: number[] | undefined;
	@state() private index: number | null = null;
	private plot: uPlot | undefined;
	private names: string | undefined;
	private readonly observer = new ResizeObserver(() => this.resize());
	private readonly retheme = () => {
		this.names = undefined;
		this.requestUpdate();
	};

	static override styles = [
		base,
		css`
			${unsafeCSS(uplotStyle)}
			:host {
				display: grid;
				grid-template-columns: minmax(0, 1fr) 220px;
				gap: 16px;
				align-items: start;
			}
			@media (max-width: 700px) {
				:host {
					grid-template-columns: minmax(0, 1fr);
				}
			}
			.legend {
				width: 100%;
			}
			.legend td {
				padding: 0 6px 0 0;
			}
			.legend td.num {
				width: 99%;
			}
			.zero {
				white-space: normal;
				color: var(--dim);
				font-size: 11px;
			}
			svg {
				display: block;
			}
			.u-over {
				cursor: crosshair;
			}
		`,
	];

	override connectedCallback(): void {
		super.connectedCallback();
		addEventListener("theme", this.retheme);
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		removeEventListener("theme", this.retheme);
		this.observer.disconnect();
		this.plot?.destroy();
		this.plot = undefined;
		this.names = undefined;
	}

	private resize(): void {
		const width =
			this.renderRoot.querySelector<HTMLElement>(".plot")?.clientWidth ??
			0;
		if (this.plot && width && width !== this.plot.width)
			this.plot.setSize({ width, height: this.height });
	}

	private options(width: number, { names, colours: numbers }: Series): uPlot.Options {
		const { dim, line, accent, paper } = coloursOf(this);
		const grid = { stroke: line, width: 1 };
		const axis = {
			stroke: dim,
			font: "11px system-ui, sans-serif",
			grid,
			ticks: grid,
		};
		const curve = (label: string, i: number) => ({
			label,
			stroke: this.colour(i),
			width: 1.5,
			dash: dashes(i),
			points: { show: false },
		});
		const area = (label: string, i: number) => ({
			label,
			fill: this.colour(i),
			stroke: paper,
			width: 1,
			points: { show: false },
		});
		const make = this.stacked ? area : curve;
		const curves = names.map((label, i) => make(label, numbers[i]!));
		const mark = (u: uPlot) => {
			if (!this.at) return;
			const x = Math.round(u.valToPos(this.at, "x", true));
			u.ctx.fillStyle = accent;
			u.ctx.fillRect(x, u.bbox.top, 2 * devicePixelRatio, u.bbox.height);
		};
		return {
			width,
			height: this.height,
			legend: { show: false },
			cursor: {
				sync: { key: "time" },
				drag: { setScale: false, x: false, y: false },
			},
			scales: {
				y: {
					range: (_u, _min, max) => [
						0,
						Math.max(max * 1.05, 1),
					],
				},
			},
			series: [{}, ...curves],
			axes: [
				{ ...axis, size: 26 },
				{
					...axis,
					size: 60,
					...(this.steps ? { incrs: this.steps } : {}),
					values: (_u, list) =>
						list.map((v) => this.format(v)),
				},
			],
			...(this.stacked && names.length > 1
				? {
						bands: names.slice(1).map((_, i) => ({
							series: [i + 2, i + 1] as [
								number,
								number,
							],
						})),
					}
				: {}),
			hooks: {
				draw: [mark],
				setCursor: [(u) => (this.index = u.cursor.idx ?? null)],
			},
		};
	}

	private make(series: Series, data: uPlot.AlignedData): void {
		const box = this.renderRoot.querySelector<HTMLElement>(".plot")!;
		this.plot?.destroy();
		this.plot = new uPlot(
			this.options(box.clientWidth || 600, series),
			data,
			box,
		);
		this.plot.over.addEventListener("click", (event) => {
			const seconds = this.plot!.posToVal(event.offsetX, "x");
			const detail = 1000 * seconds;
			this.dispatchEvent(
				new CustomEvent("seek", {
					detail,
					bubbles: true,
					composed: true,
				}),
			);
		});
		this.observer.disconnect();
		this.observer.observe(box);
	}

	override updated(changed: PropertyValues): void {
		const { series } = this;
		if (
			!series ||
			!(
				changed.has("series") ||
				changed.has("at") ||
				this.names === undefined
			)
		)
			return;
		const values = this.stacked ? stack(series.values) : series.values;
		const data = [series.times, ...values] as uPlot.AlignedData;
		const names = series.names.join();
		if (!this.plot || names !== this.names) this.make(series, data);
		else this.plot.setData(data);
		this.names = names;
	}

	private colour(i: number): string {
		return this.palette?.[i] ?? coloursOf(this).c[i % 8]!;
	}

	private swatch(i: number): TemplateResult {
		const colour = this.colour(i);
		const dash = dashes(i).join(" ");
		return html`<svg width="20" height="10" aria-hidden="true">
			${this.stacked
				? svg`<rect width="20" height="10" fill=${colour}></rect>`
				: svg`<path d="M0 5h20" stroke=${colour} stroke-width="2" stroke-dasharray=${dash}></path>`}
		</svg>`;
	}

	override render(): TemplateResult {
		const { series } = this;
		const last = (series?.times.length ?? 0) - 1;
		const index = this.index ?? (this.at ? this.nearest() : last);
		return html`<div class="plot"></div>
			<table class="legend">
				<tbody>
					${series?.names.map((name, i) => {
						const value =
							series.values[i]![
								Math.min(index, last)
							] ?? null;
						return html`<tr
							title=${series.help[i] ?? ""}
						>
							<td>
								${this.swatch(
									series.colours[i]!,
								)}
							</td>
							<td>${name}</td>
							<td class="num">
								${value === null
									? "–"
									: this.format(
											value,
										)}
							</td>
						</tr>`;
					})}
					${series?.zero.length
						? html`<tr>
								<td></td>
								<td
									colspan="2"
									class="zero"
								>
									0:
									${series.zero.join(
										", ",
									)}
								</td>
							</tr>`
						: nothing}
				</tbody>
			</table>`;
	}

	private nearest(): number {
		const times = this.series!.times;
		let i = times.findIndex((t) => t >= this.at);
		if (i < 0) i = times.length - 1;
		return i;
	}
}
