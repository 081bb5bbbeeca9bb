import { describe, expect, test } from 'vitest';
import { builtin, named } from '#lib/domain/formats/builtin.ts';
import { kinds, rules, scopes, speakers, total } from '#lib/domain/formats/format.ts';
import { limits } from '#lib/domain/limits.ts';

/** Totals of the design's table, for a group of seven and the presenters each format expects. */
const totals: Record<string, number> = {
	mastermind: 120,
	'mastermind-two-cases': 120,
	'wise-crowds': 15 * 7,
	codev: 90,
	mentoring: 60,
	'mentoring-external': 45,
	'reverse-mentoring': 60,
	'group-mentoring': 60,
	troika: 36,
	clearness: 95,
	'lean-coffee': 60,
	'round-table': 90,
	'experience-report': 90
};

describe('the built-in formats', () => {
	test('each one of the table is there, once', () => {
		expect(builtin.map(({ key }) => key)).toEqual(Object.keys(totals));
	});

	test.each(builtin)('$key takes the minutes of the table', (format) => {
		expect(total(format, 7, format.presenters)).toBe(totals[format.key]);
	});

	test.each(builtin)(
		'$key is made of words the database knows and minutes it accepts',
		(format) => {
			for (const template of format.templates) {
				expect(kinds).toContain(template.kind);
				expect(speakers).toContain(template.speakers);
				expect(rules).toContain(template.rule);
				expect(scopes).toContain(template.scope);
				expect(Number.isInteger(template.minutes) && Number.isInteger(template.least)).toBe(true);
				expect(template.least).toBeGreaterThanOrEqual(limits.segmentMinutes.least);
				expect(template.least).toBeLessThanOrEqual(template.minutes);
				expect(template.minutes).toBeLessThanOrEqual(limits.segmentMinutes.most);
			}
		}
	);

	test.each(builtin)('$key is named and labelled in both languages', (format) => {
		for (const label of [format.name, ...format.templates.map((template) => template.label)]) {
			expect(label.fr.trim()).not.toBe('');
			expect(label.en.trim()).not.toBe('');
			expect(Math.max(label.fr.length, label.en.length)).toBeLessThanOrEqual(limits.name);
		}
	});

	test('a format is found by its key and an unknown key finds none', () => {
		expect(named('codev')?.key).toBe('codev');
		expect(named('toString')).toBeNull();
	});

	test('only the presenter is silent while the others consult', () => {
		for (const key of ['wise-crowds', 'troika', 'codev']) {
			const consult = named(key)?.templates.find(({ kind }) => kind === 'consult');
			expect(consult?.speakers).toBe('others');
		}
	});
});

describe('the total of a format', () => {
	test('a presenter who is not known yet counts', () => {
		expect(total(named('mastermind-two-cases')!, 7, 0)).toBe(120);
	});

	test('a second presenter in the default format costs the whole case', () => {
		expect(total(named('mastermind')!, 7, 2)).toBe(190);
	});

	test.each([0, 1, 6, 8])('wise crowds take 15 minutes for each of %d members', (members) => {
		expect(total(named('wise-crowds')!, members, 0)).toBe(15 * members);
	});

	test('three rounds of troika do not depend on the size of the group', () => {
		expect(total(named('troika')!, 3, 0)).toBe(36);
		expect(total(named('troika')!, 6, 0)).toBe(36);
	});
});
