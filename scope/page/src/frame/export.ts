// export.ts - a view as a file: text, JSON, SVG or PNG.
import type { Page, Part } from "../page.ts";

export type Format = "text" | "json" | "svg" | "png";

export function formats(part: Part): Format[] {
	const out: Format[] = [];
	if (part.text) out.push("text");
	if (part.json) out.push("json");
	return [...out, "svg", "png"];
}

function download(name: string, blob: Blob): void {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(blob);
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What is not on the screen: notes of lit; styles, which the copies have; in a closed list
 * what is not chosen. */
function isShown(node: Node): boolean {
	if (node instanceof HTMLOptionElement) return node.selected;
	return !(node instanceof Comment || node instanceof HTMLStyleElement);
}

/** Attributes of elements of HTML that their styles do not tell. */
const KEPT = /^(colspan|rowspan|type|min|max|step|value|checked|selected|disabled|open|role|aria-label)$/;

/** A copy of what is on the screen: shadow trees become trees, canvases pictures, and each
 * element has the styles that it was shown with. */
function copy(node: Node, styles: Styles): Node {
	if (!(node instanceof Element)) return node.cloneNode();
	if (node instanceof HTMLCanvasElement) {
		const image = document.createElement("img");
		image.src = node.toDataURL();
		image.className = styles.of(node);
		return image;
	}
	const to = node.cloneNode() as Element;
	for (const { name } of [...to.attributes])
		if (node instanceof HTMLElement ? !KEPT.test(name) : /^(on|class|style)/.test(name))
			to.removeAttribute(name);
	to.setAttribute("class", styles.of(node));
	const children =
		node instanceof HTMLSlotElement
			? node.assignedNodes()
			: (node.shadowRoot ?? node).childNodes;
	for (const child of children) if (isShown(child)) to.append(copy(child, styles));
	if (node instanceof HTMLInputElement) to.setAttribute("value", node.value);
	return to;
}

/** Styles that others imply, or that no picture needs. */
const IMPLIED =
	/^(-webkit|inline-size|block-size|perspective|transform-origin|transition|cursor|m..-)/;
/** Those that an element has from its parent unless it has its own, as cells have theirs from
 * rows; those that follow the size of the font; and that which has another default in a
 * frame without a document type. */
const INHERITED =
	/^(box-sizing|color$|font|line-height|text-(align|indent|transform)|vertical-align|white-space|visibility|fill|stroke|margin-(top|bottom|left|right)|padding-(top|bottom|left|right))/;

const NOTHING = new Map<string, string>();

/** The styles of the copies: each different one has a name, as most elements, such as the
 * cells of a table, share theirs with many. */
class Styles {
	private readonly frame = document.createElement("iframe");
	/** What elements look like that nobody gave a style, by their tag. */
	private readonly plain = new Map<string, Map<string, string>>();
	private readonly names = new Map<string, string>();

	constructor() {
		this.frame.style.display = "block";
		this.frame.style.visibility = "hidden";
		document.body.append(this.frame);
	}

	private usual(element: Element): Map<string, string> {
		const tag = `${element.namespaceURI} ${element.localName}`;
		let usual = this.plain.get(tag);
		if (!usual) {
			const inside = this.frame.contentDocument!;
			const name = element.localName.includes("-")
				? "span"
				: element.localName;
			const plain = inside.createElementNS(element.namespaceURI, name);
			inside.body.append(plain);
			const style = this.frame.contentWindow!.getComputedStyle(plain);
			usual = new Map([...style].map((p) => [p, style.getPropertyValue(p)]));
			this.plain.set(tag, usual);
		}
		return usual;
	}

	private list(shown: CSSStyleDeclaration, usual: Map<string, string>): string {
		const list: string[] = [];
		for (const name of shown) {
			if (IMPLIED.test(name)) continue;
			const value = shown.getPropertyValue(name);
			if (INHERITED.test(name) || value !== usual.get(name))
				list.push(`${name}:${value}`);
		}
		return list.join(";");
	}

	/** The name of the style that an element is shown with, and what its style puts first. */
	of(element: Element): string {
		const usual = this.usual(element);
		const before = getComputedStyle(element, "::before");
		const isThere = !["none", "normal"].includes(before.content);
		const style = `{${this.list(getComputedStyle(element), usual)}}`;
		const key = isThere ? `${style} ::before{${this.list(before, NOTHING)}}` : style;
		let name = this.names.get(key);
		if (!name) this.names.set(key, (name = `s${this.names.size}`));
		return name;
	}

	/** All of them; nothing can be asked any more. */
	end(): HTMLStyleElement {
		this.frame.remove();
		const sheet = document.createElement("style");
		for (const [key, name] of this.names)
			for (const rule of key.split(" ::"))
				sheet.append(`.${name}${rule.startsWith("{") ? "" : "::"}${rule}\n`);
		return sheet;
	}
}

/** The view as an SVG with the elements of the page in it; as long as it is, not only what
 * the window shows. */
export function picture(root: HTMLElement): { svg: string; width: number; height: number } {
	const width = root.clientWidth;
	const height = Math.max(root.scrollHeight, 1);
	const styles = new Styles();
	const body = copy(root, styles) as HTMLElement;
	body.prepend(styles.end());
	Object.assign(body.style, {
		overflow: "visible",
		width: `${width}px`,
		height: `${height}px`,
	});
	body.setAttribute("xmlns", "http://www.w3.org/1999/xhtml");
	const paper = getComputedStyle(document.documentElement).backgroundColor;
	body.style.background =
		paper === "rgba(0, 0, 0, 0)"
			? getComputedStyle(document.body).backgroundColor
			: paper;
	const inside = new XMLSerializer().serializeToString(body);
	const svg =
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
		`<foreignObject width="100%" height="100%">${inside}</foreignObject></svg>`;
	return { svg, width, height };
}

async function png(root: HTMLElement): Promise<Blob> {
	const { svg, width, height } = picture(root);
	const image = new Image();
	image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
	await image.decode();
	const canvas = document.createElement("canvas");
	canvas.width = width * devicePixelRatio;
	canvas.height = height * devicePixelRatio;
	const context = canvas.getContext("2d")!;
	context.scale(devicePixelRatio, devicePixelRatio);
	context.drawImage(image, 0, 0);
	return new Promise((resolve, reject) =>
		canvas.toBlob(
			(blob) => (blob ? resolve(blob) : reject(new Error("no picture"))),
			"image/png",
		),
	);
}

const TRIES = 30;
const TRY_MS = 100;

/** What is told once all that it needs has been read; views that are not on the screen may
 * need pages that nobody has asked for. */
async function whole(
	page: Page,
	tell: (page: Page) => string | undefined,
): Promise<string> {
	let text: string | undefined;
	for (let i = 0; i < TRIES; i++) {
		let isPartial = false;
		const view: Page["view"] = (...of) => {
			const answer = page.view(...of);
			isPartial ||= answer.partial;
			return answer;
		};
		text = tell({ ...page, view });
		if (!isPartial || !page.session.live) break;
		await new Promise((resolve) => setTimeout(resolve, TRY_MS));
	}
	if (!text) throw new Error("there is nothing to tell");
	return text;
}

async function make(
	format: Format,
	part: Part,
	page: Page,
	root: HTMLElement,
): Promise<Blob> {
	if (format === "text")
		return new Blob([await whole(page, part.text!)], { type: "text/plain" });
	if (format === "json") {
		const json = await whole(page, (p) =>
			JSON.stringify(part.json!(p), null, "\t"),
		);
		return new Blob([`${json}\n`], { type: "application/json" });
	}
	if (format === "svg")
		return new Blob([picture(root).svg], { type: "image/svg+xml" });
	return png(root);
}

/** Returns what to tell. */
export async function save(
	format: Format,
	part: Part,
	page: Page,
	root: HTMLElement,
): Promise<string> {
	const name = `${part.id}${part.ofProcess ? `-${page.pid}` : ""}.${format === "text" ? "txt" : format}`;
	try {
		download(name, await make(format, part, page, root));
		return `${name} saved`;
	} catch (error) {
		return `${name} could not be made: ${error instanceof Error ? error.message : error}`;
	}
}
