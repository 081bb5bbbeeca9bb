import { afterEach, expect, test, vi } from 'vitest';
import { sendCode } from '#lib/data/account.ts';
import { Backend } from '#lib/data/backend.ts';
import { snapshot } from '#lib/data/rooms.ts';

afterEach(() => {
	vi.restoreAllMocks();
	vi.unstubAllGlobals();
});

/** Signed in, on a network that swallows every request. */
class Swallowed extends Backend {
	constructor() {
		const storage = {
			getItem: () => Promise.resolve(null),
			setItem: () => Promise.resolve(),
			removeItem: () => Promise.resolve()
		};
		super({ url: 'http://localhost', key: 'key' }, storage);
	}

	override token() {
		return Promise.resolve('token');
	}
}

test.each([
	['any call', 20_000, (backend: Backend) => backend.call('sign_charter', { charter_id: 'c' })],
	['signing in', 20_000, (backend: Backend) => sendCode(backend, 'anne@example.org', 'fr')],
	['a call of the room', 8_000, (backend: Backend) => snapshot(backend, 's')]
])('%s without an answer counts as offline after its time', async (_, limit, call) => {
	const late = new AbortController();
	const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
	const asked = Promise.withResolvers<null>();
	vi.stubGlobal('fetch', (_url: string, { signal }: { signal: AbortSignal }) => {
		asked.resolve(null);
		return new Promise((_resolve, reject) => {
			signal.addEventListener('abort', () => reject(new DOMException('late', 'TimeoutError')));
		});
	});
	const failed = expect(call(new Swallowed())).rejects.toMatchObject({ code: 'offline' });
	await asked.promise;
	expect(timeout).toHaveBeenCalledWith(limit);
	late.abort();
	await failed;
});

test('a part that did not load is asked for again', async () => {
	vi.doMock('@supabase/auth-js', () => {
		throw new Error('lost on the way');
	});
	const backend = new Swallowed();
	await expect(backend.auth()).rejects.toThrow();
	vi.doUnmock('@supabase/auth-js');
	await expect(backend.auth()).resolves.toBeDefined();
});
