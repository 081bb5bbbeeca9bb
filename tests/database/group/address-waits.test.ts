import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openAddressWait, askAddress, type AddressMeans } from '#lib/server/addresses.ts';
import type { Mail } from '#lib/server/mail.ts';
import { hostedSupabase } from '#lib/server/supabase.ts';
import { type Person, started } from '../../support/server.ts';
import { code, date, foundGroup, given, type Group, joinGroup, leave, rowsOf } from '../people.ts';

const { server, cercle } = await started();

const supabase = hostedSupabase(server.hosted, server.publishableKey);
const secret = hostedSupabase(server.hosted, server.secretKey);
const fresh = () => `${randomUUID().slice(0, 8)}@elsewhere.example`;
const codeIn = (mails: Mail[], to: string) =>
	/^\d{6}$/m.exec(mails.find((mail) => mail.to === to)?.text ?? '')?.[0] ?? '';

function means(by: Person): AddressMeans & { mails: Mail[] } {
	const mails: Mail[] = [];
	const bearer = by.session.access_token;
	return { supabase, secret, bearer, mails, send: async (mail) => void mails.push(mail) };
}

/** Asks from a device of `by`, who reads the new mailbox alone; answers what came of it. */
async function lose(by: Person, to = fresh(), more: { code?: string; password?: string } = {}) {
	const asked = means(by);
	const change = await askAddress(to, asked);
	const outcome = await openAddressWait(
		{ change, code: more.code ?? codeIn(asked.mails, to), password: more.password ?? null },
		{ ...asked, origin: 'https://cercle.example' }
	);
	const link = asked.mails.find(({ text }) => text.includes('/stop#'))?.text ?? '';
	return { to, change, outcome, token: /\/stop#([\w-]{43})/.exec(link)?.[1] ?? '' };
}

const addressOf = async ({ id }: Person) => {
	const [row] = await cercle.owner`select email from auth.users where id = ${id}`;
	return String(row?.email);
};
const confirm = async (by: Person, wait_id: string, { id }: Pick<Group, 'id'>) =>
	code(await by.client.rpc('confirm_address_wait', { wait_id, group_id: id }));
/** As many days as an account waits pass, and the daily run comes. */
async function pass(wait: string, days = 7): Promise<void> {
	await cercle.owner`
		update private.address_changes set asked_at = asked_at - make_interval(days => ${days})
		where id = ${wait}
	`;
	await date(
		cercle,
		(sql) => sql`
			update address_waits set opened_at = opened_at - make_interval(days => ${days}, secs => 1)
			where id = ${wait}
		`
	);
	await date(
		cercle,
		(sql) => sql`
			update signatures set signed_at = signed_at - make_interval(days => ${days + 1})
			where group_id in (select m.group_id from memberships m join address_waits w using (member_id)
				where w.id = ${wait})
		`
	);
	await date(
		cercle,
		(sql) => sql`
			update memberships set joined_at = joined_at - make_interval(days => ${days + 2})
			where group_id in (select m.group_id from memberships m join address_waits w using (member_id)
				where w.id = ${wait})
		`
	);
	await cercle.owner`select erase_expired(null)`;
}
const waits = async ({ id }: Person) =>
	(await cercle.owner`select id from address_waits where member_id = ${id}`).length;

/** Ada, whose old address is gone, in a group with two founders before her and one after. */
async function group() {
	const bob = await cercle.signIn('Bob');
	const quais = await foundGroup(bob);
	const cleo = await joinGroup(cercle, quais, 'Cléo');
	const ada = await joinGroup(cercle, quais, 'Ada');
	const dan = await joinGroup(cercle, quais, 'Dan');
	return { quais, ada, bob, cleo, dan };
}

describe('where the old address is gone, an account moves', () => {
	test('after seven days, when two members confirmed in its group', async () => {
		const { quais, ada, bob, cleo } = await group();
		const { to, change, outcome } = await lose(ada);
		expect(outcome).toBe('waiting');
		expect(await confirm(bob, change, quais)).toBeNull();
		expect(await confirm(bob, change, quais)).toBeNull();
		await pass(change);
		expect(await addressOf(ada)).toBe(ada.email);
		expect(await confirm(cleo, change, quais)).toBeNull();
		expect(await addressOf(ada)).toBe(to);
		expect(await waits(ada)).toBe(0);
	});

	test('not a day earlier, however many confirmed', async () => {
		const { quais, ada, bob, cleo, dan } = await group();
		const { change, to } = await lose(ada);
		for (const by of [bob, cleo, dan]) expect(await confirm(by, change, quais)).toBeNull();
		await pass(change, 6);
		expect(await addressOf(ada)).toBe(ada.email);
		await pass(change, 1);
		expect(await addressOf(ada)).toBe(to);
	});

	test('in each of its groups two are needed; without a group, the days alone', async () => {
		const { quais, ada, bob, cleo } = await group();
		const pentes = await foundGroup(bob, 'Les Pentes');
		await cercle.owner`
			insert into memberships (group_id, member_id) values (${pentes.id}, ${ada.id})
		`;
		const { change } = await lose(ada);
		for (const by of [bob, cleo]) expect(await confirm(by, change, quais)).toBeNull();
		expect(await confirm(cleo, change, pentes)).toBe('CR001');
		await pass(change);
		expect(await addressOf(ada)).toBe(ada.email);
		const eve = await cercle.signIn('Eve');
		const alone = await lose(eve);
		await pass(alone.change);
		expect(await addressOf(eve)).toBe(alone.to);
	});

	test('with the password too, where one was chosen', async () => {
		const ada = await cercle.signIn('Ada');
		const password = 'une phrase assez longue';
		await cercle.owner`
			update auth.users set encrypted_password = (
				select encrypted_password from auth.users where false
			) where id = ${ada.id}
		`;
		expect((await lose(ada)).outcome).toBe('waiting');
		given(await ada.client.rpc('stop_address_wait'));
		await cercle.owner`
			update auth.sessions set tag = 'code' where user_id = ${ada.id}
		`;
		expect((await ada.client.auth.updateUser({ password })).error).toBeNull();
		expect((await lose(ada)).outcome).toBe('password');
		expect((await lose(ada, fresh(), { password: 'une autre phrase' })).outcome).toBe(
			'wrong_password'
		);
		expect((await lose(ada, fresh(), { password })).outcome).toBe('waiting');
		expect(given(await ada.client.rpc('list_sign_ins'))).toHaveLength(1);
	});
});

describe('it is stopped in one tap', () => {
	test('by any device of the account', async () => {
		const ada = await cercle.signIn('Ada');
		const { change } = await lose(ada);
		given(await ada.client.rpc('stop_address_wait'));
		expect(await waits(ada)).toBe(0);
		await cercle.owner`select private.settle_address_wait(${change})`;
		expect(await addressOf(ada)).toBe(ada.email);
	});

	test('by the old address, whose mail has the only copy of the token', async () => {
		const ada = await cercle.signIn('Ada');
		const { token } = await lose(ada);
		expect(token).toHaveLength(43);
		const stop = (token: string) => cercle.owner`select stop_address_wait_by(${token})`;
		await expect(stop('a'.repeat(43))).rejects.toMatchObject({ code: 'CR001' });
		expect(await waits(ada)).toBe(1);
		await stop(token);
		expect(await waits(ada)).toBe(0);
		expect(code(await ada.client.rpc('stop_address_wait_by', { token }))).toBe('PGRST202');
	});

	test('by signing out the device that asked, from another one', async () => {
		const ada = await cercle.signIn('Ada');
		await lose(ada);
		await cercle.owner`delete from auth.sessions where user_id = ${ada.id}`;
		expect(await waits(ada)).toBe(0);
	});

	test('by nobody else, and by itself after thirty days', async () => {
		const { ada, bob } = await group();
		const { change } = await lose(ada);
		expect(code(await bob.client.rpc('stop_address_wait'))).toBe('CR001');
		expect(await waits(ada)).toBe(1);
		await pass(change, 30);
		expect(await waits(ada)).toBe(0);
		expect(await addressOf(ada)).toBe(ada.email);
	});
});

describe('who confirms', () => {
	test('has belonged when it was asked, and is not its member themself', async () => {
		const { quais, ada, bob } = await group();
		const { change } = await lose(ada);
		const late = await joinGroup(cercle, quais, 'Léa');
		expect(await confirm(late, change, quais)).toBe('CR001');
		expect(await confirm(ada, change, quais)).toBe('CR001');
		expect(await confirm(await cercle.signIn('Eve'), change, quais)).toBe('CR001');
		expect(await confirm(bob, change, quais)).toBeNull();
		expect((await rowsOf(late))['address_waits'] ?? []).toEqual([]);
	});

	test('counts for nothing once they left', async () => {
		const { quais, ada, bob, cleo } = await group();
		const { change } = await lose(ada);
		for (const by of [bob, cleo]) expect(await confirm(by, change, quais)).toBeNull();
		await leave(cercle, quais.id, cleo);
		await pass(change);
		expect(await addressOf(ada)).toBe(ada.email);
	});

	test('sees whose account it is and no address; its member sees the new one', async () => {
		const { ada, bob, quais } = await group();
		const { to, change } = await lose(ada);
		await confirm(bob, change, quais);
		const seen = await rowsOf(bob);
		expect(seen['address_waits']).toMatchObject([
			{ id: change, member_id: ada.id, email: null, groups: [quais.id] }
		]);
		expect(JSON.stringify(seen)).not.toContain(to);
		expect((await rowsOf(ada))['address_waits']).toMatchObject([{ id: change, email: to }]);
		expect((await rowsOf(ada))['address_confirmations']).toMatchObject([{ member_id: bob.id }]);
	});
});

describe('it does not begin', () => {
	test('with a wrong code, or one too late, which counts among the five tries', async () => {
		const ada = await cercle.signIn('Ada');
		expect((await lose(ada, fresh(), { code: '1' })).outcome).toBe('wrong');
		expect(await waits(ada)).toBe(0);
	});

	test('twice at a time, nor towards an address that has an account', async () => {
		const ada = await cercle.signIn('Ada');
		await lose(ada);
		expect((await lose(ada)).outcome).toBe('waiting_already');
		const bob = await cercle.signIn('Bob');
		const eve = await cercle.signIn('Eve');
		expect((await lose(eve, bob.email)).outcome).toBe('wrong');
	});

	test('from a device that was signed out', async () => {
		const ada = await cercle.signIn('Ada');
		await cercle.owner`delete from auth.sessions where user_id = ${ada.id}`;
		await expect(lose(ada)).rejects.toMatchObject({ code: 'CR013' });
	});
});

test('three puppets that vouch move no account whose member has no device in their hands', async () => {
	const act = fc.record({
		who: fc.nat(2),
		what: fc.constantFrom('ask', 'confirm', 'stop', 'days', 'guess')
	});
	await fc.assert(
		fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 12 }), async (acts) => {
			const { quais, ada, bob, cleo, dan } = await group();
			// Ada asked herself, with all that it takes, and then lost her devices.
			const hers = (await lose(ada)).change;
			await cercle.owner`delete from auth.sessions where user_id = ${ada.id}`;
			const puppets = [bob, cleo, dan];
			const open = [hers];
			for (const { who, what } of acts) {
				const by = puppets[who] ?? bob;
				const last = open.at(-1) ?? hers;
				if (what === 'ask') open.push((await lose(by)).change);
				if (what === 'confirm') for (const id of open) await confirm(by, id, quais);
				if (what === 'stop') await by.client.rpc('stop_address_wait');
				if (what === 'days') await pass(last);
				if (what === 'guess') {
					await by.client.rpc('change_address', {
						...{ change_id: hers, old_code: '000000', new_code: '000000' }
					});
				}
				expect(await addressOf(ada), what).toBe(ada.email);
			}
		}),
		{
			numRuns: 8,
			examples: [[['ask', 'confirm', 'days', 'confirm'].map((what) => ({ who: 0, what }))]]
		}
	);
});
