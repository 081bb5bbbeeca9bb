import type { Sql } from 'postgres';
import { SHARED, tablesOf } from '../../../scripts/schemas.ts';
import { choicesOf, type Clause, clausesOf } from './clauses.ts';

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

interface Definition {
	name: string;
	definition: string;
}

interface Policy {
	schemaname: string;
	tablename: string;
	policyname: string;
	cmd: string;
	qual: string | null;
	with_check: string | null;
}

/**
 * Each condition of each policy and of each function that policies and views ask, directly or in
 * turn, once true and once false.
 */
export async function mutantsOf(owner: Sql): Promise<Mutant[]> {
	await tablesOf(owner);
	const policies = await owner<Policy[]>`
		select * from pg_policies where schemaname = any (${[...SHARED, 'realtime']}) order by 1, 2, 3
	`;
	const views = await owner<{ definition: string }[]>`
		select definition from pg_views where schemaname = any (${[...SHARED]})
	`;
	const functions = await owner<Definition[]>`
		select proname as name, pg_get_functiondef(oid) as definition from pg_proc
		where pronamespace = 'private'::regnamespace and prokind = 'f' order by 1
	`;
	const texts = policies.flatMap(({ qual, with_check: check }) => [qual ?? '', check ?? '']);
	const asked = askedBy([...texts, ...views.map(({ definition }) => definition)], functions);
	return [
		...policies.flatMap(ofPolicy),
		...asked.flatMap(({ name, definition }) =>
			mutations(definition).map(({ put, aside, text }) => ({
				name: `private.${name}: ${aside} → ${put}`,
				...{ table: null, command: null, change: text, restore: definition }
			}))
		)
	];
}

/** The functions these texts call, and those that these call in turn. */
function askedBy(texts: readonly string[], functions: readonly Definition[]): Definition[] {
	const [asked, others] = [true, false].map((isAsked) =>
		functions.filter(
			({ name }) => texts.some((text) => text.includes(`private.${name}(`)) === isAsked
		)
	) as [Definition[], Definition[]];
	if (asked.length === 0) return [];
	return [
		...asked,
		...askedBy(
			asked.map(({ definition }) => definition),
			others
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
	const mutant =
		(put: string) =>
		({ from, to }: Clause) => ({
			put: put || 'without it',
			aside: sql.slice(from, to).replace(/\s+/g, ' '),
			text: sql.slice(0, from) + put + sql.slice(to)
		});
	return [
		...clausesOf(sql).flatMap((clause) => ['true', 'false'].map((put) => mutant(put)(clause))),
		...choicesOf(sql).map(mutant(''))
	];
}
