// stop.ts - where the program tour of the machine has stopped, from what it prints.

export interface Stop {
	name: string;
	number: number;
	pid: number;
	va: bigint;
	/** What the program says there. */
	text: string;
	/** The command of the guest that shows the same. */
	command: string;
}

const MARK = /\[tour (\w+) (\d+) pid=(\d+) va=0x([0-9a-f]{1,16})\]\n/g;

/** The stop at which the tour waits, from what the console has printed; undefined: none. */
export function stopOf(console: string): Stop | undefined {
	const text = console.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, "").replaceAll("\r", "");
	const found = [...text.matchAll(MARK)].at(-1);
	if (!found) return undefined;
	const after = text.slice(found.index + found[0].length);
	if (after.includes("[tour end]")) return undefined;
	const lines = after.split("\n");
	const end = lines.findIndex((line) => line.startsWith("  c: "));
	/* It is still being printed, or the program has ended in another way. */
	if (end < 0 || !after.includes("Enter: on,")) return undefined;
	return {
		name: found[1]!,
		number: Number(found[2]),
		pid: Number(found[3]),
		va: BigInt(`0x${found[4]!}`),
		text: lines.slice(0, end).join(" "),
		command: lines[end]!.slice("  c: ".length),
	};
}

/** What the shell said last, if that is why it did not start the tour. */
export function refusalOf(text: string): string {
	const lines = text.replaceAll("\r", "").trimEnd().split("\n").slice(-2);
	return lines.find((line) => /^\S+: tour: /.test(line)) ?? "";
}
