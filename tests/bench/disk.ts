/**
 * `npm run bench:disk`: a real browser is killed at any moment while its code is set or taken away. At
 * the next start what was typed must be there, and no byte of the place that was left, nor of the one
 * that was not finished, in any file of the browser. `-- 100` kills it that often.
 */
import assert from 'node:assert/strict';
import type { Page } from '@playwright/test';
import { enter } from '../support/demo-room.ts';
import { openProcess } from '../support/process.ts';
import { openProfile } from '../support/profile.ts';
import { type SealedBytes, sealedBytes } from '../support/sealed-bytes.ts';

const kills = Number(process.argv[2] ?? 40);
const CODE = 'ardoise 47';
const DRAFT = 'Une phrase à moitié écrite';
/** The longest that a change of the code was seen to take on a slow machine, in ms. */
const LONGEST = 1_200;
/** How long the next start may take until nothing of before is left, in ms. */
const SOON = 15_000;

const cercle = await openProcess({ CERCLE_DEMO: '1' });
const profile = await openProfile(cercle.url);
const tally = { before: 0, after: 0, sought: 0 };
try {
	await enter(profile.page, 'Karim Benali');
	await type(profile.page);
	let coded = false;
	for (let turn = 0; turn < kills; turn++) {
		const { page } = profile;
		await page.goto('/me/lock');
		await open(page);
		const seen = await sealedBytes(page);
		await change(page, coded);
		await page.waitForTimeout(Math.random() * LONGEST);
		await profile.kill();
		await profile.start();
		await profile.page.goto('/actions');
		const isCoded = await open(profile.page);
		const changed = isCoded !== coded;
		tally[changed ? 'after' : 'before'] += 1;
		coded = isCoded;
		await profile.page.getByRole('button', { name: 'Ajouter une action' }).first().click();
		const kept = await profile.page.getByLabel('Ce que je m’engage à faire').inputValue();
		assert.equal(kept, DRAFT, `what was typed is gone after ${turn + 1} kills`);
		await onePlace();
		if (changed) await nothingOf(seen);
	}
	console.log(`kills                            ${kills}`);
	console.log(`then as before / changed         ${tally.before} / ${tally.after}`);
	console.log('typed and lost                   0');
	console.log(`sealed records of before sought  ${tally.sought}`);
	console.log('of them found                    0');
	assert(tally.before > 0 && tally.after > 0, 'all kills came too early, or all too late');
} finally {
	await profile.remove();
	await cercle.remove();
}

async function type(page: Page): Promise<void> {
	await page.goto('/actions');
	await page.getByRole('button', { name: 'Ajouter une action' }).first().click();
	await page.getByLabel('Ce que je m’engage à faire').fill(DRAFT);
	await page.waitForTimeout(500);
}

/** Gives the code if it is asked for; answers whether it was. */
async function open(page: Page): Promise<boolean> {
	const locked = page.getByRole('heading', { name: 'Cercle est verrouillé' });
	const ready = page.getByRole('link', { name: /Moi/ }).first();
	await locked.or(ready).first().waitFor();
	if (!(await locked.isVisible())) return false;
	await page.getByLabel('Code', { exact: true }).fill(CODE);
	await page.getByRole('button', { name: 'Ouvrir' }).click();
	await locked.waitFor({ state: 'hidden' });
	return true;
}

/** Asks for the change, and does not wait for it. */
async function change(page: Page, coded: boolean): Promise<void> {
	if (coded) {
		await page.getByLabel('Code', { exact: true }).fill(CODE);
		return page.getByRole('button', { name: 'Ne plus demander de code' }).click();
	}
	await page.getByLabel('Nouveau code').fill(CODE);
	await page.getByLabel('Le même code').fill(CODE);
	await page.getByRole('button', { name: 'Demander ce code' }).click();
}

/** What the kill left half done is deleted soon after the start. */
async function onePlace(): Promise<void> {
	await profile.page.waitForFunction(
		async () => {
			const buckets: string[] = await Reflect.get(navigator, 'storageBuckets').keys();
			return new Set(buckets.map((name) => name.slice(0, 9))).size === 1;
		},
		null,
		{ timeout: SOON, polling: 200 }
	);
}

/** Once it has changed, no byte of what was kept before is in any file. */
async function nothingOf(seen: readonly SealedBytes[]): Promise<void> {
	const found = await profile.search(seen.map(({ bytes }) => bytes));
	assert.equal(found.length, 0, 'sealed records of before are still there');
	tally.sought += seen.length;
}
