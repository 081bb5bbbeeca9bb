import { expect, test } from 'vitest';
import { dispute, refusedOf } from '#lib/changes/goal-conflict.ts';
import { editGoal } from '#lib/changes/intents/goal.ts';
import { goalOf } from '../../support/goal.ts';

const seen = goalOf({ title: 'Avant', measure: 'Avant' });
const saved = goalOf({ title: 'Ailleurs', measure: 'Avant' });

const edit = (sequence: number, changes: Parameters<typeof editGoal>[1], code = 'CR010') => ({
	...editGoal(seen, changes),
	sequence,
	refusal: { code }
});

test('a refused change stands beside what is saved elsewhere', () => {
	expect(dispute([edit(1, { title: 'Ici' })], saved)).toEqual({
		...{ safe: {}, mine: { title: 'Ici' }, operations: [1] }
	});
});

test('what only this device changed is kept either way, though it was refused with the rest', () => {
	const refused = [edit(1, { title: 'Ici', measure: 'Trois clients' })];
	expect(dispute(refused, saved)).toMatchObject({
		safe: { measure: 'Trois clients' },
		mine: { title: 'Ici' }
	});
});

test('the time of a goal is one choice: a quarter never comes without its stage', () => {
	const autumn = goalOf({ quarter: 3, stage: 'execute' });
	const whole = {
		...editGoal(autumn, { quarter: null, stage: null, means: 'Du temps' }),
		sequence: 1
	};
	const elsewhere = goalOf({ quarter: 3, stage: 'consolidate' });
	expect(dispute([{ ...whole, refusal: { code: 'CR010' } }], elsewhere)).toMatchObject({
		safe: { means: 'Du temps' },
		mine: { quarter: null, stage: null }
	});
});

test('of several refused writings of a field the last one is mine', () => {
	const refused = [edit(1, { title: 'Un' }), edit(2, { title: 'Deux' })];
	expect(dispute(refused, saved)).toMatchObject({
		mine: { title: 'Deux' },
		operations: [1, 2]
	});
});

test('the same on both sides is no conflict, and the change is settled', () => {
	expect(dispute([edit(1, { title: 'Ailleurs' })], saved)).toEqual({
		...{ safe: {}, mine: {}, operations: [1] }
	});
});

test('other goals, other reasons and other kinds of change are no part of it', () => {
	const other = { ...edit(2, { title: 'Ici' }), args: { id: 'another', changes: {} } };
	const removed = edit(3, { title: 'Ici' }, 'CR001');
	const action = { ...edit(4, {}), kind: 'action.edit' };
	const broken = { ...edit(5, {}), args: null };
	expect(refusedOf([other, removed, action, broken], 'goal')).toEqual([]);
});
