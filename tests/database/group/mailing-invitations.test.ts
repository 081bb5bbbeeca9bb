import { beforeAll, expect, test } from 'vitest';
import type { Mail } from '#lib/server/mail.ts';
import { mailInvitations, openInvitations } from '#lib/server/invitations.ts';
import { openLog } from '#lib/server/log.ts';
import { hostedSupabase } from '#lib/server/supabase.ts';
import { type Person, started } from '../../support/server.ts';
import {
	code,
	foundGroup,
	given,
	type Group,
	hashOf,
	openSession,
	passWait,
	planFor
} from '../people.ts';

const { server, cercle } = await started();
const never = new AbortController().signal;
const config = { origin: 'https://cercle.example' };
const lines: string[] = [];
const sent: Mail[] = [];
const log = openLog((line) => lines.push(line));
let group: Group;

beforeAll(async () => {
	group = await foundGroup(await cercle.signIn('Ada Canari'), 'Les Quais');
	await openSession(group.founder, planFor(group));
});

/** One turn of the server's loop. */
const turn = (send = async (mail: Mail) => void sent.push(mail)) =>
	mailInvitations(
		{ config, mailer: { send }, log, supabase: hostedSupabase(server.hosted, server.secretKey) },
		never
	);

async function invited(name: string): Promise<Person> {
	const person = await cercle.signIn(name);
	const args = { group_id: group.id, email: person.email, token_hash: hashOf('of the phone') };
	expect(given<string | null>(await group.founder.client.rpc('invite', args))).toBeNull();
	return person;
}

const mailsTo = ({ email }: Person) => sent.filter(({ to }) => to === email);
const tokenIn = ({ text }: Mail) => /https:\/\/cercle\.example\/join#([\w-]{43})$/m.exec(text)?.[1];

test('the server mails an invitation after its day, once, and its link opens', async () => {
	const eve = await invited('Eve');
	await turn();
	expect(mailsTo(eve)).toEqual([]);
	await passWait(cercle.owner, group.id, eve.email);
	await turn();
	await turn();
	expect(mailsTo(eve)).toHaveLength(1);
	const [{ subject, text } = { subject: '', text: '' }] = mailsTo(eve);
	for (const word of ['Canari', 'Les Quais', eve.email]) expect(subject + text).not.toContain(word);
	const token = tokenIn(mailsTo(eve)[0]!);
	expect(given(await eve.client.rpc('accept_invitation', { token }))).toBe(group.id);
	expect(lines.join('')).not.toContain(eve.email);
	expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
		'invitations_sent'
	]);
});

test('one that no mail server took is tried again, with another token', async () => {
	const gus = await invited('Gus');
	await passWait(cercle.owner, group.id, gus.email);
	const refused: Mail[] = [];
	await turn(async (mail) => {
		refused.push(mail);
		throw new Error('away');
	});
	await turn();
	expect(mailsTo(gus)).toEqual([]);
	await cercle.owner`update invitations set mail_at = ready_at where email = ${gus.email}`;
	await turn();
	const open = async (mail: Mail) =>
		code(await gus.client.rpc('read_invitation', { token: tokenIn(mail) }));
	expect(refused).toHaveLength(1);
	expect([await open(refused[0]!), await open(mailsTo(gus)[0]!)]).toEqual(['CR007', null]);
});

test('without the secret key the log says that nothing is sent', async () => {
	lines.length = 0;
	await openInvitations({
		config,
		mailer: { send: async () => undefined },
		log,
		supabase: null
	}).close();
	expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
		{ event: 'invitations_off', reason: 'SUPABASE_SECRET_KEY' }
	]);
});
