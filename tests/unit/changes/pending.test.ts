import { expect, test } from 'vitest';
import { applied } from '#lib/changes/pending.ts';

const tables = {
	actions: [{ id: 'a', title: 'Relire', status: 'open' }],
	profiles: [{ id: 'p', name: 'Ada' }]
};
const settle = (refusal: { code: string } | null) => ({
	kind: 'action.settle',
	args: { id: 'a', changes: { status: 'done' } },
	refusal
});

test('a refused operation changes nothing on the screen', () => {
	expect(applied(tables, [settle({ code: 'CR002' })])).toBe(tables);
});

test('a waiting one shows at once, and leaves the kept rows as they are', () => {
	expect(applied(tables, [settle(null)]).actions).toEqual([
		{ id: 'a', title: 'Relire', status: 'done', outcome: 'done', line: '' }
	]);
	expect(tables.actions[0]?.status).toBe('open');
});

test('tables that no operation touches stay the same objects, so they are not read again', () => {
	expect(applied(tables, [settle(null)]).profiles).toBe(tables.profiles);
});

test('an operation of a newer version of the app is left to the server', () => {
	for (const kind of ['action.teleport', 'constructor']) {
		expect(applied(tables, [{ kind, args: { id: 'a' }, refusal: null }])).toBe(tables);
	}
});

test('a row that is not here is not made up', () => {
	const elsewhere = { ...settle(null), args: { id: 'z', changes: { status: 'done' } } };
	expect(applied(tables, [elsewhere]).actions).toEqual(tables.actions);
});

const brought = {
	challenges: [
		{ id: 'c', question: 'Rester ?', context: 'Deux ans.', tags: ['x'], keep: 'present' },
		{ id: 'd', question: 'Partir ?', keep: 'present' }
	],
	challenge_notes: [{ id: 'c', body: 'Ils partiront.', takeaways: 'Parler.' }],
	contributions: [
		{ id: 'g', challenge_id: 'c', text: 'Attendre' },
		{ id: 'h', challenge_id: 'd', text: 'Demander' }
	]
};
const of = (kind: string, args: object) => ({ kind, args: { id: 'c', ...args }, refusal: null });

test('a challenge that is withdrawn is empty at once, and nothing written later fills it', () => {
	const later = [
		of('challenge.withdraw', {}),
		of('challenge.write', { changes: { question: 'Encore ?' } }),
		of('challenge.protect', { double_confidential: true }),
		of('notes.write', { changes: { body: 'Encore.' } }),
		of('contribution.add', { id: 'i', challenge_id: 'c', text: 'Encore' })
	];
	const { challenges, challenge_notes, contributions } = applied(brought, later);
	expect(challenges).toEqual([
		expect.objectContaining({
			...{ id: 'c', question: '', context: '', tags: [] },
			withdrawn_at: expect.any(String) as string
		}),
		brought.challenges[1]
	]);
	expect(challenges?.[0]).not.toHaveProperty('double_confidential');
	expect(challenge_notes).toEqual([{ id: 'c', body: '', takeaways: '' }]);
	expect(contributions).toEqual([brought.contributions[1]]);
});

test('what becomes of a trace shows at once', () => {
	const after = (changes: object) =>
		applied(brought, [of('challenge.write', { changes })]).challenges?.[0]?.keep;
	expect(after({ keep: 'presenter' })).toBe('presenter');
	const [challenge] =
		applied(brought, [of('challenge.protect', { double_confidential: true })]).challenges ?? [];
	expect(challenge?.double_confidential).toBe(true);
});
