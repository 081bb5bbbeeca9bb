import { expect, test } from 'vitest';
import { myRoles, toDecide } from '#lib/data/mine.ts';
import { action, challenge, groupOf, session } from '../group-view.ts';

test('a member’s roles are those of the plan; a challenge taken off it is none', () => {
	const view = groupOf(['a', 'b'], {
		sessions: [session('s', { facilitator_id: 'a', host_id: 'b' })],
		challenges: [
			challenge('x', { presenter_id: 'a' }),
			challenge('y', { presenter_id: 'b', position: null })
		]
	});
	const [row] = view.sessions;
	expect(row && myRoles(view, row, 'a')).toEqual(['facilitator', 'presenter']);
	expect(row && myRoles(view, row, 'b')).toEqual(['host']);
});

test('Today asks about each of my actions at its third carry, until it is decided', () => {
	const view = groupOf(['a', 'b'], {
		actions: [
			action('third', { carries: 3 }),
			action('first', { carries: 4, decided_carries: 3, rank: 1 }),
			action('decided', { carries: 3, decided_carries: 3 }),
			action('early', { carries: 2 }),
			action('over', { carries: 3, status: 'done' }),
			action('theirs', { carries: 3, owner_id: 'b' })
		]
	});
	expect(toDecide(view, 'g', 'a').map(({ id }) => id)).toEqual(['first', 'third']);
	expect(toDecide(view, null, 'a')).toEqual([]);
});
