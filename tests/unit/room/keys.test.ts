import { expect, test } from 'vitest';
import { keyCommand } from '#lib/room/keys.ts';

const press = (key: string, more = {}) =>
	keyCommand({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

test.each([
	[' ', 'pause'],
	['ArrowRight', 'next'],
	['ArrowLeft', 'previous'],
	['+', 'more'],
	['=', 'more'],
	['-', 'less'],
	['u', 'undo'],
	['U', 'undo']
])('the key %j means %s', (key, meant) => expect(press(key)).toBe(meant));

test.each(['a', 'Enter', 'Tab', 'Escape', 'ArrowUp', 'constructor'])(
	'the key %s means nothing here',
	(key) => expect(press(key)).toBeNull()
);

test('what belongs to the browser stays with it', () => {
	for (const held of ['ctrlKey', 'metaKey', 'altKey']) {
		expect(press('u', { [held]: true })).toBeNull();
		expect(press('ArrowLeft', { [held]: true })).toBeNull();
	}
});

test('a key held down moves the room once', () => {
	expect(press('ArrowRight', { repeat: true })).toBeNull();
});
