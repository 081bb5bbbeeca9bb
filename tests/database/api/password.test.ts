import type { SupabaseClient } from '@supabase/supabase-js';
import { expect, test } from 'vitest';
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

test('a new password is taken with the code of the mail, which is worth one', async () => {
	const { client, email, nonce } = await proving();
	expect(await change(client, nonce)).toBeNull();
	expect(await enters(email)).toBe(true);
	expect(await change(client, nonce)).toBe('reauthentication_not_valid');
});

test('not from a session alone: a phone held for a moment is not the account', async () => {
	const { client, email } = await proving();
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
