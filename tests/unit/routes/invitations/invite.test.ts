import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Mail } from '#lib/server/mail.ts';
import {
	inviteAll,
	type Means,
	requestFormat,
	Unauthorized
} from '../../../../src/routes/api/invitations/invite.ts';

const group = '00000001-0000-4000-8000-000000000001';

interface Call {
	path: string;
	args: Record<string, string>;
	authorization: string | undefined;
}

function means(answer: (call: Call) => Response, deliver: (mail: Mail) => void = () => undefined) {
	const calls: Call[] = [];
	const mails: Mail[] = [];
	const fake: Means = {
		bearer: 'member-token',
		origin: 'https://cercle.example',
		send: async (mail) => {
			deliver(mail);
			mails.push(mail);
		},
		supabase: {
			key: 'key',
			fetch: async (path, { headers, body }) => {
				const call = { path, args: JSON.parse(body ?? ''), authorization: headers.authorization };
				calls.push(call);
				return answer(call);
			}
		}
	};
	return { fake, calls, mails };
}

const accept = () => Response.json('11111111-0000-4000-8000-000000000001');
const refuse = (status: number, code: string) => () => Response.json({ code }, { status });
const request = (...emails: string[]) => ({ group, emails, language: 'fr' as const });

test('the database gets the hash of the token that the mail carries, never the token', async () => {
	const { fake, calls, mails } = means(accept);
	expect(await inviteAll(request('ana@example.org'), fake)).toEqual({ 'ana@example.org': null });
	const token = /https:\/\/cercle\.example\/join#([\w-]{43})$/m.exec(mails[0]?.text ?? '')?.[1];
	expect(token).toBeDefined();
	expect(calls[0]?.args.token_hash).toBe(
		createHash('sha256')
			.update(token ?? '')
			.digest('hex')
	);
	expect(JSON.stringify(calls)).not.toContain(token);
	expect(calls[0]?.authorization).toBe('Bearer member-token');
});

test('a malformed address is answered for, and stops no other', async () => {
	const { fake, mails } = means(accept);
	expect(await inviteAll(request('ana', 'léo@', 'sam@example.org'), fake)).toEqual({
		ana: 'email_address_invalid',
		'léo@': 'email_address_invalid',
		'sam@example.org': null
	});
	expect(mails.map(({ to }) => to)).toEqual(['sam@example.org']);
});

test('no mail leaves when the database refuses, and its code is told', async () => {
	const { fake, mails } = means(refuse(400, 'CR006'));
	expect(await inviteAll(request('ana@example.org'), fake)).toEqual({ 'ana@example.org': 'CR006' });
	expect(mails).toEqual([]);
});

test('no mail leaves of one that waits; an app of before is told that it did not go out', async () => {
	const { fake, mails } = means(() => Response.json(null));
	const asked = { ...request('ana@example.org'), waits: true };
	expect(await inviteAll(asked, fake)).toEqual({ 'ana@example.org': 'waits' });
	expect(await inviteAll(request('ana@example.org'), fake)).toEqual({ 'ana@example.org': 'CR003' });
	expect(mails).toEqual([]);
});

test('an invitation whose mail is not taken is revoked', async () => {
	const { fake, calls } = means(accept, () => {
		throw new Error('mail server away');
	});
	expect(await inviteAll(request('ana@example.org'), fake)).toEqual({ 'ana@example.org': 'busy' });
	expect(calls.map(({ path }) => path)).toEqual([
		'/rest/v1/rpc/invite',
		'/rest/v1/rpc/revoke_invitation'
	]);
	expect(calls[1]?.args).toEqual({ invitation_id: '11111111-0000-4000-8000-000000000001' });
});

test('an expired token ends everything at the first address', async () => {
	const { fake, calls } = means(refuse(401, 'PGRST301'));
	await expect(inviteAll(request('a@example.org', 'b@example.org'), fake)).rejects.toThrow(
		Unauthorized
	);
	expect(calls).toHaveLength(1);
});

test.each([200, 401, 403, 404, 502])(
	'a page of %i in its place is busy: no mail leaves',
	async (status) => {
		const { fake, mails } = means(() => new Response('<html>', { status }));
		expect(await inviteAll(request('a@example.org'), fake)).toEqual({ 'a@example.org': 'busy' });
		expect(mails).toEqual([]);
	}
);

test('more than ten addresses, none, or a foreign language are no request', () => {
	const eleven = Array.from({ length: 11 }, (_, at) => `a${at}@example.org`);
	expect(requestFormat.safeParse(request(...eleven)).success).toBe(false);
	expect(requestFormat.safeParse(request()).success).toBe(false);
	expect(requestFormat.safeParse({ ...request('a@b.co'), language: 'de' }).success).toBe(false);
	expect(requestFormat.safeParse({ ...request('a@b.co'), group: 'x' }).success).toBe(false);
	expect(requestFormat.safeParse(request('a@b.co')).success).toBe(true);
});
