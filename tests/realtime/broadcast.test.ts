import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JWT_SECRET, PUBLISHABLE, SECRET, Seat, World, settled, topicOf } from './harness.ts';

let world: World;
beforeAll(async () => {
	world = await World.open();
});
afterAll(() => world.close());

function post(body: unknown, headers: Record<string, string> = { apikey: SECRET }) {
	return world.gateway.fetch(
		new Request(`http://${world.address}/realtime/v1/api/broadcast`, {
			method: 'POST',
			headers,
			body: typeof body === 'string' ? body : JSON.stringify(body)
		})
	);
}

test('what the database sends reaches every member once, with the id of its row', async () => {
	const topic = topicOf('room');
	const seats = await Promise.all([world.seat(topic), world.seat(topic), world.seat(topic)]);
	await world.send(topic, 'state', { version: 7 });
	const [row] = await world.database.sql`select id from realtime.messages where topic = ${topic}`;
	for (const seat of seats) {
		const seen = await seat.broadcasts.next();
		expect(seen).toMatchObject({ event: 'state', payload: { version: 7, id: row?.['id'] } });
		expect(seen.meta).toEqual({ id: row?.['id'] });
		await settled(seat.client);
		expect(seat.broadcasts.all).toHaveLength(1);
	}
});

test('a transaction that is rolled back delivers nothing', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	const { sql } = world.database;
	const undone = sql.begin(async (tx) => {
		await tx`select realtime.send('{}', 'undone', ${topic}, true)`;
		throw new Error('undo');
	});
	await expect(undone).rejects.toThrow('undo');
	await world.send(topic, 'done');
	expect((await seat.broadcasts.next()).event).toBe('done');
});

test('messages arrive in the order of the commits, not of the inserts', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	const { sql } = world.database;
	await sql.begin(async (slow) => {
		await slow`select realtime.send('{}', 'inserted first', ${topic}, true)`;
		await world.send(topic, 'committed first');
	});
	const events = [await seat.broadcasts.next(), await seat.broadcasts.next()];
	expect(events.map(({ event }) => event)).toEqual(['committed first', 'inserted first']);
});

test('three hundred messages of one transaction arrive in order', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	await world.database.sql`
		select realtime.send(jsonb_build_object('n', n), 'tick', ${topic}, true)
		from generate_series(1, 300) n`;
	while (seat.broadcasts.all.length < 300) await seat.broadcasts.next();
	const numbers = seat.broadcasts.all.map(({ payload }) => payload['n']);
	expect(numbers).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
});

test('a payload larger than a notification can hold arrives whole', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	const text = 'é'.repeat(20_000);
	await world.send(topic, 'long', { text });
	expect((await seat.broadcasts.next()).payload['text']).toBe(text);
});

test('a repeated or invented notification delivers nothing', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	const { sql } = world.database;
	await world.send(topic, 'once');
	const { meta } = await seat.broadcasts.next();
	await sql`select pg_notify('realtime_messages', ${meta?.id ?? ''})`;
	await sql`select pg_notify('realtime_messages', ${randomUUID()})`;
	await sql`select pg_notify('realtime_messages', 'nonsense')`;
	await world.send(topic, 'after');
	expect((await seat.broadcasts.next()).event).toBe('after');
});

test('a send that the database refuses undoes nothing else', async () => {
	const { sql } = world.database;
	const userId = randomUUID();
	await sql.begin(async (tx) => {
		await tx`insert into members values ('kept', ${userId})`;
		await tx`select realtime.send('{}', 'lost', null, true)`;
	});
	const kept = await sql`select 1 from members where user_id = ${userId}`;
	expect(kept).toHaveLength(1);
});

test('a row trigger with broadcast_changes tells what the row was and is', async () => {
	const topic = topicOf('table');
	const seat = await world.seat(topic);
	const { sql } = world.database;
	await sql.unsafe(`
		create table notes (id int primary key, topic text, body text);
		create function tell_notes() returns trigger language plpgsql as $$
		begin
			perform realtime.broadcast_changes(
				coalesce(new.topic, old.topic), tg_op, tg_op, tg_table_name, tg_table_schema, new, old
			);
			return null;
		end $$;
		create trigger tell_notes after insert or update or delete on notes
			for each row execute function tell_notes();
	`);
	await sql`insert into notes values (1, ${topic}, 'a')`;
	await sql`update notes set body = 'b'`;
	await sql`delete from notes`;
	const rows = { schema: 'public', table: 'notes' };
	expect((await seat.broadcasts.next()).payload).toMatchObject({
		...rows,
		operation: 'INSERT',
		record: { body: 'a' },
		old_record: null
	});
	expect((await seat.broadcasts.next()).payload).toMatchObject({
		operation: 'UPDATE',
		record: { body: 'b' },
		old_record: { body: 'a' }
	});
	expect((await seat.broadcasts.next()).payload).toMatchObject({
		operation: 'DELETE',
		record: null,
		old_record: { body: 'b' }
	});
});

test('a member with the right to write is heard by the others and not by itself', async () => {
	const topic = topicOf('chat');
	const writer = await world.seat(topic, {}, { writes: true });
	const reader = await world.seat(topic);
	await writer.channel.send({ type: 'broadcast', event: 'wave', payload: { to: 'all' } });
	expect(await reader.broadcasts.next()).toMatchObject({ event: 'wave', payload: { to: 'all' } });
	await settled(writer.client);
	expect(writer.broadcasts.all).toEqual([]);
});

test('self and ack are given to whom asks for them', async () => {
	const topic = topicOf('chat');
	const config = { broadcast: { self: true, ack: true } };
	const writer = await world.seat(topic, config, { writes: true });
	expect(await writer.channel.send({ type: 'broadcast', event: 'wave', payload: {} })).toBe('ok');
	expect((await writer.broadcasts.next()).event).toBe('wave');
});

test('bytes are passed on as bytes', async () => {
	const topic = topicOf('chat');
	const writer = await world.seat(topic, {}, { writes: true });
	const reader = await world.seat(topic);
	const payload = new Uint8Array([0, 255, 3]).buffer;
	await writer.channel.send({ type: 'broadcast', event: 'ink', payload });
	expect((await reader.broadcasts.next()).payload).toEqual(payload);
});

test('a broadcast that row level security denies stays silent, acknowledged or not', async () => {
	const topic = topicOf('chat');
	const mute = await world.seat(topic, { broadcast: { ack: true } });
	const reader = await world.seat(topic);
	const message = { type: 'broadcast', event: 'forged', payload: {} } as const;
	const answer = mute.channel.send(message, { timeout: 50 });
	await world.send(topic, 'state');
	expect((await reader.broadcasts.next()).event).toBe('state');
	expect(await answer).toBe('timed out');
	expect(reader.broadcasts.all).toHaveLength(1);
});

test('probing who may read or write leaves no row behind', async () => {
	const topic = topicOf('chat');
	const writer = await world.seat(topic, { broadcast: { ack: true } }, { writes: true });
	await writer.channel.send({ type: 'broadcast', event: 'wave', payload: {} });
	const rows = await world.database.sql`select 1 from realtime.messages where topic = ${topic}`;
	expect(rows).toHaveLength(0);
});

test('a late joiner hears the last messages again, oldest first, once each, and then the new', async () => {
	const topic = topicOf('room');
	const witness = await world.seat(topic);
	await world.database.sql`
		insert into realtime.messages (topic, extension, event, payload, private, inserted_at)
		select ${topic}, 'broadcast', event, '{}', true,
			timezone('utc', now()) - make_interval(secs => age)
		from (values ('three', 10), ('one', 30), ('too old', 90), ('two', 20)) as past (event, age)`;
	for (let count = 0; count < 4; count += 1) await witness.broadcasts.next();
	const replay = { since: Date.now() - 60_000, limit: 10 };
	const seat = await world.seat(topic, { broadcast: { replay } });
	await world.send(topic, 'four');
	const seen = [];
	for (let count = 0; count < 4; count += 1) seen.push(await seat.broadcasts.next());
	expect(seen.map(({ event }) => event)).toEqual(['one', 'two', 'three', 'four']);
	expect(seen.map(({ meta }) => meta?.replayed ?? false)).toEqual([true, true, true, false]);
	expect(new Set(seen.map(({ meta }) => meta?.id)).size).toBe(4);
});

test('a replay gives the last of many, and never more than 25', async () => {
	const topic = topicOf('room');
	const witness = await world.seat(topic);
	await world.database.sql`
		insert into realtime.messages (topic, extension, event, payload, private, inserted_at)
		select ${topic}, 'broadcast', n::text, '{}', true,
			timezone('utc', now()) - make_interval(secs => 60 - n)
		from generate_series(1, 40) n`;
	for (let count = 0; count < 40; count += 1) await witness.broadcasts.next();
	const replay = { since: 0, limit: 100 };
	const seat = await world.seat(topic, { broadcast: { replay } });
	await settled(seat.client);
	const numbers = seat.broadcasts.all.map(({ event }) => Number(event));
	expect(numbers).toEqual(Array.from({ length: 25 }, (_, index) => index + 16));
});

test('the service posts to a room over HTTP', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	const message = { topic, event: 'posted', payload: { a: 1 }, private: true };
	expect((await post({ messages: [message] })).status).toBe(202);
	expect(await seat.broadcasts.next()).toMatchObject({ event: 'posted', payload: { a: 1 } });
});

test('nobody but the service posts over HTTP', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic, {}, { writes: true });
	const messages = [{ topic, event: 'forged', payload: {}, private: true }];
	const token = await world.token(seat.userId);
	const member = { apikey: PUBLISHABLE, authorization: `Bearer ${token}` };
	expect((await post({ messages }, {})).status).toBe(401);
	expect((await post({ messages }, { apikey: 'wrong' })).status).toBe(401);
	expect((await post({ messages }, { authorization: `Bearer ${JWT_SECRET}` })).status).toBe(401);
	expect((await post({ messages }, { apikey: PUBLISHABLE })).status).toBe(403);
	expect((await post({ messages }, member)).status).toBe(403);
	await settled(seat.client);
	expect(seat.broadcasts.all).toEqual([]);
});

test('a body that says nothing, or too much, is refused', async () => {
	expect((await post('{')).status).toBe(422);
	expect((await post({ messages: 'all' })).status).toBe(422);
	expect((await post('x'.repeat(300 * 1024))).status).toBe(413);
	const get = new Request(`http://${world.address}/realtime/v1/api/broadcast`);
	expect((await world.gateway.fetch(get)).status).toBe(405);
	const other = new Request(`http://${world.address}/realtime/v1/api/tenants`);
	expect((await world.gateway.fetch(other)).status).toBe(404);
});

test('an embedded gateway can be told to serve private channels only', async () => {
	const closed = await World.open({ privateOnly: true });
	try {
		const seat = new Seat(await closed.client(null), 'open', { private: false }).subscribe();
		expect(await seat.statuses.next()).toBe('CHANNEL_ERROR');
		expect(seat.errors[0]).toMatch(/^PrivateOnly: /);
		const topic = topicOf('room');
		await closed.seat(topic);
	} finally {
		await closed.close();
	}
});
