import { expect, test } from 'vitest';
import { ended } from '#lib/data/ended-membership.ts';
import { GROUP, groupOf, membership } from '../group-view.ts';

const now = Date.UTC(2026, 4, 10);
const left = (member: string, group: string, left_at: string) => ({
	...{ ...membership(member), id: `m-${member}-${group}`, group_id: group, left_at }
});

test('a membership that ended is told for a month to a member of another group, never once back', () => {
	const view = groupOf(['a', 'b'], {
		memberships: [membership('a'), membership('b'), left('a', 'old', '2026-04-01T00:00:00Z')]
	});
	expect(ended(view, 'a', Date.UTC(2026, 3, 20))?.groupId).toBe('old');
	expect(ended(view, 'a', now)).toBeNull();
	expect(ended(view, 'b', now)).toBeNull();
	const back = groupOf(['a'], {
		memberships: [membership('a'), left('a', GROUP, '2026-05-09T00:00:00Z')]
	});
	expect(ended(back, 'a', now)).toBeNull();
});
