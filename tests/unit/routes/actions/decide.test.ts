import { describe, expect, test } from 'vitest';
import { type Decision, decisionShape, doubts } from '#routes/(app)/actions/decide.ts';

const today = '2026-11-20';
const decision = (changes: Partial<Decision> = {}): Decision => ({
	...{ choice: 'do', title: 'Appeler', dueOn: '2026-11-26', line: '' },
	...changes
});
const asked = (changes: Partial<Decision>) =>
	doubts(decision(changes), { title: 'Appeler' }, today);

describe('a decision at the third carry', () => {
	test('is one of three', () => expect(asked({ choice: null })).toEqual({ choice: true }));

	test('to do it needs a date to come, and nothing else', () => {
		expect(asked({})).toEqual({});
		expect(asked({ title: '' })).toEqual({});
		expect(asked({ dueOn: '2026-11-19' })).toEqual({ due: 'past' });
		expect(asked({ dueOn: '' })).toEqual({ due: 'missing' });
	});

	test('to reshape it needs other words', () => {
		expect(asked({ choice: 'reshape' })).toEqual({ title: 'same' });
		expect(asked({ choice: 'reshape', title: ' Appeler\n' })).toEqual({ title: 'same' });
		expect(asked({ choice: 'reshape', title: ' ' })).toEqual({ title: 'missing' });
		expect(asked({ choice: 'reshape', title: 'Écrire' })).toEqual({});
	});

	test('to drop it needs no date, and at most one line', () => {
		expect(asked({ choice: 'drop', dueOn: '' })).toEqual({});
		expect(asked({ choice: 'drop', line: 'x'.repeat(301) })).toEqual({ line: true });
	});

	test('comes back as it was left, or not at all', () => {
		expect(decisionShape.parse(decision())).toEqual(decision());
		expect(() => decisionShape.parse({ ...decision(), choice: 'forget' })).toThrow();
	});
});
