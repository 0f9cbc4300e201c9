// app_style.ts - the look of the frame.
import { css } from "lit";

export const appStyle = css`
	:host {
		display: grid;
		grid-template-rows: auto auto auto minmax(0, 1fr) auto;
		grid-template-areas: "header" "nav" "banner" "main" "footer";
		height: 100vh;
		height: 100dvh;
	}
	header,
	nav,
	footer {
		display: flex;
		flex-wrap: wrap;
		align-items: center;
		gap: 4px 14px;
		padding: 6px 16px;
	}
	header {
		grid-area: header;
		background: var(--panel);
	}
	h1 {
		margin: 0;
		font-size: 14px;
		font-weight: 600;
	}
	h1 span {
		font-weight: 400;
		color: var(--dim);
		margin-left: 4px;
	}
	.power {
		font-size: 12px;
		font-weight: 600;
		padding: 0 8px;
		border: 1px solid currentColor;
		border-radius: 10px;
	}
	.power.running {
		color: var(--good);
	}
	.power.paused {
		color: var(--warn);
	}
	.power.dead {
		color: var(--dim);
	}
	.power.panicked,
	.power.lost {
		color: var(--bad);
	}
	.harts {
		display: flex;
		flex-wrap: wrap;
		gap: 4px;
		margin: 0;
		padding: 0;
		list-style: none;
		font-size: 12px;
	}
	.harts li {
		min-width: 9ch;
		max-width: 20ch;
		overflow: hidden;
		text-overflow: ellipsis;
		white-space: nowrap;
		padding: 0 6px;
		border: 1px solid var(--line);
		border-left: 3px solid var(--line);
		border-radius: 3px;
		background: var(--paper);
	}
	.harts li.busy {
		border-left-color: var(--good);
	}
	.harts li.panicked {
		border-color: var(--bad);
		color: var(--bad);
	}
	.harts li.idle {
		color: var(--dim);
	}
	.harts b {
		font-weight: 600;
		margin-right: 2px;
	}
	.rate {
		font-size: 12px;
		margin-left: auto;
		min-width: 5ch;
		text-align: right;
	}
	.buttons {
		display: flex;
		gap: 6px;
	}
	nav {
		grid-area: nav;
		padding-top: 0;
		padding-bottom: 0;
		background: var(--panel);
		border-bottom: 1px solid var(--line);
		min-height: 32px;
	}
	[role="tablist"] {
		display: flex;
		flex-wrap: wrap;
		margin-left: -10px;
	}
	[role="tab"] {
		border: 0;
		border-radius: 0;
		background: none;
		color: var(--dim);
		font-size: 13px;
		padding: 4px 10px;
		min-height: 31px;
		border-bottom: 2px solid transparent;
	}
	[role="tab"][aria-selected="true"] {
		color: var(--ink);
		border-bottom-color: var(--accent);
	}
	[role="tab"]:focus-visible {
		outline-offset: -2px;
	}
	.picker {
		font-size: 12px;
	}
	.picker[hidden] {
		display: none;
	}
	.picker select {
		min-width: 16ch;
	}
	.exports {
		display: flex;
		gap: 8px;
		font-size: 12px;
		margin-left: auto;
	}
	.banner {
		grid-area: banner;
		padding: 5px 16px;
		font-size: 12px;
		background: var(--raised);
		border-bottom: 1px solid var(--line);
	}
	.banner.bad {
		background: var(--bad-paper);
		color: var(--ink);
		border-left: 3px solid var(--bad);
		padding-left: 13px;
	}
	main {
		grid-area: main;
		overflow: auto;
		padding: 12px 16px 16px;
		outline: none;
	}
	.empty {
		max-width: 60ch;
		margin: 12vh auto 0;
	}
	.absent {
		max-width: 72ch;
		margin-top: 8vh;
	}
	.ways {
		display: flex;
		flex-wrap: wrap;
		gap: 8px;
	}
	footer {
		grid-area: footer;
		flex-wrap: nowrap;
		background: var(--panel);
		border-top: 1px solid var(--line);
	}
	pagoda-slider {
		flex: 1;
		min-width: 0;
	}
	.moment {
		min-width: 24ch;
		font-size: 12px;
		white-space: nowrap;
	}
	.help {
		position: fixed;
		right: 16px;
		top: 76px;
		z-index: 10;
		max-height: calc(100vh - 140px);
		overflow: auto;
		padding: 12px 16px;
		background: var(--paper);
		border: 1px solid var(--line);
		border-radius: 6px;
		box-shadow: 0 4px 18px rgb(0 0 0 / 25%);
	}
	.help td {
		white-space: normal;
	}
	kbd {
		font: 12px var(--mono);
		padding: 0 5px;
		border: 1px solid var(--line);
		border-radius: 3px;
		background: var(--panel);
		white-space: nowrap;
	}
	@media (max-width: 700px) {
		.moment {
			min-width: 0;
		}
	}
`;
