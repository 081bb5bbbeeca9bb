import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StorageError } from '#lib/offline/storage-error.ts';
import { Typed } from '#lib/offline/typed.svelte.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A text on a disk that finishes a write when the test says so. */
function desk(limit = 100) {
	const drafts = new Map<string, string>();
	const wrote: { text: string; base: string }[] = [];
	const ends: PromiseWithResolvers<null>[] = [];
	const shared = { text: '' };
	const keeper = {
		draft: (key: string) => drafts.get(key) ?? null,
		keep: (key: string, text: string) => {
			if (text === '') drafts.delete(key);
			else drafts.set(key, text);
			return Promise.resolve();
		}
	};
	async function write(text: string, base: string, draft: string) {
		wrote.push({ text, base });
		const end = Promise.withResolvers<null>();
		ends.push(end);
		await end.promise;
		shared.text = text;
		drafts.delete(draft);
	}
	const open = () => new Typed(keeper, 'key', () => shared.text, write, limit);
	return { drafts, shared, wrote, ends, open, typed: open() };
}

test('what is typed while the disk is busy goes on top of what is being written', async () => {
	const { typed, wrote, ends } = desk();
	typed.value = 'ab';
	const first = typed.flush();
	typed.value = 'abc';
	const second = typed.flush();
	ends.forEach((end) => end.resolve(null));
	await Promise.all([first, second]);
	expect(wrote).toEqual([
		{ text: 'ab', base: '' },
		{ text: 'abc', base: 'ab' }
	]);
	expect(typed).toMatchObject({ value: 'abc', dirty: false });
});

test('the same text is written once, however often the field is left', async () => {
	const { typed, wrote, ends } = desk();
	typed.value = 'ab';
	const first = typed.flush();
	await typed.flush();
	ends[0]?.resolve(null);
	await first;
	expect(wrote).toHaveLength(1);
});

test('a text too long for the server stays in the field and on the device', async () => {
	const { typed, wrote, drafts } = desk(3);
	typed.value = 'abcd';
	await vi.advanceTimersByTimeAsync(5_000);
	expect(wrote).toEqual([]);
	expect(typed.value).toBe('abcd');
	expect([...drafts.values()].join()).toContain('abcd');
});

test('a full disk is said, and the text stays to be written again', async () => {
	const { typed, wrote, ends } = desk();
	typed.value = 'ab';
	const first = typed.flush();
	ends[0]?.reject(new StorageError('full'));
	await first;
	expect(typed).toMatchObject({ value: 'ab', dirty: true, problem: 'full' });
	const again = typed.flush();
	ends[1]?.resolve(null);
	await again;
	expect(typed).toMatchObject({ dirty: false, problem: null });
	expect(wrote[1]).toEqual({ text: 'ab', base: '' });
});

test('a draft that comes back remembers what was seen when it was typed', () => {
	const { typed, shared, wrote, open } = desk();
	typed.value = 'ab';
	shared.text = 'of somebody else';
	const back = open();
	expect(back).toMatchObject({ value: 'ab', dirty: true });
	void back.flush();
	expect(wrote).toEqual([{ text: 'ab', base: '' }]);
});
