// index.ts - the views of the page, in the order of their tabs.  A part with the id "space"
// shows an address space, "tables" its page tables, "memory" the frames: others lead there.
import type { Part } from "../page.ts";
import { compare } from "./compare.ts";
import { terminal } from "./console.ts";
import { heat } from "./heat.ts";
import { kernel } from "./kernel.ts";
import { memory } from "./memory.ts";
import { processes } from "./processes.ts";
import { space } from "./space.ts";
import { tables } from "./tables.ts";
import { time } from "./time.ts";
import { tour } from "./tour.ts";

export const parts: Part[] = [processes, space, tables, memory, time, heat, compare, kernel, terminal, tour];
