import { RealtimeClient } from '@supabase/realtime-js';
import { expect, test } from 'vitest';
import { Backend } from '#lib/data/backend.ts';
import { RoomChannel } from '#lib/room/room-channel.ts';
import { noStorage } from '../no-storage.ts';

/** A socket that never opens. */
class Deaf {
	readonly readyState = 0;
	close() {}
	send() {}
	addEventListener() {}
	removeEventListener() {}
}

/** A server whose live part loads when the test says so. */
class Slow extends Backend {
	readonly made: RealtimeClient[] = [];
	readonly loaded = Promise.withResolvers<null>();

	constructor() {
		super({ url: 'http://localhost', key: 'key' }, noStorage);
	}

	override async realtime() {
		await this.loaded.promise;
		const client = new RealtimeClient('ws://localhost/realtime/v1', {
			params: { apikey: 'key' },
			transport: Deaf as never,
			accessToken: () => Promise.resolve('token')
		});
		this.made.push(client);
		return client;
	}
}

const listener = {
	state: () => {},
	floor: () => {},
	signals: () => {},
	changed: () => {},
	moved: () => {},
	present: () => {},
	live: () => {}
};

test('asked twice before it has begun, it listens once', async () => {
	const server = new Slow();
	const live = new RoomChannel(server, 'me', listener);
	const asked = [live.listen('room:a:1'), live.listen('room:a:1')];
	server.loaded.resolve(null);
	await Promise.all(asked);
	expect(server.made.map((client) => client.getChannels().length)).toEqual([1]);
	void live.close();
});

test('a room left before it began to listen is never joined', async () => {
	const server = new Slow();
	const live = new RoomChannel(server, 'me', listener);
	const asked = live.listen('room:a:1');
	await live.close();
	server.loaded.resolve(null);
	await asked;
	expect(server.made.flatMap((client) => client.getChannels())).toEqual([]);
});
