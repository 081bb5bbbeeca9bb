import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Sql, TransactionSql } from 'postgres';
import { expect } from 'vitest';
import { answerOf } from '#lib/data/remote.ts';
import type { Row } from '#lib/offline/replica.ts';
import { become } from '../support/as-person.ts';
import type { Connection, Person, TestServer } from '../support/server.ts';

/** A group made through the same calls as the app's. */
export interface Group {
	id: string;
	charterId: string;
	founder: Person;
}

export interface Segment {
	kind: string;
	label: Record<string, unknown>;
	minutes: number;
	least?: number;
	speakers: string;
	rule: string;
	person_id?: string | null;
}

export interface Plan {
	id: string;
	group_id: string;
	starts_at: string;
	time_zone: string;
	place: string;
	format: string;
	length_minutes: number;
	facilitator_id: string | null;
	scribe_id: string | null;
	host_id: string | null;
	presenters: string[];
	segments: Segment[];
}

/** What `room_command` and `room_snapshot` say of the room. */
export interface Room {
	session_id: string;
	status: string;
	position: number | null;
	started_at: number | null;
	planned_ms: number;
	added_ms: number;
	paused_at: number | null;
	paused_ms: number;
	facilitator_id: string | null;
	minutes: number[] | null;
	version: number;
	floor: Floor;
}

export interface Floor {
	version: number;
	turns: { member_id: string; raised_at: number; began_at: number | null }[];
	thumbs: { up: number; down: number };
}

interface Answer<T> {
	data: T | null;
	error: { code: string; message: string } | null;
}

/** The code a call was refused with; null when it was not. */
export function code(answer: Answer<unknown>): string | null {
	return answer.error?.code ?? null;
}

/** What a call answered; fails the test when it was refused. */
export function given<T>(answer: Answer<T>): T {
	if (answer.error) throw new Error(`refused with ${answer.error.code}`);
	return answer.data as T;
}

/** What a phone that has nothing says to a pull. */
export const NOTHING_YET = { all: true, tables: {} };

/** All that a person may read, in one pull, table by table; a table without rows is not named. */
export async function rowsOf({ client }: Person): Promise<Record<string, Row[]>> {
	const { tables } = answerOf(given(await client.rpc('pull', { ask: NOTHING_YET })));
	return Object.fromEntries(
		Object.entries(tables).map(([name, { rows }]) => [name, rows.map(([, row]) => row)])
	);
}

/** Signs in as the app does: asks for a code, and gives back what the mail says. */
export async function enterByCode({ mails }: TestServer, { auth }: SupabaseClient, email: string) {
	await auth.signInWithOtp({ email });
	return auth.verifyOtp({ email, token: await mails.code(email), type: 'email' });
}

export async function foundGroup(founder: Person, name = 'Les Quais'): Promise<Group> {
	const id = randomUUID();
	given(await founder.client.rpc('found_group', { id, name, charter: 'What is said here stays.' }));
	return { id, charterId: await charterInForce(founder, id), founder };
}

/** The last charter of the group, as this member reads it. */
export async function charterInForce(by: Person, groupId: string): Promise<string> {
	const [charter] = await by.sql(
		(sql) => sql`
			select id from charters where group_id = ${groupId} order by version desc limit 1
		`
	);
	return String(charter!.id);
}

export function hashOf(token: string): string {
	return createHash('sha256').update(token).digest('hex');
}

/**
 * Invites the address and answers the token its mail would carry. One that waits for the members to
 * see it needs the connection, by which the day passes.
 */
export async function invite(
	by: Person,
	groupId: string,
	email: string,
	cercle?: Connection
): Promise<string> {
	const token = randomBytes(32).toString('base64url');
	const args = { group_id: groupId, email, token_hash: hashOf(token) };
	const goes = given<string | null>(await by.client.rpc('invite', args));
	if (goes === null) {
		if (!cercle) throw new Error('the invitation waits');
		await cercle.owner.begin(async (sql) => {
			await passWait(sql, groupId, email);
			await sql`
				update invitations set token_hash = decode(${hashOf(token)}, 'hex'), mail_at = null
				where group_id = ${groupId} and email = ${email} and mail_at is not null
					and revoked_at is null and accepted_at is null
			`;
		});
	}
	return token;
}

/** Dates an invitation that waits back by a day, so that it is due now. */
export async function passWait(
	sql: Sql | TransactionSql,
	groupId: string,
	email: string
): Promise<void> {
	await sql`
		update invitations set created_at = created_at - interval '1 day',
			expires_at = expires_at - interval '1 day', ready_at = ready_at - interval '1 day',
			mail_at = mail_at - interval '1 day'
		where group_id = ${groupId} and email = ${email} and mail_at is not null
			and revoked_at is null and accepted_at is null
	`;
}

/** A new member, who was invited, accepted and, unless told otherwise, signed. */
export async function joinGroup(
	cercle: Connection,
	group: Group,
	name: string,
	options: { sign: boolean } = { sign: true }
): Promise<Person> {
	const person = await cercle.signIn(name);
	const token = await invite(group.founder, group.id, person.email, cercle);
	given(await person.client.rpc('accept_invitation', { token }));
	if (options.sign) await sign(person, group.id);
	return person;
}

export async function sign(person: Person, groupId: string): Promise<void> {
	const charter_id = await charterInForce(person, groupId);
	given(await person.client.rpc('sign_charter', { charter_id }));
}

/** Dates what the triggers let nobody date: as its owner, with the triggers put aside. */
export async function date(
	{ owner }: Connection,
	change: (sql: TransactionSql) => Promise<unknown>
): Promise<void> {
	await owner.begin(async (sql) => {
		await sql`set local session_replication_role = replica`;
		await change(sql);
	});
}

/** Leaving and being excluded are the same to the database: a date, set by its owner. */
export async function leave(cercle: Connection, groupId: string, person: Person): Promise<void> {
	await cercle.owner`
		update memberships set left_at = clock_timestamp()
		where group_id = ${groupId} and member_id = ${person.id} and left_at is null
	`;
}

/** A member of before is one again; the charter they signed is still in force. */
export async function comeBack(cercle: Connection, groupId: string, person: Person): Promise<void> {
	await cercle.owner`
		insert into memberships (group_id, member_id) values (${groupId}, ${person.id})
	`;
}

export function segment(kind: string, minutes: number, more: Partial<Segment> = {}): Segment {
	const label = { fr: kind, en: kind };
	return { kind, label, minutes, least: 1, speakers: 'everyone', rule: 'free', ...more };
}

/** A plan of the group that nothing is wrong with, a week after `2030-01-08` unless changed. */
export function planFor(group: Group, changes: Partial<Plan> = {}): Plan {
	return {
		id: randomUUID(),
		group_id: group.id,
		starts_at: '2030-01-08T18:30:00Z',
		time_zone: 'Europe/Paris',
		place: 'Vaise',
		format: 'mastermind',
		length_minutes: 120,
		facilitator_id: group.founder.id,
		scribe_id: null,
		host_id: null,
		presenters: [],
		segments: [segment('opening', 5), segment('follow_up', 25), segment('discussion', 40)],
		...changes
	};
}

export async function planSession(by: Person, plan: Plan, expected_version = 0): Promise<string> {
	return given(await by.client.rpc('plan_session', { plan, expected_version })) as string;
}

/** A command as a phone sends it: with the version it knows and an id of its own. */
export function command(
	by: Person,
	session_id: string,
	name: string,
	expected_version: number,
	args: Record<string, unknown> = {},
	command_id: string = randomUUID()
) {
	return by.client.rpc('room_command', {
		...{ session_id, command: name, args, expected_version, command_id }
	});
}

/** Starts a session just planned and answers its room. */
export async function start(by: Person, sessionId: string): Promise<Room> {
	const { version } = await roomOf(by, sessionId);
	return given(await command(by, sessionId, 'start', version)) as Room;
}

/** What `room_snapshot` tells this person. */
export interface Snapshot {
	state: Room;
	holder_away: boolean;
	thumb: boolean | null;
	signals: { kind: string; count: number }[];
}

export async function snapshotOf(by: Person, session_id: string): Promise<Snapshot> {
	return given(await by.client.rpc('room_snapshot', { session_id })) as Snapshot;
}

export async function roomOf(by: Person, session_id: string): Promise<Room> {
	return (await snapshotOf(by, session_id)).state;
}

/** Takes part in the floor. */
export function speak(by: Person, session_id: string, name: string, args: object | null = {}) {
	return by.client.rpc('floor_command', { session_id, command: name, args });
}

/** The presenter says that nothing of their challenge in this session is kept after it. */
export async function keepForTheRoom(presenter: Person, session: string): Promise<void> {
	const kept = await presenter.sql(
		(sql) => sql`
			update challenges set keep = 'room'
			where session_id = ${session} and presenter_id = ${presenter.id} returning id
		`
	);
	expect(kept).not.toEqual([]);
}

/** Plans and starts a session. */
export async function openSession(by: Person, plan: Plan): Promise<Room> {
	return start(by, await planSession(by, plan));
}

export function close(
	by: Person,
	session_id: string,
	expected_version: number,
	next: unknown = null,
	command_id: string = randomUUID()
) {
	return by.client.rpc('close_session', { session_id, next, expected_version, command_id });
}

/** Holds until so many wait for what this connection locked, in line behind it or one another. */
export async function untilWaiting(owner: Sql, pid: number, count: number): Promise<void> {
	await expect
		.poll(
			() => owner`
				with recursive waiting as (
					select pid from pg_stat_activity where ${pid} = any (pg_blocking_pids(pid))
					union
					select a.pid from pg_stat_activity a
					join waiting w on w.pid = any (pg_blocking_pids(a.pid))
				)
				select pid from waiting
			`
		)
		.toHaveLength(count);
}

/**
 * Closes the session, and lets it be seen only once `meanwhile` waits for it. Answers what that was
 * told in the end, in an object: a promise would be awaited before.
 */
export async function closeAround<T>(
	{ owner }: Connection,
	by: Person,
	session: string,
	next: Plan,
	meanwhile: () => Promise<T>
): Promise<{ late: Promise<T> }> {
	const { version } = await roomOf(by, session);
	return owner.begin(async (sql) => {
		const [held] = await sql`select pg_backend_pid() as pid`;
		await become(sql, by);
		const plan = JSON.stringify(next);
		await sql`
			select close_session(${session}, ${plan}::text::jsonb, ${version}, ${randomUUID()})
		`;
		const late = meanwhile();
		await untilWaiting(owner, held!.pid as number, 1);
		return { late };
	});
}

export interface OperationAnswer {
	sequence: number;
	status: 'applied' | 'refused';
	code: string | null;
}

export interface Operation {
	sequence: number;
	kind: string;
	args: Record<string, unknown>;
	base?: Record<string, unknown> | null;
}

/** The one device of everybody in a test file, and how many operations were made on it. */
const device = { client: randomUUID(), made: 0 };

export function operation(
	kind: string,
	args: Record<string, unknown>,
	base: Record<string, unknown> | null = null
): Operation {
	return { sequence: ++device.made, kind, args, base };
}

/** What `apply_ops` is called with to apply these. */
export function sent(operations: unknown, client_id: string = device.client) {
	return { client_id, operations };
}

export async function apply(
	by: Person,
	operations: unknown[],
	client?: string
): Promise<OperationAnswer[]> {
	const answers = given(await by.client.rpc('apply_ops', sent(operations, client)));
	// Which tables it changed is said the first time alone: see told.test.ts.
	return (answers as OperationAnswer[]).map(({ sequence, status, code }) => {
		return { sequence, status, code };
	});
}

/** Applies one operation: null when applied, otherwise the code of its refusal. */
export async function applyOne(
	by: Person,
	kind: string,
	args: Record<string, unknown>,
	base: Record<string, unknown> | null = null
): Promise<string | null> {
	const [answer] = await apply(by, [operation(kind, args, base)]);
	return answer!.code;
}

/** A new action of this person, by the way the app adds one. */
export async function addAction(
	by: Person,
	groupId: string,
	more: Record<string, unknown> = {}
): Promise<string> {
	const id = randomUUID();
	const args = { id, group_id: groupId, owner_id: by.id, title: 'Call the bank', ...more };
	const refused = await applyOne(by, 'action.add', {
		due_on: '2030-01-08',
		born_in: null,
		...args
	});
	if (refused) throw new Error(`refused with ${refused}`);
	return id;
}
