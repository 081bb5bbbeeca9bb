import { expect, test } from 'vitest';
import { nextSession, unsigned } from '#lib/data/next-session.ts';
import { groupOf, session } from '../group-view.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const at = (day: string) => ({ starts_at: `${day}T17:30:00Z` });

function next(...sessions: Record<string, unknown>[]) {
	return nextSession(groupOf([], { sessions }), 'g', NOW)?.id ?? null;
}

test('the next session is the first one planned from today on', () => {
	expect(next(session('b', at('2026-12-20')), session('a', at('2026-11-22')))).toBe('a');
	expect(next(session('late', at('2026-10-01')), session('a', at('2026-11-22')))).toBe('a');
});

test('a session under way comes before any other', () => {
	const live = session('live', { ...at('2026-11-25'), status: 'live' });
	expect(next(session('a', at('2026-11-22')), live)).toBe('live');
});

test('a session that nobody opened is shown while no other is planned', () => {
	expect(next(session('late', at('2026-11-01')))).toBe('late');
});

test('closed sessions and those of other groups are not to come', () => {
	const closed = { ...at('2026-11-22'), status: 'closed', closed_at: '2026-11-22T20:00:00Z' };
	expect(
		next(session('c', closed), session('o', { ...at('2026-11-22'), group_id: 'o' }))
	).toBeNull();
});

test('the charter in force waits for a signature; an older one signed does not count', () => {
	const charter = (version: number) => ({
		...{ id: `c${version}`, group_id: 'g', version, body: 'x', created_at: '2026-01-01T00:00:00Z' }
	});
	const signed = (charter_id: string, member_id: string) => ({
		...{ id: `${charter_id}${member_id}`, group_id: 'g', charter_id, member_id },
		signed_at: '2026-01-01T00:00:00Z'
	});
	const view = groupOf(['a', 'b'], {
		charters: [charter(2), charter(1)],
		signatures: [signed('c1', 'a'), signed('c2', 'b')]
	});
	expect(unsigned(view, 'g', 'a')?.id).toBe('c2');
	expect(unsigned(view, 'g', 'b')).toBeNull();
	expect(unsigned(view, 'other', 'a')).toBeNull();
});
