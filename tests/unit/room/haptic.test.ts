import { afterEach, expect, test, vi } from 'vitest';
import { vibrate } from '#lib/room/haptic.ts';

afterEach(() => vi.unstubAllGlobals());

/** What a phone is asked to do for both cues: in sight or hidden, under less motion or not. */
function vibrations(visibilityState: string, less: boolean): unknown[] {
	const asked = vi.fn();
	vi.stubGlobal('navigator', { vibrate: asked });
	vi.stubGlobal('document', { visibilityState });
	vi.stubGlobal('matchMedia', () => ({ matches: less }));
	vibrate('minute');
	vibrate('end');
	return asked.mock.calls.flat();
}

test('once for the last minute, twice for the end', () => {
	expect(vibrations('visible', false)).toEqual([[120], [200, 160, 200]]);
});

test('never for a page out of sight', () => expect(vibrations('hidden', false)).toEqual([]));

test('never for a member who asked for less motion', () => {
	expect(vibrations('visible', true)).toEqual([]);
});

test('a browser that cannot is left alone', () => {
	vi.stubGlobal('navigator', {});
	expect(() => vibrate('end')).not.toThrow();
});
