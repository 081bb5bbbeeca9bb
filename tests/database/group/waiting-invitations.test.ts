import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	code,
	foundGroup,
	given,
	type Group,
	hashOf,
	invite,
	joinGroup,
	leave,
	openSession,
	passWait,
	planFor,
	planSession,
	rowsOf
} from '../people.ts';

const cercle = connected();
const DAY = 24 * 60 * 60_000;
let ada: Person;
let bob: Person;
/** Its first session began; Ada founded it. */
let group: Group;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	await openSession(ada, planFor(group));
});

interface Row {
	id: string;
	created_at: Date;
	ready_at: Date;
	expires_at: Date;
	revoked_at: Date | null;
	token_hash: Buffer | null;
}

const ask = (by: Person, email: string, token = '', of = group) =>
	by.client.rpc('invite', { group_id: of.id, email, token_hash: hashOf(token) });
const accept = ({ client }: Person, token: string) => client.rpc('accept_invitation', { token });
const read = ({ client }: Person, token: string) => client.rpc('read_invitation', { token });
const someone = () => `${randomUUID()}@test.example`;

async function rows(email: string): Promise<Row[]> {
	return cercle.owner<Row[]>`select * from invitations where email = ${email} order by created_at`;
}

async function only(email: string): Promise<Row> {
	const [row, ...more] = await rows(email);
	expect(more).toEqual([]);
	return row!;
}

/** All that the server's loop would take now, each with a token of its own: the token by address. */
async function claim(): Promise<Map<string, string>> {
	const taken = new Map<string, string>();
	for (;;) {
		const token = randomUUID();
		const claimed = await cercle.owner.begin(async (sql) => {
			await sql`set local role service_role`;
			const [row] = await sql`select claim_invitation(${hashOf(token)}) as claimed`;
			return row?.claimed as { email: string; language: string } | null;
		});
		if (!claimed) return taken;
		expect(claimed.language).toBe('fr');
		taken.set(claimed.email, token);
	}
}

async function finish(token: string): Promise<void> {
	await cercle.owner.begin(async (sql) => {
		await sql`set local role service_role`;
		await sql`select finish_invitation(${hashOf(token)})`;
	});
}

/** As when the process that took it died, and the others have waited. */
async function abandon(email: string): Promise<void> {
	await cercle.owner`update invitations set mail_at = ready_at where email = ${email} and mail_at is not null`;
}

describe('for a day an invitation', () => {
	test('shows to all members, with who asked and when it goes, and has no token', async () => {
		const email = someone();
		expect(given(await ask(ada, email, 'of the phone'))).toBeNull();
		const row = await only(email);
		expect(row.token_hash).toBeNull();
		expect(row.ready_at.getTime() - row.created_at.getTime()).toBe(DAY);
		expect(row.expires_at.getTime() - row.ready_at.getTime()).toBe(14 * DAY);
		for (const member of [ada, bob]) {
			const shown = (await rowsOf(member)).invitations?.find((one) => one.email === email);
			expect(shown).toMatchObject({ id: row.id, invited_by: ada.id });
			expect(Date.parse(String(shown?.ready_at))).toBe(row.ready_at.getTime());
		}
		expect((await claim()).has(email)).toBe(false);
	});

	test('opens by no token, neither that of a former phone nor one that is stored', async () => {
		const eve = await cercle.signIn('Eve');
		given(await ask(bob, eve.email, 'of Eve'));
		const isClosed = async () =>
			expect([code(await read(eve, 'of Eve')), code(await accept(eve, 'of Eve'))]).toEqual([
				...['CR007', 'CR007']
			]);
		await isClosed();
		const [{ count } = { count: 0 }] = await cercle.owner`
			update invitations set token_hash = decode(${hashOf('of Eve')}, 'hex')
			where email = ${eve.email} returning 1 as count
		`;
		expect(count).toBe(1);
		await isClosed();
		await passWait(cercle.owner, group.id, eve.email);
		expect(code(await read(eve, 'of Eve'))).toBeNull();
		await cercle.owner`delete from invitations where email = ${eve.email}`;
	});

	test('is neither begun anew nor shortened by inviting again', async () => {
		const email = someone();
		given(await ask(bob, email));
		await cercle.owner`
			update invitations set created_at = created_at - interval '20 hours',
				ready_at = ready_at - interval '20 hours', mail_at = mail_at - interval '20 hours'
			where email = ${email}
		`;
		const before = await only(email);
		for (const by of [bob, ada]) {
			expect(given(await ask(by, ` ${email.toUpperCase()}`, 'again'))).toBeNull();
		}
		expect(await only(email)).toEqual(before);
	});

	test('that had its day is sent again at once, and its new link alone opens', async () => {
		const eve = await cercle.signIn('Eve');
		const first = await invite(ada, group.id, eve.email, cercle);
		const again = randomUUID();
		expect(given(await ask(bob, eve.email, again))).not.toBeNull();
		expect([code(await read(eve, first)), code(await read(eve, again))]).toEqual(['CR008', null]);
		given(
			await bob.client.rpc('revoke_invitation', { invitation_id: (await rows(eve.email))[1]!.id })
		);
	});

	test('takes one of the eight places', async () => {
		const full = await foundGroup(await cercle.signIn('Fay'));
		await openSession(full.founder, planFor(full));
		for (let turn = 0; turn < 7; turn++) given(await ask(full.founder, someone(), '', full));
		expect(code(await ask(full.founder, someone(), '', full))).toBe('CR006');
	});

	test('is stopped by any member, and then never mailed; by nobody outside', async () => {
		const email = someone();
		given(await ask(ada, email));
		const { id: invitation_id } = await only(email);
		const stranger = await cercle.signIn('Mallory');
		const stop = ({ client }: Person) => client.rpc('revoke_invitation', { invitation_id });
		expect(code(await stop(stranger))).toBe('CR001');
		expect((await only(email)).revoked_at).toBeNull();
		expect(code(await stop(bob))).toBeNull();
		await cercle.owner`
			update invitations set ready_at = created_at, mail_at = created_at where email = ${email}
		`;
		expect((await claim()).has(email)).toBe(false);
		// A new one waits anew.
		given(await ask(ada, email));
		expect((await rows(email)).at(-1)?.token_hash).toBeNull();
	});

	test('ends with the membership of who asked', async () => {
		const eve = await joinGroup(cercle, group, 'Eve');
		const email = someone();
		given(await ask(eve, email));
		await leave(cercle, group.id, eve);
		expect((await only(email)).revoked_at).not.toBeNull();
		await cercle.owner`
			update invitations set ready_at = created_at, mail_at = created_at where email = ${email}
		`;
		expect((await claim()).has(email)).toBe(false);
	});
});

describe('before the first session began', () => {
	test('what the founder invites goes at once, what another member invites waits', async () => {
		const young = await foundGroup(await cercle.signIn('Fay'));
		const eve = await joinGroup(cercle, young, 'Eve');
		await planSession(young.founder, planFor(young));
		const [hers, theirs] = [await cercle.signIn('Gus'), someone()];
		const token = await invite(young.founder, young.id, hers.email);
		expect(code(await read(hers, token))).toBeNull();
		expect(given(await ask(eve, theirs, '', young))).toBeNull();
		expect((await only(theirs)).token_hash).toBeNull();
	});

	test('the founder’s word makes one go that waits; once a session began it does not', async () => {
		const young = await foundGroup(await cercle.signIn('Fay'));
		const eve = await joinGroup(cercle, young, 'Eve');
		const [hers, theirs] = [await cercle.signIn('Gus'), await cercle.signIn('Hal')];
		for (const { email } of [hers, theirs]) given(await ask(eve, email, '', young));
		const token = await invite(young.founder, young.id, hers.email);
		expect(code(await read(hers, token))).toBeNull();
		await openSession(young.founder, planFor(young));
		expect(given(await ask(young.founder, theirs.email, 'late', young))).toBeNull();
		expect(code(await read(theirs, 'late'))).toBe('CR007');
	});

	test('whoever stays when the founder left is no founder', async () => {
		const young = await foundGroup(await cercle.signIn('Fay'));
		const eve = await joinGroup(cercle, young, 'Eve');
		await leave(cercle, young.id, young.founder);
		const email = someone();
		expect(given(await ask(eve, email, '', young))).toBeNull();
		expect((await only(email)).token_hash).toBeNull();
	});
});

describe('when the wait is over', () => {
	test('one process gets it, once, and its token opens', async () => {
		const eve = await cercle.signIn('Eve');
		given(await ask(ada, eve.email));
		await passWait(cercle.owner, group.id, eve.email);
		const both = await Promise.all([claim(), claim()]);
		const tokens = both.flatMap((taken) => taken.get(eve.email) ?? []);
		expect(tokens).toHaveLength(1);
		await finish(tokens[0]!);
		await abandon(eve.email);
		expect((await claim()).has(eve.email)).toBe(false);
		expect(given(await accept(eve, tokens[0]!))).toBe(group.id);
		await leave(cercle, group.id, eve);
	});

	test('a claim that nobody finished is taken again, and its new token alone opens', async () => {
		const eve = await cercle.signIn('Eve');
		given(await ask(ada, eve.email));
		await passWait(cercle.owner, group.id, eve.email);
		const first = (await claim()).get(eve.email)!;
		expect((await claim()).has(eve.email)).toBe(false);
		await abandon(eve.email);
		const second = (await claim()).get(eve.email)!;
		expect([code(await read(eve, first)), code(await read(eve, second))]).toEqual(['CR007', null]);
		// One that was overtaken notes nothing: the mail of the other may not have left.
		await finish(first);
		await abandon(eve.email);
		const third = (await claim()).get(eve.email)!;
		expect(third).toBeDefined();
		await finish(third);
		expect((await claim()).has(eve.email)).toBe(false);
	});

	test('what is over is not mailed any more', async () => {
		const email = someone();
		given(await ask(ada, email));
		await passWait(cercle.owner, group.id, email);
		await cercle.owner`update invitations set expires_at = now() where email = ${email}`;
		expect((await claim()).has(email)).toBe(false);
	});
});
