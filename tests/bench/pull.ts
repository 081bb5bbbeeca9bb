import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { DEMO_MEMBERS } from '#lib/server/demo.ts';
import { claim } from '../support/as-person.ts';
import { openAuthSession } from '../support/auth-session.ts';
import { connectOwner } from '../support/owner.ts';
import type { CercleProcess } from '../support/process.ts';
import { type Call, openRoom, signIn } from './api.ts';
import { caughtUp } from './caught-up.ts';
import { type Figure, line, quantile } from './figures.ts';

const CALLS = 200;
const MORE_TABLES = 20;

/**
 * What a pull costs the database after one contribution, for a phone that had everything before: the
 * time in Postgres alone, as `explain analyze` says it. Then the same beside more, empty tables.
 */
export async function pull(cercle: CercleProcess): Promise<Figure[]> {
	const [facilitator, presenter, reader] = DEMO_MEMBERS;
	if (!facilitator || !presenter || !reader)
		throw new Error('the demo group is smaller than thought');
	const room = await openRoom(await signIn(cercle, facilitator.email), facilitator.id, [
		presenter.id
	]);
	const owner = await connectOwner(cercle.dataFolder);
	try {
		const session_id = await openAuthSession(owner, reader.id);
		const claims = JSON.stringify({ sub: reader.id, role: 'authenticated', session_id });
		const call: Call = async (name, args) => {
			const [row] = await owner.begin(async (sql) => {
				await claim(sql, claims);
				return sql.unsafe(`select public.${written(name, args)} as answer`);
			});
			return row?.answer as unknown;
		};
		const seen = await caughtUp(call);
		await contribute(owner, room.id, presenter.id);
		console.log(`a pull after one contribution, ${CALLS} times`);
		const one = await measure(
			owner,
			claims,
			'pull after one contribution',
			seen.of('contributions')
		);
		// The tables of before stand in one function: they cost that build what they cost this one at most.
		if (!(await isByArea(owner)))
			return [one, { ...one, what: `${one.what}, ${MORE_TABLES} more tables` }];
		await addTables(owner);
		const what = `${one.what}, ${MORE_TABLES} more tables`;
		return [one, await measure(owner, claims, what, seen.of('contributions'))];
	} finally {
		await owner.end({ timeout: 1 });
	}
}

async function contribute(owner: Sql, session: string, author: string): Promise<void> {
	const added = await owner`
		insert into contributions (id, group_id, session_id, challenge_id, author_id, kind, text)
		select ${randomUUID()}, group_id, session_id, id, ${author}, 'advice', 'Ask them first.'
		from challenges where session_id = ${session} returning id
	`;
	if (added.length !== 1) throw new Error('nobody presents in this room');
}

async function measure(owner: Sql, claims: string, what: string, args: object): Promise<Figure> {
	const times: number[] = [];
	for (let turn = 0; turn < CALLS + 20; turn++) {
		const [row] = await owner.begin(async (sql) => {
			await claim(sql, claims);
			return sql.unsafe(`explain (analyze, format json) select public.${written('pull', args)}`);
		});
		const [plan] = row?.['QUERY PLAN'] as { 'Execution Time': number }[];
		if (turn >= 20 && plan) times.push(plan['Execution Time']);
	}
	console.log(line(what, times));
	return { what, value: quantile(times, 0.5), unit: 'ms' };
}

/** A call as SQL, its arguments by name. */
function written(name: string, args: object): string {
	const given = Object.entries(args).map(([key, value]) => `${key} => '${JSON.stringify(value)}'`);
	return `${name}(${given.join()})`;
}

async function isByArea(owner: Sql): Promise<boolean> {
	const [row] = await owner`select to_regprocedure('private.shown_goals()') is not null as found`;
	return row?.found === true;
}

/** Tables as a later release may bring them: of a group, read by its members, and empty. */
async function addTables(owner: Sql): Promise<void> {
	const names = Array.from({ length: MORE_TABLES }, (_, at) => `later_${at}`);
	for (const name of names) {
		await owner.unsafe(`
			create table cercle.${name} (id uuid primary key, group_id uuid not null);
			alter table cercle.${name} enable row level security;
			grant select on cercle.${name} to authenticated;
			create policy select_member on cercle.${name} for select to authenticated
				using (group_id = any (array(select private.my_group_ids())));
		`);
	}
	await owner.unsafe(`
		create or replace function private.shown_goals() returns setof private.shown_table
		language sql stable set search_path = '', pg_temp as $$
			values ('goals', null, null, null, 't.removed_at is null'),
				${names.map((name) => `('${name}', null, null, null, null)`).join()}
		$$;
	`);
	const [row] = await owner`select count(*)::int from private.shown_tables(null)`;
	if (!(Number(row?.count) > MORE_TABLES)) throw new Error('no pull shows these tables');
}
