import { expect, test } from 'vitest';
import { passwordFault } from '#lib/domain/account/password.ts';

test.each([
	['nine characters', 'neuf mots', 'short'],
	['nine emoji of two code units each', '🪨🌳🐟🌙🔑🚲🎹🧭🍐', 'short'],
	['ten characters', 'dix lettre', null],
	['72 bytes', 'a'.repeat(72), null],
	['73 bytes, of which bcrypt would forget one', 'a'.repeat(73), 'long'],
	['36 accented letters, two bytes each', 'é'.repeat(36), null],
	['one more: 74 bytes', 'é'.repeat(37), 'long']
])('a password of %s', (_, text, fault) => {
	expect(passwordFault(text)).toBe(fault);
});
