import { createClient } from '@supabase/supabase-js';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Pool } from '#lib/server/embedded/pool.ts';
import { Authorizer } from '#lib/server/embedded/realtime/authorize.ts';
import { PUBLISHABLE, SECRET, Seat, World, settled, topicOf } from './harness.ts';

let world: World;
beforeAll(async () => {
	world = await World.open();
});
afterAll(() => world.close());

/** A client that says on the wire what it wants. */
async function raw(query = `apikey=${PUBLISHABLE}&vsn=2.0.0`, origin?: string) {
	const address = `ws://${world.address}/realtime/v1/websocket?${query}`;
	const ws = new WebSocket(address, origin ? { origin } : {});
	const lines: unknown[] = [];
	ws.on('message', (data) => lines.push(JSON.parse(String(data))));
	await once(ws, 'open');
	const answer = async (frame: unknown) => {
		ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
		await once(ws, 'message');
		return lines.at(-1);
	};
	return { ws, lines, answer };
}

/** Status that an upgrade is refused with; 101 when it is not. */
async function status(query: string, origin?: string): Promise<number | undefined> {
	const address = `ws://${world.address}/realtime/v1/websocket?${query}`;
	const ws = new WebSocket(address, origin ? { origin } : {});
	return new Promise((resolve) => {
		ws.on('open', () => resolve(101));
		ws.on('unexpected-response', (_, response) => {
			resolve(response.statusCode);
			ws.terminate();
		});
		ws.on('error', () => {});
	});
}

test('a member joins a private topic with supabase-js as it is', async () => {
	const topic = topicOf('room');
	const userId = await world.admit(topic);
	const client = createClient(`http://${world.address}`, PUBLISHABLE, {
		accessToken: () => world.token(userId)
	});
	// The client asks for its token in the background: a private join has to wait for it.
	await client.realtime.setAuth();
	const channel = client.channel(topic, { config: { private: true } });
	const status = await new Promise((resolve) => channel.subscribe(resolve));
	expect(status).toBe('SUBSCRIBED');
	await client.removeAllChannels();
});

test('a stranger is refused a private topic that its members may join', async () => {
	const topic = topicOf('room');
	await world.seat(topic);
	const stranger = await world.client(randomUUID());
	const seat = new Seat(stranger, topic).subscribe();
	expect(await seat.statuses.next()).toBe('CHANNEL_ERROR');
	expect(seat.errors[0]).toMatch(/^Unauthorized: /);
	await stranger.disconnect();
});

test('a visitor with the publishable key alone is refused a private topic', async () => {
	const topic = topicOf('room');
	await world.admit(topic);
	const visitor = await world.client(null);
	const seat = new Seat(visitor, topic).subscribe();
	expect(await seat.statuses.next()).toBe('CHANNEL_ERROR');
	expect(seat.errors[0]).toMatch(/^Unauthorized: /);
	await visitor.disconnect();
});

test.each([
	['that has expired', async (id: string) => world.token(id, -1), /^InvalidJWTToken: /],
	['for no known role', async (id: string) => world.token(id, 60, { role: 'postgres' }), /role/],
	['with a broken signature', async (id: string) => `${await world.token(id)}x`, /^JwtSignature/],
	['that is no token', async () => 'not.a.token', /^MalformedJWT: /],
	[
		'without a signature',
		async (id: string) => {
			const [, payload] = (await world.token(id)).split('.');
			return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
		},
		/^MalformedJWT: /
	]
])('a token %s is refused', async (_, make, reason) => {
	const topic = topicOf('room');
	const userId = await world.admit(topic);
	const client = await world.client(null);
	await client.setAuth(await make(userId));
	const seat = new Seat(client, topic).subscribe();
	expect(await seat.statuses.next()).toBe('CHANNEL_ERROR');
	expect(seat.errors[0]).toMatch(reason);
	await client.disconnect();
});

test('a wrong API key, a foreign origin and an unknown version are refused before the socket', async () => {
	expect(await status(`apikey=${PUBLISHABLE}&vsn=2.0.0`)).toBe(101);
	expect(await status('apikey=wrong&vsn=2.0.0')).toBe(401);
	expect(await status('vsn=2.0.0')).toBe(401);
	expect(await status(`apikey=${PUBLISHABLE}&vsn=2.0.0`, 'https://elsewhere.test')).toBe(403);
	expect(await status(`apikey=${PUBLISHABLE}&vsn=2.0.0`, 'null')).toBe(403);
	expect(await status(`apikey=${PUBLISHABLE}&vsn=2.0.0`, `http://${world.address}`)).toBe(101);
	expect(await status(`apikey=${PUBLISHABLE}&vsn=9`)).toBe(400);
});

test('version 1.0.0 is spoken too, and meant when none is named', async () => {
	const topic = topicOf('room');
	const userId = await world.admit(topic);
	const seat = await new Seat(await world.client(userId, { vsn: '1.0.0' }), topic).joined();
	await world.send(topic, 'state', { version: 1 });
	expect(await seat.broadcasts.next()).toMatchObject({ event: 'state', payload: { version: 1 } });

	const { ws, answer } = await raw(`apikey=${PUBLISHABLE}`);
	const beat = { topic: 'phoenix', event: 'heartbeat', payload: {}, ref: '1' };
	expect(await answer(beat)).toMatchObject({ event: 'phx_reply', ref: '1' });
	ws.terminate();
});

test('versions 1 and 2 hear each other', async () => {
	const topic = topicOf('room');
	const old = await world.client(await world.admit(topic, randomUUID(), true), { vsn: '1.0.0' });
	const young = await world.seat(topic, {}, { writes: true });
	const seat = await new Seat(old, topic).joined();
	await seat.channel.send({ type: 'broadcast', event: 'é', payload: { from: 'old' } });
	expect(await young.broadcasts.next()).toMatchObject({ event: 'é', payload: { from: 'old' } });
	await young.channel.send({ type: 'broadcast', event: 'ü', payload: { from: 'young' } });
	expect(await seat.broadcasts.next()).toMatchObject({ event: 'ü', payload: { from: 'young' } });
});

test('postgres changes are answered in order, and said not to be served', async () => {
	const topic = topicOf('room');
	const client = await world.client(await world.admit(topic));
	const seat = new Seat(client, topic);
	const change = { event: '*', schema: 'public' } as const;
	seat.channel.on('postgres_changes', { ...change, table: 'a' }, () => {});
	seat.channel.on('postgres_changes', { ...change, table: 'b' }, () => {});
	await seat.joined();
	const system = await seat.systems.next();
	expect(system).toMatchObject({ extension: 'postgres_changes', status: 'error' });
});

test('topics outside realtime and events on topics never joined are answered with an error', async () => {
	const { ws, answer } = await raw();
	const refused = { status: 'error', response: { reason: 'unmatched topic' } };
	for (const [topic, event] of [
		['room:1', 'phx_join'],
		['realtime:', 'phx_join'],
		['realtime:never-joined', 'broadcast']
	]) {
		const frame = ['1', '2', topic, event, {}];
		expect(await answer(frame)).toEqual(['1', '2', topic, 'phx_reply', refused]);
	}
	const leave = await answer(['1', '3', 'realtime:never-joined', 'phx_leave', {}]);
	expect(leave).toMatchObject({ 4: { status: 'ok' } });
	ws.terminate();
});

test('an unknown event on a joined channel changes nothing', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	seat.client.push({ topic: `realtime:${topic}`, event: 'dance', payload: {}, ref: '77' } as never);
	await settled(seat.client);
	await world.send(topic, 'state');
	expect((await seat.broadcasts.next()).event).toBe('state');
});

test.each([
	['no JSON', 'hello'],
	['no frame', '{"topic":"realtime:a"}'],
	[
		'a frame of the other version',
		'{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"}'
	],
	['a broken binary push', Buffer.of(3, 9, 9, 9, 9, 9, 1)],
	['nothing', '']
])('a frame that is %s closes that socket and no other', async (_, frame) => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	const { ws } = await raw();
	ws.send(frame);
	const [code] = await once(ws, 'close');
	expect(code).toBe(1007);
	await world.send(topic, 'state');
	expect((await seat.broadcasts.next()).event).toBe('state');
});

test('a frame of 300 KB closes the socket; its text is in no log', async () => {
	const { ws } = await raw();
	ws.send(JSON.stringify(['1', '1', 'phoenix', 'heartbeat', 'canary'.repeat(50_000)]));
	const [code] = await once(ws, 'close');
	expect(code).toBe(1009);
	const { ws: other } = await raw();
	other.send('["canary"');
	await once(other, 'close');
	expect(world.logged.join()).not.toContain('canary');
});

test.each([
	['config that is no object', { config: 'all' }],
	['replay of a public topic', { config: { broadcast: { replay: { since: 1 } } } }],
	['flag that is no flag', { config: { private: 'yes' } }],
	['nothing', null]
])('a join with %s is answered, not crashed on', async (what, payload) => {
	const { ws, answer } = await raw();
	const reply = await answer(['1', '1', 'realtime:a', 'phx_join', payload]);
	expect(reply).toMatchObject({ 3: 'phx_reply', 4: { status: 'error' } });
	expect(what && (await answer(['1', '2', 'phoenix', 'heartbeat', {}]))).toMatchObject({
		4: { status: 'ok' }
	});
	ws.terminate();
});

test('a topic that Postgres cannot hold is refused', async () => {
	const { ws, answer } = await raw();
	const join = { config: { private: true } };
	const reply = await answer(['1', '1', 'realtime:a\u0000b', 'phx_join', join]);
	expect(reply).toMatchObject({
		4: { response: { reason: expect.stringMatching(/^InvalidTopic/) } }
	});
	ws.terminate();
});

test('the hundred and first channel of a socket, and of a second, is refused', async () => {
	const { ws, lines } = await raw();
	for (let ref = 1; ref <= 100; ref += 1) {
		ws.send(JSON.stringify([`${ref}`, `${ref}`, `realtime:open:${ref}`, 'phx_join', {}]));
	}
	while (lines.length < 100) await once(ws, 'message');
	expect(lines.every((line) => JSON.stringify(line).includes('"status":"ok"'))).toBe(true);
	ws.send(JSON.stringify(['101', '101', 'realtime:open:101', 'phx_join', {}]));
	const [data] = await once(ws, 'message');
	expect(String(data)).toContain('ClientJoinRateLimitReached');
	await once(ws, 'close');

	const { ws: patient, lines: answers } = await raw();
	for (let ref = 1; ref <= 101; ref += 1) {
		if (ref === 101) world.clock.turn(1_000);
		patient.send(JSON.stringify([`${ref}`, `${ref}`, `realtime:open:${ref}`, 'phx_join', {}]));
		if (ref >= 100) while (answers.length < ref) await once(patient, 'message');
	}
	expect(JSON.stringify(answers.at(-1))).toContain('ChannelRateLimitReached');
	patient.terminate();
});

test('a second join of a topic replaces the first', async () => {
	const { ws, lines, answer } = await raw();
	await answer(['1', '1', 'realtime:open', 'phx_join', {}]);
	ws.send(JSON.stringify(['2', '2', 'realtime:open', 'phx_join', {}]));
	while (lines.length < 3) await once(ws, 'message');
	expect(lines[1]).toEqual(['1', '1', 'realtime:open', 'phx_close', {}]);
	expect(lines[2]).toMatchObject({ 0: '2', 4: { status: 'ok' } });
	ws.terminate();
});

test('a public topic and a private one of the same name are separate rooms', async () => {
	const topic = topicOf('room');
	const inside = await world.seat(topic);
	const visitor = await world.client(null, { params: { apikey: SECRET } });
	const outside = await new Seat(visitor, topic, { private: false }).joined();
	await outside.channel.send({ type: 'broadcast', event: 'from outside', payload: {} });
	await settled(visitor);
	await world.send(topic, 'from the database');
	expect((await inside.broadcasts.next()).event).toBe('from the database');
	await settled(visitor);
	expect(outside.broadcasts.all).toEqual([]);
});

test('the service reads every topic, row level security set aside', async () => {
	const topic = topicOf('room');
	const service = await world.client(null, { params: { apikey: SECRET } });
	const seat = await new Seat(service, topic).joined();
	await world.send(topic, 'state');
	expect((await seat.broadcasts.next()).event).toBe('state');
});

test('a question that nobody waits for any more is not asked', async () => {
	const topic = topicOf('room');
	const sub = await world.admit(topic);
	const role = 'authenticated' as const;
	const claims = { role, sub, exp: null, json: JSON.stringify({ role, sub }) };
	const pool = new Pool({ url: world.database.url, name: 'asking', most: 1 });
	const authorizer = new Authorizer(pool);
	expect(await authorizer.read(topic, claims)).toEqual({ broadcast: true, presence: true });
	expect(await authorizer.read(topic, claims, () => false)).toBeNull();
	await pool.close();
});
