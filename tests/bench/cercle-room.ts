import type { Page } from '@playwright/test';
import type { CercleProcess } from '../support/process.ts';
import { watchDigits } from './digits.ts';
import { connectOwner } from '../support/owner.ts';
import { enter, MEMBERS, SESSION } from '../support/demo-room.ts';
import { type Bench, SKEWS } from './phones.ts';
import type { Rig } from './press.ts';

/** The demo group's seven phones in its session, each on the line of the same rank. */
export async function openCercleRoom(
	{ phone }: Bench,
	cercle: CercleProcess,
	urls: readonly string[]
): Promise<Rig> {
	const owner = await connectOwner(cercle.dataFolder);
	const pages: Page[] = [];
	for (const [index, name] of MEMBERS.entries()) {
		const { page } = await phone({ skew: SKEWS[index] ?? 0, url: urls[index] ?? cercle.url });
		await page.addInitScript(watchDigits);
		await enter(page, name);
		await page.goto(`/room/${SESSION}`);
		pages.push(page);
	}
	const [driver] = pages;
	await driver?.getByRole('button', { name: 'Commencer la séance' }).click();
	for (const page of pages) await page.getByTestId('clock').waitFor();
	return {
		name: 'Cercle',
		pages,
		anchored: false,
		// The clock's eight round trips over the longest line.
		settling: 4,
		async end() {
			const [row] = await owner<{ end: number }[]>`
				select extract(epoch from started_at)::float8 * 1000 + planned_ms + added_ms + paused_ms as end
				from room_states where session_id = ${SESSION}
			`;
			return row?.end ?? Number.NaN;
		},
		close: () => owner.end({ timeout: 1 })
	};
}
