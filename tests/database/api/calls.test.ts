import { expect, test } from 'vitest';
import { Backend } from '#lib/data/backend.ts';
import { remote } from '#lib/data/remote.ts';
import { started } from '../../support/server.ts';

const minute = { window: 60_000 };

const { server, cercle } = await started({
	addressHeader: 'x-forwarded-for',
	calls: {
		callsPerAccount: { most: 6, ...minute },
		callsPerNetwork: { most: 30, ...minute }
	}
});

/** Calls from an address, in somebody's name or in nobody's. */
const call = (path: string, peer: string, token?: string, body: object = {}) =>
	fetch(server.url + path, {
		method: 'POST',
		headers: {
			apikey: server.publishableKey,
			'content-type': 'application/json',
			'x-forwarded-for': peer,
			...(token && { authorization: `Bearer ${token}` })
		},
		body: JSON.stringify(body)
	});

test('who calls too often is answered 429 with the time to wait; others are answered', async () => {
	const ada = await cercle.signIn('Ada');
	const bob = await cercle.signIn('Bob');
	const clock = (peer: string, { session }: typeof ada) =>
		call('/rest/v1/rpc/server_clock', peer, session.access_token);
	let answer = await clock('203.0.113.1', ada);
	expect(answer.status).toBe(200);
	for (let turn = 0; turn < 8; turn++) answer = await clock(`203.0.113.${turn}`, ada);
	expect(answer.status).toBe(429);
	expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
	expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
	expect(await answer.json()).toMatchObject({ code: 'over_request_rate_limit' });
	expect((await clock('203.0.113.1', bob)).status).toBe(200);
});

test('a network that calls too often waits, at every door; the next one does not', async () => {
	const statuses = [];
	for (let turn = 0; turn < 33; turn++) {
		statuses.push((await call('/rest/v1/rpc/server_clock', '198.51.100.7')).status);
	}
	expect(statuses.slice(30)).toEqual([429, 429, 429]);
	expect(statuses.slice(0, 30)).not.toContain(429);
	for (const path of ['/rest/v1/rpc/pull', '/auth/v1/otp', '/auth/v1/logout']) {
		expect((await call(path, '198.51.100.7')).status, path).toBe(429);
	}
	expect((await call('/rest/v1/rpc/server_clock', '198.51.100.8')).status).not.toBe(429);
});

test('a renewal that comes too often is put off, not refused: nobody is signed out by it', async () => {
	const renewal = () =>
		call('/auth/v1/token?grant_type=refresh_token', '198.51.100.9', undefined, {
			refresh_token: 'none'
		});
	let answer = await renewal();
	for (let turn = 0; turn < 31; turn++) answer = await renewal();
	expect(answer.status).toBe(503);
	expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('the sync takes it for a server that cannot now: it comes back, and nothing is refused', async () => {
	const { id, session } = await cercle.signIn('Ada');
	const kept = new Map<string, string>();
	const backend = new Backend(
		{ url: server.url, key: server.publishableKey },
		{
			getItem: async (key) => kept.get(key) ?? null,
			setItem: async (key, value) => void kept.set(key, value),
			removeItem: async (key) => void kept.delete(key)
		}
	);
	await (await backend.auth()).setSession(session);
	const phone = remote(backend, id);
	const everything = { all: true, tables: {} };
	const ask = async () => phone.pull(everything, AbortSignal.timeout(10_000));
	expect((await ask()).account).toBe(id);
	const refused = (async () => {
		for (;;) await ask();
	})();
	await expect(refused).rejects.toMatchObject({ reason: 'failing' });
	expect(await backend.token()).toBe(session.access_token);
});
