// main.ts - begins: the decoder's module, the session, the frame.
import { App } from "./frame/app.ts";
import { Session } from "./session.ts";
import { startTheme } from "./theme.ts";

function wasmBytes(): Uint8Array<ArrayBuffer> {
	const text = atob(document.getElementById("wasm")!.textContent!.trim());
	return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

startTheme();
const words = new URLSearchParams(location.search);
const scheme = location.protocol === "https:" ? "wss" : "ws";
const token = encodeURIComponent(words.get("token") ?? "");
const url = `${scheme}://${location.host}/ws?token=${token}&zeros=1`;
const session = new Session(url, await WebAssembly.compile(wasmBytes()));
document.body.append(new App(session));
session.open();
