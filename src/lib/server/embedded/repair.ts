import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres, { type TransactionSql } from 'postgres';
import { Refusal } from '#lib/server/refusal.ts';
import { ROLES } from './facts.ts';
import { describe } from './migrate.ts';
import { statementsOf } from './statements.ts';
import { differences, listed, loadWalls, wallsFile, wallsIn } from './walls.ts';

const SERVED = ['public', ...ROLES].join(', ');

/**
 * What takes away whatever stands on our objects, so that the schema files say it anew: policies,
 * triggers, all that is granted to those who are served; and gives every object to the one who asks.
 * The functions are those of the list.
 */
const clearing = (functions: readonly string[]) => `
	with ours as (
		select p.oid from pg_proc p where p.oid in (
			select to_regprocedure(f) from unnest('{${functions.map((name) => JSON.stringify(name)).join()}}'::text[]) f
		)
	), places as (
		select c.* from pg_class c
		where c.relnamespace in ('cercle'::regnamespace, 'private'::regnamespace)
	)
	select format('alter schema %I owner to %I', n.nspname, current_user) as statement
	from pg_namespace n where n.nspname in ('cercle', 'private')
	union all
	select format('alter table %s owner to %I', c.oid::regclass, current_user)
	from places c where c.relkind in ('r', 'p', 'v')
	union all
	select format('alter type %s owner to %I', c.reltype::regtype, current_user)
	from places c where c.relkind = 'c'
	union all
	select format('alter function %s owner to %I', p.oid::regprocedure, current_user) from ours p
	union all
	select format('alter table %s no force row level security', c.oid::regclass)
	from places c where c.relforcerowsecurity
	union all
	select format('drop policy %I on %s', p.polname, p.polrelid::regclass)
	from pg_policy p
	where p.polrelid in (select c.oid from places c) or p.polrelid = to_regclass('realtime.messages')
	union all
	select format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass)
	from pg_trigger t join pg_proc p on p.oid = t.tgfoid
	where not t.tgisinternal and p.pronamespace = 'private'::regnamespace
	union all
	select format('revoke all on schema %I from ${SERVED}', n)
	from unnest('{cercle,private}'::name[]) n
	union all
	select format('revoke all on %s from ${SERVED}', c.oid::regclass)
	from places c where c.relkind in ('r', 'p', 'v', 'm')
	union all
	-- What a former owner had granted to others, and became the owner's own by the way back.
	select format('revoke all (%I) on %s from %I', a.attname, c.oid::regclass, current_user)
	from places c join pg_attribute a on a.attrelid = c.oid and a.attacl is not null
	union all
	select format('revoke all on function %s from ${SERVED}', p.oid::regprocedure) from ours p
`;

/** What a role that serves others is, where it became more. */
const PLAIN = 'nosuperuser nocreaterole nocreatedb noreplication';
const RIGHTS: Record<(typeof ROLES)[number], string> = {
	anon: `${PLAIN} nobypassrls`,
	authenticated: `${PLAIN} nobypassrls`,
	service_role: `${PLAIN} bypassrls`,
	authenticator: `${PLAIN} nobypassrls`
};

/** What no repair makes or removes. */
const LASTING =
	/^(constraint |schema \S+ is missing|table \S+( is |: columns)|(view|function) .* is not of Cercle)/;

/** Of the schema files, what may be said again of a database that has rows. */
const AGAIN =
	/^(create function|create view|create policy|create (constraint )?trigger|alter table \S+ enable row level security|alter default privileges|comment on|grant|revoke|do)\b/;

/**
 * Says anew, in one transaction, who may read and write what and by which rules, as the schema files
 * say it. Answers what was otherwise before. @throws Refusal, and nothing is changed, where that is not
 * enough: a table, a column or a constraint is not made anew around rows that are there.
 */
export async function repair(ownerUrl: string, root: string): Promise<string[]> {
	const expected = await loadWalls(wallsFile(root));
	const functions = Object.keys(expected).flatMap(
		(name) => /^function (.*)$/.exec(name)?.[1] ?? []
	);
	const sql = postgres(ownerUrl, { max: 1, connect_timeout: 10, onnotice: () => undefined });
	try {
		return await sql.begin(async (transaction) => {
			const before = differences(expected, await wallsIn(transaction));
			if (before.length === 0) return before;
			refuse(before.filter((gap) => LASTING.test(gap)));
			for (const [role, rights] of Object.entries(RIGHTS)) {
				if (before.includes(`role ${role}: rights`)) {
					await say(transaction, `alter role ${role} ${rights}`);
				}
			}
			// Functions may name what comes after them.
			await transaction`set local check_function_bodies = off`;
			const clear = await transaction.unsafe<{ statement: string }[]>(clearing(functions));
			for (const { statement } of clear) await say(transaction, statement);
			for (const statement of await restated(join(root, 'supabase', 'schemas'))) {
				await say(transaction, statement);
			}
			refuse(differences(expected, await wallsIn(transaction)));
			return before;
		});
	} finally {
		await sql.end({ timeout: 3 });
	}
}

function refuse(gaps: readonly string[]): void {
	if (gaps.length === 0) return;
	throw new Refusal(
		`This cannot be put right without touching rows, or what others made:\n${listed(gaps)}\n` +
			'Nothing was changed. Remove what is not of Cercle, or restore a whole backup.'
	);
}

async function restated(folder: string): Promise<string[]> {
	const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
	const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
	return texts.flatMap((text) =>
		statementsOf(text)
			.filter((statement) => AGAIN.test(statement))
			.flatMap((statement) => {
				const replaced = statement.replace(/^create (function|view)/, 'create or replace $1');
				const [, made] = /^create function (public\.\w+\([^)]*\))/.exec(statement) ?? [];
				// As the platform grants it on what is made in `public`.
				return made
					? [replaced, `grant execute on function ${signature(made)} to service_role`]
					: [replaced];
			})
	);
}

/** A function as it is named, without the defaults of its arguments. */
const signature = (made: string) => made.replace(/ default [^,)]*/g, '');

async function say(transaction: TransactionSql, statement: string): Promise<void> {
	try {
		await transaction.unsafe(statement);
	} catch (error) {
		const [start = ''] = statement.split('\n');
		throw new Refusal(
			`The database refused to be repaired (${describe(error)}), at:\n  ${start}\nNothing was changed.`
		);
	}
}
