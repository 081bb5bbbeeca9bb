import postgres from 'postgres';

/** What the gateway hears from the database. */
export interface Signals {
	/** A broadcast was committed: its id. */
	message: (id: string) => void;
	/** What a member may read has changed: the member's id. */
	revoke: (memberId: string) => void;
	/** The connection was lost and is there again; what was signalled meanwhile is lost. */
	regained: () => void;
}

/** Seconds before the next attempt after `failures` in a row: 50 ms doubling to 2 s. */
function backoff(failures: number): number {
	return Math.min(0.05 * 2 ** failures, 2);
}

/**
 * Listens on a connection of its own, and again whenever that is lost. The answer ends it.
 * @throws when the database cannot be reached at the start.
 */
export async function listen(databaseUrl: string, signals: Signals): Promise<() => Promise<void>> {
	const sql = postgres(databaseUrl, {
		max: 1,
		backoff,
		onnotice: () => {},
		connection: { application_name: 'realtime_listen' }
	});
	let known = false;
	try {
		// Both live on one connection and come back in this order: the second tells that both are there.
		await sql.listen('realtime_revoke', signals.revoke);
		await sql.listen('realtime_messages', signals.message, () => {
			if (known) signals.regained();
			known = true;
		});
	} catch (error) {
		await sql.end({ timeout: 0 });
		throw error;
	}
	return () => sql.end({ timeout: 5 });
}
