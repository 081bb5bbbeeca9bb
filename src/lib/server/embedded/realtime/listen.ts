import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { driverAddress } from '#lib/server/embedded/pool.ts';

/** What the gateway hears from the database. */
export interface Signals {
	/** A broadcast was committed: its id. */
	message: (id: string) => void;
	/** What a member may read has changed: the member's id. */
	revoke: (memberId: string) => void;
	/** The connection was lost and is there again; signals sent in between are lost. */
	regained: () => void;
}

/** Milliseconds before the next attempt after `failures` in a row. */
const backoff = (failures: number) => Math.min(50 * 2 ** failures, 1_000);

/**
 * Listens on a connection of its own, and again whenever that is lost. The answer ends it.
 * @throws when the database cannot be reached at the start.
 */
export async function listen(databaseUrl: string, signals: Signals): Promise<() => Promise<void>> {
	const stop = new AbortController();
	let client = await connect(databaseUrl, signals);
	const stay = async () => {
		while (!stop.signal.aborted) {
			await ended(client, stop.signal);
			client = await reconnect();
			signals.regained();
		}
	};
	const reconnect = async () => {
		for (let failures = 0; ; failures++) {
			await wait(backoff(failures), undefined, { signal: stop.signal });
			const next = await connect(databaseUrl, signals).catch(() => null);
			if (next) return next;
		}
	};
	// Ends when it is told to, which throws.
	const staying = stay().catch(() => undefined);
	return async () => {
		stop.abort();
		await staying;
		await client.end();
	};
}

/** Waits for the end of the connection, whatever error comes before it, or for the signal. */
function ended(client: pg.Client, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			client.off('end', done);
			signal.removeEventListener('abort', done);
			resolve();
		};
		client.on('end', done);
		signal.addEventListener('abort', done);
	});
}

async function connect(databaseUrl: string, signals: Signals): Promise<pg.Client> {
	const client = new pg.Client({
		connectionString: driverAddress(databaseUrl),
		application_name: 'realtime_listen',
		connectionTimeoutMillis: 3_000,
		keepAlive: true
	});
	// Every error ends the connection, and its end is what is waited for.
	client.on('error', () => undefined);
	client.on('notification', ({ channel, payload = '' }) => {
		if (channel === 'realtime_revoke') signals.revoke(payload);
		else signals.message(payload);
	});
	await client.connect();
	await client.query('listen realtime_revoke; listen realtime_messages');
	return client;
}
