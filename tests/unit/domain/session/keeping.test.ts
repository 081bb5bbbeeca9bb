import { describe, expect, test } from 'vitest';
import { choicesOf, isKept, type Keep, readersOf } from '#lib/domain/session/keeping.ts';

const trace = (keep: Keep, more: object = {}) => ({
	...{ keep, doubleConfidential: false, withdrawnAt: null },
	...more
});

describe('who reads what was noted', () => {
	test.each(['present', 'presenter', 'room'] as const)('%s, as its presenter chose', (keep) => {
		expect(readersOf(trace(keep))).toBe(keep);
	});

	test('double confidentiality leaves it to the presenter, and erased stays erased', () => {
		expect(readersOf(trace('present', { doubleConfidential: true }))).toBe('presenter');
		expect(readersOf(trace('room', { doubleConfidential: true }))).toBe('room');
	});
});

test('nothing outlives the session of what is for the room only, nor of what was withdrawn', () => {
	expect(isKept(trace('presenter'))).toBe(true);
	expect(isKept(trace('room'))).toBe(false);
	expect(isKept(trace('present', { withdrawnAt: 1 }))).toBe(false);
});

describe('what its presenter may still choose', () => {
	test('before the close: all three', () => {
		expect(choicesOf(trace('present'), false)).toEqual(['present', 'presenter', 'room']);
	});

	test('after it: for those present or for themselves, both ways', () => {
		expect(choicesOf(trace('present'), true)).toEqual(['present', 'presenter']);
		expect(choicesOf(trace('presenter'), true)).toEqual(['present', 'presenter']);
	});

	test('nothing of what was erased at the close or withdrawn', () => {
		expect(choicesOf(trace('room'), true)).toEqual([]);
		expect(choicesOf(trace('present', { withdrawnAt: 1 }), false)).toEqual([]);
	});
});
