import { createHash, randomUUID } from 'node:crypto';
import postgres, { type Sql, type TransactionSql } from 'postgres';
import { SEARCH_PATH } from '../../../scripts/schemas.ts';
import { openAuthSession } from '../auth-session.ts';

/** A group of two with a live session in which the first one presents, in a real database. */
export interface World {
	readonly group: string;
	readonly session: string;
	/** Of the first member; its notes have the same id. */
	readonly challenge: string;
	readonly members: readonly [string, string];
	/** Calls a function of the database as a member, in a transaction of its own. */
	call(member: string, name: 'apply_ops' | 'pull', args: readonly unknown[]): Promise<unknown>;
	/** What the server answered of a member's operations. */
	answered(member: string): Promise<readonly Answered[]>;
	/** Takes everything away that a history left. */
	clean(): Promise<void>;
}

export interface Answered {
	client: string;
	sequence: number;
	code: string | null;
}

/** The owner of a database, as which worlds are made. The caller ends the connections. */
export function owner(ownerUrl: string, connections: number): Sql {
	const connection = { search_path: SEARCH_PATH };
	return postgres(ownerUrl, { max: connections, connection, onnotice: () => undefined });
}

export async function openWorld(sql: Sql): Promise<World> {
	const members: [string, string] = [randomUUID(), randomUUID()];
	const sessions = new Map<string, string>();
	const emails = members.map((id) => `${id}@test.example`);
	for (const [at, id] of members.entries()) {
		await sql`
			insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
			values (${id}, ${emails[at] ?? ''}, now(), ${sql.json({ name: `Member ${at}` })})
		`;
		sessions.set(id, await openAuthSession(sql, id));
	}
	const as = <T>(member: string, work: (own: TransactionSql) => Promise<T>) =>
		sql.begin(async (own) => {
			const claims = JSON.stringify({
				...{ sub: member, role: 'authenticated', session_id: sessions.get(member) },
				email: emails[members.indexOf(member)]
			});
			await own`
				select set_config('request.jwt.claims', ${claims}, true),
					set_config('role', 'authenticated', true)
			`;
			return work(own);
		});
	const [ada, bob] = members;
	const group = randomUUID();
	await as(ada, (own) => own`select found_group(${group}, 'Les Quais', 'What is said stays.')`);
	const token = randomUUID();
	const hash = createHash('sha256').update(token).digest('hex');
	await as(ada, (own) => own`select invite(${group}, ${emails[1] ?? ''}, ${hash})`);
	await as(bob, (own) => own`select accept_invitation(${token})`);
	const [charter] = await sql`select id from charters where group_id = ${group}`;
	await as(bob, (own) => own`select sign_charter(${charter?.id})`);
	const session = randomUUID();
	const step = { kind: 'opening', label: { fr: 'a', en: 'a' }, minutes: 5, least: 1 };
	const plan = {
		...{ id: session, group_id: group, starts_at: '2030-01-08T18:30:00Z' },
		...{ time_zone: 'Europe/Paris', place: 'Vaise', format: 'mastermind', length_minutes: 120 },
		...{ facilitator_id: bob, scribe_id: null, host_id: null, presenters: [ada] },
		segments: [{ ...step, speakers: 'everyone', rule: 'free' }]
	};
	await as(bob, (own) => own`select plan_session(${own.json(plan)}, 0)`);
	const [room] = await sql`select version from room_states where session_id = ${session}`;
	await as(
		bob,
		(own) => own`select room_command(${session}, 'start', '{}', ${room?.version}, ${randomUUID()})`
	);
	const [challenge] = await sql`select id from challenges where session_id = ${session}`;
	const challengeId = String(challenge?.id);

	return {
		...{ group, session, challenge: challengeId, members },
		call: (member, name, args) =>
			as(member, async (own) => {
				const given = args.map((value) =>
					typeof value === 'string' ? value : own.json(JSON.parse(JSON.stringify(value)))
				);
				const [row] =
					name === 'pull'
						? await own`select pull(${given[0] ?? null}) as answer`
						: await own`select apply_ops(${given[0] ?? ''}, ${given[1] ?? null}) as answer`;
				return row?.answer as unknown;
			}),
		answered: (member) => sql<Answered[]>`
			select client_id as client, sequence::int, code from operations where member_id = ${member}
		`,
		clean: () =>
			sql.begin(async (own) => {
				await own`delete from actions where group_id = ${group}`;
				await own`delete from goals where group_id = ${group}`;
				await own`delete from operations where member_id in ${own(members)}`;
				await own`update challenges set question = '', context = '' where id = ${challengeId}`;
				await own`update challenge_notes set body = '', takeaways = '' where id = ${challengeId}`;
			}) as Promise<unknown> as Promise<void>
	};
}
