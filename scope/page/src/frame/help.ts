// help.ts - the keys of the page.
export const HELP: [keys: string, what: string][] = [
	["1 ... 9", "the views, in the order of their tabs"],
	["[ ]", "the process before, the next one"],
	[", .", "one second back, one second on"],
	["l", "live: the newest moment"],
	["p", "pause the machine, or let it run"],
	["c", "one consistent picture: it stands still for some milliseconds"],
	["a b", "mark this moment as A, as B; the view Compare tells what changed"],
	["t", "dark or light"],
	["Tab", "to the next button, row or field; Enter presses it"],
	["Escape", "leaves a field, where keys are text; closes this list"],
	["?", "these keys"],
];
