import type { Sql } from 'postgres';
import { SHARED, tablesOf } from '../../../scripts/schemas.ts';
import { clausesOf } from './clauses.ts';

/** A database with one condition of its rights put aside. */
export interface Mutant {
	/** Which rule, and what of it was put aside. */
	name: string;
	/** What it concerns: a table and a command, or everything. */
	table: string | null;
	command: string | null;
	change: string;
	restore: string;
}

interface Policy {
	schemaname: string;
	tablename: string;
	policyname: string;
	cmd: string;
	qual: string | null;
	with_check: string | null;
}

/** Each condition of each policy and of each function policies ask, once true and once false. */
export async function mutantsOf(owner: Sql): Promise<Mutant[]> {
	await tablesOf(owner);
	const policies = await owner<Policy[]>`
		select * from pg_policies where schemaname = any (${[...SHARED, 'realtime']}) order by 1, 2, 3
	`;
	const functions = await owner<{ name: string; definition: string }[]>`
		select proname as name, pg_get_functiondef(oid) as definition from pg_proc
		where pronamespace = 'private'::regnamespace and (proname like 'my\_%' or proname = 'uid')
			-- What members may not execute, no policy asks.
			and has_function_privilege('authenticated', oid, 'execute')
		order by 1
	`;
	return [
		...policies.flatMap(ofPolicy),
		...functions.flatMap(({ name, definition }) =>
			mutations(definition).map(({ put, aside, text }) => ({
				name: `private.${name}: ${aside} → ${put}`,
				...{ table: null, command: null, change: text, restore: definition }
			}))
		)
	];
}

function ofPolicy(policy: Policy): Mutant[] {
	const { schemaname, tablename, policyname, qual, with_check: check } = policy;
	const alter = `alter policy ${policyname} on ${schemaname}.${tablename}`;
	const sides = [
		['using', qual],
		['with check', check]
	] as const;
	return sides.flatMap(([side, expression]) => {
		if (expression === null) return [];
		return mutations(`where ${expression}`).map(({ put, aside, text }) => ({
			name: `${tablename}.${policyname} ${side}: ${aside} → ${put}`,
			table: SHARED.includes(schemaname) ? tablename : null,
			command: SHARED.includes(schemaname) ? policy.cmd : null,
			change: `${alter} ${side} (${text.slice('where '.length)})`,
			restore: `${alter} ${side} (${expression})`
		}));
	});
}

function mutations(sql: string) {
	return clausesOf(sql).flatMap(({ from, to }) =>
		['true', 'false'].map((put) => ({
			put,
			aside: sql.slice(from, to).replace(/\s+/g, ' '),
			text: sql.slice(0, from) + put + sql.slice(to)
		}))
	);
}
