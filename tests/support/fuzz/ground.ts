import { randomUUID } from 'node:crypto';
import { EXPOSED, SHARED, type Table, tablesOf } from '../../../scripts/schemas.ts';
import { addAction, applyOne, given, type Group, joinGroup } from '../../database/people.ts';
import { openWorld, type World } from '../../database/personas.ts';
import type { Connection, Person } from '../server.ts';

/** A group whose every word is a canary, and members of another one who will look for it. */
export interface Ground {
	world: World;
	/** What stands in every text of the group, in every case. */
	canary: string;
	/** Ids of the group, by which it may be asked for. */
	ids: readonly string[];
	/** The live topics of the group, now and near now. */
	topics: readonly string[];
	/** The tables of ours, and those a foreign key leads to from each. */
	tables: readonly (Table & { relations: string[] })[];
	/** Functions that a client may call, with the names of their arguments. */
	functions: readonly { name: string; args: string[] }[];
	/** Somebody who belongs to the group, and asks at the same time. */
	insider: Person;
	/** People who never belonged to it: members of another group. */
	outsiders: readonly Person[];
	/** Operations an insider sent, as they went over the line. */
	sent: readonly unknown[];
}

export async function openGround(cercle: Connection): Promise<Ground> {
	const world = await openWorld(cercle);
	const canary = `canary${randomUUID().replaceAll('-', '')}`;
	const insider = world.people.member;
	const client_id = randomUUID();
	const operation = {
		...{ sequence: 1, kind: 'action.add', base: null },
		args: {
			...{ id: randomUUID(), group_id: world.group.id, owner_id: insider.id },
			...{ title: canary, due_on: '2030-02-05', born_in: null }
		}
	};
	given(await insider.client.rpc('apply_ops', { client_id, operations: [operation] }));
	await plant(cercle, world, canary);
	const founder = world.people.foreigner;
	const [row] = await cercle.owner`
		select group_id as id from memberships where member_id = ${founder.id} and left_at is null
	`;
	const [charter] = await cercle.owner`select id from charters where group_id = ${row?.id}`;
	const other: Group = { id: String(row?.id), charterId: String(charter?.id), founder };
	const outsiders = [founder];
	for (const name of ['Bea', 'Ben', 'Bob']) outsiders.push(await joinGroup(cercle, other, name));
	for (const person of outsiders) await addAction(person, other.id);
	return {
		...{ world, canary, insider, outsiders, sent: [{ client_id, operations: [operation] }] },
		ids: await idsOf(cercle, world),
		topics: await topicsOf(cercle, world),
		tables: await withRelations(cercle),
		functions: await functionsOf(cercle)
	};
}

/** Writes the canary into every text of the group that takes it, past every right. */
async function plant({ owner }: Connection, { group }: World, canary: string): Promise<void> {
	const columns = await owner`
		select c.table_name, c.column_name from information_schema.columns c
		join information_schema.columns g on g.table_schema = c.table_schema
			and g.table_name = c.table_name and g.column_name = 'group_id'
		join information_schema.tables t on t.table_schema = c.table_schema
			and t.table_name = c.table_name and t.table_type = 'BASE TABLE'
		where c.table_schema = any (${[...SHARED]}) and c.data_type = 'text'
	`;
	const put = async (table: string, column: string, key: string) => {
		await owner
			.begin(async (sql) => {
				await sql`set local session_replication_role = replica`;
				await sql`update ${sql(table)} set ${sql({ [column]: canary })} where ${sql(key)} = ${group.id}`;
			})
			// A column of words that are chosen from a list takes no other.
			.catch(() => undefined);
	};
	await put('groups', 'name', 'id');
	for (const { table_name, column_name } of columns) {
		await put(table_name as string, column_name as string, 'group_id');
	}
	const [held] = await owner`
		select count(*)::int as actions from actions where group_id = ${group.id} and title = ${canary}
	`;
	if (!held?.actions) throw new Error('nothing was planted');
}

async function idsOf({ owner }: Connection, { group }: World): Promise<string[]> {
	const found: string[][] = [];
	for (const { name, columns } of await tablesOf(owner)) {
		if (!columns.includes('id') || !columns.includes('group_id')) continue;
		const rows = await owner`
			select id::text from ${owner(name)} where group_id = ${group.id} limit 20
		`;
		found.push(rows.map(({ id }) => id as string));
	}
	// One of each table, then the next: a caller that tries few of them tries all kinds.
	const turns = Array.from({ length: 20 }, (_, turn) => found.flatMap((ids) => ids[turn] ?? []));
	return [...new Set([group.id, ...turns.flat()])];
}

async function topicsOf({ owner }: Connection, { group }: World): Promise<string[]> {
	const rows = await owner`
		select 'room:' || s.id || ':' || e as topic from sessions s
		join groups g on g.id = s.group_id, generate_series(g.epoch - 1, g.epoch + 1) e
		where g.id = ${group.id}
	`;
	return rows.map(({ topic }) => topic as string);
}

async function withRelations({ owner }: Connection): Promise<Ground['tables']> {
	const keys = await owner<{ one: string; other: string }[]>`
		select a.relname as one, b.relname as other from pg_constraint k
		join pg_class a on a.oid = k.conrelid
		join pg_class b on b.oid = k.confrelid and b.relnamespace = any (${SHARED}::regnamespace[])
		where k.contype = 'f' and a.relnamespace = any (${SHARED}::regnamespace[])
	`;
	return (await tablesOf(owner)).map((table) => {
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
