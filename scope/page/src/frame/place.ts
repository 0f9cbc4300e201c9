// place.ts - what is shown, as the part of the page's address after #; so that each place
// has an address, and the browser's Back leads back.
import type { Place } from "../page.ts";

function number(text: string | null): bigint | undefined {
	return text && /^(0x)?[0-9a-f]+$/i.test(text)
		? BigInt(text.startsWith("0x") ? text : `0x${text}`)
		: undefined;
}

export function placeOf(hash: string): Place {
	const words = new URLSearchParams(hash.replace(/^#/, ""));
	return {
		part: words.get("view") ?? "",
		pid: Number(words.get("pid") ?? 0) || 0,
		va: number(words.get("va")),
		pa: number(words.get("pa")),
	};
}

export function placeText(place: Place): string {
	const words = new URLSearchParams();
	if (place.part) words.set("view", place.part);
	if (place.pid) words.set("pid", String(place.pid));
	if (place.va !== undefined) words.set("va", `0x${place.va.toString(16)}`);
	if (place.pa !== undefined) words.set("pa", `0x${place.pa.toString(16)}`);
	return `#${words}`;
}
