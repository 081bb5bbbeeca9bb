import { expect, test } from 'vitest';
import { tellsAll } from '#lib/data/told.ts';

test.each([
	['a live room, of the only group', 'live', 1, true],
	['a room that has not begun: members write, it is told of nothing', 'planned', 1, false],
	['a session that is over', 'closed', 1, false],
	['one of two groups: of the other it says nothing', 'live', 2, false]
] as const)('%s', (_, status, groups, tells) => {
	expect(tellsAll(status, groups)).toBe(tells);
});
