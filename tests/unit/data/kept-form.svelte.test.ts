import * as z from 'zod/mini';
import { expect, test } from 'vitest';
import { KeptForm } from '#lib/data/kept-form.svelte.ts';
import { StorageError } from '#lib/offline/storage-error.ts';

const shape = z.object({ line: z.string() });

function device(kept: Record<string, string> = {}) {
	const drafts = new Map(Object.entries(kept));
	return {
		drafts,
		full: false,
		draft: (key: string) => drafts.get(key) ?? null,
		async keep(key: string, text: string) {
			if (this.full) throw new StorageError('full');
			if (text === '') drafts.delete(key);
			else drafts.set(key, text);
		}
	};
}
const form = (keeper: ReturnType<typeof device>) =>
	new KeptForm(keeper, () => 'note', shape, { line: '' });

test('what was typed before comes back; without it the form begins with what is given', () => {
	const again = form(device({ note: '{"line":"Déjà écrit"}' }));
	again.begin({ line: 'Neuf' });
	expect(again.value).toEqual({ line: 'Déjà écrit' });
	const fresh = form(device());
	fresh.begin({ line: 'Neuf' });
	expect(fresh.value).toEqual({ line: 'Neuf' });
});

test('a draft of another shape is none', () => {
	const damaged = form(device({ note: '{"line":3}' }));
	damaged.begin({ line: 'Neuf' });
	expect(damaged.value).toEqual({ line: 'Neuf' });
});

test('every change is kept, and what changes nothing is dropped', async () => {
	const keeper = device();
	const typed = form(keeper);
	typed.value.line = 'Un mot';
	typed.keep();
	expect(keeper.drafts.get('note')).toBe('{"line":"Un mot"}');
	await typed.drop();
	expect(keeper.drafts.size).toBe(0);
});

test('a device that cannot keep it says so, until it can', async () => {
	const keeper = device();
	const typed = form(keeper);
	keeper.full = true;
	typed.keep();
	await expect.poll(() => typed.attempt.failed).toBe('full');
	keeper.full = false;
	typed.keep();
	await expect.poll(() => typed.attempt.failed).toBeNull();
});

test('what is sent is told the name of its draft, and a refusal stays in sight', async () => {
	const typed = form(device());
	const names: string[] = [];
	expect(await typed.send((name) => names.push(name))).toBe(true);
	expect(names).toEqual(['note']);
	expect(await typed.send(() => Promise.reject(new StorageError('full')))).toBe(false);
	expect(typed.attempt.failed).toBe('full');
});
