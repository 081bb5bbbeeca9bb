import { tablesWith } from '../canary.ts';
import type { Connection } from '../server.ts';
import type { World } from '../../database/personas.ts';
import { SHARED } from '../../../scripts/schemas.ts';

/** Words that stand in every text of a group, by when it was said. Each begins with `all`. */
export interface Words {
	all: string;
	/** Before `back` left. */
	past: string;
	/** Until `later` joined. */
	away: string;
	/** Until the `newest` joined. */
	since: string;
	/** Before, and `later` may read it: by the consent of who said it. */
	shared: string;
}

/** When a text of a row `t` was said. */
function momentOf(table: string, column: string, ofSession: boolean): string {
	if (table === 'sessions') return 'over_at';
	if (table === 'actions')
		return column === 'line' ? 'coalesce(told_at, created_at)' : 'created_at';
	if (table === 'goals') return 'updated_at';
	if (table === 'action_events') return 'at';
	if (table === 'breaches') return 'raised_at';
	if (!ofSession) return `'infinity'::timestamptz`;
	return '(select s.over_at from sessions s where s.id = t.session_id)';
}

/** What is to be done, and what is to be reached: every member reads it of every other. */
function openIn({ remains }: World, table: string, column: string): string {
	const current = 'removed_at is null and private.belongs(owner_id, group_id)';
	if (column !== 'title') return 'false';
	if (table === 'actions') {
		return `(status = 'open' or id = '${remains.toldAction}') and ${current}`;
	}
	return table === 'goals' ? `shared and ${current}` : 'false';
}

/** Texts of sessions of before that were shared with `later`, by those whose texts they are. */
function sharedIn(world: World, table: string, column: string, ofSession: boolean): string {
	const { earlier, remains, people } = world;
	const { partial } = remains;
	const isOne = (key: string, ...ids: string[]) => `${key} in ('${ids.join("','")}')`;
	const challenges = [earlier.challenge.present, partial.challenge.agreed];
	switch (table) {
		case 'sessions':
			return isOne('id', earlier.id);
		case 'challenges':
			return isOne('id', ...challenges);
		case 'challenge_notes':
			return isOne('id', ...challenges.slice(0, column === 'takeaways' ? 2 : 1));
		case 'contributions':
			return isOne('id', earlier.contribution.present, partial.contribution.agreed);
		case 'reviews':
			return isOne('id', partial.review.agreed);
		case 'feedbacks':
			return `${isOne('session_id', earlier.id, partial.session)}
				and ${isOne('member_id', people.member.id)}`;
		default:
			return ofSession ? isOne('session_id', earlier.id) : 'false';
	}
}

/** Writes the words into every text of the group that takes them, past every right. */
export async function plant({ owner }: Connection, world: World, all: string): Promise<Words> {
	const { group, people, backChallenge, contribution } = world;
	const words = { past: '', away: '', since: '', shared: '' };
	for (const name of Object.keys(words) as (keyof typeof words)[]) words[name] = `${all}-${name}`;
	const [moments] = await owner`
		select
			(select left_at from memberships where group_id = ${group.id}
				and member_id = ${people.back.id} and left_at is not null) as back,
			(select joined_at from memberships where group_id = ${group.id}
				and member_id = ${people.later.id} and left_at is null) as later,
			(select joined_at from memberships where group_id = ${group.id}
				and member_id = ${people.newest.id} and left_at is null) as newest
	`;
	const columns = await owner`
		select c.table_name as table, c.column_name as column, exists (
			select from information_schema.columns s where s.table_schema = c.table_schema
				and s.table_name = c.table_name and s.column_name = 'session_id'
		) as is_of_session
		from information_schema.columns c
		join information_schema.columns g on g.table_schema = c.table_schema
			and g.table_name = c.table_name and g.column_name = 'group_id'
		join information_schema.tables t on t.table_schema = c.table_schema
			and t.table_name = c.table_name and t.table_type = 'BASE TABLE'
		where c.table_schema = any (${[...SHARED]})
			and (c.data_type = 'text' or c.column_name = 'label')
	`;
	const put = (table: string, column: string, key: string, word: string) =>
		owner
			.begin(async (sql) => {
				await sql`set local session_replication_role = replica`;
				const said = column === 'label' ? `jsonb_build_object('fr', ${word}, 'en', ${word})` : word;
				// The words of what is settled are erased, and stay so.
				await sql`
					update ${sql(table)} t set ${sql(column)} = ${sql.unsafe(said)}
					where ${sql(key)} = ${group.id} and to_jsonb(t) ->> 'settled_at' is null
				`;
			})
			// A column of words that are chosen from a list takes no other.
			.catch(() => undefined);
	const until = (moment: unknown) => `'${(moment as Date).toISOString()}'`;
	await put('groups', 'name', 'id', `'${all}'`);
	for (const { table, column, is_of_session } of columns) {
		const at = momentOf(table, column, is_of_session);
		const mine = table === 'challenges' || table === 'contributions' ? 'id' : 'owner_id';
		await put(
			table,
			column,
			'group_id',
			`case
				when ${openIn(world, table, column)} then '${all}'
				when to_jsonb(t) ->> '${mine}' in ('${backChallenge}', '${contribution.toBack}', '${people.back.id}')
					then '${all}-own'
				when ${sharedIn(world, table, column, is_of_session)} then '${words.shared}'
				when ${at} < ${until(moments!.back)} then '${words.past}'
				when ${at} < ${until(moments!.later)} then '${words.away}'
				when ${at} < ${until(moments!.newest)} then '${words.since}'
				else '${all}'
			end`
		);
	}
	for (const word of Object.values(words)) {
		const found = await tablesWith(owner, word);
		if (found.length < 5) throw new Error(`${word} stands in no more than ${found.join()}`);
	}
	return { all, ...words };
}
