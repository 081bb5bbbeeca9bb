import { afterEach, expect, test, vi } from 'vitest';
import { tremble } from '#lib/room/haptic.ts';

afterEach(() => vi.unstubAllGlobals());

/** What a phone is asked to do for both cues, seen or hidden, with less movement wished or not. */
function trembling(visibilityState: string, less: boolean): unknown[] {
	const vibrate = vi.fn();
	vi.stubGlobal('navigator', { vibrate });
	vi.stubGlobal('document', { visibilityState });
	vi.stubGlobal('matchMedia', () => ({ matches: less }));
	tremble('minute');
	tremble('end');
	return vibrate.mock.calls.flat();
}

test('once for the last minute, twice for the end', () => {
	expect(trembling('visible', false)).toEqual([[120], [200, 160, 200]]);
});

test('never for a page out of sight', () => expect(trembling('hidden', false)).toEqual([]));

test('never for who asked for less movement', () => {
	expect(trembling('visible', true)).toEqual([]);
});

test('a browser that cannot is left alone', () => {
	vi.stubGlobal('navigator', {});
	expect(() => tremble('end')).not.toThrow();
});
