import { beforeAll, describe, expect, test } from 'vitest';
import { EXPOSED, SHARED, tablesOf } from '../../../scripts/schemas.ts';
import { connected } from '../../support/server.ts';
import { calls, rules } from './matrix.ts';
import { Answers } from './matrix-answers.ts';
import { openWorld, type Persona } from '../personas.ts';
import { addRemains } from './remains.ts';

const cercle = connected();
let answers: Answers;

beforeAll(async () => {
	const world = await openWorld(cercle);
	await addRemains(cercle.owner, world);
	answers = new Answers(cercle, world);
});

describe('the specification speaks of everything', () => {
	test('every table and view has rows in it', async () => {
		await tablesOf(cercle.owner);
		const found = await cercle.owner`
			select relname from pg_class
			where relnamespace = any (${[...SHARED]}::regnamespace[])
				and relkind in ('r', 'p', 'v', 'm', 'f')
		`;
		const tables = new Set(rules.map(({ table }) => table));
		expect([...tables].sort()).toEqual(found.map(({ relname }) => relname as string).sort());
	});

	test('every function that a client may call has rows in it', async () => {
		const found = await cercle.owner`
			select distinct proname from pg_proc where pronamespace = ${EXPOSED}::regnamespace
		`;
		const names = new Set(calls.map(({ name }) => name));
		expect([...names].sort()).toEqual(found.map(({ proname }) => proname as string).sort());
	});
});

describe.each(rules.map((rule) => [`${rule.table} ${rule.rows}`, rule] as const))(
	'%s',
	(_, rule) => {
		const { select, update, insert } = rule;

		test(`can be read by: ${list(select)}`, () => answers.select(rule));

		test(`can be changed by: ${update === 'no grant' ? 'nobody' : list(update.by)}`, () =>
			answers.update(rule));

		test(`can be added by: ${insert === 'no grant' ? 'nobody' : list(insert.by)}`, () =>
			answers.insert(rule));

		test('can be deleted by: nobody', () => answers.remove(rule));
	}
);

describe.each(calls.map((call) => [`${call.name}, asking ${call.asking}`, call] as const))(
	'%s',
	(_, call) => {
		test(`is granted to: ${list(call.ok)}`, () => answers.call(call));
	}
);

function list(allowed: readonly Persona[]): string {
	return allowed.length > 0 ? allowed.join(', ') : 'nobody';
}
