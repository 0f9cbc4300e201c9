// absent.ts - what is said instead of a view of a process that is not there: it has ended, or
// had not begun; and where to go from here.
import { html, nothing, type TemplateResult } from "lit";
import { namesake } from "../lives.ts";
import type { Page } from "../page.ts";
import { clock } from "../units.ts";
import type { Process } from "../views.ts";

function follow(page: Page, what: string, to: Process | undefined): TemplateResult | typeof nothing {
	return to
		? html`<button @click=${() => page.go({ pid: to.pid })}>
				${what} ${to.pid} (${to.name})
			</button>`
		: nothing;
}

export function absent(page: Page, list: Process[]): TemplateResult {
	const { session, pid } = page;
	const life = session.lives.of(pid);
	if (!life)
		return html`<div class="absent" role="status">
			<p>There is no process ${pid}, and none was seen since this page looks.</p>
		</div>`;
	const begins = (session.shown ?? 0) < life.first;
	const when = begins ? life.first : life.last;
	const { span } = session;
	const canShow = span && when >= span.start;
	return html`<div class="absent" role="status">
		<p>
			Process ${pid} (${life.name})
			${begins
				? html`was first seen at ${clock(life.first)}, after this moment.`
				: html`has ended; it was last seen at ${clock(life.last)}.`}
			${list.some((p) => p.pid === pid)
				? "Its parent has not asked for its status so far."
				: nothing}
		</p>
		<p class="ways">
			${canShow
				? html`<button @click=${() => session.seek(when)}>
						Show it as it was then
					</button>`
				: nothing}
			${follow(page, "Its parent:", session.lives.ancestor(life, list))}
			${follow(page, "The newest of that name:", namesake(life, list))}
		</p>
	</div>`;
}
