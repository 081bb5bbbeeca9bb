import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budget } from '#lib/domain/agenda/budget.ts';
import { expand } from '#lib/domain/agenda/expand.ts';
import { builtin, named } from '#lib/domain/formats/builtin.ts';
import { total } from '#lib/domain/formats/format.ts';
import { limits } from '#lib/domain/limits.ts';

const seven = ['ada', 'bo', 'cy', 'di', 'ed', 'flo', 'guy'];
const segments = (key: string, presenters: string[], members = seven) =>
	expand(named(key)!, { members, presenters }).map(({ kind, person }) => [kind, person]);

describe('expanding a format', () => {
	test('the default format is seven segments, of which the case is the presenter’s', () => {
		expect(segments('mastermind', ['ada'])).toEqual([
			['opening', null],
			['follow_up', null],
			['challenge', 'ada'],
			['discussion', 'ada'],
			['takeaways', 'ada'],
			['actions', null],
			['closing', null]
		]);
	});

	test('two cases come one after the other, not two challenges and then two discussions', () => {
		expect(segments('mastermind-two-cases', ['ada', 'bo'])).toEqual([
			['opening', null],
			['follow_up', null],
			['challenge', 'ada'],
			['discussion', 'ada'],
			['challenge', 'bo'],
			['discussion', 'bo'],
			['actions', null],
			['closing', null]
		]);
	});

	test('a second presenter who is not known yet keeps a place', () => {
		const people = segments('mastermind-two-cases', ['ada']).map(([, person]) => person);
		expect(people.slice(2, 6)).toEqual(['ada', 'ada', null, null]);
	});

	test('in wise crowds each member takes the four segments in turn', () => {
		const all = segments('wise-crowds', [], ['ada', 'bo']);
		expect(all.map(([kind]) => kind)).toEqual([
			...['present', 'clarify', 'consult', 'feedback'],
			...['present', 'clarify', 'consult', 'feedback']
		]);
		expect(all.map(([, person]) => person)).toEqual([
			...['ada', 'ada', 'ada', 'ada'],
			...['bo', 'bo', 'bo', 'bo']
		]);
	});

	test('a troika is three rounds of five segments, named or not', () => {
		expect(segments('troika', [])).toHaveLength(15);
		const rounds = segments('troika', ['ada', 'bo', 'cy']);
		expect(rounds).toHaveLength(15);
		expect([rounds[0], rounds[5], rounds[10]]).toEqual([
			['reflect', 'ada'],
			['reflect', 'bo'],
			['reflect', 'cy']
		]);
	});

	test('segments keep their label, rule, speakers and how far they may shrink', () => {
		const discussion = expand(named('mastermind')!, { members: seven, presenters: ['ada'] })[3];
		expect(discussion).toEqual({
			position: 3,
			kind: 'discussion',
			label: { fr: 'Discussion', en: 'Discussion' },
			minutes: 40,
			least: 25,
			speakers: 'everyone',
			rule: 'experience',
			person: 'ada'
		});
	});

	test.each(builtin)('$key with eight members fits the number of segments allowed', (format) => {
		const members = [...seven, 'hal'];
		const segments = expand(format, { members, presenters: members.slice(0, format.presenters) });
		expect(segments.length).toBeGreaterThan(0);
		expect(segments.length).toBeLessThanOrEqual(limits.segments);
	});

	test('for any format and people, positions count from 0 and the minutes are the total’s', () => {
		const people = fc.record({
			members: fc.uniqueArray(fc.uuid(), { maxLength: 8 }),
			presenters: fc.uniqueArray(fc.uuid(), { maxLength: 4 })
		});
		fc.assert(
			fc.property(fc.constantFrom(...builtin), people, (format, { members, presenters }) => {
				const segments = expand(format, { members, presenters });
				expect(segments.map(({ position }) => position)).toEqual([...segments.keys()]);
				const minutes = total(format, members.length, presenters.length);
				expect(budget(segments, 120).planned).toBe(minutes);
			})
		);
	});
});
