// style.ts - what all components share: tables, buttons, focus.  Colours are variables of
// page.css.
import { css } from "lit";

export const base = css`
	:host {
		display: block;
		font-variant-numeric: tabular-nums;
	}
	*,
	*::before {
		box-sizing: border-box;
	}
	h2 {
		margin: 0 0 6px;
		font-size: 13px;
		font-weight: 600;
	}
	h2 small {
		color: var(--dim);
		font-size: 12px;
		font-weight: 400;
		margin-left: 6px;
	}
	section {
		margin-bottom: 20px;
	}
	p {
		margin: 0 0 8px;
		max-width: 72ch;
	}
	code,
	.mono,
	td.mono {
		font-family: var(--mono);
		font-size: 12px;
	}
	.dim {
		color: var(--dim);
	}
	.bad {
		color: var(--bad);
	}
	.num {
		text-align: right;
	}
	table {
		border-collapse: collapse;
		font-size: 12px;
	}
	th {
		position: sticky;
		top: 0;
		z-index: 1;
		background: var(--paper);
		color: var(--dim);
		font-weight: 500;
		text-align: left;
		white-space: nowrap;
		box-shadow: 0 1px 0 var(--line);
	}
	th.num {
		text-align: right;
	}
	th,
	td {
		padding: 2px 14px 2px 0;
		vertical-align: baseline;
		white-space: nowrap;
	}
	@media (max-width: 700px) {
		th,
		td {
			padding-right: 8px;
		}
	}
	tbody tr:hover {
		background: var(--panel);
	}
	tbody tr[aria-selected="true"] {
		background: var(--raised);
	}
	button,
	select,
	input[type="text"],
	input:not([type]) {
		font: inherit;
		font-size: 12px;
		color: var(--ink);
		background: var(--panel);
		border: 1px solid var(--line);
		border-radius: 4px;
		min-height: 24px;
		padding: 1px 8px;
	}
	button {
		cursor: pointer;
		white-space: nowrap;
	}
	button:hover:not(:disabled, [aria-pressed="true"]) {
		background: var(--raised);
	}
	button:disabled {
		color: var(--dim);
		cursor: default;
	}
	button[aria-pressed="true"] {
		background: var(--accent);
		border-color: var(--accent);
		color: var(--on-accent);
	}
	button.link {
		all: unset;
		cursor: pointer;
		color: var(--accent);
		text-decoration: underline;
		text-decoration-color: transparent;
	}
	button.link:hover {
		text-decoration-color: currentColor;
	}
	:focus-visible,
	button.link:focus-visible {
		outline: 2px solid var(--accent);
		outline-offset: 1px;
	}
	pre {
		margin: 0;
		font: 12px/1.4 var(--mono);
		white-space: pre-wrap;
		overflow-wrap: anywhere;
	}
`;
