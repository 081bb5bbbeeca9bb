import { afterEach, expect, test, vi } from 'vitest';
import { sendCode } from '#lib/data/account.ts';
import { Backend } from '#lib/data/backend.ts';
import { remote } from '#lib/data/remote.ts';
import { snapshot } from '#lib/data/rooms.ts';
import type { Remote } from '#lib/offline/remote.ts';
import { noStorage } from '../no-storage.ts';

afterEach(() => {
	vi.restoreAllMocks();
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

/** Signed in, on a network that swallows every request. */
class Swallowed extends Backend {
	constructor() {
		super({ url: 'http://localhost', key: 'key' }, noStorage);
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

/** The session of this browser changed hands: another tab, or the sign-in page a moment ago. */
class Shared extends Swallowed {
	override auth() {
		const session = { access_token: 'token', user: { id: 'karim' } };
		const getSession = () => Promise.resolve({ data: { session }, error: null });
		return Promise.resolve(Object.assign(Object.create(null), { getSession }));
	}
}

test('account change: what one member wrote never leaves in the name of another', async () => {
	const asked = vi.fn();
	vi.stubGlobal('fetch', asked);
	const { signal } = new AbortController();
	const operation = { kind: 'action.add', args: {}, base: null, madeAt: 0 };
	const waiting = { ...operation, sequence: 1, tries: 0, refusal: null };
	const { push, pull } = remote(new Shared(), 'camille');
	await expect(push('client', [waiting], signal)).rejects.toMatchObject({ reason: 'foreign' });
	await expect(pull({ all: true, tables: {} }, signal)).rejects.toMatchObject({
		reason: 'foreign'
	});
	expect(asked).not.toHaveBeenCalled();
});

/**
 * Signed in long ago, with a server that answers each renewal of the session, and each call, so.
 */
async function answering(renewal: () => Response, call = renewal): Promise<Backend> {
	const kept = new Map<string, string>();
	vi.stubGlobal('fetch', (url: string) =>
		Promise.resolve(String(url).includes('/auth/v1/') ? renewal() : call())
	);
	const backend = new Backend(
		{ url: 'http://localhost', key: 'key' },
		{
			getItem: (key) => Promise.resolve(kept.get(key) ?? null),
			setItem: (key, value) => Promise.resolve(void kept.set(key, value)),
			removeItem: (key) => Promise.resolve(void kept.delete(key))
		}
	);
	await (await backend.auth()).initialize();
	const session = { access_token: 'old', refresh_token: 'once', user: { id: 'anne' } };
	kept.set('session', JSON.stringify({ ...session, expires_in: 3_600, expires_at: 1 }));
	return backend;
}

test('a session that the server does not renew has ended: no change is at fault', async () => {
	const gone = { error_code: 'refresh_token_not_found', message: 'Invalid Refresh Token' };
	const backend = await answering(() => Response.json(gone, { status: 400 }));
	const { signal } = new AbortController();
	await expect(remote(backend, 'anne').push('client', [], signal)).rejects.toMatchObject({
		reason: 'unauthorized'
	});
});

test.each([
	['renewed', (signal: AbortSignal, { refresh }: Remote) => refresh(signal)],
	['read', (signal: AbortSignal, { push }: Remote) => push('client', [], signal)]
])('a session that cannot be %s now has not ended', async (_, ask) => {
	vi.useFakeTimers({ toFake: ['Date'] });
	const backend = await answering(() => {
		// The client of Auth tries again for half a minute: it passes at once.
		vi.setSystemTime(Date.now() + 30_000);
		return Response.json({ error_code: 'over_request_rate_limit' }, { status: 429 });
	});
	const { signal } = new AbortController();
	await expect(ask(signal, remote(backend, 'anne'))).rejects.toMatchObject({ reason: 'failing' });
});

test.each([
	['a page', () => new Response('404 page not found', { status: 404 })],
	['nothing', () => new Response('', { status: 404 })],
	['nothing, and well', () => new Response('', { status: 200 })],
	['a code of its own', () => Response.json({ code: 'AccessDenied' }, { status: 403 })]
])('what answers in the place of the server does and refuses nothing: %s', async (_, answer) => {
	vi.stubGlobal('fetch', () => Promise.resolve(answer()));
	const { push } = remote(new Shared(), 'karim');
	const { signal } = new AbortController();
	await expect(push('client', [], signal)).rejects.toMatchObject({ reason: 'failing' });
	const signing = new Swallowed().call('sign_charter', { charter_id: 'c' });
	await expect(signing).rejects.toMatchObject({ code: 'busy' });
});

test.each(['PGRST202', 'not_found'])(
	'a server of another version, which says %s, is at fault, and no change',
	async (code) => {
		const answer = { code, message: 'no such function' };
		vi.stubGlobal('fetch', () => Promise.resolve(Response.json(answer, { status: 404 })));
		const { push } = remote(new Shared(), 'karim');
		const { signal } = new AbortController();
		await expect(push('client', [], signal)).rejects.toMatchObject({ reason: 'outdated' });
	}
);
