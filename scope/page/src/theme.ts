// theme.ts - dark or light: as the system says, until somebody chooses.
const KEY = "pagoda-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function stored(): string | null {
	try {
		return localStorage.getItem(KEY);
	} catch {
		return null; /* the browser keeps nothing for this page */
	}
}

export function isDark(): boolean {
	return document.documentElement.dataset["theme"] === "dark";
}

function apply(dark: boolean): void {
	document.documentElement.dataset["theme"] = dark ? "dark" : "light";
	dispatchEvent(new Event("theme"));
}

export function setTheme(dark: boolean): void {
	try {
		localStorage.setItem(KEY, dark ? "dark" : "light");
	} catch {
		/* then it holds until the page is left */
	}
	apply(dark);
}

export function startTheme(): void {
	const follow = () => apply(stored() ? stored() === "dark" : system.matches);
	system.addEventListener("change", follow);
	follow();
}
