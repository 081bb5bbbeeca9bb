import { describe, expect, test } from 'vitest';
import { limits } from '#lib/domain/limits.ts';
import {
	blank,
	changesOf,
	goalShape,
	moved,
	parseTime,
	problems,
	tidy,
	timeKey,
	times,
	wordsOf
} from '#routes/(app)/goals/form.ts';
import { goalOf } from '../../../support/goal.ts';

const written = { ...blank(2026, 4), title: 'Une plateforme qui tient sans moi' };

test('a kept draft comes back; what is not one is refused', () => {
	expect(goalShape.parse(JSON.parse(JSON.stringify(written)))).toEqual(written);
	expect(() => goalShape.parse({ ...written, quarter: '4' })).toThrow();
});

describe('the time of a goal', () => {
	test('a new goal of a quarter has the stage usual there; one of the year has none', () => {
		expect(blank(2026, 1).stage).toBe('assess');
		expect(blank(2026, 4).stage).toBe('consolidate');
		expect(blank(2026, null).stage).toBeNull();
	});

	test('the stage follows the quarter until it was chosen otherwise', () => {
		expect(moved(written, 2027, 1).stage).toBe('assess');
		expect(moved({ ...written, stage: 'assess' }, 2027, 2).stage).toBe('assess');
		expect(moved(moved(written, 2026, null), 2026, 2).stage).toBe('execute');
	});

	test('a goal of the whole year has no stage, which the server would refuse', () => {
		expect(moved(written, 2026, null)).toMatchObject({ quarter: null, stage: null });
	});

	test('every time on offer is read back as itself', () => {
		const offered = times([2027, 2026, 2026]);
		expect(offered).toHaveLength(10);
		expect(offered.map((time) => parseTime(timeKey(time)))).toEqual(offered);
	});
});

describe('what is sent', () => {
	const goal = goalOf({ measure: 'Trois astreintes sans moi', quarter: 4, stage: 'consolidate' });

	test('is only what was changed since the writing began', () => {
		const seen = wordsOf(goal);
		expect(changesOf({ ...seen, means: 'Deux lead devs' }, seen)).toEqual({
			means: 'Deux lead devs'
		});
		expect(changesOf(moved(seen, 2026, null), seen)).toEqual({ quarter: null, stage: null });
		expect(changesOf(seen, seen)).toEqual({});
	});

	test('is tidy: a title on one line, answers without empty ends', () => {
		const messy = { ...written, title: ' Une\n équipe ', reason: '\n Le départ de Paul\n\n' };
		expect(tidy(messy)).toMatchObject({ title: 'Une équipe', reason: 'Le départ de Paul' });
	});
});

describe('before it is saved', () => {
	test('a goal needs words, and no answer is needed', () => {
		expect(problems(written)).toEqual({});
		expect(problems({ ...written, title: ' \n' })).toEqual({ title: 'missing' });
	});

	test('what the server would not take is said where it is', () => {
		const long = { title: 'é'.repeat(limits.title + 1), means: 'é'.repeat(limits.prompt + 1) };
		expect(problems({ ...written, ...long })).toEqual({ title: 'long', means: 'long' });
		expect(problems({ ...written, title: '😀'.repeat(limits.title) })).toEqual({});
	});
});
