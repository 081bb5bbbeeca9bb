import type { Page } from '@playwright/test';

/** A room on several phones, of ours or of others: its clock says "Pause" while it stands still. */
export interface Rig {
	name: string;
	/** The phone of the facilitator comes first. */
	pages: readonly Page[];
	/** Whether its driver's page must stay open: the digits live there. */
	anchored: boolean;
	/** How long a page that was just opened is left alone, in seconds. */
	settling: number;
	/** True time at which the digits are to reach zero, as the room's own master has it. */
	end(): Promise<number>;
	close(): Promise<void>;
}

/** Between two commands, in ms: until its own is answered, a phone takes no other. */
const PAUSE = 400;
/** After which a command that nobody painted counts as lost, in ms. */
const LOST = 20_000;

/**
 * Presses pause and resume in turn, as the driver: for each, milliseconds from the press until the
 * last phone has painted it.
 */
export async function press({ pages }: Rig, commands: number): Promise<number[]> {
	const [driver] = pages;
	if (!driver) throw new Error('no phone');
	const latencies: number[] = [];
	for (let turn = 0; turn < commands; turn++) {
		const paused = turn % 2 === 0;
		const painted = Promise.all(
			pages.map((page) => page.evaluate(untilPainted, { paused, lost: LOST }))
		);
		const name = paused ? 'Pause' : 'Reprendre';
		const pressed = await driver.getByRole('button', { name, exact: true }).evaluate(click);
		latencies.push(Math.max(...(await painted)) - pressed);
		await driver.waitForTimeout(PAUSE);
	}
	return latencies;
}

/** Runs in the page: the true time at which the pause, or its end, has been painted. */
function untilPainted({ paused, lost }: { paused: boolean; lost: number }): Promise<number> {
	return new Promise((done, failed) => {
		setTimeout(() => failed(new Error('a command was lost')), lost);
		const look = () => {
			const shown = document.querySelector('[data-testid="clock"]')?.textContent ?? '';
			// One of the seven reads English.
			if (/En pause|Paused/.test(shown) !== paused) return;
			observer.disconnect();
			// The frame that the callback belongs to holds the change; a task after it, the frame is out.
			requestAnimationFrame(() => {
				const { port1, port2 } = new MessageChannel();
				port1.onmessage = () => done(performance.timeOrigin + performance.now());
				port2.postMessage(null);
			});
		};
		const observer = new MutationObserver(look);
		observer.observe(document.body, { subtree: true, childList: true, characterData: true });
		look();
	});
}

/** Runs in the page: presses the button and says when, in true time. */
function click(button: Element): number {
	const at = performance.timeOrigin + performance.now();
	if (button instanceof HTMLElement) button.click();
	return at;
}
