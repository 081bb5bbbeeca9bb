import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inOwnTime } from '#lib/data/token-expiry.ts';

const HOUR = 3_600;
/** What the server's clock says, in seconds. */
const SERVER = 1_800_000_000;

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

function memory() {
	const kept = new Map<string, string>();
	const storage = inOwnTime({
		getItem: async (key) => kept.get(key) ?? null,
		setItem: async (key, value) => void kept.set(key, value),
		removeItem: async (key) => void kept.delete(key)
	});
	return { kept, storage };
}

const session = (access_token: string, expires_at = SERVER + HOUR) =>
	JSON.stringify({ access_token, expires_in: HOUR, expires_at, refresh_token: 'r' });

test.each([6, -6])(
	'a new token lasts its hour on a phone whose clock is %i h off',
	async (hours) => {
		const now = SERVER + hours * HOUR;
		vi.setSystemTime(now * 1_000);
		const { kept, storage } = memory();
		await storage.setItem('session', session('a'));
		expect(JSON.parse(kept.get('session') ?? '')).toMatchObject({
			access_token: 'a',
			refresh_token: 'r',
			expires_at: now + HOUR
		});
	}
);

test('storing the same token again does not make it last longer', async () => {
	vi.setSystemTime(SERVER * 1_000);
	const { kept, storage } = memory();
	await storage.setItem('session', session('a'));
	vi.setSystemTime((SERVER + 1_800) * 1_000);
	await storage.setItem('session', session('a'));
	expect(JSON.parse(kept.get('session') ?? '').expires_at).toBe(SERVER + HOUR);
	await storage.setItem('session', session('b'));
	expect(JSON.parse(kept.get('session') ?? '').expires_at).toBe(SERVER + 1_800 + HOUR);
});

test.each(['"a-code-verifier"', 'not json', '{}'])('%s is kept as it is', async (text) => {
	const { storage } = memory();
	await storage.setItem('verifier', text);
	expect(await storage.getItem('verifier')).toBe(text);
	await storage.removeItem('verifier');
	expect(await storage.getItem('verifier')).toBeNull();
});
