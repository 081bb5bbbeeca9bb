import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres, { type Sql, type TransactionSql } from 'postgres';
import { z } from 'zod';
import { Refusal } from '#lib/server/refusal.ts';
import { type Fact, OWNER, readFacts, ROLES, SCHEMAS } from './facts.ts';

/** What holds the walls of one object: its parts, each in a few words or as a fingerprint. */
type Parts = Record<string, string>;

/**
 * The walls of a database, object by object: who may read and write what, and by which rules.
 * `supabase/walls.json` says those of this version.
 */
export type Walls = Record<string, Parts>;

const wallsFormat = z.record(z.string(), z.record(z.string(), z.string()));

/** Where the walls of this version stand; they are written by `npm run database -- walls`. */
export const wallsFile = (root: string) => join(root, 'supabase', 'walls.json');

export async function loadWalls(file: string): Promise<Walls> {
	return wallsFormat.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** One object a line, so that two changes meet in a line only where they meet in an object. */
export function writeWalls(walls: Walls): string {
	const lines = Object.entries(walls).map(
		([name, parts]) => `\t${JSON.stringify(name)}: ${JSON.stringify(parts)}`
	);
	return `{\n${lines.join(',\n')}\n}\n`;
}

/** Of each kind of fact, the kind of object and the part of it; of others nothing is asked. */
const PARTS: Record<string, readonly [object: string, part: string]> = {
	'schema owner': ['schema', 'owner'],
	'schema grants': ['schema', 'grants'],
	'database grants': ['database', 'grants'],
	'default privileges': ['default privileges', 'grants'],
	role: ['role', 'rights'],
	'table owner': ['table', 'owner'],
	'table grants': ['table', 'grants'],
	'row security': ['table', 'row security'],
	'column grants': ['table', 'column grants'],
	'column type': ['table', 'columns'],
	'column nullability': ['table', 'columns'],
	'column default': ['table', 'columns'],
	'column generation': ['table', 'columns'],
	view: ['view', 'rule'],
	'view owner': ['view', 'owner'],
	'view grants': ['view', 'grants'],
	constraint: ['constraint', 'rule'],
	trigger: ['trigger', 'rule'],
	'trigger state': ['trigger', 'state'],
	'policy command': ['policy', 'rule'],
	'policy roles': ['policy', 'rule'],
	'policy mode': ['policy', 'rule'],
	'policy using': ['policy', 'rule'],
	'policy check': ['policy', 'rule'],
	'function body': ['function', 'text'],
	'function arguments': ['function', 'text'],
	'function result': ['function', 'text'],
	'function language': ['function', 'text'],
	'function volatility': ['function', 'text'],
	'function strictness': ['function', 'text'],
	'function rights': ['function', 'rights'],
	'function settings': ['function', 'settings'],
	'function owner': ['function', 'owner'],
	'function grants': ['function', 'grants']
};

/** The walls that a database has. The connection is its owner's. */
export function readWalls(sql: Sql): Promise<Walls> {
	return sql.begin('read only', wallsIn);
}

/** The same within a transaction under way. */
export async function wallsIn(transaction: TransactionSql): Promise<Walls> {
	const found = new Map<string, Map<string, string[]>>();
	const facts = await readFacts(transaction, SCHEMAS, false);
	const views = new Set(facts.filter(({ kind }) => kind === 'view').map(({ name }) => name));
	for (const fact of facts) {
		const [object, part] = PARTS[fact.kind] ?? [];
		if (!object || !part || isOthers(fact)) continue;
		// Its text says them.
		if (part === 'columns' && views.has(tableOf(fact))) continue;
		const value = valueOf(fact);
		const name = `${object} ${fact.kind.startsWith('column') ? tableOf(fact) : fact.name}`;
		const parts = found.get(name) ?? new Map<string, string[]>();
		found.set(name, parts);
		parts.set(part, [...(parts.get(part) ?? []), value]);
	}
	return Object.fromEntries([...found].sort(byName).map(([name, parts]) => [name, joined(parts)]));
}

/** What a platform or an operator keeps beside ours is none of our walls. */
function isOthers({ kind, name, value }: Fact): boolean {
	if (kind === 'default privileges') {
		const [role, ...of] = name.split(' ');
		// What is granted by default to the server is the platform's; to the others nothing is.
		return role !== OWNER || (of.length === 2 && !/(^|, )(public|anon|authenticated) /.test(value));
	}
	if (kind === 'column grants') return value === '';
	// Those of the system are told only where somebody may read them.
	if (PARTS[kind]?.[1] === 'columns' && /\.(ctid|tableoid|[cx]m(in|ax))$/.test(name)) return true;
	// In `public` others make theirs, too.
	if (kind === 'schema owner') return name === 'public';
	return (
		/^(table|row|column|view|constraint|trigger|policy)/.test(kind) && name.startsWith('public.')
	);
}

const tableOf = ({ name }: Fact) => name.split('.').slice(0, 2).join('.');

const SERVED: readonly string[] = ['public', OWNER, ...ROLES];
/** What a database may grant of itself that would be one of our walls less. */
const OF_DATABASE = /^(public|anon|authenticated|service_role|authenticator) (temporary|create)/;

function valueOf({ kind, name, value }: Fact): string {
	const words = value.split(', ').filter((word) => SERVED.includes(word.split(' ')[0] ?? ''));
	if (kind === 'database grants') return words.filter((word) => OF_DATABASE.test(word)).join(', ');
	if (kind === 'column grants') return `${name.split('.')[2]}: ${words.join(', ')}`;
	if (kind.endsWith('grants') || kind === 'default privileges') return words.join(', ');
	return PARTS[kind]?.[1] === 'columns' ? `${kind} ${name} ${value}` : value;
}

/** The longest value that is kept in its words. */
const WORDS = 200;
const PRINTED = ['grants', 'column grants', 'rights', 'settings', 'owner', 'row security', 'state'];

const joined = (parts: Map<string, string[]>): Parts =>
	Object.fromEntries(
		[...parts].sort(byName).map(([part, values]) => {
			const text = values.join('; ');
			return [part, PRINTED.includes(part) && text.length <= WORDS ? text : fingerprint(text)];
		})
	);

const fingerprint = (text: string) =>
	createHash('sha256').update(text).digest('base64url').slice(0, 16);

const byName = ([one]: [string, unknown], [other]: [string, unknown]) =>
	one < other ? -1 : one > other ? 1 : 0;

/**
 * Where a database has not the walls it should have: the object, the part and what is there. Of `public`
 * only functions with the names of ours are looked at.
 */
export function differences(expected: Walls, found: Walls): string[] {
	const names = new Set(Object.keys(expected).map(nameOf));
	const missing = Object.keys(expected).filter((name) => !found[name]);
	const foreign = Object.keys(found).filter(
		(name) => !expected[name] && (!name.startsWith('function public.') || names.has(nameOf(name)))
	);
	return [
		...missing.map((name) => `${name} is missing`),
		...foreign.map((name) => `${name} is not of Cercle`),
		...Object.entries(expected).flatMap(([name, parts]) => {
			const held = found[name];
			if (!held) return [];
			const all = new Set([...Object.keys(parts), ...Object.keys(held)]);
			return [...all]
				.filter((part) => parts[part] !== held[part])
				.map((part) => `${name}: ${part}`);
		})
	];
}

/** Of a function without its arguments: an overload of one of ours is called in its place. */
const nameOf = (name: string) => name.replace(/\(.*/, '');

/** How many a refusal names before it counts the others. */
const NAMED = 20;

/** What a database lacks of its walls: a reason not to start, which names it. */
export class Gaps extends Refusal {
	readonly gaps: readonly string[];

	constructor(gaps: readonly string[]) {
		const rest = gaps.length - NAMED;
		const named = [...gaps.slice(0, NAMED), ...(rest > 0 ? [`and ${rest} more`] : [])];
		super(
			'The database does not protect what is in it as this version says it does: so it is after a restore\n' +
				`without privileges or roles. Nobody is served before it does:\n${listed(named)}\n` +
				'Stop whatever uses the database, back it up, then put this right:\n  npm run database -- repair'
		);
		this.gaps = gaps;
	}
}

/** As the lines of a refusal. */
export const listed = (lines: readonly string[]) => lines.map((line) => `  - ${line}`).join('\n');

/** Compares a database with the walls of this version; the address is its owner's. */
export async function findGaps(ownerUrl: string, file: string): Promise<string[]> {
	const sql = postgres(ownerUrl, { max: 1, connect_timeout: 10, onnotice: () => undefined });
	try {
		return differences(await loadWalls(file), await readWalls(sql));
	} finally {
		await sql.end({ timeout: 3 });
	}
}
