// link.ts - the connection with the server (scope/serve): binary messages of a WebSocket,
// little endian; the first byte is the type.
import { PAGE_SIZE, PAGE_WORDS } from "./machine.ts";

/** Message H. */
export interface Hello {
	version: number;
	name: string;
	/** Pages of RAM. */
	pages: number;
	/** The page that has the kernel's descriptor. */
	index: number;
	/** The machine runs, or stands still; false: it is off, and its RAM is left. */
	live: boolean;
	console: boolean;
	/** A recording: it can show each moment between these, in ms since 1970. */
	recorded: null | { start: number; end: number };
	/** Pausing is possible. */
	qmp: boolean;
}

/** Messages D and their E. */
export interface Arrival {
	time: number;
	consistent: boolean;
	paused: boolean;
	pages: Uint32Array;
	/** PAGE_WORDS of each of the pages. */
	contents: Uint32Array[];
}

export interface LinkEvents {
	hello(hello: Hello): void;
	arrival(arrival: Arrival): void;
	console(bytes: Uint8Array): void;
	/** An answer; with `error`, a refusal. */
	reply(reply: { error?: string }): void;
	state(state: LinkState): void;
}

export type LinkState = "connecting" | "open" | "lost";

const RETRY_FIRST = 500;
const RETRY_MOST = 5000;
const OPCODE = { run: 0, pause: 1, consistent: 2 } as const;

const utf8 = new TextDecoder();

/** Pages as ranges (first, count)..., for W and U.  @param pages in ascending order */
export function ranges(pages: ArrayLike<number>): number[] {
	const out: number[] = [];
	for (let i = 0; i < pages.length; i++) {
		const page = pages[i]!;
		if (out.length && out.at(-2)! + out.at(-1)! === page)
			out[out.length - 1]!++;
		else out.push(page, 1);
	}
	return out;
}

export function rangesMessage(type: "W" | "U", list: number[]): ArrayBuffer {
	const data = new DataView(new ArrayBuffer(8 + 4 * list.length));
	data.setUint8(0, type.charCodeAt(0));
	data.setUint32(4, list.length / 2, true);
	list.forEach((n, i) => data.setUint32(8 + 4 * i, n, true));
	return data.buffer;
}

/** Of an index in D: the page has only zeros, and no contents in the message. */
const INDEX_ZERO = 0x80000000;
const ZEROS = new Uint32Array(PAGE_WORDS);

/** Joins the D messages of a round. */
export class Assembler {
	private pages: number[] = [];
	private contents: Uint32Array[] = [];

	/** Message D. */
	data(message: ArrayBuffer): void {
		const n = new DataView(message).getUint32(4, true);
		const indexes = new Uint32Array(message, 8, n);
		let at = 8 + 4 * n;
		for (const index of indexes) {
			const isZero = index >= INDEX_ZERO;
			this.pages.push(isZero ? index - INDEX_ZERO : index);
			this.contents.push(
				isZero ? ZEROS : new Uint32Array(message, at, PAGE_WORDS),
			);
			if (!isZero) at += PAGE_SIZE;
		}
		if (at !== message.byteLength) throw new Error("a message of a wrong size");
	}

	/** Message E. */
	end(message: ArrayBuffer): Arrival {
		const data = new DataView(message);
		const flags = data.getUint8(1);
		const time = data.getFloat64(8, true);
		const { contents } = this;
		const pages = new Uint32Array(this.pages);
		this.pages = [];
		this.contents = [];
		return {
			time,
			consistent: (flags & 1) !== 0,
			paused: (flags & 2) !== 0,
			pages,
			contents,
		};
	}
}

export class Link {
	private socket: WebSocket | undefined;
	private assembler = new Assembler();
	private retry = RETRY_FIRST;
	private timer: ReturnType<typeof setTimeout> | undefined;
	private was = false;

	constructor(
		private readonly url: string,
		private readonly events: LinkEvents,
	) {}

	open(): void {
		this.events.state(this.was ? "lost" : "connecting");
		const socket = new WebSocket(this.url);
		socket.binaryType = "arraybuffer";
		socket.onmessage = (event) => this.take(event.data as ArrayBuffer);
		socket.onclose = () => this.closed();
		this.socket = socket;
	}

	private closed(): void {
		this.socket = undefined;
		this.assembler = new Assembler();
		this.events.state(this.was ? "lost" : "connecting");
		this.timer = setTimeout(() => this.open(), this.retry);
		this.retry = Math.min(2 * this.retry, RETRY_MOST);
	}

	close(): void {
		clearTimeout(this.timer);
		if (this.socket) this.socket.onclose = null;
		this.socket?.close();
	}

	private take(message: ArrayBuffer): void {
		const rest = () => new Uint8Array(message, 1);
		switch (String.fromCharCode(new Uint8Array(message)[0] ?? 0)) {
			case "H":
				this.was = true;
				this.retry = RETRY_FIRST;
				this.assembler = new Assembler();
				this.events.state("open");
				return this.events.hello(
					JSON.parse(utf8.decode(rest())) as Hello,
				);
			case "D":
				return this.assembler.data(message);
			case "E":
				return this.events.arrival(this.assembler.end(message));
			case "C":
				return this.events.console(rest());
			case "R":
				return this.events.reply(
					JSON.parse(utf8.decode(rest())) as {
						error?: string;
					},
				);
		}
	}

	private send(message: ArrayBuffer): void {
		if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(message);
	}

	/** @param pages in ascending order */
	watch(pages: ArrayLike<number>): void {
		if (pages.length) this.send(rangesMessage("W", ranges(pages)));
	}

	unwatch(pages: ArrayLike<number>): void {
		if (pages.length) this.send(rangesMessage("U", ranges(pages)));
	}

	power(what: keyof typeof OPCODE): void {
		this.send(new Uint8Array([0x50, OPCODE[what]]).buffer);
	}

	/** Console input. */
	type(bytes: Uint8Array): void {
		const message = new Uint8Array(1 + bytes.length);
		message[0] = 0x4b;
		message.set(bytes, 1);
		this.send(message.buffer);
	}

	/** Of a recording: shows this moment. */
	moment(time: number): void {
		const data = new DataView(new ArrayBuffer(16));
		data.setUint8(0, 0x54);
		data.setFloat64(8, time, true);
		this.send(data.buffer);
	}
}
