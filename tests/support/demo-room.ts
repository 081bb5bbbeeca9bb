import type { Page } from '@playwright/test';
import type { Sql } from 'postgres';
import { DEMO_MEMBERS } from '#lib/server/demo.ts';

/** The session that the demo group is about to hold (supabase/seed.sql). */
export const SESSION = '00000003-0000-4000-8000-000000000003';

/** The seven of the demo group, the facilitator of that session first. */
export const MEMBERS = DEMO_MEMBERS.map(({ name }) => name);

/** Signs in as a member of the demo group, in one tap. */
export async function enter(page: Page, name: string): Promise<void> {
	await page.goto('/sign-in');
	await page.getByRole('button', { name }).click();
	await page.waitForURL('**/today');
}

/**
 * Plans one more session of the demo group, like the one it is about to hold and an hour before it, so
 * that each test has a room of its own. Camille Roussel facilitates. Answers its id.
 */
export async function planRoom(sql: Sql): Promise<string> {
	const [row] = await sql<{ id: string }[]>`
		select private.write_plan(to_jsonb(s) || jsonb_build_object(
			'id', gen_random_uuid(),
			'starts_at', s.starts_at - interval '1 hour',
			'presenters', (
				select jsonb_agg(c.presenter_id order by c.position) from challenges c
				where c.session_id = s.id and c.position is not null
			),
			'segments', (
				select jsonb_agg(to_jsonb(g) order by g.position) from segments g
				where g.session_id = s.id
			)
		)) as id
		from sessions s where s.id = ${SESSION}
	`;
	if (!row) throw new Error('no demo session');
	return row.id;
}

/** The id of a member of the demo group. */
export function memberId(name: string): string {
	const member = DEMO_MEMBERS.find((one) => one.name === name);
	if (!member) throw new Error(`no ${name} in the demo group`);
	return member.id;
}

/** One line of a room's log. */
export interface Logged {
	command: string;
	/** The first name of the member who gave it. */
	by: string;
	version: number;
	/** When, in ms since 1970. */
	at: number;
}

/** What moved the room, in order. */
export async function roomLog(sql: Sql, session: string): Promise<Logged[]> {
	return await sql<Logged[]>`
		select c.command, split_part(p.name, ' ', 1) as by, c.version,
			(extract(epoch from c.at) * 1000)::float8 as at
		from room_commands c join profiles p on p.id = c.member_id
		where c.session_id = ${session} order by c.version
	`;
}

/** The facilitator of the room, by id. */
export async function facilitatorOf(sql: Sql, session: string): Promise<string | null> {
	const [row] = await sql<{ facilitator_id: string | null }[]>`
		select facilitator_id from room_states where session_id = ${session}
	`;
	return row?.facilitator_id ?? null;
}

/** Makes a member's phone silent for this long, without waiting for it. */
export async function silence(
	sql: Sql,
	session: string,
	member: string,
	seconds: number
): Promise<void> {
	await sql`
		update attendances set seen_at = seen_at - make_interval(secs => ${seconds})
		where session_id = ${session} and member_id = ${memberId(member)}
	`;
}
