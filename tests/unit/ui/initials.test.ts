import { expect, test } from 'vitest';
import { initials } from '#lib/ui/initials.ts';

test('initials are those of the first and the last name', () => {
	expect(initials('Ana-Lou de Brito')).toBe('AB');
	expect(initials(' élodie ')).toBe('É');
	expect(initials('')).toBe('');
});
