import { expect, test } from 'vitest';
import { instant } from '#lib/domain/time.ts';
import { roleLog } from '#lib/room/role-log.ts';

test('the log of a session has its own changes, the latest first', () => {
	const change = (id: string, sessionId: string, at: number) => ({
		id,
		sessionId,
		byId: 'ada',
		toId: 'bo',
		command: 'hand_over' as const,
		at: instant(at)
	});
	const changes = [change('a', 'one', 1), change('b', 'two', 2), change('c', 'one', 3)];
	expect(roleLog(changes, 'one').map(({ id }) => id)).toEqual(['c', 'a']);
});
