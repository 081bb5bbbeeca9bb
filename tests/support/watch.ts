import type { BrowserContext, Page } from '@playwright/test';
import { openDisk } from './disk.ts';
import type { Traces } from './traces.ts';

/**
 * Tells what the browser refuses for the sake of a policy of the page, and has `traces` see what pages
 * call themselves, where they are and what they ask for.
 */
export async function watch(
	context: BrowserContext,
	refused: (what: string) => void,
	traces?: Traces
): Promise<void> {
	await context.exposeBinding('seenByTest', (_, where: string, text: string) =>
		where === 'refused' ? refused(text) : traces?.see(where, text)
	);
	await context.addInitScript(openDisk);
	await context.addInitScript(() => {
		const seen: (where: string, text: string) => void = Reflect.get(globalThis, 'seenByTest');
		document.addEventListener('securitypolicyviolation', (event) => {
			const { effectiveDirective, blockedURI, sample, sourceFile, lineNumber } = event;
			const place = `${sourceFile}:${lineNumber}`;
			seen('refused', [effectiveDirective, blockedURI, sample, place].join(' '));
		});
		const title = Object.getOwnPropertyDescriptor(Document.prototype, 'title');
		if (title?.set) {
			Object.defineProperty(Document.prototype, 'title', {
				...title,
				set(text: string) {
					seen('title', text);
					title.set?.call(this, text);
				}
			});
		}
		addEventListener('DOMContentLoaded', () => seen('title', document.title));
	});
	// What workers are refused.
	context.on('console', (message) => {
		if (/Content Security Policy|Trusted(HTML|Script)/.test(message.text())) {
			refused(message.text());
		}
	});
	context.on('request', (request) => traces?.see('request', readable(request.url())));
	if (!traces) return;
	context.on('page', (page) => followed(page, traces));
	for (const page of context.pages()) followed(page, traces);
}

function followed(page: Page, traces: Traces): void {
	page.on('framenavigated', (frame) => traces.see('address', readable(frame.url())));
}

/** Sees what a phone keeps in the open: the app's own files are its own words. */
export async function seeStorage(
	context: BrowserContext,
	origin: string,
	traces: Traces
): Promise<void> {
	const page = context.pages().find((one) => one.url().startsWith(origin));
	const kept = await page?.evaluate(async () => {
		const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const { url } of await cache.keys()) {
				const { pathname } = new URL(url);
				const isBuilt = pathname.startsWith('/_app/immutable/');
				const body = isBuilt ? '' : await (await cache.match(url))?.text();
				texts.push(`${name} ${url} ${body ?? ''}`);
			}
		}
		const decoder = new TextDecoder();
		const plain = (_: string, value: unknown) =>
			value instanceof Uint8Array ? decoder.decode(value) : value;
		for (const kept of await window.disk.raw()) texts.push(JSON.stringify(kept, plain));
		return texts;
	});
	for (const text of kept ?? []) traces.see('kept by the browser', text);
}

/** An address as a person reads it; one that is no encoding of anything as it is. */
function readable(address: string): string {
	try {
		return decodeURIComponent(address);
	} catch {
		return address;
	}
}
