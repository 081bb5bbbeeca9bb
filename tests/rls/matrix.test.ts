import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, connect } from '../support/server.ts';
import { type Call, calls, type Rule, rules } from './matrix.ts';
import { code } from './people.ts';
import { openWorld, type Persona, personas, type World } from './personas.ts';

let cercle: Connection;
let world: World;

beforeAll(async () => {
	cercle = connect();
	world = await openWorld(cercle);
});
afterAll(() => cercle.close());

/** The rows as they are, whoever may see them. */
async function rowsOf(table: string, key: Record<string, unknown>): Promise<unknown[]> {
	const { owner } = cercle;
	const text = Object.fromEntries(Object.entries(key).map(([name, value]) => [name, `${value}`]));
	const found = await owner`
		select to_jsonb(t) as row from ${owner(table)} t
		where (to_jsonb(t) @> ${owner.json(text)}) order by t
	`;
	return found.map(({ row }) => row);
}

describe('the specification speaks of everything', () => {
	test('every table and view of public has rows in it', async () => {
		const found = await cercle.owner`
			select relname from pg_class
			where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
		`;
		const tables = new Set(rules.map(({ table }) => table));
		expect([...tables].sort()).toEqual(found.map(({ relname }) => relname as string).sort());
	});

	test('every function of public has rows in it', async () => {
		const found = await cercle.owner`
			select distinct proname from pg_proc where pronamespace = 'public'::regnamespace
		`;
		const names = new Set(calls.map(({ name }) => name));
		expect([...names].sort()).toEqual(found.map(({ proname }) => proname as string).sort());
	});
});

describe.each(rules.map((rule) => [`${rule.table} ${rule.rows}`, rule] as const))(
	'%s',
	(_, rule) => {
		test(`can be read by: ${list(rule.select)}`, async () => {
			const key = rule.key(world);
			expect((await rowsOf(rule.table, key)).length).toBeGreaterThan(0);
			const answers = await Promise.all(
				personas.map((persona) =>
					world.client(persona).from(rule.table).select(rule.columns).match(key)
				)
			);
			expect(byPersona((_, turn) => said(answers[turn]!))).toEqual(
				byPersona((persona) =>
					persona === 'anonymous' ? '42501' : rule.select.includes(persona) ? 'rows' : 'nothing'
				)
			);
		});

		test(`can be changed by: ${rule.update === 'no grant' ? 'nobody' : list(rule.update.by)}`, async () => {
			for (const persona of personas) await tryUpdate(rule, persona);
		});

		test(`can be added by: ${rule.insert === 'no grant' ? 'nobody' : list(rule.insert.by)}`, async () => {
			for (const persona of personas) await tryInsert(rule, persona);
		});

		test('can be deleted by: nobody', async () => {
			const key = rule.key(world);
			const held = await rowsOf(rule.table, key);
			for (const persona of personas) {
				const answer = await world.client(persona).from(rule.table).delete().match(key);
				expect([persona, code(answer)]).toEqual([persona, '42501']);
			}
			expect(held.length).toBeGreaterThan(0);
			expect(await rowsOf(rule.table, key)).toEqual(held);
		});
	}
);

async function tryUpdate({ table, update, columns = '*', ...rule }: Rule, persona: Persona) {
	const key = rule.key(world);
	const held = await rowsOf(table, key);
	expect(held.length).toBeGreaterThan(0);
	const set = update === 'no grant' ? key : update.set;
	const answer = await world.client(persona).from(table).update(set).match(key).select(columns);
	const refused = update === 'no grant' || persona === 'anonymous';
	const allowed = !refused && update.by.includes(persona);
	expect([persona, said(answer)]).toEqual([
		persona,
		allowed ? 'rows' : refused ? '42501' : 'nothing'
	]);
	const now = await rowsOf(table, key);
	if (!allowed) return expect(now, persona).toEqual(held);
	expect(now[0]).toMatchObject(set);
	// Back to what it was, so that the next persona changes it too.
	const { owner } = cercle;
	const [first] = held as Record<string, unknown>[];
	const old = Object.fromEntries(Object.keys(set).map((name) => [name, first![name] as string]));
	await owner`update ${owner(table)} t set ${owner(old)} where to_jsonb(t) @> ${owner.json(
		key as Record<string, string>
	)}`;
}

async function tryInsert({ table, insert, ...rule }: Rule, persona: Persona) {
	const client = world.client(persona);
	if (insert === 'no grant') {
		// The row itself again: without the right, not even a double is refused as one.
		const [row] = await rowsOf(table, rule.key(world));
		const answer = await client.from(table).insert(row as Record<string, unknown>);
		return expect([persona, code(answer)]).toEqual([persona, '42501']);
	}
	const row = insert.row(world, persona);
	const key = Object.fromEntries(insert.found.map((name) => [name, row[name]]));
	const held = await rowsOf(table, key);
	const answer = await client.from(table).insert(row);
	const stopped = insert.stopped?.[persona];
	const allowed = insert.by.includes(persona) || stopped === 'allowed';
	expect([persona, code(answer)]).toEqual([persona, allowed ? null : (stopped ?? '42501')]);
	const now = await rowsOf(table, key);
	if (!allowed) return expect(now, persona).toEqual(held);
	expect(now).toHaveLength(1);
	const { owner } = cercle;
	await owner`delete from ${owner(table)} t where to_jsonb(t) @> ${owner.json(
		key as Record<string, string>
	)}`;
}

describe.each(calls.map((call) => [`${call.name}, asking ${call.asking}`, call] as const))(
	'%s',
	(_, call) => {
		test(`is granted to: ${list(call.ok)}`, async () => {
			const found: Record<string, string> = {};
			for (const persona of personas) {
				const answer = await world.client(persona).rpc(call.name, await argsOf(call));
				found[persona] = code(answer) ?? 'ok';
			}
			expect(found).toEqual(
				byPersona((persona) => {
					if (call.ok.includes(persona)) return 'ok';
					return persona === 'anonymous' ? '42501' : (call.but?.[persona] ?? call.otherwise);
				})
			);
		});
	}
);

/** The arguments with the version that is in force just now: only the role can be in the way. */
async function argsOf({ name, args }: Call): Promise<Record<string, unknown>> {
	const { owner } = cercle;
	const [row] =
		name === 'plan_session'
			? await owner`select version from sessions where id = ${world.planned}`
			: await owner`select version from room_states where session_id = ${world.live}`;
	return args(world, row?.version as number);
}

function said({ data, error }: { data: unknown; error: { code: string } | null }): string {
	if (error) return error.code;
	return Array.isArray(data) && data.length > 0 ? 'rows' : 'nothing';
}

function byPersona(answer: (persona: Persona, turn: number) => string): Record<string, string> {
	return Object.fromEntries(personas.map((persona, turn) => [persona, answer(persona, turn)]));
}

function list(allowed: readonly Persona[]): string {
	return allowed.length > 0 ? allowed.join(', ') : 'nobody';
}
