import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Seat, World, settled, topicOf } from './harness.ts';

let world: World;
beforeAll(async () => {
	world = await World.open();
});
afterAll(() => world.close());

async function exclude(topic: string, userId: string) {
	await world.database.sql`delete from members where topic = ${topic} and user_id = ${userId}`;
}

test('a member who is excluded loses the open channel within a second and hears nothing after', async () => {
	const topic = topicOf('room');
	const staying = await world.seat(topic, { presence: { key: 'staying' } }, { presence: true });
	const leaving = await world.seat(topic, { presence: { key: 'leaving' } }, { presence: true });
	await leaving.channel.track({});
	while (!staying.present().includes('leaving')) await staying.presences.next();

	const started = performance.now();
	await exclude(topic, leaving.userId);
	expect(await leaving.statuses.next()).toBe('CLOSED');
	expect(performance.now() - started).toBeLessThan(1_000);
	expect(leaving.systems.all[0]).toMatchObject({ extension: 'system', status: 'error' });
	while (staying.present().includes('leaving')) await staying.presences.next();

	await world.send(topic, 'secret');
	expect((await staying.broadcasts.next()).event).toBe('secret');
	await settled(leaving.client);
	expect(leaving.broadcasts.all).toEqual([]);
	expect(leaving.client.isConnected()).toBe(true);
});

test('what is sent in the same transaction as the exclusion does not reach the excluded', async () => {
	const topic = topicOf('room');
	const staying = await world.seat(topic);
	const leaving = await world.seat(topic);
	await world.database.sql.begin(async (sql) => {
		await sql`select realtime.send('{}', 'before', ${topic}, true)`;
		await sql`delete from members where topic = ${topic} and user_id = ${leaving.userId}`;
		await sql`select realtime.send('{}', 'after', ${topic}, true)`;
	});
	expect((await staying.broadcasts.next()).event).toBe('before');
	expect((await staying.broadcasts.next()).event).toBe('after');
	expect(await leaving.statuses.next()).toBe('CLOSED');
	await settled(leaving.client);
	expect(leaving.broadcasts.all).toEqual([]);
});

test('a member who is excluded while the join is being decided does not get in', async () => {
	const topic = topicOf('room');
	const userId = await world.admit(topic);
	const witness = await world.seat(topicOf('elsewhere'));
	const { sql } = world.database;
	// Reading this topic waits for a lock, with the memberships as they were before the wait.
	await sql.unsafe(`
		create function wait() returns boolean language plpgsql as $$
		begin
			perform pg_advisory_xact_lock_shared(1);
			return true;
		end $$;
		create policy select_later on realtime.messages as restrictive for select
			to authenticated using (realtime.topic() <> '${topic}' or wait());
	`);
	const client = await world.client(userId);
	const seat = new Seat(client, topic);
	await sql.begin(async (lock) => {
		await lock`select pg_advisory_xact_lock(1)`;
		seat.subscribe();
		const waiting = () => sql`select from pg_locks where locktype = 'advisory' and not granted`;
		while ((await waiting()).length === 0);
		await exclude(topic, userId);
		await world.send(witness.channel.subTopic, 'excluded');
		await witness.broadcasts.next();
	});
	expect(await seat.statuses.next()).toBe('CHANNEL_ERROR');
	expect(seat.errors[0]).toMatch(/^Unauthorized: /);
	await client.disconnect();
});

test('an excluded member cannot join again, nor broadcast on what was written before', async () => {
	const topic = topicOf('chat');
	const reader = await world.seat(topic);
	const writer = await world.seat(topic, {}, { writes: true });
	await writer.channel.send({ type: 'broadcast', event: 'one', payload: {} });
	expect((await reader.broadcasts.next()).event).toBe('one');
	const { sql } = world.database;
	await sql`update members set writes = false where user_id = ${writer.userId}`;
	await world.send(topic, 'mark');
	expect((await reader.broadcasts.next()).event).toBe('mark');
	await writer.channel.send({ type: 'broadcast', event: 'two', payload: {} });
	// A channel answers in order: the broadcast was refused when this is answered.
	expect(await writer.channel.untrack()).toBe('ok');
	await exclude(topic, writer.userId);
	expect(await writer.statuses.next()).toBe('CLOSED');
	await world.send(topic, 'state');
	expect((await reader.broadcasts.next()).event).toBe('state');

	const again = new Seat(await world.client(writer.userId), topic).subscribe();
	expect(await again.statuses.next()).toBe('CHANNEL_ERROR');
	expect(again.errors[0]).toMatch(/^Unauthorized: /);
});

test("a member's other groups stay open, and messages keep their order through the question", async () => {
	const [left, kept] = [topicOf('room'), topicOf('room')];
	const seat = await world.seat(left);
	await world.admit(kept, seat.userId);
	const other = await new Seat(seat.client, kept).joined();
	await world.database.sql.begin(async (sql) => {
		await sql`delete from members where topic = ${left} and user_id = ${seat.userId}`;
		await sql`select realtime.send('{}', n::text, ${kept}, true) from generate_series(1, 5) n`;
	});
	expect(await seat.statuses.next()).toBe('CLOSED');
	while (other.broadcasts.all.length < 5) await other.broadcasts.next();
	expect(other.broadcasts.all.map(({ event }) => event)).toEqual(['1', '2', '3', '4', '5']);
});

test('a channel ends when its token does', async () => {
	const topic = topicOf('room');
	const userId = await world.admit(topic);
	const client = await world.client(null);
	await client.setAuth(await world.token(userId, 60));
	const seat = await new Seat(client, topic).joined();
	world.clock.turn(59_000);
	await settled(client);
	expect(seat.statuses.all).toEqual(['SUBSCRIBED']);
	world.clock.turn(1_000);
	expect(await seat.statuses.next()).toBe('CLOSED');
	expect(seat.systems.all[0]?.message).toContain('expired');
	await world.send(topic, 'late');
	await settled(client);
	expect(seat.broadcasts.all).toEqual([]);
});

test('a token renewed in time keeps the channel open', async () => {
	const topic = topicOf('room');
	const userId = await world.admit(topic);
	const client = await world.client(null);
	await client.setAuth(await world.token(userId, 30));
	const seat = await new Seat(client, topic).joined();
	await client.setAuth(await world.token(userId, 50));
	// A channel answers in order: the renewal is done when this is.
	expect(await seat.channel.untrack()).toBe('ok');
	world.clock.turn(40_000);
	await world.send(topic, 'state');
	expect((await seat.broadcasts.next()).event).toBe('state');
	expect(seat.statuses.all).toEqual(['SUBSCRIBED']);
});

test("a renewed token that is expired, foreign or somebody else's closes the channel", async () => {
	for (const renewed of [
		() => world.token(randomUUID()),
		() => world.token(randomUUID(), -1),
		async () => 'not.a.token'
	]) {
		const topic = topicOf('room');
		const seat = await world.seat(topic);
		await seat.client.setAuth(await renewed());
		expect(await seat.statuses.next()).toBe('CLOSED');
		expect(seat.systems.all[0]).toMatchObject({ extension: 'system', status: 'error' });
	}
});

test('a token longer than a timer can wait does not end at once', async () => {
	const topic = topicOf('room');
	const userId = await world.admit(topic);
	const client = await world.client(null);
	await client.setAuth(await world.token(userId, 60 * 86_400));
	const seat = await new Seat(client, topic).joined();
	await settled(client);
	expect(seat.statuses.all).toEqual(['SUBSCRIBED']);
});
