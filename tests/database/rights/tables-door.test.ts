import { beforeAll, expect, test } from 'vitest';
import { SHARED, tablesOf } from '../../../scripts/schemas.ts';
import { connected, type Person } from '../../support/server.ts';
import { foundGroup } from '../people.ts';

// Functions are the whole API: below /rest/v1 there is nothing but rpc, for every role and every
// request.

const cercle = connected();
let ada: Person;
beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	await foundGroup(ada);
});

test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])(
	'%s finds no table and no view',
	async (method) => {
		// Her rows are there: it is the door that has none.
		expect(await ada.sql((sql) => sql`select from groups`)).toHaveLength(1);
		const views = await cercle.owner<{ name: string }[]>`
			select relname as name from pg_class
			where relnamespace = any (${[...SHARED]}::regnamespace[]) and relkind in ('v', 'm', 'f')
		`;
		for (const { name } of [...(await tablesOf(cercle.owner)), ...views]) {
			for (const bearer of [ada.session.access_token, cercle.publishableKey]) {
				const { status } = await fetch(`${cercle.url}/rest/v1/${name}?select=*`, {
					method,
					headers: {
						...{ apikey: cercle.publishableKey, authorization: `Bearer ${bearer}` },
						'content-type': 'application/json'
					},
					...(/^P/.test(method) && { body: '{}' })
				});
				expect(status, `${method} ${name}`).toBe(404);
			}
		}
	}
);
