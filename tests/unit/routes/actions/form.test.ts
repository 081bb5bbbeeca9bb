import { expect, test } from 'vitest';
import {
	dueAtFirst,
	oneLine,
	actionShape,
	problems,
	changesOf
} from '#routes/(app)/actions/form.ts';

const TODAY = '2026-11-20';
const check = (title: string, dueOn: string, before: string | null = null) =>
	problems({ title, dueOn }, TODAY, before);

test('an action needs a sentence and a day to come', () => {
	expect(check('Faire', '2026-11-26')).toEqual({});
	expect(check(' \n ', '')).toEqual({ title: 'missing', due: 'missing' });
	expect(check('Faire', TODAY)).toEqual({});
	expect(check('Faire', '2026-11-19')).toEqual({ due: 'past' });
	expect(check('Faire', '9999-01-01')).toEqual({ due: 'far' });
	expect(check('Faire', '12026-01-01')).toEqual({ due: 'missing' });
	expect(check('Faire', '2026-99-99')).toEqual({ due: 'far' });
});

test('a new action falls due at the next session, else in four weeks', () => {
	expect(dueAtFirst(TODAY, '2026-11-26')).toBe('2026-11-26');
	expect(dueAtFirst(TODAY, null)).toBe('2026-12-18');
});

test('a title is counted in characters as the server counts them', () => {
	expect(check('🙂'.repeat(200), TODAY)).toEqual({});
	expect(check('x'.repeat(201), TODAY)).toEqual({ title: 'long' });
});

test('an action that is late may change its words and keep its date', () => {
	expect(check('Autrement', '2026-11-01', '2026-11-01')).toEqual({});
	expect(check('Autrement', '2026-11-02', '2026-11-01')).toEqual({ due: 'past' });
});

test('what was typed on several lines is one sentence', () => {
	expect(oneLine('  Faire\r\n  ceci\u202e ')).toBe('Faire ceci');
});

test('a kept draft comes back; what is not one is refused', () => {
	const draft = { title: 'Faire', dueOn: '', goal: 'g', partner: '' };
	expect(actionShape.parse(draft)).toEqual(draft);
	expect(() => actionShape.parse({ ...draft, title: 1 })).toThrow();
});

test('only what the writer changed of what they saw is written', () => {
	const seen = { title: 'Faire', dueOn: '2026-11-26', goal: 'g', partner: 'b' };
	expect(changesOf({ ...seen, title: ' Faire\n' }, seen)).toEqual({});
	expect(changesOf({ ...seen, title: 'Refaire' }, seen)).toEqual({ title: 'Refaire' });
	const alone = { ...seen, dueOn: '2026-12-01', goal: '', partner: '' };
	expect(changesOf(alone, seen)).toEqual({
		...{ due_on: '2026-12-01', goal_id: null, partner_id: null }
	});
});
