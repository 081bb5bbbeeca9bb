import { expect, test } from 'vitest';
import { hasSigned, inForce } from '#lib/domain/group/charter.ts';

const charters = [
	{ id: 'a2', groupId: 'a', version: 2 },
	{ id: 'a10', groupId: 'a', version: 10 },
	{ id: 'b11', groupId: 'b', version: 11 },
	{ id: 'a9', groupId: 'a', version: 9 }
];

test('the last version of the group is in force, by number and not by place', () => {
	expect(inForce(charters, 'a')?.id).toBe('a10');
});

test('no charter of another group is ever in force', () => {
	expect(inForce(charters, 'c')).toBeNull();
});

test('an older signature does not stand for the version in force', () => {
	const signatures = [
		{ charterId: 'a9', memberId: 'me' },
		{ charterId: 'a10', memberId: 'somebody' }
	];
	expect(hasSigned(signatures, 'a10', 'me')).toBe(false);
	expect(hasSigned(signatures, 'a9', 'me')).toBe(true);
});
