import { describe, expect, test } from 'vitest';
import { groupSize } from '#lib/domain/session/size.ts';

describe('the size of a group', () => {
	test.each([
		[0, 'too-small'],
		[3, 'too-small'],
		[4, 'trial-only'],
		[5, 'small'],
		[6, 'right'],
		[7, 'right'],
		[8, 'full'],
		[9, 'too-large']
	])('%d members: %s', (members, size) => {
		expect(groupSize(members)).toBe(size);
	});
});
