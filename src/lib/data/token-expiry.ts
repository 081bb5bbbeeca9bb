import * as z from 'zod/mini';

const sessionShape = z.looseObject({
	access_token: z.string(),
	expires_in: z.number(),
	expires_at: z.number()
});

/** Where the sign-in session is kept. */
export interface SessionStorage {
	getItem(key: string): Promise<string | null>;
	setItem(key: string, value: string): Promise<void>;
	removeItem(key: string): Promise<void>;
}

/**
 * Keeps the end of a new token in this phone's own time: as many seconds from now as it lasts. By
 * the hour that the server names, a phone whose clock is ahead would renew its token before every
 * call, and one whose clock is behind would go on with a token that is over.
 */
export function inOwnTime(storage: SessionStorage): SessionStorage {
	return {
		getItem: (key) => storage.getItem(key),
		removeItem: (key) => storage.removeItem(key),
		async setItem(key, value) {
			const session = read(value);
			if (!session) return storage.setItem(key, value);
			const kept = read(await storage.getItem(key));
			// The same token may be stored again, with another name of its member for instance.
			const expires_at =
				kept?.access_token === session.access_token
					? kept.expires_at
					: Math.floor(Date.now() / 1_000) + session.expires_in;
			return storage.setItem(key, JSON.stringify({ ...session, expires_at }));
		}
	};
}

/** When the access kept here ends by itself, in ms since 1970 by this phone's clock; null: none is. */
export async function expiryOf(storage: SessionStorage): Promise<number | null> {
	const session = read(await storage.getItem('session'));
	return session && session.expires_at * 1_000;
}

/** Null for what is no session: other things are kept here too. */
function read(text: string | null): z.infer<typeof sessionShape> | null {
	if (text === null) return null;
	try {
		return sessionShape.parse(JSON.parse(text));
	} catch {
		return null;
	}
}
