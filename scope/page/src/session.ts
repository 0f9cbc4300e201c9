// session.ts - one machine as the page sees it: its connection, its pages at the shown
// moment, and what was decoded of them.
import { Ages } from "./draw/frames.ts";
import { HeatHistory, type Column } from "./heat.ts";
import { Link, type Arrival, type Hello, type LinkState } from "./link.ts";
import { Lives } from "./lives.ts";
import { answer, Decoder, type Answer, type FrameCells, type Look } from "./machine.ts";
import { snapshot, type Snapshot } from "./compare.ts";
import { insert } from "./series.ts";
import { Timeline } from "./timeline.ts";
import { VIEW_NAMES, type ViewName, type Views } from "./views.ts";

interface Cached {
	look: Look;
	answer: Answer<unknown>;
	stale: boolean;
	used: number;
	/** When, and what it took; ms. */
	made: number;
	cost: number;
}

const CACHE_ENTRIES = 200;
const UNUSED_MS = 20_000; /* then a page is not watched any more */
const BACKGROUND_MS = 1000;
/* Long texts that change all the time; people do not read them faster. */
const SLOW: readonly string[] = ["events", "messages"];
const SLOW_MS = 500;
/* What takes long, such as all frames of 16 GiB, is made less often: an eighth of the time. */
const COST_SHARE = 8;
const SAMPLES_MOST = 10_000;
const WARM_ROUNDS = 30;
const MARK_ROUNDS = 20;
const MARK_WAIT_MS = 100;
const HEAT_MS = 15;

/** A moment of the session for curves: what was counted, without its history. */
export interface Sample {
	time: number;
	counters: Map<string, number>;
	kinds: Record<string, number>;
	/** What each process has taken since it began. */
	faults: Map<number, number>;
}

export class Session extends EventTarget {
	hello: Hello | undefined;
	link: LinkState = "connecting";
	paused = false;
	/** Of the last round that came. */
	lastRound: { time: number; consistent: boolean } | undefined;
	/** Rounds that came in the last second. */
	rate = 0;
	/** The last refusal of the server. */
	refusal = "";
	/** For curves: one for each round, bounded as the timeline is. */
	readonly samples: Sample[] = [];
	/** The console's output so far; the newest bytes are told by the event `console`. */
	readonly console: Uint8Array[] = [];
	/** Two moments to compare. */
	readonly marks: { a?: Snapshot; b?: Snapshot } = {};
	/** Since when frames are what they are; looks at least once a second while live. */
	ages = new Ages();
	lives = new Lives();
	/** When the machine's time was 0, in ms since 1970, as far as events tell; too late by
	 * what the newest of them took to come. */
	booted = Infinity;
	readonly server: Link;

	private decoder: Decoder | undefined;
	timeline: Timeline | undefined;
	private heats: HeatHistory | undefined;
	private cache = new Map<string, Cached>();
	private used = new Float64Array();
	private asked = new Set<number>();
	private wanted = new Set<number>();
	private arrivals: number[] = [];
	private generation = 0;
	/** What looks need that are not small is at hand; rounds until it was. */
	private warm = false;
	private warming = 0;
	private background: ReturnType<typeof setInterval>;
	private moment: number | undefined;

	constructor(
		url: string,
		private readonly module: WebAssembly.Module,
	) {
		super();
		this.server = new Link(url, {
			hello: (hello) => void this.greet(hello),
			arrival: (arrival) => this.arrive(arrival),
			console: (bytes) => this.output(bytes),
			reply: (reply) => {
				this.refusal = reply.error ?? "";
				this.changed();
			},
			state: (state) => {
				this.link = state;
				if (state !== "open") this.rate = 0;
				this.changed();
			},
		});
		this.background = setInterval(() => this.keep(), BACKGROUND_MS);
	}

	open(): void {
		this.server.open();
	}

	close(): void {
		clearInterval(this.background);
		this.server.close();
	}

	private changed(): void {
		this.dispatchEvent(new Event("change"));
	}

	// --- messages ---------------------------------------------------------------------

	private async greet(hello: Hello): Promise<void> {
		const old = this.hello;
		const isSame =
			old &&
			old.pages === hello.pages &&
			old.index === hello.index &&
			old.name === hello.name;
		const isReset = isSame && this.linkWasOpen && hello.live;
		this.hello = hello;
		this.linkWasOpen = true;
		this.asked.clear();
		this.console.length = 0; /* the server tells it anew */
		this.dispatchEvent(new Event("console-reset"));
		if (!isSame || isReset || !this.decoder) await this.start(hello);
		/* A connection that came back: all that was watched, and is still of use. */ else
			this.ask([...this.pagesInUse()]);
		this.changed();
	}
	private linkWasOpen = false;

	private async start(hello: Hello): Promise<void> {
		const generation = ++this.generation;
		const decoder = await Decoder.make(this.module, hello.pages, hello.index);
		if (generation !== this.generation) return;
		this.decoder = decoder;
		this.timeline = new Timeline(decoder);
		this.heats = new HeatHistory(this.timeline, decoder);
		this.used = new Float64Array(hello.pages);
		this.cache.clear();
		this.samples.length = 0;
		this.ages = new Ages();
		this.lives = new Lives();
		this.booted = Infinity;
		this.wanted.clear();
		delete this.marks.a;
		delete this.marks.b;
		this.warm = false;
		this.warming = 0;
		this.warmUp();
	}

	/** First what is small: the tables of all processes come level by level, and a look at
	 * all frames of a machine of 16 GiB takes a tenth of a second. */
	private warmUp(): void {
		const list = this.view("processes");
		const looks: Answer<unknown>[] = [
			list,
			this.view("machine"),
			this.view("table", 0),
		];
		for (const { pid } of list.data?.processes ?? [])
			looks.push(this.view("areas", pid), this.view("table", pid));
		this.warm =
			++this.warming > WARM_ROUNDS ||
			looks.every((look) => !look.partial);
		if (this.warm) this.keep();
	}

	private arrive(arrival: Arrival): void {
		const { decoder, timeline } = this;
		if (!decoder || !timeline) return;
		timeline.add(
			arrival.time,
			arrival.consistent,
			arrival.pages,
			arrival.contents,
		);
		this.paused = arrival.paused;
		this.lastRound = { time: arrival.time, consistent: arrival.consistent };
		for (const page of arrival.pages) this.asked.delete(page);
		this.count();
		if (timeline.live) {
			this.invalidate(new Set(arrival.pages));
			this.sample(arrival.time);
			if (!this.warm) this.warmUp();
		}
		this.changed();
	}

	private count(): void {
		const now = performance.now();
		this.arrivals.push(now);
		while (this.arrivals[0]! < now - 1000) this.arrivals.shift();
		this.rate = this.arrivals.length;
	}

	private output(bytes: Uint8Array): void {
		this.console.push(bytes);
		while (this.console.length > 4000) this.console.shift();
		this.dispatchEvent(new CustomEvent("console", { detail: bytes }));
	}

	// --- what is watched ----------------------------------------------------------------

	private *pagesInUse(): Generator<number> {
		const since = performance.now() - UNUSED_MS;
		for (let page = 0; page < this.used.length; page++)
			if (this.used[page]! > since) yield page;
	}

	private ask(pages: number[]): void {
		for (const page of pages) this.asked.add(page);
		this.server.watch(pages.sort((a, b) => a - b));
	}

	/** Asks for all that the last looks have missed, at once. */
	private askWanted(): void {
		const pages = [...this.wanted].filter(
			(page) => !this.asked.has(page) && !this.timeline?.watches(page),
		);
		this.wanted.clear();
		if (pages.length && this.link === "open") this.ask(pages);
	}

	/** Keeps watched what the whole machine is made of, so that the past has it, too;
	 * and what nobody has looked at for some time no more. */
	private keep(): void {
		const { timeline } = this;
		if (!timeline?.live || !this.warm) return;
		this.age();
		this.clock();
		for (const name of [
			"machine",
			"counters",
			"options",
			"messages",
			"events",
		] as const)
			this.view(name);
		for (const { pid } of this.view("processes").data?.processes ?? [])
			this.view("areas", pid);
		const since = performance.now() - UNUSED_MS;
		const unused: number[] = [];
		for (let page = 0; page < this.used.length; page++) {
			if (!this.used[page] || this.used[page]! > since) continue;
			this.used[page] = 0;
			if (timeline.watches(page)) unused.push(page);
		}
		timeline.forget(unused);
		this.server.unwatch(unused);
	}

	/** Looks what frames are now. */
	age(): void {
		const { data, partial } = this.cells();
		const time = this.shown;
		if (data && !partial && time !== undefined) this.ages.update(data, time);
	}

	/** No event comes before it happens, so the smallest difference is the best.  While the
	 * machine stands still, so does its time. */
	private clock(): void {
		const { data, partial } = this.view("events");
		if (this.paused) this.booted = Infinity;
		if (this.paused || partial || !data?.events.length || !this.lastRound)
			return;
		const newest = data.events.reduce((most, e) => Math.max(most, e.time), 0);
		this.booted = Math.min(this.booted, this.lastRound.time - newest / 1e6);
	}

	// --- looks ----------------------------------------------------------------------------

	private invalidate(pages: Set<number>): void {
		const hit = (list: Uint32Array) => list.some((page) => pages.has(page));
		for (const entry of this.cache.values())
			entry.stale ||= hit(entry.look.read) || hit(entry.look.wanted);
	}

	private remember(
		key: string,
		look: Look,
		made: Answer<unknown>,
		begun: number,
	): void {
		const now = performance.now();
		const cost = now - begun;
		this.cache.delete(key);
		this.cache.set(key, {
			look,
			answer: made,
			stale: false,
			used: now,
			made: now,
			cost,
		});
		if (this.cache.size > CACHE_ENTRIES)
			this.cache.delete(this.cache.keys().next().value!);
		this.touch(look, now);
	}

	private touch(look: Look, now: number): void {
		if (!this.timeline?.live) return;
		for (const page of look.read) this.used[page] = now;
		for (const page of look.wanted) {
			this.used[page] = now;
			if (!this.asked.has(page)) this.wanted.add(page);
		}
		if (this.wanted.size) queueMicrotask(() => this.askWanted());
	}

	/** Whether a stale look is to be made later: it is slow to read or to make. */
	private isEarly(key: string, old: Cached, now: number): boolean {
		if (!this.timeline?.live || old.look.wanted.length) return false;
		const isSlow = SLOW.includes(key.split("/")[0]!);
		return (
			now - old.made <
			Math.max(isSlow ? SLOW_MS : 0, COST_SHARE * old.cost)
		);
	}

	private fresh(key: string): Cached | undefined {
		const old = this.cache.get(key);
		const now = performance.now();
		if (!old || (old.stale && !this.isEarly(key, old, now))) return undefined;
		if (now - old.used > BACKGROUND_MS) {
			old.used = now;
			this.touch(old.look, now);
		}
		return old;
	}

	/** A view at the moment that is shown.  The same object as before if nothing in it has
	 * changed. */
	view<N extends ViewName>(name: N, pid = 0, address = 0n): Answer<Views[N]> {
		if (!this.warm && (name === "memory" || name === "cells"))
			return { partial: true };
		const key = `${name}/${pid}/${address}`;
		const fresh = this.fresh(key);
		if (fresh) return fresh.answer as Answer<Views[N]>;
		if (!this.decoder) return { partial: true };
		const begun = performance.now();
		const look = this.decoder.view(name, pid, address);
		const old = this.cache.get(key);
		const isSame =
			old?.look.text === look.text &&
			old.answer.partial === look.wanted.length > 0;
		const made = isSame ? (old.answer as Answer<Views[N]>) : answer<N>(look);
		this.remember(key, look, made, begun);
		return made;
	}

	/** All frames; the same object as before if no page that they are made of has changed. */
	cells(): Answer<FrameCells> {
		if (!this.warm) return { partial: true };
		const fresh = this.fresh("cells*");
		if (fresh) return fresh.answer as Answer<FrameCells>;
		if (!this.decoder) return { partial: true };
		const begun = performance.now();
		const look = this.decoder.cells();
		const partial = look.wanted.length > 0;
		const made: Answer<FrameCells> = look.cells
			? { data: look.cells, partial }
			: { partial };
		this.remember("cells*", look, made, begun);
		return made;
	}

	/** When pages of a process were touched, up to the moment that is shown; what takes long
	 * comes later, with another change. */
	heat(pid: number, most: number): Column[] {
		if (this.live) this.view("pages", pid); /* so that it is watched */
		const made = this.heats?.columns(pid, most, HEAT_MS);
		if (made && !made.whole) setTimeout(() => this.changed(), HEAT_MS);
		return made?.columns ?? [];
	}

	/** A view as the text of its JSON, for export. */
	json(name: ViewName, pid = 0, address = 0n): string {
		return this.decoder && VIEW_NAMES.includes(name)
			? this.decoder.view(name, pid, address).text
			: "";
	}

	private sample(time: number): void {
		const counters = this.view("counters");
		const machine = this.view("machine");
		const processes = this.view("processes");
		if (processes.data && !processes.partial)
			this.lives.note(processes.data.processes, time);
		if (!counters.data || !machine.data || !processes.data) return;
		if (counters.partial || machine.partial || processes.partial) return;
		insert(this.samples, {
			time,
			counters: new Map(counters.data.counters.map((c) => [c.name, c.value])),
			kinds: machine.data.kinds,
			faults: new Map(processes.data.processes.map((p) => [p.pid, p.faults])),
		});
		const oldest = this.hello?.recorded
			? -Infinity
			: this.timeline?.rounds[0]?.time;
		const isOld = () => this.samples[0]!.time < (oldest ?? time);
		while (this.samples.length > SAMPLES_MOST || isOld()) this.samples.shift();
	}

	// --- the shown moment -------------------------------------------------------------------

	get live(): boolean {
		if (this.hello?.recorded) return this.moment === undefined;
		return this.timeline?.live ?? true;
	}

	/** In ms since 1970. */
	get shown(): number | undefined {
		return this.timeline?.cursor?.time;
	}

	/** The oldest and the newest moment that can be shown. */
	get span(): { start: number; end: number } | undefined {
		if (this.hello?.recorded) return this.hello.recorded;
		const rounds = this.timeline?.rounds;
		return rounds?.length
			? { start: rounds[0]!.time, end: rounds.at(-1)!.time }
			: undefined;
	}

	seek(time: number): void {
		this.moment = time;
		if (this.hello?.recorded) return this.server.moment(time);
		this.timeline?.seek(time);
		this.moved();
	}

	resume(): void {
		this.moment = undefined;
		if (this.hello?.recorded)
			return this.server.moment(this.hello.recorded.end);
		this.timeline?.resume();
		this.moved();
	}

	private moved(): void {
		for (const entry of this.cache.values()) entry.stale = true;
		this.changed();
	}

	/** Keeps the moment that is shown for a comparison.  While it is live, what is missing
	 * is waited for. */
	async mark(name: "a" | "b"): Promise<void> {
		let made = snapshot(this);
		for (
			let i = 0;
			i < MARK_ROUNDS && this.live && (!made || made.partial);
			i++
		) {
			await new Promise((resolve) => setTimeout(resolve, MARK_WAIT_MS));
			made = snapshot(this);
		}
		if (made) this.marks[name] = made;
		this.changed();
	}
}
