import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Backend } from '#lib/data/backend.ts';
import { remote } from '#lib/data/remote.ts';
import { Installation } from '#lib/offline/installation.ts';
import { lock, unlock } from '#lib/offline/lock.ts';
import { renewals } from '#lib/offline/renewals.ts';
import { connected, type Person } from '../../support/server.ts';

// What a copy of a phone made before its code changed is worth. Nothing here is the embedded Auth's
// own: Supabase's answers the same (`refresh_token_already_used`, ten seconds for a used token).

const cercle = connected();
const CODE = 'ardoise 47';
const everything = { all: true, tables: {} };
const { signal } = new AbortController();
let member: Person;
let installation: Installation;
let backend: Backend;

beforeEach(async () => {
	vi.stubGlobal('indexedDB', new IDBFactory());
	member = await cercle.signIn('Anne');
	installation = new Installation();
	backend = new Backend({ url: cercle.url, key: cercle.publishableKey }, installation.auth);
	const expires_at = Math.floor(Date.now() / 1_000) + 3_600;
	await installation.auth.setItem('session', JSON.stringify({ ...member.session, expires_at }));
});
afterEach(async () => {
	await (await backend.auth()).stopAutoRefresh();
	await installation.close();
	vi.unstubAllGlobals();
});

const kept = async () => JSON.parse((await installation.auth.getItem('session')) ?? 'null');
const left = async () => (await renewals(installation.vault.place))?.left ?? 0;
const contact = () => remote(backend, member.id, installation.vault.place).pull(everything, signal);

/** Lets the time pass in which Auth answers a used token once more: two tabs may ask at once. */
async function wait(): Promise<void> {
	const { id } = member;
	await cercle.owner`
		update auth.refresh_tokens set updated_at = updated_at - interval '1 minute'
		where user_id = ${id}
	`;
}

/** What somebody gets who copied this token from the disk. */
async function used(refresh_token: string): Promise<string | null> {
	const { data, error } = await cercle.anonymous().auth.refreshSession({ refresh_token });
	return data.session ? null : (error?.code ?? 'unknown');
}

describe('a token that lay on the disk before the code changed', () => {
	test.each([
		['set', async () => void (await lock(installation.vault, CODE, null))],
		[
			'set, and removed later',
			async () => {
				await lock(installation.vault, CODE, null);
				await contact();
				await unlock(installation.vault, CODE, null);
			}
		]
	])('opens nothing after the next contact: the code was %s', async (_, change) => {
		await change();
		const before = await kept();
		expect(await left()).toBe(2);
		await contact();
		expect(await left()).toBe(0);
		await wait();
		expect((await kept()).refresh_token).not.toBe(before.refresh_token);
		expect(await used(before.refresh_token)).toBe('refresh_token_already_used');
	});

	test('opens until then, and is renewed once the network is back', async () => {
		const before = await kept();
		await lock(installation.vault, CODE, null);
		const outside = globalThis.fetch;
		vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
		await expect(contact()).rejects.toMatchObject({ reason: 'unreachable' });
		expect([await left(), (await kept()).refresh_token]).toEqual([2, before.refresh_token]);
		vi.stubGlobal('fetch', outside);
		await contact();
		await wait();
		expect(await used(before.refresh_token)).toBe('refresh_token_already_used');
	});

	test('renewed once only, it would still open: Auth takes the parent of the current one', async () => {
		const before = await kept();
		await (await backend.auth()).refreshSession();
		await wait();
		expect((await kept()).refresh_token).not.toBe(before.refresh_token);
		expect(await used(before.refresh_token)).toBeNull();
	});
});
