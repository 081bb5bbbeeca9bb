import { beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '#lib/offline/replica.ts';
import { connected } from '../../support/server.ts';
import { code, NOTHING_YET, rowsOf } from '../people.ts';
import { type Named, openWorld, personas, type World } from '../personas.ts';

type Tables = Record<string, Row[]>;

const cercle = connected();
let world: World;

beforeAll(async () => {
	world = await openWorld(cercle);
});

async function pull(persona: Named): Promise<{ me: string; tables: Tables }> {
	const person = world.people[persona];
	return { me: person.id, tables: await rowsOf(person) };
}

/** Tables with anything in them, with the sorted values of one column each. */
function shown(tables: Tables, columns: Record<string, string>): Record<string, unknown[]> {
	return Object.fromEntries(
		Object.entries(tables).map(([name, rows]) => [
			name,
			rows.map((row) => row[columns[name] ?? 'id']).sort()
		])
	);
}

const members = [
	...(['member', 'absent', 'later', 'newest', 'back', 'presenter', 'facilitator'] as const)
];
/** Those who joined after the closed session. */
const joinedLater: readonly Named[] = ['later', 'newest', 'back'];
const idsOf = (...who: Named[]) => who.map((persona) => world.people[persona].id).sort();
const sessionsOf = (...names: ('closed' | 'live' | 'planned')[]) =>
	names.map((name) => world[name]).sort();
/** The session before, which is shared with the later joiner alone of those, and these. */
const withEarlier = (sessions: string[], persona: Named) =>
	persona === 'newest' || persona === 'back' ? sessions : [world.earlier.id, ...sessions].sort();

describe('one answer holds all a person may read', () => {
	test('for a stranger: who they are', async () => {
		const { me, tables } = await pull('stranger');
		expect(me).toBe(world.people.stranger.id);
		expect(shown(tables, {})).toEqual({ profiles: [me] });
	});

	test('for who is invited and has not accepted: no more than for a stranger', async () => {
		const { me, tables } = await pull('invited');
		expect(shown(tables, {})).toEqual({ profiles: [me] });
	});

	test('for a member who has not signed: the name of the group and its charter', async () => {
		const { me, tables } = await pull('unsigned');
		expect(shown(tables, { memberships: 'member_id' })).toEqual({
			...{ profiles: [me], groups: [world.group.id], memberships: [me] },
			charters: [world.group.charterId]
		});
	});

	test('for who left: what is theirs, and what was said of it while they were there', async () => {
		const { me, tables } = await pull('left');
		const columns = {
			...{ memberships: 'member_id', reviews: 'session_id' },
			action_events: 'action_id'
		};
		const action = [world.action.left];
		expect(shown(tables, columns)).toEqual({
			...{ profiles: [me], memberships: [me] },
			...{ actions: action, reviews: [world.closed] },
			// Taken, and carried when the session closed.
			action_events: [...action, ...action],
			goals: [world.goal.left]
		});
	});

	test('for a member of another group: nothing of this one', async () => {
		const { me, tables } = await pull('foreigner');
		expect(Object.keys(shown(tables, {})).sort()).toEqual([
			...['charters', 'decisions', 'groups', 'memberships', 'profiles', 'signatures']
		]);
		expect(shown(tables, {}).profiles).toEqual([me]);
		expect(JSON.stringify(tables)).not.toContain(world.group.id);
	});

	test.each(members)('for %s: the people of the group, past and present', async (persona) => {
		const { tables } = await pull(persona);
		const everybody = idsOf(...members, 'unsigned', 'left');
		const columns = { memberships: 'member_id', signatures: 'member_id' };
		const { member, left } = world.action;
		expect(shown(tables, columns)).toMatchObject({
			...{ profiles: everybody, signatures: idsOf(...members, 'left'), groups: [world.group.id] },
			// One came twice.
			memberships: [...everybody, ...idsOf('back')].sort(),
			// Of who left, those read nothing who joined later.
			actions: joinedLater.includes(persona) ? [member] : [member, left].sort()
		});
		expect(tables.invitations).toEqual([
			{
				...{ id: expect.any(String) as string, group_id: world.group.id },
				...{ email: world.people.invited.email, expires_at: expect.any(String) as string },
				...{ invited_by: world.people.facilitator.id, ready_at: expect.any(String) as string }
			}
		]);
	});

	test.each(members)(
		'for %s: the sessions of their time, and what hangs on them',
		async (persona) => {
			const { tables } = await pull(persona);
			const before = joinedLater.includes(persona) ? [] : (['closed'] as const);
			const sessions = withEarlier(sessionsOf(...before, 'live', 'planned'), persona);
			const of = (name: string) =>
				[...new Set((tables[name] ?? []).map((row) => row.session_id))].sort();
			expect(shown(tables, {}).sessions).toEqual(sessions);
			expect([of('segments'), of('room_states')]).toEqual([sessions, sessions]);
			for (const name of ['attendances', 'feedbacks']) {
				const those = withEarlier(sessionsOf(...before, 'live'), persona);
				expect([name, of(name)]).toEqual([name, those]);
			}
			// What one presented oneself stays one's own.
			const own = persona === 'back' ? (['closed'] as const) : before;
			expect(of('challenges')).toEqual(withEarlier(sessionsOf(...own, 'live'), persona));
			expect(of('reviews')).toEqual(sessionsOf(...before, 'live'));
			const was = ['member', 'presenter', 'facilitator'].includes(persona);
			const isShared = was || persona === 'later';
			for (const name of ['challenge_notes', 'contributions']) {
				const mine = name === 'contributions' && persona === 'back' ? own : [];
				const noted = sessionsOf(...(was ? before : mine), 'live');
				expect([name, of(name)]).toEqual([name, isShared ? withEarlier(noted, persona) : noted]);
			}
			expect(of('speaking_turns')).toEqual(sessionsOf(...before));
		}
	);

	test('for nobody who did not sign in', async () => {
		const asked = await cercle.anonymous().rpc('pull', { ask: NOTHING_YET });
		expect(code(asked)).toBe('PGRST202');
	});

	test('and is what the tables show row by row', async () => {
		const shown = await cercle.owner`select name, source from private.shown_tables(null)`;
		const names = shown.map((row) => [row.name as string, row.source as string] as const);
		expect(names).toHaveLength(26);
		for (const persona of personas) {
			if (persona === 'anonymous') continue;
			const { tables } = await pull(persona);
			for (const [name, source] of names) {
				if (name === 'invitations' || name === 'role_changes') continue;
				const seen = await world.people[persona].sql((sql) =>
					name === 'speaking_turns'
						? sql`select from speaking_turns where ended_at is not null`
						: sql`select from ${sql(source)}`
				);
				expect([persona, name, tables[name]?.length ?? 0]).toEqual([persona, name, seen.length]);
			}
		}
	});
});
