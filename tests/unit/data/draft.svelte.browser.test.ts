import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DraftName, draftKey } from '#lib/data/draft-keys.ts';
import { Draft } from '#lib/data/draft.svelte.ts';
import * as z from '#lib/offline/shape.ts';
import { StorageError } from '#lib/offline/storage-error.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A device that keeps at once, unless it is full. */
function device(kept: Record<string, string> = {}) {
	const drafts = new Map(Object.entries(kept));
	return {
		drafts,
		isFull: false,
		draft: (key: string) => drafts.get(key) ?? null,
		async keep(key: string, text: string) {
			if (this.isFull) throw new StorageError('full');
			if (text === '') drafts.delete(key);
			else drafts.set(key, text);
		}
	};
}

describe('a form', () => {
	const shape = z.object({ title: z.string(), due: z.string() });
	const blank = { title: '', due: 'soon' };
	const form = (keeper: ReturnType<typeof device>, seen = () => blank) =>
		new Draft(keeper, { key: () => 'form', shape, seen });

	test('every change is kept, and is there again', () => {
		const keeper = device();
		form(keeper).change({ title: 'A word' });
		const back = form(keeper);
		expect(back.value).toEqual({ title: 'A word', due: 'soon' });
		expect(back.isRestored).toBe(true);
		back.change({ due: 'late' });
		expect(back.isRestored).toBe(false);
	});

	test('what is put back as it was is no draft', () => {
		const keeper = device();
		const draft = form(keeper);
		draft.change({ title: 'A word' });
		draft.change({ title: '' });
		expect(keeper.drafts.size).toBe(0);
	});

	test.each(['', '{', 'null', '[]', '{"value":{"title":3,"due":""},"seen":{}}'])(
		'a draft of another shape is none: %s',
		(text) => {
			const draft = form(device({ form: text }));
			expect(draft.value).toEqual(blank);
			expect(draft.isRestored).toBe(false);
		}
	);

	test('until something is typed it is what others write; then it remembers what was seen', () => {
		const row = { current: { title: 'One', due: 'soon' } };
		const draft = form(device(), () => row.current);
		row.current = { title: 'Two', due: 'soon' };
		expect(draft.value.title).toBe('Two');
		draft.change({ title: 'Mine' });
		row.current = { title: 'Three', due: 'soon' };
		expect(draft.value.title).toBe('Mine');
		expect(draft.seen.title).toBe('Two');
	});

	test('saved, it is told the name of its draft, and begins anew', async () => {
		const keeper = device();
		const draft = form(keeper);
		draft.change({ title: 'A word' });
		const write = vi.fn(() => Promise.resolve());
		expect(await draft.save(write)).toBe(true);
		expect(write).toHaveBeenCalledExactlyOnceWith({
			key: 'form',
			seen: blank,
			value: { title: 'A word', due: 'soon' }
		});
		expect(draft.value).toEqual(blank);
		expect(keeper.drafts.size).toBe(0);
	});

	test('not saved, it stays in sight with the reason, until the form begins again', async () => {
		const draft = form(device());
		draft.change({ title: 'A word' });
		expect(await draft.save(() => Promise.reject(new StorageError('full')))).toBe(false);
		expect(draft).toMatchObject({ problem: 'full', seen: blank });
		expect(draft.value.title).toBe('A word');
		draft.begin();
		expect(draft.problem).toBeNull();
		expect(draft.value.title).toBe('A word');
	});

	test('with nothing to write it to, it stays in sight and on the device', async () => {
		const keeper = device();
		const draft = form(keeper);
		draft.change({ title: 'A word' });
		expect(await draft.save(() => null)).toBe(false);
		expect(draft).toMatchObject({ isTyped: true, isWritten: false, problem: null, seen: blank });
		expect(form(keeper).value.title).toBe('A word');
		expect(await draft.save(() => Promise.resolve())).toBe(true);
		expect(keeper.drafts.size).toBe(0);
	});

	test('what is typed while it is saved stays, on top of what was saved', async () => {
		const keeper = device();
		const draft = form(keeper);
		draft.change({ title: 'A' });
		await draft.save(async () => draft.change({ title: 'AB' }));
		expect(draft.value.title).toBe('AB');
		expect(draft.seen.title).toBe('A');
		expect(form(keeper).value.title).toBe('AB');
	});

	test('not saved, what was typed since is on top of what was seen, after a reload too', async () => {
		const keeper = device();
		const draft = form(keeper);
		draft.change({ title: 'A' });
		await draft.save(() => {
			draft.change({ title: 'AB' });
			return Promise.reject(new StorageError('full'));
		});
		expect(draft.problem).toBe('full');
		for (const typed of [draft, form(keeper)]) {
			expect(typed).toMatchObject({ value: { title: 'AB' }, seen: blank });
		}
	});

	test('not saved, and typed back to what was seen, it is no draft', async () => {
		const keeper = device();
		const draft = form(keeper);
		draft.change({ title: 'A' });
		await draft.save(() => {
			draft.change({ title: '' });
			return Promise.reject(new StorageError('full'));
		});
		expect(keeper.drafts.size).toBe(0);
	});

	test('pressed again while it is saved, it is saved once', async () => {
		const draft = form(device());
		draft.change({ title: 'A' });
		const end = Promise.withResolvers<null>();
		const write = vi.fn(() => end.promise);
		const saves = [draft.save(write), draft.save(write)];
		draft.change({ title: 'AB' });
		saves.push(draft.save(write));
		end.resolve(null);
		expect(await Promise.all(saves)).toEqual([true, true, false]);
		expect(write).toHaveBeenCalledOnce();
		expect(draft.value.title).toBe('AB');
	});

	test('given up, it is what everybody sees', async () => {
		const keeper = device();
		form(keeper).change({ title: 'A word' });
		const back = form(keeper);
		await back.drop();
		expect(back).toMatchObject({ value: blank, isTyped: false, isRestored: false });
		expect(keeper.drafts.size).toBe(0);
	});

	test('come back and saved, it has come back no more', async () => {
		const keeper = device();
		form(keeper).change({ title: 'A word' });
		const back = form(keeper);
		expect(await back.save(() => Promise.resolve())).toBe(true);
		expect(back.isRestored).toBe(false);
	});

	test('under another name it is another draft', () => {
		const keeper = device();
		let key = 'one';
		const draft = new Draft(keeper, { key: () => key, shape: z.string(), seen: () => '' });
		draft.value = 'of the first';
		key = 'two';
		draft.value = 'of the first still';
		expect([...keeper.drafts.keys()]).toEqual(['one']);
		draft.begin();
		expect(draft.value).toBe('');
	});
});

describe('a form that begins anew while it is written', () => {
	/** Being written as `A`. */
	function written() {
		const keeper = device();
		const current = { key: 'one', text: '' };
		const draft = new Draft(keeper, {
			key: () => current.key,
			shape: z.object({ title: z.string() }),
			seen: () => ({ title: current.key === 'one' ? current.text : '' })
		});
		draft.change({ title: 'A' });
		const end = Promise.withResolvers<null>();
		const done = draft.save(async () => {
			await end.promise;
			current.text = 'A';
		});
		return { keeper, current, draft, end: () => (end.resolve(null), done) };
	}

	test('is not written twice', async () => {
		const { keeper, draft, end } = written();
		draft.begin();
		await end();
		expect(draft.isTyped).toBe(false);
		expect(keeper.drafts.size).toBe(0);
	});

	test.each(['AB', ''])('keeps what was typed since: "%s"', async (title) => {
		const { draft, end } = written();
		draft.change({ title });
		draft.begin();
		await end();
		expect(draft).toMatchObject({ value: { title }, seen: { title: 'A' }, isTyped: true });
		draft.begin();
		expect(draft).toMatchObject({ value: { title }, seen: { title: 'A' }, isTyped: true });
	});

	test('keeps what was typed since under the other name', async () => {
		const { current, draft, end } = written();
		draft.change({ title: 'AB' });
		current.key = 'two';
		draft.begin();
		await end();
		expect(draft.isTyped).toBe(false);
		current.key = 'one';
		draft.begin();
		expect(draft.value.title).toBe('AB');
	});

	test('does not take the same words under another name for written', async () => {
		const { keeper, current, draft, end } = written();
		current.key = 'two';
		draft.begin();
		draft.change({ title: 'A' });
		await end();
		expect(draft.isTyped).toBe(true);
		expect([...keeper.drafts.keys()]).toEqual(['two']);
	});
});

describe('a device', () => {
	const text = (keeper: ReturnType<typeof device>) =>
		new Draft(keeper, { key: () => 'text', shape: z.string(), seen: () => '' });

	test('that is full says so, until it keeps again; the words stay', async () => {
		const keeper = device();
		const draft = text(keeper);
		keeper.isFull = true;
		draft.value = 'On a full phone';
		await vi.waitFor(() => expect(draft.problem).toBe('full'));
		expect(draft.value).toBe('On a full phone');
		keeper.isFull = false;
		draft.value = 'On a full phone.';
		await vi.waitFor(() => expect(draft.problem).toBeNull());
	});

	test('that cannot forget what has arrived is no failure of sending it', async () => {
		const keeper = device();
		const draft = text(keeper);
		draft.value = 'Sent';
		keeper.isFull = true;
		await expect(draft.drop()).resolves.toBeUndefined();
		expect(draft.problem).toBeNull();
	});
});

describe('a text that nobody has to save', () => {
	/** On a disk that finishes a write when the test says so. */
	function desk(limit = 100) {
		const keeper = device();
		const wrote: { value: string; seen: string }[] = [];
		const ends: PromiseWithResolvers<null>[] = [];
		const shared = { text: '' };
		const open = () =>
			new Draft(keeper, {
				key: () => 'text',
				shape: z.string(),
				seen: () => shared.text,
				limit,
				write: async ({ value, seen, key }) => {
					wrote.push({ value, seen });
					const end = Promise.withResolvers<null>();
					ends.push(end);
					const kept = keeper.draft(key);
					await end.promise;
					shared.text = value;
					// As the outbox: what was typed since stays.
					if (keeper.draft(key) === kept) keeper.drafts.delete(key);
				}
			});
		return { keeper, shared, wrote, ends, open, draft: open() };
	}

	test('is written when the typing pauses, once', async () => {
		const { draft, wrote, ends } = desk();
		draft.value = 'a';
		await vi.advanceTimersByTimeAsync(1_000);
		draft.value = 'ab';
		await vi.advanceTimersByTimeAsync(1_000);
		expect(wrote).toEqual([]);
		await vi.advanceTimersByTimeAsync(1_000);
		await draft.flush();
		ends[0]?.resolve(null);
		await vi.advanceTimersByTimeAsync(5_000);
		expect(wrote).toEqual([{ value: 'ab', seen: '' }]);
		expect(draft).toMatchObject({ value: 'ab', isTyped: false, isWritten: true });
	});

	test('typed on while the disk is busy goes on top of what is being written', async () => {
		const { draft, wrote, ends, keeper } = desk();
		draft.value = 'ab';
		const first = draft.flush();
		draft.value = 'abc';
		const second = draft.flush();
		ends[0]?.resolve(null);
		await first;
		await vi.waitFor(() => expect(ends).toHaveLength(2));
		ends[1]?.resolve(null);
		await second;
		expect(wrote).toEqual([
			{ value: 'ab', seen: '' },
			{ value: 'abc', seen: 'ab' }
		]);
		expect(draft).toMatchObject({ value: 'abc', isTyped: false });
		expect(keeper.drafts.size).toBe(0);
	});

	test('typed back to what is being written leaves no draft behind', async () => {
		const { draft, ends, keeper } = desk();
		draft.value = 'ab';
		const first = draft.flush();
		draft.value = 'abc';
		draft.value = 'ab';
		ends[0]?.resolve(null);
		await first;
		expect(draft.isTyped).toBe(false);
		expect(keeper.drafts.size).toBe(0);
	});

	test('typed back to what it was changes nothing', async () => {
		const { draft, wrote, keeper } = desk();
		draft.value = 'ab';
		draft.value = '';
		await draft.flush();
		expect(wrote).toEqual([]);
		expect(draft.isTyped).toBe(false);
		expect(keeper.drafts.size).toBe(0);
	});

	test('given up is not written, whenever the typing paused', async () => {
		const { draft, wrote, ends, keeper } = desk();
		draft.value = 'ab';
		await draft.drop();
		await vi.advanceTimersByTimeAsync(5_000);
		expect(wrote).toEqual([]);
		draft.value = 'ab';
		const first = draft.flush();
		draft.value = 'abc';
		await draft.drop();
		ends[0]?.reject(new StorageError('full'));
		await first;
		expect(draft.isTyped).toBe(false);
		expect(keeper.drafts.size).toBe(0);
	});

	test('too long for the server stays in the field and on the device', async () => {
		const { draft, wrote, keeper } = desk(3);
		draft.value = 'abcd';
		await vi.advanceTimersByTimeAsync(5_000);
		expect(wrote).toEqual([]);
		expect(draft).toMatchObject({ value: 'abcd', isLong: true });
		expect(keeper.drafts.get('text')).toContain('abcd');
	});

	test('on a full disk stays to be written again, on what was seen before', async () => {
		const { draft, wrote, ends } = desk();
		draft.value = 'ab';
		const first = draft.flush();
		ends[0]?.reject(new StorageError('full'));
		await first;
		expect(draft).toMatchObject({ value: 'ab', isTyped: true, problem: 'full' });
		const again = draft.flush();
		ends[1]?.resolve(null);
		await again;
		expect(draft).toMatchObject({ isTyped: false, problem: null });
		expect(wrote[1]).toEqual({ value: 'ab', seen: '' });
	});

	test('typed on while a disk fails goes on what was seen before', async () => {
		const { draft, wrote, ends } = desk();
		draft.value = 'ab';
		const first = draft.flush();
		draft.value = 'abc';
		const second = draft.flush();
		ends[0]?.reject(new StorageError('full'));
		await first;
		await vi.waitFor(() => expect(ends).toHaveLength(2));
		ends[1]?.resolve(null);
		await second;
		expect(wrote[1]).toEqual({ value: 'abc', seen: '' });
		expect(draft).toMatchObject({ isTyped: false, problem: null });
	});

	test('left again, or typed back, while a disk fails stays in the field and on the device', async () => {
		const { draft, wrote, ends, open } = desk();
		draft.value = 'ab';
		const first = draft.flush();
		await draft.flush();
		expect(draft.isTyped).toBe(true);
		draft.value = 'abc';
		draft.value = 'ab';
		ends[0]?.reject(new StorageError('full'));
		await first;
		expect(draft).toMatchObject({ value: 'ab', isTyped: true });
		expect(open().value).toBe('ab');
		expect(wrote).toHaveLength(1);
	});

	test('comes back with what was seen when it was typed', () => {
		const { draft, shared, wrote, open } = desk();
		draft.value = 'ab';
		shared.text = 'of somebody else';
		const back = open();
		expect(back).toMatchObject({ value: 'ab', isTyped: true });
		void back.flush();
		expect(wrote).toEqual([{ value: 'ab', seen: '' }]);
	});

	test('written in another tab is no draft here', () => {
		const { draft, shared, open } = desk();
		draft.value = 'ab';
		shared.text = 'ab';
		const back = open();
		expect(back.isTyped).toBe(false);
		shared.text = 'abc';
		expect(back.value).toBe('abc');
	});
});

describe('a draft of a former build', () => {
	const words = z.object({ title: z.string() });
	const now = { title: 'As it is now' };

	/** What comes back on a phone that has this alone, and what is left of it once it was dropped. */
	async function back<Value>(
		[key, text]: [string, string],
		[name, ...ids]: [DraftName, ...string[]],
		shape: z.Shape<Value>,
		seen: Value
	) {
		const keeper = device({ [key]: text });
		const draft = new Draft(keeper, {
			key: () => draftKey(name, ...ids),
			shape,
			seen: () => seen
		});
		const typed = { value: draft.value, seen: draft.seen };
		await draft.drop();
		expect([...keeper.drafts.keys()]).toEqual([]);
		return typed;
	}

	test.each<[string, string, [DraftName, ...string[]], string]>([
		['charter g', 'Nos règles', ['charter', 'g'], 'Nos règles'],
		['breach g a', '42', ['breach', 'g', 'a'], '42'],
		['contribution c', '{ accolades', ['contribution', 'c'], '{ accolades'],
		['goal:x:end', 'Atteint', ['goal-end', 'x'], 'Atteint']
	])('that was the bare text is there again: %s', async (key, text, name, value) => {
		const typed = await back([key, text], name, z.string(), 'now');
		expect(typed).toEqual({ value, seen: 'now' });
	});

	test.each<[string, [DraftName, ...string[]]]>([
		['notes c', ['notes', 'c']],
		['review s a', ['review', 's', 'a']],
		['plus s', ['plus', 's']]
	])('that was a text and its base remembers both: %s', async (key, name) => {
		const text = JSON.stringify({ text: 'Typed', base: 'Seen' });
		const typed = await back([key, text], name, z.string(), 'now');
		expect(typed).toEqual({ value: 'Typed', seen: 'Seen' });
	});

	test.each<[string, object, [DraftName, ...string[]], object]>([
		['action:a', { title: 'A', seen: { title: 'B' } }, ['action', 'a'], { title: 'B' }],
		['action:new:g', { title: 'A', seen: null }, ['action-new', 'g'], now],
		['action:new:x', { title: 'A', seen: null }, ['action-for', 'x'], now],
		['tell:a', { title: 'A' }, ['action-tell', 'a'], now],
		['decide:a', { title: 'A' }, ['action-decide', 'a'], now],
		['goal:x', { words: { title: 'A' }, seen: { title: 'B' } }, ['goal', 'x'], { title: 'B' }],
		['goal:new:g', { words: { title: 'A' }, seen: null }, ['goal-new', 'g'], now],
		['commitment s', { title: 'A' }, ['commitment', 's'], now],
		['plan:p', { title: 'A', seen: 3 }, ['plan', 'p'], now],
		['plan:new:g', { title: 'A', seen: 0 }, ['plan-new', 'g'], now]
	])('that was a form is there again: %s', async (key, form, name, seen) => {
		const typed = await back([key, JSON.stringify(form)], name, words, now);
		expect(typed).toEqual({ value: { title: 'A' }, seen });
	});

	test('that was an order of ids, joined, is there again', async () => {
		const text = JSON.stringify({ text: 'b a', base: 'a b' });
		const typed = await back(['order:g', text], ['order', 'g'], z.array(z.string()), []);
		expect(typed).toEqual({ value: ['b', 'a'], seen: ['a', 'b'] });
	});

	const founding = z.object({ id: z.string(), name: z.string(), charter: z.string() });
	const blank = { id: 'new', name: '', charter: 'Proposed' };

	test.each<[Record<string, string>, object]>([
		[{ 'found name': 'Cercle' }, { ...blank, name: 'Cercle' }],
		[{ 'found charter': '{ ours' }, { ...blank, charter: '{ ours' }],
		[
			{ 'found id': 'g', 'found name': '42', 'found charter': 'Ours' },
			{ id: 'g', name: '42', charter: 'Ours' }
		]
	])('that was the founding of a group is there again: %j', async (kept, value) => {
		const keeper = device(kept);
		const open = () =>
			new Draft(keeper, { key: () => draftKey('found'), shape: founding, seen: () => blank });
		expect(open()).toMatchObject({ value, seen: blank, isRestored: true });
		await vi.waitFor(() => expect([...keeper.drafts.keys()]).toEqual(['found']));
		await open().drop();
		expect(keeper.drafts.size).toBe(0);
	});

	test('is there on a full phone, and is not forgotten', () => {
		const keeper = device({ 'notes c': 'before' });
		keeper.isFull = true;
		const key = () => draftKey('notes', 'c');
		const draft = new Draft(keeper, { key, shape: z.string(), seen: () => '' });
		expect(draft).toMatchObject({ value: 'before', problem: null });
		expect([...keeper.drafts.keys()]).toEqual(['notes c']);
	});

	test('gives way to one of today, and does not come back after it', async () => {
		const keeper = device({ 'notes c': 'before', 'notes:c': '{"value":"today","seen":""}' });
		const key = () => draftKey('notes', 'c');
		const draft = new Draft(keeper, { key, shape: z.string(), seen: () => '' });
		expect(draft.value).toBe('today');
		await draft.save(() => Promise.resolve());
		draft.begin();
		expect(draft.value).toBe('');
		expect(keeper.drafts.size).toBe(0);
	});

	test('is saved with the name that it is kept under by then', async () => {
		const keeper = device({ 'notes c': 'before' });
		const key = () => draftKey('notes', 'c');
		const draft = new Draft(keeper, { key, shape: z.string(), seen: () => '' });
		await draft.save(async (typed) => {
			expect(typed.value).toBe('before');
			expect(keeper.drafts.has(typed.key)).toBe(true);
			keeper.drafts.delete(typed.key);
		});
		expect(draft.isWritten).toBe(true);
		expect(keeper.drafts.size).toBe(0);
	});
});
