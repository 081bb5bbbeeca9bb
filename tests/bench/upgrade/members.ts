import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { DEMO_MEMBERS, DEMO_PASSWORD, type DemoMember } from '#lib/server/demo.ts';
import { NOTHING_YET } from '../../database/people.ts';
import { SESSION } from '../../support/demo-room.ts';

const GROUP = '00000001-0000-4000-8000-000000000001';

const snapshot = z.object({ state: z.object({ version: z.number() }) });
const answer = z.object({
	tables: z.record(z.string(), z.looseObject({ rows: z.array(z.tuple([z.number(), z.unknown()])) }))
});

/** A member of the demo group on a phone, by supabase-js. */
export class Member {
	readonly name: string;
	readonly #id: string;
	readonly #client: SupabaseClient;
	/** What the last look told them. */
	#seen: unknown = null;

	private constructor({ id, name }: DemoMember, client: SupabaseClient) {
		this.#id = id;
		this.name = name;
		this.#client = client;
	}

	static async signIn(member: DemoMember, url: string, key: string): Promise<Member> {
		const client = createClient(url, key, {
			auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false }
		});
		const { email } = member;
		const { error } = await client.auth.signInWithPassword({ email, password: DEMO_PASSWORD });
		if (error) throw error;
		return new Member(member, client);
	}

	async ask(name: string, args: object = {}): Promise<unknown> {
		const { data, error } = await this.#client.rpc(name, args);
		if (error) throw new Error(`${name} was refused with ${error.code}`);
		return data;
	}

	/** Gives the room a command as its facilitator. */
	async command(command: string, args: object): Promise<void> {
		const { state } = snapshot.parse(await this.ask('room_snapshot', { session_id: SESSION }));
		await this.ask('room_command', {
			session_id: SESSION,
			command,
			args,
			expected_version: state.version,
			command_id: randomUUID()
		});
	}

	async commit(title: string): Promise<void> {
		const args = { id: randomUUID(), group_id: GROUP, owner_id: this.#id, title };
		await this.ask('apply_ops', {
			client_id: randomUUID(),
			operations: [
				{ sequence: 1, kind: 'action.add', args: { ...args, due_on: '2030-01-08' }, base: null }
			]
		});
	}

	/** Keeps in mind all that the former build tells them. */
	async look(): Promise<void> {
		this.#seen = await this.#pull({ since: { cursor: null, sums: {}, full: [] } });
	}

	/** Their sign-in of before is renewed, and they are told what they were told at the last look. */
	async meetAgain(): Promise<void> {
		const { error } = await this.#client.auth.refreshSession();
		assert.equal(error, null, `the sign-in of ${this.name} goes on`);
		const seen = await this.#pull({ ask: NOTHING_YET });
		assert.deepEqual(seen, this.#seen, `${this.name} sees what they saw`);
	}

	/** Their rows, table by table, in no order; a row's own number is the server's. */
	async #pull(args: object): Promise<unknown> {
		const { tables } = answer.parse(await this.ask('pull', args));
		return Object.fromEntries(
			Object.entries(tables).map(([name, { rows }]) => [
				name,
				rows.map(([, row]) => JSON.stringify(row)).sort()
			])
		);
	}
}

/** The seven of the demo group, signed in. */
export async function gather(url: string, key: string): Promise<Record<string, Member>> {
	const members: Record<string, Member> = {};
	for (const member of DEMO_MEMBERS) {
		members[member.name.split(' ')[0] ?? ''] = await Member.signIn(member, url, key);
	}
	return members;
}

/** What members do in an evening, by the functions of the former build: rows of many kinds. */
export async function live({ Camille, Karim, Élodie, Thomas }: Record<string, Member>) {
	assert(Camille && Karim && Élodie && Thomas);
	for (const member of [Camille, Karim, Élodie, Thomas]) {
		await member.ask('room_snapshot', { session_id: SESSION });
	}
	await Camille.command('start', {});
	await Camille.command('add', { minutes: 1 });
	await Karim.ask('floor_command', { session_id: SESSION, command: 'raise', args: {} });
	await Élodie.ask('signal_facilitator', { session_id: SESSION, kind: 'pause' });
	await Camille.commit('Relire le contrat');
	await Camille.ask('invite', {
		group_id: GROUP,
		email: 'leo@demo.example',
		token_hash: 'a'.repeat(64)
	});
	await Thomas.ask('set_reminders', {
		settings: { mail: ['day'], push: [], quiet_from: null, quiet_to: null, time_zone: 'Asia/Tokyo' }
	});
	await Thomas.ask('subscribe_push', {
		endpoint: 'https://push.example/2',
		p256dh: `B${'q'.repeat(86)}`,
		auth: 'b'.repeat(22)
	});
	await Thomas.ask('open_calendar');
	const breach = randomUUID();
	const accused_id = DEMO_MEMBERS.at(-1)?.id;
	const raised = { id: breach, group_id: GROUP, accused_id, reason: 'Un nom a été dit.' };
	await Karim.ask('raise_breach', raised);
	await Élodie.ask('vote_breach', { breach_id: breach, exclude: false });
}
