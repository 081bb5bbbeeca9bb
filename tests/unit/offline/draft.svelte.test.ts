import { beforeEach, expect, test } from 'vitest';
import { Draft } from '#lib/offline/draft.svelte.ts';
import { StorageError } from '#lib/offline/storage-error.ts';

const kept = new Map<string, string>();
let full = false;
const keeper = {
	draft: (key: string) => kept.get(key) ?? null,
	keep: async (key: string, text: string) => {
		if (full) throw new StorageError('full');
		kept.set(key, text);
	}
};
beforeEach(() => {
	full = false;
	kept.clear();
});

test('every keystroke is kept, and is there again', () => {
	const draft = new Draft(keeper, 'charter', 'What stands');
	expect(draft.text).toBe('What stands');
	draft.text = 'What stands, and more';
	expect(kept.get('charter')).toBe('What stands, and more');
	expect(new Draft(keeper, 'charter', 'What stands').text).toBe('What stands, and more');
});

test('what a full device does not keep is said, until it keeps it again; the words stay', async () => {
	const draft = new Draft(keeper, 'charter');
	full = true;
	draft.text = 'On a full phone';
	await expect.poll(() => draft.problem).toBe('full');
	expect(draft.text).toBe('On a full phone');
	full = false;
	draft.text = 'On a full phone.';
	await expect.poll(() => draft.problem).toBeNull();
});

test('what has arrived and cannot be forgotten is no failure of sending it', async () => {
	const draft = new Draft(keeper, 'charter');
	draft.text = 'Sent';
	full = true;
	await expect(draft.forget()).resolves.toBeUndefined();
});
