import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { tablesOf } from '../../../scripts/schemas.ts';
import { refusal } from '../../support/as-person.ts';
import { type Person, started } from '../../support/server.ts';
import {
	addAction,
	apply,
	applyOne,
	close,
	code,
	command,
	foundGroup,
	type Group,
	hashOf,
	invite,
	joinGroup,
	openSession,
	operation,
	planFor,
	type Room,
	roomOf,
	rowsOf
} from '../people.ts';

const CANARY = 'canary-of-a-member-b27e';

const { server, cercle } = await started();
let ada: Person;
let bob: Person;
let group: Group;
let room: Room;
/** Of an invitation that is still open. */
let token: string;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	room = await openSession(ada, planFor(group, { presenters: [bob.id] }));
	token = await invite(ada, group.id, 'guest@test.example', cercle);
});

/** Whatever a test did: neither it nor the member who did it is in the log. */
afterEach(() => {
	const log = server.log.join('');
	for (const secret of [CANARY, ada.email, bob.email, 'guest@test.example', token]) {
		expect(log).not.toContain(secret);
	}
	expect(log).not.toContain(ada.session.access_token.slice(-20));
	expect(log).not.toContain(hashOf(token));
});

const headers = () => ({
	apikey: server.publishableKey,
	authorization: `Bearer ${ada.session.access_token}`,
	'content-type': 'application/json'
});
const post = (path: string, body: string) =>
	fetch(`${server.url}${path}`, { method: 'POST', headers: headers(), body });

/** All that the database holds of the group, to see that nothing moved. */
async function everything(): Promise<string> {
	const { owner } = cercle;
	const all = [];
	for (const { name, columns } of await tablesOf(owner)) {
		if (!columns.includes('group_id')) continue;
		const rows = await owner`
			select coalesce(jsonb_agg(to_jsonb(t) - 'seen_at' order by t), '[]') as rows
			from ${owner(name)} t where group_id = ${group.id}
		`;
		all.push([name, rows[0]?.rows]);
	}
	return JSON.stringify(all);
}

test('a refused value is not quoted in the answer: its code says enough', async () => {
	const plan = planFor(group, { place: `${CANARY}\u202e` });
	for (const [path, body] of [
		['/rest/v1/rpc/plan_session', { plan, expected_version: 0 }],
		['/rest/v1/rpc/found_group', { id: CANARY, name: CANARY, charter: CANARY }],
		['/rest/v1/rpc/found_group', { id: randomUUID(), name: CANARY.repeat(9), charter: CANARY }]
	] as const) {
		const answer = await post(path, JSON.stringify(body));
		const text = await answer.text();
		expect(answer.status).toBe(400);
		expect(JSON.parse(text).code).toMatch(/^2[23]/);
		expect(text).not.toContain(CANARY);
	}
});

describe('a request that makes no sense is answered, and changes nothing', () => {
	test.each([
		['half a document', `{"operations": [{"kind": "${CANARY}`],
		['no document', CANARY],
		['nothing', ''],
		['a document of another shape', `["${CANARY}"]`],
		['a number', '5'],
		['arguments nobody asked for', `{"words": "${CANARY}"}`],
		['broken letters', '{"operations": "\ud800"}']
	])('%s', async (_, body) => {
		const before = await everything();
		const answer = await post('/rest/v1/rpc/apply_ops', body);
		expect(answer.status).toBeGreaterThanOrEqual(400);
		expect(answer.status).toBeLessThan(500);
		expect(await everything()).toBe(before);
		expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
	});

	test('lists within lists, deeper than the database can go', async () => {
		const deep = `{"operations": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
		const answer = await post('/rest/v1/rpc/apply_ops', deep);
		// Not 500, which a phone would take for a server to be asked again.
		expect(answer.status).toBe(400);
		expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
	});

	test.each(['/rest/v1/rpc/apply_ops', '/rest/v1/rpc/plan_session', '/rest/v1/actions'])(
		'a body of 10 MB on %s',
		async (path) => {
			const before = await everything();
			const words = CANARY.repeat(Math.ceil((10 * 1024 * 1024) / CANARY.length));
			const answer = await post(path, JSON.stringify({ operations: [words] }));
			expect(answer.status).toBe(413);
			expect(await everything()).toBe(before);
		}
	);

	test.each([
		['a table that is not there', 'GET', `/rest/v1/${CANARY.replaceAll('-', '_')}`],
		['a function that is not there', 'POST', `/rest/v1/rpc/${CANARY.replaceAll('-', '_')}`],
		['a function of the private schema', 'POST', '/rest/v1/rpc/write_plan'],
		['a function of the database itself', 'POST', '/rest/v1/rpc/pg_sleep'],
		['a statement for a name', 'POST', `/rest/v1/rpc/pull();select('${CANARY}')--`]
	])('%s', async (_, method, path) => {
		const answer = await fetch(server.url + encodeURI(path), {
			...{ method, headers: headers() },
			...(method === 'POST' && { body: '{}' })
		});
		expect(answer.status).toBeGreaterThanOrEqual(400);
		expect(answer.status).toBeLessThan(500);
	});

	test.each(['auth.uid', 'private.my_topics', 'realtime.topic', 'pg_catalog.pg_backend_pid'])(
		'a schema asked for by its name: %s, which is there',
		async (name) => {
			const [there] = await cercle.owner`select to_regproc(${name}) is not null as is`;
			expect(there).toEqual({ is: true });
			const [schema, called] = name.split('.');
			const answer = await fetch(`${server.url}/rest/v1/rpc/${called}`, {
				method: 'POST',
				headers: { ...headers(), 'accept-profile': schema!, 'content-profile': schema! },
				body: '{}'
			});
			expect(answer.ok).toBe(false);
		}
	);

	test('a token that is expired, forged, of nobody, or none', async () => {
		const [head, claims] = ada.session.access_token.split('.');
		const none = `${btoa('{"alg":"none","typ":"JWT"}').replaceAll('=', '')}.${claims}.`;
		for (const bearer of [`${head}.${claims}.${CANARY}`, none, CANARY, '']) {
			const answer = await fetch(`${server.url}/rest/v1/rpc/pull`, {
				...{ method: 'POST', body: '{}' },
				headers: { ...headers(), authorization: `Bearer ${bearer}` }
			});
			expect([bearer.slice(0, 6), answer.ok]).toEqual([bearer.slice(0, 6), false]);
		}
	});
});

describe('a call that comes too late or twice', () => {
	test('a replayed command and a stale one', async () => {
		const id = randomUUID();
		const once = () => command(ada, room.session_id, 'add', room.version, { minutes: 1 }, id);
		expect(code(await once())).toBeNull();
		const before = await everything();
		expect(code(await once())).toBeNull();
		expect(code(await command(ada, room.session_id, 'pause', room.version))).toBe('CR003');
		expect(code(await close(ada, room.session_id, room.version))).toBe('CR003');
		expect(code(await command(ada, room.session_id, CANARY, room.version + 1))).toBe('CR005');
		expect(await everything()).toBe(before);
	});

	test('unknown ids, everywhere', async () => {
		const before = await everything();
		const id = randomUUID();
		const token_hash = hashOf(CANARY);
		const rpc = ada.client.rpc.bind(ada.client);
		const plan = planFor({ ...group, id });
		const answers = [
			await rpc('sign_charter', { charter_id: id }),
			await rpc('write_charter', { group_id: id, body: CANARY, expected_version: 1 }),
			await rpc('invite', { group_id: id, email: `${CANARY}@test.example`, token_hash }),
			await rpc('revoke_invitation', { invitation_id: id }),
			await rpc('plan_session', { plan, expected_version: 0 }),
			await rpc('room_snapshot', { session_id: id }),
			await command(ada, id, 'start', 1),
			await close(ada, id, 1)
		];
		expect(answers.map(code)).toEqual(answers.map(() => 'CR001'));
		expect(code(await rpc('read_invitation', { token: CANARY }))).toBe('CR007');
		expect(code(await rpc('accept_invitation', { token: CANARY }))).toBe('CR007');
		expect(await everything()).toBe(before);
	});
});

describe('nothing a member wrote reaches a log', () => {
	/** Each writes a canary where it is refused, by another guard each time. */
	const refusals: [string, () => Promise<{ error: unknown }>][] = [
		['a constraint', () => found({ name: CANARY + '\u202e' })],
		['a length', () => found({ charter: CANARY.repeat(1000) })],
		['a type', () => found({ id: CANARY })],
		['a missing argument', async () => ada.client.rpc('found_group', { name: CANARY })],
		['a date', () => plan({ starts_at: CANARY })],
		['a time zone', () => plan({ time_zone: CANARY })],
		['a place', () => plan({ place: CANARY.repeat(20) })],
		['a label', () => plan({ segments: [{ kind: 'x_y', label: { fr: CANARY } }] })],
		['a number', () => plan({ length_minutes: CANARY })],
		[
			'an address',
			async () =>
				ada.client.rpc('invite', {
					...{ group_id: group.id, email: CANARY, token_hash: hashOf('x') }
				})
		],
		[
			'an enum',
			async () => {
				const id = await addAction(ada, group.id);
				return { error: await applyOne(ada, 'action.settle', { id, changes: { status: CANARY } }) };
			}
		],
		[
			'a grant',
			async () => ({
				error: await refusal(ada.sql((sql) => sql`update charters set body = ${CANARY}`))
			})
		],
		[
			'a policy',
			async () => ({
				error: await refusal(ada.sql((sql) => sql`insert into actions ${sql(action(bob))}`))
			})
		],
		[
			'a duplicate',
			async () => ({
				error: await applyOne(bob, 'action.add', {
					...{ ...action(bob), id: await addAction(ada, group.id) }
				})
			})
		]
	];
	const action = ({ id: owner_id }: Person) => ({
		...{ id: randomUUID(), group_id: group.id, owner_id, title: CANARY, due_on: '2030-01-08' }
	});
	const found = async (changes: object) =>
		ada.client.rpc('found_group', {
			...{ id: randomUUID(), name: CANARY, charter: CANARY, ...changes }
		});
	const plan = async (changes: object) =>
		ada.client.rpc('plan_session', {
			...{ plan: { ...planFor(group), ...changes }, expected_version: 0 }
		});

	test.each(refusals)('refused by %s', async (_, refused) => {
		const { error } = await refused();
		expect(error).not.toBeNull();
	});

	test('nor does what was kept', async () => {
		const [row] = await cercle.owner`
			select id from challenges where session_id = ${room.session_id}
		`;
		const id = row?.id as string;
		const answers = await apply(bob, [
			operation('challenge.write', { id, changes: { question: CANARY } }),
			operation('notes.write', { id, changes: { body: CANARY } }),
			operation('notes.write', { id, changes: { body: CANARY } }, { body: 'other' }),
			operation(CANARY, { words: CANARY })
		]);
		expect(answers.map((answer) => answer.code)).toEqual([null, null, null, 'CR005']);
		await roomOf(bob, room.session_id);
		await rowsOf(bob);
	});

	test('nor a code, an address or a password of somebody who signs in', async () => {
		const email = `${CANARY}@test.example`;
		const client = cercle.anonymous();
		await client.auth.signInWithOtp({ email });
		const mailed = await server.mails.code(email);
		await client.auth.verifyOtp({ email, token: '000000', type: 'email' });
		await client.auth.verifyOtp({ email, token: mailed, type: 'email' });
		await client.auth.signInWithPassword({ email, password: CANARY });
		expect(server.log.join('')).not.toContain(mailed);
	});

	test('nor does the database keep statements in a log of its own', async () => {
		const [settings] = await cercle.owner`
			select current_setting('log_statement') as statements,
				current_setting('log_min_error_statement') as failing,
				current_setting('log_min_duration_statement') as slow,
				current_setting('log_parameter_max_length_on_error') as parameters
		`;
		expect(settings).toEqual({ statements: 'none', failing: 'panic', slow: '-1', parameters: '0' });
	});
});
