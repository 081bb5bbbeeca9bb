import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Draft } from '#lib/data/draft.svelte.ts';
import * as z from '#lib/offline/shape.ts';
import { Browser, type NoteDevice } from '../offline/browser.ts';

let browser: Browser;

beforeEach(() => {
	browser = new Browser();
	browser.cut();
});

afterEach(() => browser.end());

const form = (device: NoteDevice, name = 'form') =>
	new Draft(device, { key: () => name, shape: z.string(), seen: () => '' });
const save = (device: NoteDevice, draft: Draft<string>) =>
	draft.save(({ value: text, key }) => device.write('append', { note: 'n', text }, null, key));

/** Two tabs, in both of which a form came back that was typed in the first. */
async function tabs() {
	const [one, other] = [browser.tab(), browser.tab()];
	await one.open('anne');
	const typed = form(one);
	typed.value = 'typed';
	await typed.keep();
	await other.open('anne');
	const back = form(other);
	expect(back.value).toBe('typed');
	return { one, other, typed, back };
}

test('a form saved in one tab does not come back in another', async () => {
	const { one, other, typed, back } = await tabs();
	await save(one, typed);
	await vi.waitFor(() => expect(other.draft('form')).toBeNull());
	back.begin();
	expect(back).toMatchObject({ value: '', isTyped: false });
	expect(form(other).value).toBe('');
});

test('a form given up in one tab does not come back in another', async () => {
	const { other, typed } = await tabs();
	await typed.drop();
	await vi.waitFor(() => expect(form(other).value).toBe(''));
});

test('a form that stands open in another tab too is saved once', async () => {
	const { one, other, typed, back } = await tabs();
	await save(one, typed);
	await vi.waitFor(() => expect(other.draft('form')).toBeNull());
	expect(await save(other, back)).toBe(false);
	expect(back).toMatchObject({ value: '', isTyped: false, problem: null });
	expect(other.pending).toHaveLength(1);
});

test('what was typed in another tab since is its own, and is saved too', async () => {
	const { one, other, typed, back } = await tabs();
	await save(one, typed);
	await vi.waitFor(() => expect(other.draft('form')).toBeNull());
	back.value = 'typed on';
	expect(await save(other, back)).toBe(true);
	expect(other.pending.map(({ args }) => args)).toMatchObject([
		{ text: 'typed' },
		{ text: 'typed on' }
	]);
});

test('what is being typed here is not lost to news of another tab', async () => {
	const { one, other, typed } = await tabs();
	const own = form(other, 'own');
	const news = vi.waitFor(() => expect(other.pending).toHaveLength(1));
	void save(one, typed);
	// At every moment from before the news until after it.
	let hasCome = false;
	void news.then(() => (hasCome = true));
	let text = '';
	while (!hasCome) {
		own.value = text += '.';
		await own.keep();
		expect(other.draft('own')).toContain(text);
	}
	const later = browser.tab();
	await later.open('anne');
	expect(form(later, 'own').value).toBe(text);
});
