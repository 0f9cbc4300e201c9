// text.ts - views as text, as scope/print.c prints them.
import {
	PROT,
	type Areas,
	type Frame,
	type Memory,
	type Processes,
	type Table,
	type Walk,
} from "./views.ts";

const PTE_V = 1n;
const PTE_R = 2n;
const PTE_W = 4n;
const PTE_X = 8n;
const DOTS = [".. .. ..", ".. ..", ".."];
const SIZE = ["", " 2 MiB", " 1 GiB"];

const hex = (text: string, digits: number) => `0x${text.slice(2).padStart(digits, "0")}`;
const left = (text: string, width: number) => text.padEnd(width);
const right = (value: number | string, width: number) => String(value).padStart(width);

export function rights(prot: number): string {
	return (
		(prot & PROT.read ? "r" : "-") +
		(prot & PROT.write ? "w" : "-") +
		(prot & PROT.execute ? "x" : "-")
	);
}

export function processesText({ processes }: Processes): string {
	const lines = [...processes]
		.sort((a, b) => a.pid - b.pid)
		.map((p) => {
			const where = `${right(p.pid, 5)} ${right(p.parent, 5)} ${left(p.state, 8)} ${right(p.hart, 4)}`;
			return `${where} ${right(Math.floor(p.size / 1024), 7)}K ${right(4 * p.resident, 7)}K ${p.name}`;
		});
	return ["  PID  PPID STATE    HART     SIZE      MEM NAME", ...lines, ""].join(
		"\n",
	);
}

export function areasText({ pid, name, areas, broken }: Areas): string {
	const lines = areas.map((a) => {
		const range = `${a.start.slice(2)}-${a.end.slice(2)}`;
		const pages = Number((BigInt(a.end) - BigInt(a.start)) / 4096n);
		const numbers = `${right(pages, 6)} ${right(a.resident, 6)} ${right(a.shared, 6)} ${right(a.large, 5)}`;
		const used = `${right(a.touched, 7)} ${right(a.dirty, 5)}`;
		const offset = a.kind === "file" ? `+${a.offset.slice(2)}` : "";
		return `${left(range, 21)} ${numbers} ${used} ${rights(a.prot)}${a.is_shared ? "s" : "-"} ${a.kind}${offset}`;
	});
	if (broken) lines.push("the other areas cannot be read");
	return [
		`areas of ${pid} (${name}), in pages of 4 KiB`,
		"range                  pages memory shared large touched dirty prot kind",
		...lines,
		"",
	].join("\n");
}

/** As vmprint() with the indexes of entries; valid entries only. */
export function tableText({ root, entries }: Table): string {
	const lines = [`page table ${hex(root, 16)}`];
	for (const e of entries) {
		const pte = BigInt(e.pte);
		if (!(pte & PTE_V)) continue;
		const size = pte & (PTE_R | PTE_W | PTE_X) ? SIZE[e.level] : "";
		const pa =
			e.pa ??
			`0x${(((pte >> 10n) & ((1n << 44n) - 1n)) << 12n).toString(16)}`;
		lines.push(
			`${DOTS[e.level]}${e.index}: pte ${hex(e.pte, 16)} pa ${hex(pa, 16)}${size}`,
		);
	}
	return `${lines.join("\n")}\n`;
}

export function walkText(walk: Walk): string {
	const lines = walk.path.map((e) => {
		const what =
			e.what === "table"
				? "next table"
				: e.borrowed
					? "still in the lender's table"
					: "";
		const where = `level ${e.level} entry ${right(e.index, 3)} at ${right(e.slot.slice(2), 9)}`;
		return `${where}: ${left(e.pte, 10)}  ${what}`.trimEnd();
	});
	const fates = Object.entries(walk.fates).map(
		([access, fate]) => `${access}: ${fate}`,
	);
	return `${[...lines, ...fates].join("\n")}\n`;
}

export function frameText(frame: Frame): string {
	const lines = [
		`frame ${frame.pa.slice(2)}: ${frame.kind}`,
		frame.refs
			? `references ${frame.refs}, users ${frame.users}`
			: "no references are counted",
	];
	for (const m of frame.mappers) {
		const who = m.pid ? `${m.pid} (${m.name})` : "the kernel";
		if (m.is_root) lines.push(`${who} has it as a root table`);
		else if (m.is_table)
			lines.push(
				`${left(who, 20)} table of level ${m.level! - 1}, for ${m.va!.slice(2)} and up`,
			);
		else
			lines.push(
				`${left(who, 20)} at ${left(m.va!.slice(2), 10)} ${m.place}`,
			);
	}
	if (!frame.mappers.length) lines.push("nobody maps it but the kernel");
	return `${lines.join("\n")}\n`;
}

export function memoryText(memory: Memory): string {
	const size = (frames: number) => `${right(4 * frames, 10)}K`;
	return [
		...Object.entries(memory.kinds).map(
			([kind, frames]) => `${size(frames)} ${kind}`,
		),
		`${size(memory.mapped_cache)} of the cache are mapped`,
		...memory.blocks.map(
			(n, order) =>
				`${size(n << order)} in free blocks of ${4 << order}K`,
		),
		...memory.cached.map((n, hart) => `${size(n)} on the list of hart ${hart}`),
		"     TABLES     PRIVATE of",
		...memory.owners.map(
			(o) => `${size(o.tables)} ${size(o.private)} ${o.pid} (${o.name})`,
		),
		"",
	].join("\n");
}
