// page.ts - what a view of the page is, and what it is given.
//
// A view is a Part in the list of parts/index.ts.  At each change (a round, another moment,
// another process) the frame calls render() of the part that is shown, which asks the page
// for data and gives it to a lit element as properties:
//
//	render: (page) => html`<pagoda-strip .data=${page.view("areas", page.pid)}></pagoda-strip>`
//
// An answer is {data, why, partial}, at the moment that is shown; it is the same object as
// before if nothing in it has changed, so lit renders nothing.  An element leads elsewhere
// with go(this, {...}).  Colours are CSS variables of page.css; style.ts has tables and buttons.
import type { TemplateResult } from "lit";
import type { Answer, FrameCells } from "./machine.ts";
import type { Session } from "./session.ts";
import type { ViewName, Views } from "./views.ts";

export interface Place {
	part: string;
	/** The process that was picked; 0: none. */
	pid: number;
	/** A virtual and a physical address that were picked. */
	va?: bigint | undefined;
	pa?: bigint | undefined;
}

export interface Page extends Place {
	session: Session;
	view<N extends ViewName>(name: N, pid?: number, address?: bigint): Answer<Views[N]>;
	cells(): Answer<FrameCells>;
	go(to: Partial<Place>): void;
}

export interface Part {
	id: string;
	title: string;
	/** Its data is that of page.pid: the picker of processes is shown. */
	ofProcess?: boolean;
	render(page: Page): TemplateResult;
	/** The view as text, for export; best in the form of the tool that prints the same. */
	text?(page: Page): string;
	/** The view as JSON, for export. */
	json?(page: Page): unknown;
}

/** Shows another place, or picks something in this one. */
export function go(from: EventTarget, to: Partial<Place>): void {
	from.dispatchEvent(
		new CustomEvent("go", { detail: to, bubbles: true, composed: true }),
	);
}

/** For the focus of a field: what is typed takes the place of what is there. */
export function selectAll(event: Event): void {
	(event.target as HTMLInputElement).select();
}

/** What to say instead of data. */
export function reason(answer: Answer<unknown>, page: Page): string {
	if (answer.data && !answer.partial) return "";
	if (answer.partial && !page.session.live)
		return "Not all of this was watched at that moment.";
	if (answer.why && !answer.partial)
		return `${answer.why[0]!.toUpperCase()}${answer.why.slice(1)}.`;
	return "Reading the memory of the machine ...";
}
