import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { TransactionSql } from 'postgres';
import { expect, test } from 'vitest';
import { connected } from '../../support/server.ts';

/** Lives of groups in one run: raise it to look harder. */
const RUNS = 60;

const cercle = connected();

/** What happens to a group, day after day; people are numbers, 0 founds it. */
type Act =
	| { kind: 'join' | 'sign' | 'leave'; who: number }
	| { kind: 'session' }
	| { kind: 'days'; days: number };

const who = fc.integer({ min: 0, max: 9 });
const act: fc.Arbitrary<Act> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant('join' as const), who }) },
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant('sign' as const), who }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
	{ weight: 1, arbitrary: fc.constant<Act>({ kind: 'session' }) },
	{
		weight: 3,
		arbitrary: fc.record({ kind: fc.constant('days' as const), days: fc.constantFrom(1, 20, 31) })
	}
);

interface Stay {
	who: number;
	joined: number;
	left: number | null;
	/** When they belonged and had signed. */
	since: number | null;
}

/** A life by minutes: what happened when, and how long it was. */
function live(acts: readonly Act[]) {
	const stays: Stay[] = [{ who: 0, joined: 0, left: null, since: 0 }];
	const signed = new Map([[0, 0]]);
	const sessions: number[] = [];
	let now = 0;
	const stayOf = (who: number) => stays.find((stay) => stay.who === who && stay.left === null);
	for (const act of acts) {
		now += 1;
		if (act.kind === 'days') now += act.days * 24 * 60;
		else if (act.kind === 'session') sessions.push(now);
		else if (act.kind === 'join') {
			if (stayOf(act.who) || stays.filter(({ left }) => left === null).length >= 8) continue;
			const since = signed.has(act.who) ? now : null;
			stays.push({ who: act.who, joined: now, left: null, since });
		} else if (act.kind === 'sign') {
			const stay = stayOf(act.who);
			if (!stay || signed.has(act.who)) continue;
			signed.set(act.who, now);
			stay.since = now;
		} else {
			const stay = stayOf(act.who);
			if (stay) stay.left = now;
		}
	}
	return { stays, signed, sessions, now: now + 1 };
}

type Life = ReturnType<typeof live>;

/** The rule as it is said to members. */
function counted({ stays, sessions, now }: Life): number[] {
	const [began] = sessions;
	const able = stays.filter(({ since }) => since !== null).toSorted((a, b) => a.since! - b.since!);
	const month = 30 * 24 * 60;
	const within =
		began === undefined
			? able.slice(0, 4)
			: able.filter(({ since }) => since! <= (now < began + month ? began : now - month));
	return within.flatMap(({ who, left }) => (left === null ? [who] : [])).sort();
}

/** Writes the life into the database, its last minute being now, and asks who counts. */
async function asked(sql: TransactionSql, { stays, signed, sessions, now }: Life) {
	const people: string[] = Array.from({ length: 10 }, () => randomUUID());
	const [group, charter] = [randomUUID(), randomUUID()];
	const at = (minute: number) => sql`now() - make_interval(mins => ${now - minute})`;
	await sql`set local session_replication_role = replica`;
	await sql`insert into profiles ${sql(people.map((id) => ({ id })))}`;
	await sql`insert into groups (id, name) values (${group}, 'Les Quais')`;
	await sql`
		insert into charters (id, group_id, version, body) values (${charter}, ${group}, 1, 'Silence.')
	`;
	for (const { who, joined, left } of stays) {
		await sql`
			insert into memberships (group_id, member_id, joined_at, left_at)
			values (${group}, ${people[who]!}, ${at(joined)}, ${left === null ? null : at(left)})
		`;
	}
	for (const [who, minute] of signed) {
		await sql`
			insert into signatures (group_id, charter_id, member_id, signed_at)
			values (${group}, ${charter}, ${people[who]!}, ${at(minute)})
		`;
	}
	for (const minute of sessions) {
		await sql`
			insert into sessions (id, group_id, starts_at, length_minutes, status, started_at)
			values (gen_random_uuid(), ${group}, ${at(minute)}, 60, 'live', ${at(minute)})
		`;
	}
	const rows = await sql`select id from private.entitled_ids(${group}, now()) e (id)`;
	return rows.map(({ id }) => people.indexOf(id as string)).sort();
}

class Undone extends Error {}

test('whoever invites, signs, leaves and comes back when, only those count whom the rule names', async () => {
	const acts = fc.array(act, { minLength: 1, maxLength: 40, size: 'max' });
	const sizes = new Set<number>();
	await fc.assert(
		fc.asyncProperty(acts, async (acts) => {
			const life = live(acts);
			let found: number[] = [];
			await cercle.owner
				.begin(async (sql) => {
					found = await asked(sql, life);
					throw new Undone();
				})
				.catch((error: unknown) => {
					if (!(error instanceof Undone)) throw error;
				});
			expect(found).toEqual(counted(life));
			// Whoever came after the first session counts for nothing in their first thirty days.
			const [began] = life.sessions;
			for (const { who, left, since } of life.stays) {
				const isNew =
					since !== null && life.now - since < 30 * 24 * 60 && since > (began ?? Infinity);
				if (left === null && isNew) expect(found).not.toContain(who);
			}
			sizes.add(found.length);
		}),
		{ numRuns: RUNS }
	);
	expect(sizes.size).toBeGreaterThan(3);
});
