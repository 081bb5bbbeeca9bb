import type { SupabaseClient } from '@supabase/supabase-js';
import { describe, expect, test } from 'vitest';
import { setPassword } from '#lib/data/account.ts';
import { Backend } from '#lib/data/backend.ts';
import { Proof } from '#lib/data/proof.ts';
import { list } from '#lib/data/sign-ins.ts';
import { started } from '../../support/server.ts';
import { enterByCode } from '../people.ts';

const { server, cercle } = await started();

let count = 0;
const address = () => `person${++count}@password.example`;

async function member(email: string): Promise<SupabaseClient> {
	const client = cercle.anonymous();
	await enterByCode(server, client, email);
	return client;
}

const password = 'une phrase assez longue';

/** A signed-in person who asked for a code, and that code. */
async function proving() {
	const email = address();
	const client = await member(email);
	expect((await client.auth.reauthenticate()).error).toBeNull();
	return { client, email, nonce: await server.mails.code(email) };
}
const change = async (client: SupabaseClient, nonce?: string) =>
	(await client.auth.updateUser({ password, ...(nonce && { nonce }) })).error?.code ?? null;
const enters = async (email: string) =>
	(await cercle.anonymous().auth.signInWithPassword({ email, password })).error === null;

/** As much time as a sign-in by code is worth a proof has passed. */
const age = (email: string) => cercle.owner`
	update auth.sessions s set created_at = now() - interval '10 minutes 1 second'
	from auth.users u where u.id = s.user_id and u.email = ${email}
`;

/** The app on a device on which this address signed in with a code, some time ago. */
async function app(email = address()): Promise<{ backend: Backend; email: string }> {
	const kept = new Map<string, string>();
	const backend = new Backend(
		{ url: server.url, key: server.publishableKey },
		{
			getItem: async (key) => kept.get(key) ?? null,
			setItem: async (key, value) => void kept.set(key, value),
			removeItem: async (key) => void kept.delete(key)
		}
	);
	const auth = await backend.auth();
	await auth.stopAutoRefresh();
	await auth.signInWithOtp({ email });
	const token = await server.mails.code(email);
	expect((await auth.verifyOtp({ email, token, type: 'email' })).error).toBeNull();
	await age(email);
	return { backend, email };
}

describe('the app signs in anew with the code', () => {
	test('with the right one the password is set, and the list of sign-ins has this device alone', async () => {
		const { backend, email } = await app();
		await app(email);
		const proof = new Proof(backend);
		await proof.send();
		const [former] = await list(backend);
		await proof.give(await server.mails.code(email));
		const replaced = await list(backend);
		expect(replaced).toHaveLength(2);
		expect(replaced[0]).toMatchObject({ current: true });
		expect(replaced.map(({ id }) => id)).not.toContain(former?.id);
		await setPassword(backend, password);
		expect(await list(backend)).toMatchObject([{ current: true }]);
		expect(await enters(email)).toBe(true);
	});

	test('a wrong one, one given twice or too late leaves the sign-in and the password as they were', async () => {
		const { backend, email } = await app();
		const before = await list(backend);
		const proof = new Proof(backend);
		await proof.send();
		const right = await server.mails.code(email);
		await expect(proof.give(right === '000000' ? '000001' : '000000')).rejects.toMatchObject({
			code: 'otp_expired'
		});
		await cercle.owner`
			update auth.users set recovery_sent_at = now() - interval '11 minutes' where email = ${email}
		`;
		await expect(proof.give(right)).rejects.toMatchObject({ code: 'otp_expired' });
		expect(await list(backend)).toEqual(before);
		await expect(setPassword(backend, password)).rejects.toMatchObject({
			code: 'reauthentication_needed'
		});
		expect(await enters(email)).toBe(false);
	});

	test('a password that is refused costs no second code, and one that is set spends it', async () => {
		const { backend, email } = await app();
		const proof = new Proof(backend);
		await proof.send();
		const code = await server.mails.code(email);
		await proof.give(code);
		await expect(setPassword(backend, 'azertyuiop')).rejects.toMatchObject({
			code: 'weak_password'
		});
		await proof.give(code);
		await setPassword(backend, password);
		await expect(setPassword(backend, `${password} encore`)).rejects.toMatchObject({
			code: 'reauthentication_needed'
		});
	});

	test('the browser is reminded by push as before', async () => {
		const { backend, email } = await app();
		await backend.call('subscribe_push', {
			endpoint: `https://push.example/${email}`,
			p256dh: 'B'.repeat(87),
			auth: 'a'.repeat(22)
		});
		const proof = new Proof(backend);
		await proof.send();
		await proof.give(await server.mails.code(email));
		const [own] = await list(backend);
		const kept = await cercle.owner`
			select session_id from push_subscriptions where endpoint = ${`https://push.example/${email}`}
		`;
		expect(kept).toEqual([{ session_id: own?.id }]);
	});
});

test('nor from a sign-in by password, however young', async () => {
	const { client, email, nonce } = await proving();
	expect(await change(client, nonce)).toBeNull();
	const other = cercle.anonymous();
	await other.auth.signInWithPassword({ email, password });
	expect(await change(other)).toBe('reauthentication_needed');
});

test('a new password is taken with the code of the mail, which is worth one', async () => {
	const { client, email, nonce } = await proving();
	expect(await change(client, nonce)).toBeNull();
	expect(await enters(email)).toBe(true);
	expect(await change(client, nonce)).toBe('reauthentication_not_valid');
});

test('not from a session alone: a phone held for a moment is not the account', async () => {
	const { client, email } = await proving();
	await age(email);
	expect(await change(client)).toBe('reauthentication_needed');
	expect(await enters(email)).toBe(false);
});

test('not with a code of somebody else, a code to sign in, or one of ten minutes ago', async () => {
	const { client, email, nonce } = await proving();
	const other = await proving();
	expect(await change(other.client, nonce)).toBe('reauthentication_not_valid');
	await cercle.anonymous().auth.signInWithOtp({ email });
	expect(await change(client, await server.mails.code(email))).toBe('reauthentication_not_valid');
	await cercle.owner`
		update auth.users set reauthentication_sent_at = now() - interval '10 minutes 1 second'
		where email = ${email}
	`;
	expect(await change(client, nonce)).toBe('reauthentication_not_valid');
	expect(await enters(email)).toBe(false);
});

test('not one that others try first, nor one’s own address; the code is not spent on it', async () => {
	const { client, email, nonce } = await proving();
	for (const guessable of ['short', 'password123', 'azertyuiop', email]) {
		const { error } = await client.auth.updateUser({ password: guessable, nonce });
		expect(error?.code).toBe('weak_password');
	}
	expect(await change(client, nonce)).toBeNull();
});

test('not one of more than 72 bytes, of which bcrypt would forget the end', async () => {
	const { client, email, nonce } = await proving();
	const long = 'où les élèves écoutèrent-ils, étonnés, célébrée à l’été, la flûte ?  …';
	expect([long.length, Buffer.byteLength(long)]).toEqual([70, 88]);
	const { error } = await client.auth.updateUser({ password: long, nonce });
	expect(error?.code).toBe('validation_failed');
	expect(await change(client, nonce)).toBeNull();
	expect(await enters(email)).toBe(true);
});

test('five wrong codes void it; another one counts anew', async () => {
	const { client, email, nonce } = await proving();
	const wrong = nonce === '000000' ? '000001' : '000000';
	for (let tries = 0; tries < 5; tries++) {
		expect(await change(client, wrong)).toBe('reauthentication_not_valid');
	}
	expect(await change(client, nonce)).toBe('over_request_rate_limit');
	await client.auth.reauthenticate();
	expect(await change(client, await server.mails.code(email))).toBeNull();
});

test('a code is sent to nobody who is not signed in, and not without end', async () => {
	const headers = { apikey: server.publishableKey };
	const prove = () => fetch(`${server.url}/auth/v1/reauthenticate`, { headers });
	expect((await prove()).status).toBe(401);
	const { client } = await proving();
	for (let more = 0; more < 4; more++) {
		expect((await client.auth.reauthenticate()).error).toBeNull();
	}
	expect((await client.auth.reauthenticate()).error?.code).toBe('over_email_send_rate_limit');
});
