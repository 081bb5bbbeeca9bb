import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openGateway } from '#lib/server/embedded/realtime/gateway.ts';
import { Inbox, JWT_SECRET, PUBLISHABLE, Seat, World, settled, topicOf } from './harness.ts';

let world: World;
beforeAll(async () => {
	world = await World.open();
});
afterAll(() => world.close());

async function silentSocket() {
	const ws = new WebSocket(
		`ws://${world.address}/realtime/v1/websocket?apikey=${PUBLISHABLE}&vsn=2.0.0`
	);
	await once(ws, 'open');
	return ws;
}

test('a client whose socket the server drops comes back and hears again', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	world.clock.turn(71_000);
	expect(await seat.statuses.next()).toBe('CHANNEL_ERROR');
	expect(await seat.statuses.next()).toBe('SUBSCRIBED');
	await world.send(topic, 'state');
	expect((await seat.broadcasts.next()).event).toBe('state');
});

test('a socket that is silent for more than a minute is dropped, one with heartbeats is not', async () => {
	const silent = await silentSocket();
	const seat = await world.seat(topicOf('room'));
	const closed = once(silent, 'close');
	world.clock.turn(40_000);
	await settled(seat.client);
	world.clock.turn(31_000);
	await closed;
	await settled(seat.client);
	expect(seat.statuses.all).toEqual(['SUBSCRIBED']);
});

test('a socket without channels is let go after ten minutes', async () => {
	const idle = await silentSocket();
	const closed = once(idle, 'close');
	for (let minute = 0; minute <= 10; minute += 1) {
		idle.send('[null,"1","phoenix","heartbeat",{}]');
		await Promise.race([once(idle, 'message'), closed]);
		world.clock.turn(60_000);
	}
	const [code] = await closed;
	expect(code).toBe(1001);
});

test('when the listening connection is killed, members are told to come back, and hear again', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	const { sql } = world.database;
	const killed = await sql`
		select pg_terminate_backend(pid) from pg_stat_activity
		where application_name = 'realtime_listen'`;
	expect(killed).toHaveLength(1);
	expect(await seat.statuses.next()).toBe('CHANNEL_ERROR');
	expect(await seat.statuses.next()).toBe('SUBSCRIBED');
	await world.send(topic, 'state');
	expect((await seat.broadcasts.next()).event).toBe('state');
	await sql`delete from members where topic = ${topic}`;
	expect(await seat.statuses.next()).toBe('CLOSED');
});

test('when the database restarts, members hear again without a new socket', async () => {
	const topic = topicOf('room');
	const seat = await world.seat(topic);
	await world.database.restart();
	expect(await seat.statuses.next()).toBe('CHANNEL_ERROR');
	await seat.statuses.until((status) => status === 'SUBSCRIBED');
	await world.send(topic, 'state');
	expect((await seat.broadcasts.next()).event).toBe('state');
	expect(world.gateway.counts.channels).toBeGreaterThan(0);
});

test('messages are erased before they are ten minutes old', async () => {
	const { sql } = world.database;
	const [old, young] = [topicOf('old'), topicOf('young')];
	for (const [topic, minutes] of [
		[old, 9.5],
		[young, 8]
	] as const) {
		await sql`
			insert into realtime.messages (topic, extension, event, payload, inserted_at)
			values (${topic}, 'broadcast', 'state', '{}',
				timezone('utc', now()) - make_interval(secs => ${minutes * 60}))`;
	}
	await sql.unsafe(`
		create function tell_erased() returns trigger language plpgsql as $$
		begin
			notify erased;
			return null;
		end $$;
		create trigger tell_erased after delete on realtime.messages
			for each statement execute function tell_erased();
	`);
	const erased = new Inbox<string>();
	await sql.listen('erased', erased.put);
	world.clock.turn(60_000);
	await erased.next();
	const rows = await sql`select topic from realtime.messages where topic in (${old}, ${young})`;
	expect(rows.map((row) => row['topic'])).toEqual([young]);
});

test('closing says good-bye to every socket and leaves no connection behind', async () => {
	const own = await World.open();
	const seat = await own.seat(topicOf('room'));
	expect(own.gateway.counts).toEqual({ sockets: 1, channels: 1 });
	await own.gateway.close();
	expect(await seat.statuses.next()).toBe('CHANNEL_ERROR');
	expect(own.gateway.counts).toEqual({ sockets: 0, channels: 0 });
	const left = () => own.database.sql`
		select application_name from pg_stat_activity where application_name like 'realtime%'`;
	// A process of Postgres ends a moment after its connection.
	await expect.poll(left).toEqual([]);
	await own.close();
});

test('a gateway that cannot reach its database does not open', async () => {
	const opening = openGateway({
		databaseUrl: 'postgres://nobody:none@127.0.0.1:1/none',
		jwtSecret: JWT_SECRET,
		apiKeys: [PUBLISHABLE],
		origins: null,
		log: () => {}
	});
	await expect(opening).rejects.toThrow('ECONNREFUSED');
});

test('a join while the database is away is refused, and succeeds when it is back', async () => {
	const topic = topicOf('room');
	const userId = await world.admit(topic, randomUUID());
	const { sql } = world.database;
	await sql`alter role authenticated rename to away`;
	const seat = new Seat(await world.client(userId), topic).subscribe();
	expect(await seat.statuses.next()).toBe('CHANNEL_ERROR');
	expect(seat.errors[0]).toMatch(/^UnableToSetPolicies: /);
	await sql`alter role away rename to authenticated`;
	expect(await seat.statuses.next()).toBe('SUBSCRIBED');
});
