import type { TransactionSql } from 'postgres';
import { beforeAll, describe, expect, test } from 'vitest';
import { tablesOf } from '../../../scripts/schemas.ts';
import { become } from '../../support/as-person.ts';
import { connected, type Person } from '../../support/server.ts';
import { foundGroup } from '../people.ts';

const cercle = connected();
let member: Person;

beforeAll(async () => {
	member = await cercle.signIn('Member');
	await foundGroup(member);
});

/** What is asked of each row, in all parts of a plan. */
function asked(plan: unknown): string[] {
	if (Array.isArray(plan)) return plan.flatMap(asked);
	if (typeof plan !== 'object' || plan === null) return [];
	return Object.entries(plan).flatMap(([name, value]) =>
		/(Filter|Cond)$/.test(name) ? [String(value)] : asked(value)
	);
}

/** The conditions under which the member reads a table, as the database plans to check them. */
async function conditions(table: string, change?: (sql: TransactionSql) => Promise<unknown>) {
	const undo = new Error('undo');
	let found: string[] = [];
	await cercle.owner
		.begin(async (sql) => {
			await change?.(sql);
			await become(sql, member);
			const plan = await sql.unsafe(`explain (verbose, format json) select from ${table}`);
			found = asked(plan[0]?.['QUERY PLAN']);
			throw undo;
		})
		.catch((error: unknown) => {
			if (error !== undo) throw error;
		});
	return found;
}

const aFunction = /\b(private|auth|realtime)\.\w+\(/;

describe('a policy costs a question a query, not one a row', () => {
	test('no table calls a function for each of its rows', async () => {
		for (const { written } of await tablesOf(cercle.owner)) {
			const found = await conditions(written);
			expect(found.length, `${written} is read under a condition`).toBeGreaterThan(0);
			expect(
				found.filter((condition) => aFunction.test(condition)),
				written
			).toEqual([]);
		}
	});

	test('one that did would be seen', async () => {
		const found = await conditions('actions', (sql) =>
			sql.unsafe(`
				grant execute on function private.belongs(uuid, uuid) to authenticated;
				alter policy select_member on actions
					using (private.belongs((select private.uid()), group_id))
			`)
		);
		expect(found.some((condition) => aFunction.test(condition))).toBe(true);
	});
});
