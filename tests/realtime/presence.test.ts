import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Presence } from '#lib/server/embedded/realtime/presence.ts';
import { World, settled, topicOf } from './harness.ts';
import type { Seat } from './harness.ts';

let world: World;
beforeAll(async () => {
	world = await World.open();
});
afterAll(() => world.close());

/** A new member who is present under a name. */
async function guest(topic: string, key: string) {
	const seat = await world.seat(topic, { presence: { key } }, { presence: true });
	expect(await seat.channel.track({ name: key })).toBe('ok');
	while (!seat.present().includes(key)) await seat.presences.next();
	return seat;
}

async function sees(seat: Seat, names: string[]) {
	while (seat.present().join() !== names.join()) await seat.presences.next();
}

test('three members see who is there, who comes and who goes', async () => {
	const topic = topicOf('room');
	const ada = await guest(topic, 'ada');
	const ben = await guest(topic, 'ben');
	const cleo = await guest(topic, 'cleo');
	for (const seat of [ada, ben, cleo]) await sees(seat, ['ada', 'ben', 'cleo']);
	expect(ben.channel.presenceState()['ada']).toMatchObject([{ name: 'ada' }]);

	expect(await ben.channel.untrack()).toBe('ok');
	for (const seat of [ada, ben, cleo]) await sees(seat, ['ada', 'cleo']);
	await ada.client.removeChannel(ada.channel);
	for (const seat of [ben, cleo]) await sees(seat, ['cleo']);
	await cleo.client.disconnect();
	await sees(ben, []);
});

test('an update replaces what was shown, and repeating it says nothing', async () => {
	const topic = topicOf('room');
	const ada = await guest(topic, 'ada');
	const ben = await guest(topic, 'ben');
	await ada.channel.track({ name: 'ada', hand: true });
	while (!JSON.stringify(ben.channel.presenceState()).includes('hand')) {
		await ben.presences.next();
	}
	expect(ben.channel.presenceState()['ada']).toMatchObject([{ name: 'ada', hand: true }]);
	expect(ben.channel.presenceState()['ada']).toHaveLength(1);
	const before = ben.presences.all.length;
	await ada.channel.track({ name: 'ada', hand: true });
	await settled(ben.client);
	expect(ben.presences.all).toHaveLength(before);
});

test('a member on two phones is there until both are gone', async () => {
	const topic = topicOf('room');
	const watcher = await guest(topic, 'watcher');
	const phone = await guest(topic, 'ada');
	const laptop = await guest(topic, 'ada');
	while (watcher.channel.presenceState()['ada']?.length !== 2) await watcher.presences.next();
	await phone.client.disconnect();
	while (watcher.channel.presenceState()['ada']?.length !== 1) await watcher.presences.next();
	await laptop.client.disconnect();
	await sees(watcher, ['watcher']);
});

test('a key that objects inherit is a key like any other', () => {
	const presence = new Presence();
	presence.track({}, '__proto__', { name: 'odd' });
	expect(JSON.stringify(presence.state())).toMatch(/^{"__proto__":{"metas":\[{"name":"odd"/);
});

test('who does not listen to presence is seen all the same', async () => {
	const topic = topicOf('room');
	const ada = await guest(topic, 'ada');
	const quiet = await world.seat(topic, { presence: { key: 'quiet' } });
	await quiet.channel.track({});
	await sees(ada, ['ada', 'quiet']);
	await settled(quiet.client);
	expect(quiet.present()).toEqual([]);
});

test('presence that row level security denies is answered with an error and not shown', async () => {
	const topic = topicOf('room');
	const service = `policy_${randomUUID().slice(0, 8)}`;
	const { sql } = world.database;
	await sql.unsafe(`create policy ${service} on realtime.messages as restrictive for insert
		to authenticated with check (realtime.topic() <> '${topic}')`);
	const ada = await world.seat(topic, { presence: { key: 'ada' } }, { presence: true });
	expect(await ada.channel.track({ name: 'ada' })).toBe('error');
	await settled(ada.client);
	expect(ada.present()).toEqual([]);
});

test('a payload that is no object, or long, is refused', async () => {
	const topic = topicOf('room');
	const ada = await world.seat(topic, { presence: { key: 'ada' } }, { presence: true });
	expect(await ada.channel.track('ada' as never)).toBe('error');
	expect(await ada.channel.track({ text: 'a'.repeat(5_000) })).toBe('error');
	expect(ada.present()).toEqual([]);
});

test('the sixth presence call in half a minute closes the channel, the next half minute does not', async () => {
	const topic = topicOf('room');
	const calm = await guest(topic, 'calm');
	const hasty = await guest(topic, 'hasty');
	for (let count = 2; count <= 5; count += 1) {
		expect(await hasty.channel.track({ count })).toBe('ok');
		if (count === 3) world.clock.turn(30_000);
	}
	for (let count = 6; count <= 8; count += 1) {
		expect(await hasty.channel.track({ count })).toBe('ok');
	}
	void hasty.channel.track({ count: 9 });
	expect(await hasty.statuses.until((status) => status === 'CLOSED')).toBe('CLOSED');
	expect(hasty.systems.all[0]).toMatchObject({ extension: 'system', status: 'error' });
	await sees(calm, ['calm']);
});
