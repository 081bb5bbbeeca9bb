import { randomUUID } from 'node:crypto';
import { EXPOSED, SHARED, type Table, tablesOf } from '../../../scripts/schemas.ts';
import {
	addAction,
	applyOne,
	given,
	type Group,
	joinGroup,
	roomOf
} from '../../database/people.ts';
import { openWorld, type World } from '../../database/personas.ts';
import { addRemains } from '../../database/rights/remains.ts';
import type { Connection, Person } from '../server.ts';
import { plant } from './plant.ts';

/** Some who guess, and what must not come back to them. */
export interface Party {
	people: readonly Person[];
	words: readonly string[];
	/** Ids that must not either: all of the group, unless they belong to it. */
	ids: readonly string[];
	/** Live topics that are not theirs. */
	topics: readonly string[];
	/** Functions they do not try: after these they would guess no more. */
	spared: readonly string[];
}

/** The ids that a row holds, by their columns. */
export type Ids = Readonly<Record<string, string>>;

/** A group whose every word is a canary, and those who will look for words that are not theirs. */
export interface Ground {
	world: World;
	/** What stands in every text of the group, in every case. */
	canary: string;
	/** Members of another group, and members of this one who came later or came back. */
	parties: readonly Party[];
	/** Rows of the group, by which it may be asked. */
	rows: readonly Ids[];
	/** The tables of ours, and those a foreign key leads to from each. */
	tables: readonly (Table & { relations: string[] })[];
	/** Functions that a client may call, with the names of their arguments. */
	functions: readonly { name: string; args: string[] }[];
	/** Kinds of operations. */
	kinds: readonly string[];
	/** Somebody who belongs to the group, and asks at the same time. */
	insider: Person;
	/** Operations an insider sent, as they went over the line. */
	sent: readonly unknown[];
}

export async function openGround(cercle: Connection): Promise<Ground> {
	const world = await openWorld(cercle);
	const { group, people } = world;
	await addRemains(cercle.owner, world);
	// The members who guess are in the room, and another says that they are not.
	for (const person of [people.later, people.newest, people.back]) await roomOf(person, world.live);
	const mark = { group_id: group.id, session_id: world.live, member_id: people.absent.id };
	await applyOne(people.absent, 'attendance.mark', { ...mark, present: false });
	const client_id = randomUUID();
	const canary = `canary${randomUUID().replaceAll('-', '')}`;
	const operation = {
		...{ sequence: 1, kind: 'action.add', base: null },
		args: {
			...{ id: randomUUID(), group_id: group.id, owner_id: people.member.id },
			...{ title: canary, due_on: '2030-02-05', born_in: null }
		}
	};
	given(await people.member.client.rpc('apply_ops', { client_id, operations: [operation] }));
	const words = await plant(cercle, world, canary);
	const rows = await rowsOf(cercle, world);
	const topics = await topicsOf(cercle, world);
	const others: Party = {
		...{ people: await membersElsewhere(cercle, people.foreigner), words: [words.all] },
		...{ ids: rows.map(({ id }) => id!), topics: topics.map(({ topic }) => topic) },
		// Its founder names its id: it would come back as their own.
		spared: ['found_group', 'end_sign_ins']
	};
	const ofOver = topics.filter(({ is_over }) => is_over).map(({ topic }) => topic);
	const member = (person: Person, ...not: string[]): Party => ({
		...{ people: [person], words: not, ids: [], topics: ofOver },
		spared: [...others.spared, 'leave_group', 'write_charter']
	});
	const before = [words.past, words.away];
	return {
		...{ world, canary, rows, insider: people.member },
		sent: [{ client_id, operations: [operation] }],
		parties: [
			others,
			member(people.later, ...before),
			member(people.newest, ...before, words.since, words.shared),
			member(people.back, ...before, words.since, words.shared)
		],
		tables: await withRelations(cercle),
		functions: await functionsOf(cercle),
		kinds: await kindsOf(cercle)
	};
}

/** Members of another group, who write in their own. */
async function membersElsewhere(cercle: Connection, founder: Person): Promise<Person[]> {
	const [row] = await cercle.owner`
		select m.group_id as id, c.id as charter from memberships m
		join charters c on c.group_id = m.group_id
		where m.member_id = ${founder.id} and m.left_at is null
	`;
	const other: Group = { id: String(row?.id), charterId: String(row?.charter), founder };
	const members = [founder];
	for (const name of ['Bea', 'Ben', 'Bob']) members.push(await joinGroup(cercle, other, name));
	for (const person of members) await addAction(person, other.id);
	return members;
}

/** The rows of the group, those of the live session first. */
async function rowsOf({ owner }: Connection, { group, live }: World): Promise<Ids[]> {
	const found: Ids[][] = [];
	for (const { name, columns } of await tablesOf(owner)) {
		if (!columns.includes('id') || !columns.includes('group_id')) continue;
		const rows = await owner<{ ids: Ids }[]>`
			select (
				select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(t))
				where key ~ '(^|_)id$' and value is not null
			) as ids
			from ${owner(name)} t where group_id = ${group.id}
			order by to_jsonb(t) ->> 'session_id' is distinct from ${live}, id limit 20
		`;
		found.push(rows.map(({ ids }) => ids));
	}
	// One of each table, then the next: a caller that tries few of them tries all kinds.
	const turns = Array.from({ length: 20 }, (_, turn) =>
		found.flatMap((rows) => rows.slice(turn, turn + 1))
	);
	return [{ id: group.id }, ...turns.flat()];
}

/** The live topics of the group, now and near now. */
async function topicsOf({ owner }: Connection, { group }: World) {
	return owner<{ topic: string; is_over: boolean }[]>`
		select 'room:' || s.id || ':' || e as topic, s.status = 'closed' and e = g.epoch as is_over
		from sessions s join groups g on g.id = s.group_id,
			generate_series(g.epoch - 1, g.epoch + 1) e
		where g.id = ${group.id}
	`;
}

async function kindsOf({ owner }: Connection): Promise<string[]> {
	const rows = await owner<{ kind: string }[]>`
		select distinct m.found[1] as kind from pg_proc,
			regexp_matches(prosrc, $$when '([a-z]+[.][a-z]+)'$$, 'g') m (found)
		where pronamespace = 'private'::regnamespace order by 1
	`;
	return rows.map(({ kind }) => kind);
}

async function withRelations({ owner }: Connection): Promise<Ground['tables']> {
	const keys = await owner<{ one: string; other: string }[]>`
		select a.relname as one, b.relname as other from pg_constraint k
		join pg_class a on a.oid = k.conrelid
		join pg_class b on b.oid = k.confrelid and b.relnamespace = any (${SHARED}::regnamespace[])
		where k.contype = 'f' and a.relnamespace = any (${SHARED}::regnamespace[])
	`;
	return (await tablesOf(owner, SHARED, ['r', 'p', 'v'])).map((table) => {
		const own = keys.filter(({ one, other }) => [one, other].includes(table.name));
		const relations = new Set(own.flatMap(({ one, other }) => [one, other]));
		return { ...table, relations: [...relations] };
	});
}

async function functionsOf({ owner }: Connection): Promise<Ground['functions'][number][]> {
	const rows = await owner<Ground['functions'][number][]>`
		select proname as name, coalesce(proargnames, '{}') as args from pg_proc
		where pronamespace = ${EXPOSED}::regnamespace order by 1
	`;
	return [...rows];
}

/** What an outsider writes of their own at the same time, so that the pool is never idle. */
export async function ownWork(person: Person): Promise<void> {
	await applyOne(person, 'profile.write', { id: person.id, changes: { language: 'en' } });
}
