import type { Page } from '@playwright/test';

/** One change of the digits on one phone. */
export interface Change {
	/** As written: "31:42", "+0:07" in overtime. */
	text: string;
	/** True time of the machine, in ms since 1970: not the phone's wall clock. */
	at: number;
}

declare global {
	interface Window {
		/** Since the page was opened. */
		changes: Change[];
	}
}

/**
 * Runs in each page before its own code: notes every change of the digits in `[data-testid=clock]`
 * at true time. The steady clock and its origin are the browser's, out of reach of a wrong `Date`.
 */
export function watchDigits(): void {
	window.changes = [];
	let last: string | undefined;
	const look = () => {
		const clock = document.querySelector('[data-testid="clock"]');
		const text = /\+?\d+:\d\d/.exec(clock?.textContent?.replaceAll(/\s/g, '') ?? '')?.[0];
		if (text === undefined || text === last) return;
		last = text;
		window.changes.push({ text, at: performance.timeOrigin + performance.now() });
	};
	const all = { subtree: true, childList: true, characterData: true };
	new MutationObserver(look).observe(document, all);
}

/** What each page showed over `seconds` from now. */
export async function watch(pages: readonly Page[], seconds: number): Promise<Change[][]> {
	await Promise.all(pages.map((page) => page.evaluate(() => window.changes.splice(0))));
	await pages[0]?.waitForTimeout(seconds * 1_000);
	return Promise.all(pages.map((page) => page.evaluate(() => window.changes)));
}

/** For each text that every phone showed: from the first phone to the last, in ms. */
export function spreads(seen: readonly Change[][]): number[] {
	const [first = []] = seen;
	return first.flatMap(({ text }) => {
		const times = seen.flatMap(
			(changes) => changes.find((change) => change.text === text)?.at ?? []
		);
		return times.length === seen.length ? [Math.max(...times) - Math.min(...times)] : [];
	});
}

/**
 * How late the digits changed, in ms, when they are to reach zero at `end` (true time); negative
 * when they were early.
 */
export function lateness({ text, at }: Change, end: number): number {
	const [minutes = 0, seconds = 0] = text.replace('+', '').split(':').map(Number);
	const left = (minutes * 60 + seconds) * 1_000;
	return at - (text.startsWith('+') ? end + left : end - left);
}
