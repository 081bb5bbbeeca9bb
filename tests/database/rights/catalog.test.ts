import { beforeAll, describe, expect, test } from 'vitest';
import { EXPOSED, inSql, SCHEMAS, SHARED, tablesOf } from '../../../scripts/schemas.ts';
import { refusal } from '../../support/as-person.ts';
import { connected, type Person } from '../../support/server.ts';
import { foundGroup } from '../people.ts';

const cercle = connected();
let person: Person;

beforeAll(async () => {
	await tablesOf(cercle.owner, SCHEMAS);
	await tablesOf(cercle.owner, SHARED);
	person = await cercle.signIn('Ada');
	await foundGroup(person);
});

const [ours, shared] = [inSql(SCHEMAS), inSql(SHARED)];

/** The one column `name` of what the owner finds: each row is an exception to the rule. */
async function exceptions(query: string): Promise<unknown[]> {
	const rows = await cercle.owner.unsafe(query);
	return rows.map(({ name }) => name as unknown);
}

describe('tables', () => {
	test('every table has row-level security', async () => {
		expect(
			await exceptions(`
				select relname as name from pg_class
				where relnamespace = any (${shared}::regnamespace[]) and relkind in ('r', 'p') and not relrowsecurity
			`)
		).toEqual([]);
	});

	test('every table has a policy and a comment', async () => {
		expect(
			await exceptions(`
				select relname as name from pg_class c
				where relnamespace = any (${shared}::regnamespace[]) and relkind in ('r', 'p')
					and (not exists (select from pg_policy where polrelid = c.oid)
						or obj_description(c.oid) is null)
			`)
		).toEqual([]);
	});

	test('none has the name that signals give to any of them', async () => {
		expect((await tablesOf(cercle.owner, SCHEMAS)).map(({ name }) => name)).not.toContain('all');
		expect(
			await exceptions(`select name from private.shown_tables(null) where name = 'all'`)
		).toEqual([]);
	});

	test('no view shows what its tables hide: each asks with its reader’s rights', async () => {
		expect(
			await exceptions(`
				select relname as name from pg_class
				where relnamespace = any (${shared}::regnamespace[]) and relkind in ('v', 'm', 'f')
					and (relkind <> 'v' or 'security_invoker=true' <> all (coalesce(reloptions, '{}')))
			`)
		).toEqual([]);
	});

	test('every foreign key says what happens on delete', async () => {
		expect(
			await exceptions(`
				select conname as name from pg_constraint
				where connamespace = any (${shared}::regnamespace[]) and contype = 'f' and confdeltype = 'a'
			`)
		).toEqual([]);
	});

	test('every foreign key has an index that begins with it', async () => {
		expect(
			await exceptions(`
				select c.conname as name from pg_constraint c
				where c.connamespace = any (${shared}::regnamespace[]) and c.contype = 'f' and not exists (
					select from pg_index i
					where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1] and i.indpred is null
				)
			`)
		).toEqual([]);
	});
});

describe('policies', () => {
	test('each is for one command and for members who signed in, never for everyone', async () => {
		expect(
			await exceptions(`
				select tablename || '.' || policyname as name from pg_policies
				where schemaname = any (${inSql([...SCHEMAS, 'realtime'])})
					and (roles <> '{authenticated}' or permissive <> 'PERMISSIVE' or cmd = 'ALL')
			`)
		).toEqual([]);
	});

	test('there is at most one for each command and role', async () => {
		expect(
			await exceptions(`
				select schemaname || '.' || tablename || ' ' || cmd as name from pg_policies
				where (schemaname, tablename, cmd) not in (('realtime', 'messages', 'ALL'))
				group by schemaname, tablename, cmd having count(*) > 1
			`)
		).toEqual([]);
	});

	test('each is named after its command and whom it is for', async () => {
		expect(
			await exceptions(`
				select tablename || '.' || policyname as name from pg_policies
				where policyname !~ ('^' || lower(cmd) || '_[a-z]+$')
			`)
		).toEqual([]);
	});

	test('none asks once a row: functions stand in a select of their own', async () => {
		expect(
			await exceptions(`
				select tablename || '.' || policyname as name from pg_policies
				where schemaname = any (${inSql([...SHARED, 'realtime'])}) and regexp_replace(
					coalesce(qual, '') || coalesce(with_check, ''),
					'\\( ?SELECT (private|auth|realtime)\\.\\w+\\(\\)[^()]*\\)', '', 'g'
				) ~ '(private|auth|realtime)\\.'
			`)
		).toEqual([]);
	});

	test('none lets a row be moved out of reach: what may be updated is checked afterwards too', async () => {
		// Without its own check an update is checked with what selected it: as strict.
		expect(
			await exceptions(`
				select tablename || '.' || policyname as name from pg_policies
				where schemaname = any (${shared}) and with_check = 'true'
			`)
		).toEqual([]);
	});
});

describe('what the API exposes', () => {
	const exposed = `'${EXPOSED}'::regnamespace`;

	test('is functions, and no table, view or type', async () => {
		expect(
			await exceptions(`
				select relname as name from pg_class where relnamespace = ${exposed}
				union all
				select typname from pg_type where typnamespace = ${exposed}
			`)
		).toEqual([]);
	});

	test('hands on to the function of private with its name, with the rights of the caller', async () => {
		expect(
			await exceptions(`
				select proname as name from pg_proc
				where pronamespace = ${exposed} and (
					prosecdef or btrim(prosrc, E' \n\t') <> format(
						'select private.%I(%s)', proname, array_to_string(coalesce(proargnames, '{}'), ', ')
					)
				)
			`)
		).toEqual([]);
	});

	test('is called by those who may call what it hands on to', async () => {
		expect(
			await exceptions(`
				select f.proname as name
				from pg_proc f
				left join pg_proc p on p.proname = f.proname
					and p.pronamespace = 'private'::regnamespace
					and p.proargtypes = f.proargtypes
				cross join unnest('{anon,authenticated}'::name[]) r (role)
				where f.pronamespace = ${exposed}
					and has_function_privilege(r.role, f.oid, 'execute')
						is distinct from has_function_privilege(r.role, p.oid, 'execute')
			`)
		).toEqual([]);
	});
});

describe('functions', () => {
	test('none trusts a search path, and temporary things are looked for last', async () => {
		expect(
			await exceptions(`
				select proname as name from pg_proc
				where pronamespace = any (${ours}::regnamespace[])
					and not coalesce(proconfig @> array['search_path="", pg_temp'], false)
			`)
		).toEqual([]);
	});

	test('nobody else makes anything temporary', async () => {
		expect(
			await exceptions(`
				select rolname as name from pg_roles
				where rolname in ('anon', 'authenticated', 'service_role', 'authenticator')
					and has_database_privilege(rolname, current_database(), 'temporary')
			`)
		).toEqual([]);
		const making = person.sql((sql) => sql`create temporary table profiles (id uuid)`);
		expect(await refusal(making)).toBe('42501');
	});

	test('one can be called by somebody who did not sign in: the calendar, whose token is the right', async () => {
		expect(
			await exceptions(`
				select pronamespace::regnamespace || '.' || proname as name from pg_proc
				where pronamespace = any (${ours}::regnamespace[])
					and (has_function_privilege('anon', oid, 'execute')
						or exists (
							select from aclexplode(coalesce(proacl, acldefault('f', proowner)))
							where grantee = 0
						))
				order by 1
			`)
		).toEqual(['private.read_calendar', 'public.read_calendar']);
	});

	test('the server may call exactly these of private', async () => {
		expect(
			await exceptions(`
				select proname as name from pg_proc
				where pronamespace = 'private'::regnamespace
					and has_function_privilege('service_role', oid, 'execute')
				order by proname
			`)
		).toEqual([
			'claim_invitation',
			'claim_reminders',
			'code_address',
			'erase_expired',
			'finish_invitation',
			'finish_reminder',
			'open_address_wait',
			'stop_address_wait_by'
		]);
	});

	test('beside what the API hands on to, members may call exactly these of private', async () => {
		const callable = await exceptions(`
			select proname as name from pg_proc
			where pronamespace = 'private'::regnamespace
				and has_function_privilege('authenticated', oid, 'execute')
				and proname not in (
					select proname from pg_proc where pronamespace = '${EXPOSED}'::regnamespace
				)
			order by proname
		`);
		expect(callable).toEqual([
			'apply_action',
			'apply_attendance',
			'apply_challenge',
			'apply_contribution',
			'apply_feedback',
			'apply_goal',
			'apply_notes',
			'apply_operation',
			'apply_profile',
			'apply_review',
			'changed_tables',
			'decide_action',
			'digest_operation',
			'earlier_actions',
			'earlier_goals',
			'export_actions',
			'export_breaches',
			'export_challenges',
			'export_contributions',
			'export_goals',
			'export_groups',
			'export_profile',
			'export_reminders',
			'export_sessions',
			'fits',
			'is_time_zone',
			'mark_attendance',
			'me',
			'merge_row',
			'my_accusation_ids',
			'my_action_ids',
			'my_address',
			'my_address_groups',
			'my_address_wait_ids',
			'my_agreed_contribution_ids',
			'my_agreed_feedback_ids',
			'my_agreed_review_ids',
			'my_animated_ids',
			'my_asked_session_ids',
			'my_attended_session_ids',
			'my_breach_ids',
			'my_challenge_ids',
			'my_community_ids',
			'my_dated_session_ids',
			'my_driven_session_ids',
			'my_group_ids',
			'my_joined_group_ids',
			'my_joins',
			'my_live_session_ids',
			'my_next_address',
			'my_noted_challenge_ids',
			'my_own_event_ids',
			'my_own_note_ids',
			'my_own_review_ids',
			'my_peer_ids',
			'my_readable_challenge_ids',
			'my_received_contribution_ids',
			'my_session_ids',
			'my_shared_note_ids',
			'my_shared_session_ids',
			'my_topics',
			'my_unsigned_group_ids',
			'need_member',
			'partly_shared_sessions',
			'protect_challenge',
			'refuse',
			'room_time',
			'row_of_operation',
			'shared_takeaways',
			'shown_actions',
			'shown_addresses',
			'shown_challenges',
			'shown_contributions',
			'shown_floor',
			'shown_goals',
			'shown_groups',
			'shown_invitations',
			'shown_moderation',
			'shown_profiles',
			'shown_room',
			'shown_sessions',
			'shown_tables',
			'uid'
		]);
	});

	test('those that run with the owner’s rights ask who calls', async () => {
		expect(
			await exceptions(`
				select proname as name from pg_proc
				where pronamespace = any (${ours}::regnamespace[])
					and prosecdef and has_function_privilege('authenticated', oid, 'execute')
					and prosrc !~ 'private\\.(uid|me|my_\\w+) ?\\('
					-- The one is asked, the other knows nothing but the caller's own transaction.
					and proname not in ('uid', 'changed_tables')
			`)
		).toEqual([]);
	});

	test('none asks who calls but by a session that lives', async () => {
		expect(
			await exceptions(`
				select proname as name from pg_proc
				where pronamespace = any (${ours}::regnamespace[])
					and prosrc ~ 'auth\\.(uid|jwt)' and oid <> all (array[
						'private.uid()', 'private.me()', 'private.sign_in_id()'
					]::regprocedure[])
				union all
				select tablename || '.' || policyname from pg_policies
				where schemaname = any (${inSql([...SCHEMAS, 'realtime'])})
					and concat(qual, with_check) ~ 'auth\\.(uid|jwt)'
				union all
				select d.adrelid::regclass::text from pg_attrdef d join pg_class c on c.oid = d.adrelid
				where c.relnamespace = any (${shared}::regnamespace[])
					and pg_get_expr(d.adbin, d.adrelid) ~ 'auth\\.(uid|jwt)'
			`)
		).toEqual([]);
	});
});

describe('grants', () => {
	test('nobody has any on a table without having signed in, and the server has none', async () => {
		expect(
			await exceptions(`
				select relname as name from pg_class c
				cross join unnest('{anon,service_role}'::name[]) r (role)
				where relnamespace = any (${ours}::regnamespace[])
					and relkind in ('r', 'p', 'v', 'm', 'S')
					and (has_any_column_privilege(r.role, oid, 'select, insert, update, references')
						or has_table_privilege(r.role, oid, 'delete, truncate, trigger, maintain'))
			`)
		).toEqual([]);
	});

	test('members never delete, truncate or attach anything', async () => {
		expect(
			await exceptions(`
				select relname as name from pg_class
				where relnamespace = any (${shared}::regnamespace[]) and relkind in ('r', 'p')
					and has_table_privilege(
						'authenticated', oid, 'delete, truncate, trigger, maintain, references'
					)
			`)
		).toEqual([]);
	});

	test('members write exactly these columns', async () => {
		const written = await cercle.owner`
			select table_name, privilege_type, string_agg(column_name, ' ' order by column_name) as names
			from information_schema.column_privileges
			where table_schema = any (${[...SHARED]}) and grantee = 'authenticated'
				and privilege_type in ('INSERT', 'UPDATE')
			group by 1, 2 order by 1, 2
		`;
		const found = written.map((row) => `${row.table_name} ${row.privilege_type}: ${row.names}`);
		expect(found).toEqual([
			'actions INSERT: born_in due_on goal_id group_id id owner_id partner_id title',
			'actions UPDATE: due_on goal_id line outcome partner_id rank removed_at status title',
			'challenge_notes UPDATE: body takeaways',
			'challenges UPDATE: context keep need options question tags tried unwanted wanted withdrawn_at',
			'contributions INSERT: challenge_id group_id id kind session_id text',
			'contributions UPDATE: text',
			'feedbacks INSERT: delta group_id member_id plus session_id',
			'feedbacks UPDATE: delta plus',
			'goals INSERT: group_id id means measure owner_id quarter reason shared stage title year',
			'goals UPDATE: line means measure quarter reason removed_at shared stage status title year',
			'operations INSERT: client_id code digest row_id sequence',
			'profiles UPDATE: language name',
			'reminder_settings INSERT: id mail push quiet_from quiet_to time_zone',
			'reminder_settings UPDATE: mail push quiet_from quiet_to time_zone',
			'reviews INSERT: action_id group_id line outcome session_id',
			'reviews UPDATE: line outcome'
		]);
	});

	test('the hashes of tokens are the only columns members cannot read', async () => {
		expect(
			await exceptions(`
				select c.relname || '.' || a.attname as name from pg_attribute a
				join pg_class c on c.oid = a.attrelid
				where c.relnamespace = any (${shared}::regnamespace[]) and c.relkind in ('r', 'p')
					and a.attnum > 0 and not a.attisdropped
					and not has_column_privilege('authenticated', c.oid, a.attnum, 'select')
				order by 1
			`)
		).toEqual(['calendars.token_hash', 'invitations.token_hash']);
		for (const question of [
			'select token_hash from invitations',
			'select id from invitations where token_hash is not null',
			'select id from invitations order by token_hash',
			'select token_hash from calendars'
		]) {
			expect(await refusal(person.sql((sql) => sql.unsafe(question))), question).toBe('42501');
		}
	});

	test.each([
		['profiles', { version: 9 }],
		['profiles', { id: '00000000-0000-4000-8000-000000000000' }],
		['groups', { epoch: 9 }],
		['memberships', { left_at: null }],
		['actions', { carries: 9 }],
		['actions', { due_in: null }],
		['actions', { decided_carries: 9 }],
		['action_events', { line: '' }],
		['goals', { owner_id: null }],
		['challenges', { presenter_id: null }],
		['challenges', { double_confidential: false }],
		['session_consents', { withdrawn_at: null }],
		['reviews', { reviewed_by: null }],
		['attendances', { seen_at: null }]
	])('%s: %j cannot be written', async (table, values) => {
		const key = table === 'profiles' || table === 'groups' ? 'id' : 'group_id';
		const writing = person.sql(
			(sql) => sql`update ${sql(table)} set ${sql(values)} where ${sql(key)} is not null`
		);
		expect(await refusal(writing)).toBe('42501');
	});
});

describe('the role the API signs in with', () => {
	test('is no superuser, bypasses no policy and creates nothing', async () => {
		const [role] = await cercle.owner`
			select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
			from pg_roles where rolname = 'authenticator'
		`;
		const no = { rolsuper: false, rolbypassrls: false, rolcreaterole: false };
		expect(role).toEqual({ ...no, rolcreatedb: false, rolreplication: false });
	});

	test('owns nothing of ours, nor does any role it can become', async () => {
		expect(
			await exceptions(`
				select relname as name from pg_class c
				where relnamespace = any (${ours}::regnamespace[])
					and pg_has_role('authenticator', relowner, 'member')
				union all
				select proname from pg_proc
				where pronamespace = any (${ours}::regnamespace[])
					and pg_has_role('authenticator', proowner, 'member')
			`)
		).toEqual([]);
	});

	test('cannot create anything among ours', async () => {
		expect(
			await exceptions(`
				select name from unnest(${ours}) name where has_schema_privilege('authenticator', name, 'create')
			`)
		).toEqual([]);
	});
});
