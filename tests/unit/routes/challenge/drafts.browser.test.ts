import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Intent } from '#lib/changes/intent.ts';
import type { Operation } from '#lib/offline/outbox.ts';
import { challengeDrafts, placeOf } from '#routes/(app)/challenge/[id]/drafts.ts';
import { challenge, groupOf } from '../../group-view.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A desk whose disk and outbox are lists. */
function desk() {
	const drafts = new Map<string, string>();
	const sent: Intent[] = [];
	const view = groupOf([], { challenges: [challenge('c', { question: 'Avant' })] });
	return {
		drafts,
		sent,
		view,
		device: {
			pending: [] as Operation[],
			refused: [] as Operation[],
			draft: (key: string) => drafts.get(key) ?? null,
			keep: (key: string, text: string) => {
				if (text === '') drafts.delete(key);
				else drafts.set(key, text);
				return Promise.resolve();
			}
		},
		async write(intent: Intent, draft: string) {
			sent.push(intent);
			drafts.delete(draft);
			return String(sent.length);
		}
	};
}

test('when the hand rests, each field written is a change on what was seen of it', async () => {
	const app = desk();
	const { question, context } = challengeDrafts(app, 'c');
	question.value = 'Apr';
	question.value = 'Après';
	context.value = 'Dix ans de code';
	expect(app.drafts.size).toBe(2);
	await vi.advanceTimersByTimeAsync(2_000);
	expect(app.sent).toEqual([
		{
			kind: 'challenge.write',
			args: { id: 'c', changes: { question: 'Après' } },
			base: { question: 'Avant' }
		},
		{
			kind: 'challenge.write',
			args: { id: 'c', changes: { context: 'Dix ans de code' } },
			base: { context: '' }
		}
	]);
	expect(app.drafts.size).toBe(0);
});

test('a field emptied and left before the save stays empty', () => {
	const app = desk();
	challengeDrafts(app, 'c').question.value = '';
	expect(challengeDrafts(app, 'c').question.value).toBe('');
});

test('a text over the limit is kept here and not sent; the other fields are', async () => {
	const app = desk();
	const { question, tried } = challengeDrafts(app, 'c');
	question.value = 'x'.repeat(301);
	tried.value = 'Deux fois';
	await vi.advanceTimersByTimeAsync(2_000);
	expect(question.isLong).toBe(true);
	expect(app.sent).toMatchObject([{ args: { changes: { tried: 'Deux fois' } } }]);
	expect(app.drafts.size).toBe(1);
});

test('a choice is sent at once', async () => {
	const app = desk();
	const { keep, tags } = challengeDrafts(app, 'c');
	keep.choose('room');
	tags.choose(['expert_leader']);
	await vi.advanceTimersByTimeAsync(0);
	expect(app.sent).toMatchObject([
		{ args: { changes: { keep: 'room' } }, base: { keep: 'present' } },
		{ args: { changes: { tags: ['expert_leader'] } }, base: { tags: [] } }
	]);
});

test('at any moment the page says where the text is', async () => {
	const app = desk();
	const drafts = challengeDrafts(app, 'c');
	expect(placeOf(app, 'c', drafts)).toBeNull();
	drafts.wanted.value = 'Un avis';
	expect(placeOf(app, 'c', drafts)).toBe('kept');
	await drafts.wanted.flush();
	expect(placeOf(app, 'c', drafts)).toBe('sent');
	const operation = {
		kind: 'challenge.write',
		args: { id: 'c', changes: { wanted: 'Un avis' } },
		base: { wanted: '' },
		madeAt: 0,
		sequence: 1,
		tries: 0,
		refusal: null
	};
	app.device.pending.push(operation);
	expect(placeOf(app, 'c', drafts)).toBe('kept');
	app.device.refused.push({ ...operation, refusal: { code: 'CR010' } });
	expect(placeOf(app, 'c', drafts)).toBe('refused');
});
