import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { askAddress } from '#lib/server/addresses.ts';
import type { Mail } from '#lib/server/mail.ts';
import { RpcError } from '#lib/server/rpc.ts';
import { hostedSupabase } from '#lib/server/supabase.ts';
import { type Person, started } from '../../support/server.ts';
import { code, enterByCode, foundGroup, given, invite, joinGroup, rowsOf } from '../people.ts';

const { server, cercle } = await started();

const supabase = hostedSupabase(server.hosted, server.publishableKey);
const secret = hostedSupabase(server.hosted, server.secretKey);
const fresh = () => `${randomUUID().slice(0, 8)}@elsewhere.example`;

/** Asks as the endpoint does; answers the change and the mails that left. */
async function ask(by: Person, email: string): Promise<{ id: string; mails: Mail[] }> {
	const mails: Mail[] = [];
	const bearer = by.session.access_token;
	const send = async (mail: Mail) => void mails.push(mail);
	return { id: await askAddress(email, { supabase, secret, bearer, send }), mails };
}
const codeIn = (mails: Mail[], to: string) =>
	/^\d{6}$/m.exec(mails.find((mail) => mail.to === to)?.text ?? '')?.[0] ?? '';
/** One that is not this one. */
const other = (code: string) => (code === '000000' ? '000001' : '000000');

/** A member who asked for another address, and both codes. */
async function asking() {
	const by = await cercle.signIn('Ada');
	const to = fresh();
	const { id, mails } = await ask(by, to);
	return { by, to, id, old: codeIn(mails, by.email), new: codeIn(mails, to), mails };
}
type Asking = Awaited<ReturnType<typeof asking>>;

const change = async ({ by, id }: Pick<Asking, 'by' | 'id'>, old_code: string, new_code: string) =>
	given(await by.client.rpc('change_address', { change_id: id, old_code, new_code }));
async function addressOf({ id }: Person): Promise<string> {
	const [row] = await cercle.owner`select email from auth.users where id = ${id}`;
	return String(row?.email);
}

describe('an account moves to another address', () => {
	test('with the code of the old one and the code of the new one, which are two', async () => {
		const asked = await asking();
		expect(asked.old).not.toBe(asked.new);
		expect(await change(asked, asked.old, asked.new)).toBe('changed');
		expect(await addressOf(asked.by)).toBe(asked.to);
		expect(await change(await asking(), '', '')).toBe('wrong');
	});

	test('and signs in with the new one alone: the same account, in the same groups', async () => {
		const asked = await asking();
		const group = await foundGroup(asked.by);
		await change(asked, asked.old, asked.new);
		const entered = await enterByCode(server, cercle.anonymous(), asked.to);
		expect(entered.data.user).toMatchObject({ id: asked.by.id, email: asked.to });
		const identity = entered.data.user?.identities?.[0]?.identity_data;
		expect(identity).toMatchObject({ email: asked.to });
		expect((await rowsOf(asked.by))['groups']).toMatchObject([{ id: group.id }]);
		// The old one is that of nobody: who reads that mailbox now gets an account of their own.
		const former = await enterByCode(server, cercle.anonymous(), asked.by.email);
		expect(former.data.user?.id).not.toBe(asked.by.id);
	});

	test('its sign-ins go on, and their next token names the new address', async () => {
		const asked = await asking();
		const before = given(await asked.by.client.rpc('list_sign_ins'));
		await change(asked, asked.old, asked.new);
		const { data } = await asked.by.client.auth.refreshSession();
		expect(data.user?.email).toBe(asked.to);
		const claims = JSON.parse(atob(data.session?.access_token.split('.')[1] ?? ''));
		expect(claims.email).toBe(asked.to);
		expect(given(await asked.by.client.rpc('list_sign_ins'))).toHaveLength(before.length);
	});

	test('a code that signs in, sent to the old one before, opens nothing any more', async () => {
		const asked = await asking();
		await cercle.anonymous().auth.signInWithOtp({ email: asked.by.email });
		const token = await server.mails.code(asked.by.email);
		await change(asked, asked.old, asked.new);
		for (const email of [asked.by.email, asked.to]) {
			const { error } = await cercle.anonymous().auth.verifyOtp({ email, token, type: 'email' });
			expect(error?.code).toBe('otp_expired');
		}
	});

	test('invitations to the old one end, those to the new one open', async () => {
		const founder = await cercle.signIn('Bob');
		const asked = await asking();
		const one = await foundGroup(founder);
		const two = await foundGroup(founder, 'Les Pentes');
		const toOld = await invite(founder, one.id, asked.by.email);
		const toNew = await invite(founder, two.id, asked.to);
		await change(asked, asked.old, asked.new);
		const accept = async (token: string) =>
			code(await asked.by.client.rpc('accept_invitation', { token }));
		expect(await accept(toOld)).toBe('CR007');
		expect(await accept(toNew)).toBeNull();
		expect((await rowsOf(founder))['invitations'] ?? []).toEqual([]);
	});

	test('the others of its groups see no address, neither the one nor the other', async () => {
		const asked = await asking();
		const group = await foundGroup(asked.by);
		const peer = await joinGroup(cercle, group, 'Bob');
		await change(asked, asked.old, asked.new);
		const seen = JSON.stringify(await rowsOf(peer));
		expect(seen).toContain(asked.by.id);
		expect(seen).not.toContain(asked.to);
		expect(seen).not.toContain(asked.by.email);
	});
});

describe('it stays where it is', () => {
	test('with one code of the two, with the two exchanged, or of an earlier change', async () => {
		const asked = await asking();
		expect(await change(asked, asked.old, other(asked.new))).toBe('wrong');
		expect(await change(asked, other(asked.old), asked.new)).toBe('wrong');
		expect(await change(asked, asked.new, asked.old)).toBe('wrong');
		const again = await ask(asked.by, asked.to);
		expect(await change(asked, asked.old, asked.new)).toBe('void');
		expect(await change({ ...asked, id: again.id }, asked.old, asked.new)).toBe('wrong');
		expect(await addressOf(asked.by)).toBe(asked.by.email);
	});

	test('after five wrong tries, even with the right codes, also when made at once', async () => {
		const asked = await asking();
		const tries = Array.from({ length: 7 }, () =>
			change(asked, other(asked.old), other(asked.new))
		);
		const outcomes = (await Promise.all(tries)).sort();
		expect(outcomes).toEqual([...Array(2).fill('void'), ...Array(5).fill('wrong')]);
		expect(await change(asked, asked.old, asked.new)).toBe('void');
		expect(await addressOf(asked.by)).toBe(asked.by.email);
	});

	test('after ten minutes', async () => {
		const asked = await asking();
		await cercle.owner`
			update private.address_changes set asked_at = now() - interval '10 minutes 1 second'
			where id = ${asked.id}
		`;
		expect(await change(asked, asked.old, asked.new)).toBe('void');
		expect(await addressOf(asked.by)).toBe(asked.by.email);
	});

	test('when somebody else gives the codes, whoever they are', async () => {
		const asked = await asking();
		const eve = await cercle.signIn('Eve');
		const answer = await eve.client.rpc('change_address', {
			...{ change_id: asked.id, old_code: asked.old, new_code: asked.new }
		});
		expect(code(answer)).toBe('CR001');
		expect(await addressOf(asked.by)).toBe(asked.by.email);
	});

	test('when the codes are one’s own: members mail none and keep none', async () => {
		const by = await cercle.signIn('Ada');
		const id = given(await by.client.rpc('ask_address', { email: fresh() })) as string;
		const answer = await by.client.rpc('code_address', {
			...{ change_id: id, old_hash: 'ab'.repeat(32), new_hash: 'ab'.repeat(32) }
		});
		expect(code(answer)).toBe('PGRST202');
		expect(await change({ by, id }, '', '')).toBe('void');
	});
});

describe('whether the new address has an account', () => {
	test('is not told: same answer, as many mails; its owner is told, without a code', async () => {
		const by = await cercle.signIn('Ada');
		const owner = await cercle.signIn('Bob');
		const taken = await ask(by, owner.email.toUpperCase());
		expect(taken.mails.map(({ to }) => to).sort()).toEqual([by.email, owner.email].sort());
		expect(codeIn(taken.mails, owner.email)).toBe('');
		const old = codeIn(taken.mails, by.email);
		expect(await change({ by, id: taken.id }, old, '123456')).toBe('wrong');
		expect(await addressOf(owner)).toBe(owner.email);
	});

	test('is known to the member who shows that they read it', async () => {
		const asked = await asking();
		await enterByCode(server, cercle.anonymous(), asked.to);
		expect(await change(asked, asked.old, asked.new)).toBe('taken');
		expect(await addressOf(asked.by)).toBe(asked.by.email);
	});
});

test('of the codes only hashes are kept, and the table shows to nobody', async () => {
	const asked = await asking();
	const [row] = await cercle.owner`select * from private.address_changes where id = ${asked.id}`;
	expect(row).toMatchObject({ account: asked.by.id, email: asked.to });
	expect(JSON.stringify(row)).not.toMatch(new RegExp(`${asked.old}|${asked.new}`));
	expect(JSON.stringify(await rowsOf(asked.by))).not.toContain(asked.to);
});

test('a mailbox is not filled with codes, neither by one nor by many', async () => {
	const to = fresh();
	const by = await cercle.signIn('Ada');
	const left = [];
	for (let turn = 0; turn < 10; turn++) left.push((await ask(by, to)).mails);
	await expect(ask(by, to)).rejects.toEqual(new RpcError('CR009'));
	expect(left.flat().filter((mail) => mail.to === to)).toHaveLength(5);
	const others = await ask(await cercle.signIn('Bob'), to);
	expect(others.mails.map((mail) => mail.to)).not.toContain(to);
});

test('what was asked for is forgotten after a day, and at the end of the account', async () => {
	const [one, two] = [await asking(), await asking()];
	const kept = () => cercle.owner`
		select id from private.address_changes where id in ${cercle.owner([one.id, two.id])}
	`;
	await cercle.owner`
		update private.address_changes set asked_at = now() - interval '25 hours' where id = ${one.id}
	`;
	await cercle.owner`select erase_expired(null)`;
	expect(await kept()).toMatchObject([{ id: two.id }]);
	given(await two.by.client.rpc('delete_account', { confirmation: two.by.email }));
	expect(await kept()).toEqual([]);
});
