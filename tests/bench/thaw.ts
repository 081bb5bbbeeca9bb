import { setTimeout as wait } from 'node:timers/promises';
import { type BarePhone, enterBarely, openBarePhone } from '../support/bare-phone.ts';
import { openDelayProxy } from '../support/delay-proxy.ts';
import type { CercleProcess } from '../support/process.ts';
import { lateness } from './digits.ts';
import { type Facilitator, openFacilitator } from './facilitator.ts';
import { type Figure, ms, quantile } from './figures.ts';
import { connectOwner } from '../support/owner.ts';
import { SESSION } from '../support/demo-room.ts';

/** How long the phone sleeps each time, in seconds. */
const ASLEEP = 4;
/** How far digits may be from the truth to count as right, in ms: less than an eye notices. */
const TOLERANCE = 100;

/** What the facilitator does while the phone sleeps, sleep by sleep; the step it then is. */
const SLEEPS: readonly ((room: Facilitator) => Promise<void>)[] = [
	async (room) => {
		await room.send('go', { position: 1 });
		await room.send('add', { minutes: 1 });
	},
	async (room) => {
		await room.send('pause');
		await room.send('resume');
		await room.send('go', { position: 2 });
	},
	async (room) => {
		await room.send('add', { minutes: 1 });
		await room.send('go', { position: 3 });
		await room.send('add', { minutes: -1 });
	}
];

/** One look at the page. */
interface Look {
	at: number;
	step: string;
	digits: string;
}

declare global {
	interface Window {
		looks: Look[];
		/** When the page came into view, in true ms. */
		visibleAt: number;
	}
}

/**
 * A phone asleep while the facilitator moves on: from the moment its page is in view until step and
 * digits are right. Once with its socket still open, once with every connection lost by then.
 */
export async function thaw(cercle: CercleProcess): Promise<Figure[]> {
	const figures: Figure[] = [];
	const facilitator = await openFacilitator(cercle);
	await facilitator.send('start');
	const line = await openDelayProxy(cercle.url, { up: 0, down: 0 });
	const owner = await connectOwner(cercle.dataFolder);
	const truth = async () => {
		const [row] = await owner<{ end: number; step: string }[]>`
			select extract(epoch from started_at)::float8 * 1000 + planned_ms + added_ms + paused_ms as end,
				s.label ->> 'fr' as step
			from room_states r join segments s using (session_id, position)
			where session_id = ${SESSION}
		`;
		return row ?? { end: Number.NaN, step: '' };
	};
	const phone = await openBarePhone();
	await phone.runFirst(watchRoom);
	await enterBarely(phone, line.url, 'Karim');
	await phone.open(`${line.url}/room/${SESSION}`);
	await phone.until(() => document.querySelector('[data-testid="clock"]') !== null);
	await wait(3_000);
	console.log(
		`after ${ASLEEP} s of sleep with commands meanwhile, from visible to right (loopback)`
	);
	for (const [words, lose] of [
		['connections kept', () => undefined],
		['connections lost', () => line.cut()]
	] as const) {
		const delays: number[] = [];
		for (const move of SLEEPS) {
			await phone.freeze();
			lose();
			await wait((ASLEEP * 1_000) / 2);
			await move(facilitator);
			await wait((ASLEEP * 1_000) / 2);
			await phone.thaw();
			await wait(3_000);
			delays.push(await rightAfter(phone, await truth()));
		}
		console.log(`  ${words}   ${delays.map(ms).join(', ')}; most ${ms(quantile(delays, 1))}`);
		figures.push({ what: words, value: quantile(delays, 0.5), unit: 'ms' });
		// Back to the first step for the next round.
		await facilitator.send('go', { position: 0 });
	}
	await phone.close();
	await owner.end({ timeout: 1 });
	await line.close();
	return figures;
}

/** Milliseconds from visible to the first look from which on everything is right. */
async function rightAfter(phone: BarePhone, truth: { end: number; step: string }): Promise<number> {
	const { looks, visibleAt } = await phone.run(() => ({
		looks: window.looks.splice(0),
		visibleAt: window.visibleAt
	}));
	const seen = looks.filter(({ at }) => at >= visibleAt);
	const isRight = ({ at, step, digits }: Look) => {
		const late = lateness({ text: digits, at }, truth.end);
		// Digits stand for a second: they may have been there a while.
		return step === truth.step && late > -TOLERANCE && late < 1_000 + TOLERANCE;
	};
	const wrong = seen.findLastIndex((look) => !isRight(look));
	const right = seen[wrong + 1];
	return right ? right.at - visibleAt : Number.NaN;
}

/** Runs in the page before its own code: notes step and digits at each change and on coming into view. */
function watchRoom(): void {
	window.looks = [];
	const look = () => {
		const clock = document.querySelector('[data-testid="clock"]');
		const digits = /\+?\d+:\d\d/.exec(clock?.textContent?.replaceAll(/\s/g, '') ?? '')?.[0] ?? '';
		const step = document.querySelector('h1')?.textContent?.trim() ?? '';
		const last = window.looks.at(-1);
		const at = performance.timeOrigin + performance.now();
		if (last?.digits !== digits || last.step !== step) window.looks.push({ at, step, digits });
	};
	const all = { subtree: true, childList: true, characterData: true };
	new MutationObserver(look).observe(document, all);
	document.addEventListener('visibilitychange', () => {
		if (document.visibilityState !== 'visible') return;
		window.visibleAt = performance.timeOrigin + performance.now();
		window.looks = [];
		look();
	});
}
