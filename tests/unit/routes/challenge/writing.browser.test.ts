import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Intent } from '#lib/changes/intent.ts';
import { StorageError } from '#lib/offline/storage-error.ts';
import { Writing } from '#routes/(app)/challenge/[id]/writing.svelte.ts';
import { challenge, groupOf } from '../../group-view.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A desk whose disk and outbox are lists; `during` runs while a change is being kept. */
function desk() {
	const drafts = new Map<string, string>();
	const sent: Intent[] = [];
	const view = groupOf([], { challenges: [challenge('c', { question: 'Avant' })] });
	return {
		...{ drafts, sent, view, during: () => {}, full: false },
		device: {
			pending: [],
			refused: [],
			draft: (key: string) => drafts.get(key) ?? null,
			keep: (key: string, text: string) => {
				if (text === '') drafts.delete(key);
				else drafts.set(key, text);
				return Promise.resolve();
			}
		},
		async write(intent: Intent, draft: string) {
			if (this.full) throw new StorageError('full');
			sent.push(intent);
			await Promise.resolve();
			this.during();
			drafts.delete(draft);
			return String(sent.length);
		}
	};
}

test('every keystroke is on the device before anything is sent', () => {
	const app = desk();
	new Writing(app, 'c').edit('question', 'Apr');
	expect([...app.drafts.values()].join()).toContain('Apr');
	expect(app.sent).toEqual([]);
});

test('when the hand rests, what was written is a change on what was seen', async () => {
	const app = desk();
	const writing = new Writing(app, 'c');
	writing.edit('question', 'Apr');
	writing.edit('question', 'Après');
	await vi.advanceTimersByTimeAsync(2000);
	expect(app.sent).toEqual([
		{
			kind: 'challenge.write',
			args: { id: 'c', changes: { question: 'Après' } },
			base: { question: 'Avant' }
		}
	]);
	expect(app.drafts.size).toBe(0);
});

test('a page opened again takes up the words that were not saved yet', async () => {
	const app = desk();
	new Writing(app, 'c').edit('context', 'Dix ans de code');
	const again = new Writing(app, 'c');
	expect(again.text('context')).toBe('Dix ans de code');
	await again.save();
	expect(app.sent).toHaveLength(1);
});

test('a field emptied and left before the save stays empty', () => {
	const app = desk();
	new Writing(app, 'c').edit('question', '');
	expect(new Writing(app, 'c').text('question')).toBe('');
});

test('what is typed while a change is being kept is not lost, and builds on it', async () => {
	const app = desk();
	const writing = new Writing(app, 'c');
	writing.edit('question', 'Un');
	app.during = () => {
		app.during = () => {};
		writing.edit('question', 'Un deux');
	};
	await writing.save();
	expect(writing.text('question')).toBe('Un deux');
	expect([...app.drafts.values()].join()).toContain('Un deux');
	await writing.save();
	expect(app.sent.at(-1)).toMatchObject({
		args: { changes: { question: 'Un deux' } },
		base: { question: 'Un' }
	});
});

test('a text written back to what it was changes nothing', async () => {
	const app = desk();
	const writing = new Writing(app, 'c');
	writing.edit('question', 'Autre');
	writing.edit('question', 'Avant');
	await writing.save();
	expect(app.sent).toEqual([]);
	expect(app.drafts.size).toBe(0);
});

test('a text over the limit is kept here and not sent', async () => {
	const app = desk();
	const writing = new Writing(app, 'c');
	writing.edit('question', 'x'.repeat(301));
	await writing.save();
	expect(writing.isLong('question')).toBe(true);
	expect(app.sent).toEqual([]);
	expect(app.drafts.size).toBe(1);
});

test('a device without room says so and keeps the words on the screen', async () => {
	const app = desk();
	app.full = true;
	const writing = new Writing(app, 'c');
	writing.edit('question', 'Après');
	await writing.save();
	expect(writing.failed).toBe('full');
	expect(writing.text('question')).toBe('Après');
});

test('a choice is sent at once', async () => {
	const app = desk();
	const writing = new Writing(app, 'c');
	writing.choose('keep', 'room');
	await writing.save();
	expect(app.sent).toMatchObject([
		{ args: { changes: { keep: 'room' } }, base: { keep: 'present' } }
	]);
});
