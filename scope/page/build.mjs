// build.mjs - makes the page: one HTML file with all that it needs.
//
//	node build.mjs [--wasm FILE] [--out FILE] [--digest D] [--clang VERSION]	the page
//	node build.mjs --test FOLDER			the unit tests, for node --test
import { build } from "esbuild";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

const here = new URL(".", import.meta.url).pathname;

function option(name, fallback) {
	const at = process.argv.indexOf(name);
	return at < 0 ? fallback : process.argv[at + 1];
}

/** Without the indentation, which the templates of elements would keep. */
const flat = {
	name: "flat",
	setup(plugin) {
		plugin.onLoad({ filter: /src\/.*\.ts$/ }, ({ path }) => ({
			contents: readFileSync(path, "utf8").replace(/^\t+/gm, ""),
			loader: "ts",
		}));
	},
};

const common = {
	absWorkingDir: here,
	bundle: true,
	format: "esm",
	legalComments: "none",
	logLevel: "warning",
	target: "es2022",
	write: false,
};

async function page() {
	const wasm = readFileSync(
		option("--wasm", `${here}/../../build/scope.wasm`),
	).toString("base64");
	const made = await build({
		...common,
		entryPoints: ["src/main.ts"],
		loader: { ".css": "text" },
		minify: true,
		plugins: [flat],
	});
	const code = made.outputFiles[0].text.replaceAll("</script", "<\\/script");
	const html = readFileSync(`${here}/src/page.html`, "utf8")
		.replace("@DIGEST@", option("--digest", ""))
		.replace("@CLANG@", option("--clang", ""))
		.replace("@STYLE@", () => readFileSync(`${here}/src/page.css`, "utf8"))
		.replace("@WASM@", () => wasm)
		.replace("@CODE@", () => code);
	writeFileSync(option("--out", `${here}/dist/scope.html`), html);
	console.log(`scope.html: ${(html.length / 1000).toFixed(0)} kB`);
}

async function tests(folder) {
	const entryPoints = readdirSync(`${here}/test`)
		.filter((name) => name.endsWith(".test.ts"))
		.map((name) => `test/${name}`);
	await build({
		...common,
		entryPoints,
		outdir: folder,
		outExtension: { ".js": ".mjs" },
		platform: "node",
		write: true,
	});
}

await (process.argv.includes("--test") ? tests(option("--test")) : page());
