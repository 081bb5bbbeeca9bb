import { describe, expect, test } from 'vitest';
import { carriedOver, leftToDecide } from '#lib/room/closing.ts';
import { action, groupOf, session } from '../group-view.ts';

// The session is on 22 October 2026; what was due by then and is not done goes on.
const due = { due_on: '2026-10-20', due_in: 's' };

function closing(actions: object[], tables: object = {}) {
	const view = groupOf([], {
		sessions: [session('s')],
		actions: actions.map((columns, at) => action(`a${at}`, { ...due, ...columns })),
		...tables
	});
	const [held] = view.sessions;
	if (!held) throw new Error('no session');
	return { carried: carriedOver(view, held), left: leftToDecide(view, held) };
}

describe('what the close of a session leaves to decide', () => {
	test('is what comes to its third carry with it, and whose', () => {
		const { carried, left } = closing([
			{ carries: 2, owner_id: 'b' },
			{ carries: 1, owner_id: 'c' },
			{ carries: 2, owner_id: 'b' }
		]);
		expect(carried).toBe(3);
		expect(left).toEqual({ count: 2, owners: ['b'] });
	});

	test('is what nobody decided before, even when it is not carried again', () => {
		const { carried, left } = closing([{ carries: 3, due_on: '2026-12-01' }]);
		expect(carried).toBe(0);
		expect(left).toEqual({ count: 1, owners: ['a'] });
	});

	test('asks again at each later carry, decided or not', () => {
		expect(closing([{ carries: 3, decided_carries: 3 }]).left.count).toBe(1);
		const later = { carries: 3, decided_carries: 3, due_on: '2026-12-01' };
		expect(closing([later]).left).toEqual({ count: 0, owners: [] });
	});

	test('is nothing that the session saw done or dropped', () => {
		const review = {
			...{ id: 'r', group_id: 'g', action_id: 'a0', session_id: 's', outcome: 'done', line: '' },
			...{ reviewed_by: null, reviewed_at: '2026-10-22T17:00:00Z' }
		};
		const { carried, left } = closing([{ carries: 2 }], { reviews: [review] });
		expect([carried, left.count]).toEqual([0, 0]);
	});
});
