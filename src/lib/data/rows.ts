/**
 * What the server sends and the device keeps, table by table, read into the app's own words: fields
 * in camelCase, moments as `Instant`. This file is the border: a row that does not parse is left out,
 * and fields unknown to this version of the app are left aside.
 */
import { choices, outcomes } from '#lib/domain/actions/action.ts';
import { kinds, rules, speakers } from '#lib/domain/formats/format.ts';
import { goalStatuses, stages } from '#lib/domain/goals/goal.ts';
import { keeps } from '#lib/domain/session/keeping.ts';
import { contributionKinds } from '#lib/domain/session/contribution.ts';
import { type Instant, millis, parseInstant } from '#lib/domain/time.ts';
import * as z from '#lib/offline/shape.ts';

const text = z.string();
const id = z.string();
const person = z.nullable(z.string());
const count = z.number();
const moment = z.transform(z.string(), (iso): Instant => {
	const parsed = parseInstant(iso);
	if (parsed === null) throw new z.Misread('a moment');
	return parsed;
});
const length = z.transform(z.number(), millis);

const shapes = {
	profiles: z.object({
		id,
		name: text,
		language: z.enum(['fr', 'en']),
		erased_at: z._default(z.nullable(moment), null)
	}),
	groups: z.object({
		id,
		name: text,
		created_at: moment,
		retention_months: z._default(count, 12)
	}),
	memberships: z.object({
		id,
		group_id: id,
		member_id: id,
		joined_at: moment,
		left_at: z.nullable(moment)
	}),
	charters: z.object({ id, group_id: id, version: count, body: text, created_at: moment }),
	signatures: z.object({ id, group_id: id, charter_id: id, member_id: id, signed_at: moment }),
	invitations: z.object({
		id,
		group_id: id,
		email: text,
		expires_at: moment,
		invited_by: z._default(person, null),
		ready_at: z._default(z.nullable(moment), null)
	}),
	sessions: z.object({
		id,
		group_id: id,
		starts_at: moment,
		time_zone: text,
		place: text,
		format: text,
		length_minutes: count,
		status: z.enum(['planned', 'live', 'closed']),
		facilitator_id: person,
		scribe_id: person,
		host_id: person,
		version: count,
		started_at: z.nullable(moment),
		closed_at: z.nullable(moment),
		erased_at: z._default(z.nullable(moment), null)
	}),
	segments: z.object({
		id,
		session_id: id,
		position: count,
		kind: z.enum(kinds),
		label: z.object({ fr: text, en: text }),
		minutes: count,
		least: count,
		speakers: z.enum(speakers),
		rule: z.enum(rules),
		person_id: person,
		actual_ms: z.nullable(length)
	}),
	challenges: z.object({
		id,
		group_id: id,
		session_id: id,
		presenter_id: id,
		position: z.nullable(count),
		question: text,
		context: text,
		tried: text,
		options: text,
		wanted: text,
		unwanted: text,
		need: z.enum(['decide', 'understand', 'be_challenged', 'be_heard']),
		tags: z.array(text),
		// Since the third release, as those of actions since the second.
		keep: z._default(z.enum(keeps), 'present'),
		double_confidential: z._default(z.boolean(), false),
		withdrawn_at: z._default(z.nullable(moment), null)
	}),
	challenge_notes: z.object({ id, session_id: id, presenter_id: id, body: text, takeaways: text }),
	contributions: z.object({
		id,
		session_id: id,
		challenge_id: id,
		author_id: id,
		kind: z.enum(contributionKinds),
		text,
		made_at: moment
	}),
	speaking_turns: z.object({
		id,
		session_id: id,
		position: count,
		member_id: id,
		began_at: moment,
		ended_at: moment
	}),
	role_changes: z.object({
		id,
		session_id: id,
		by_id: person,
		to_id: person,
		command: z.enum(['take_over', 'hand_over']),
		at: moment
	}),
	actions: z.object({
		id,
		group_id: id,
		owner_id: id,
		title: text,
		due_on: text,
		status: z.enum(['open', 'done', 'dropped']),
		born_in: person,
		due_in: person,
		carries: count,
		// Since the second release: a device keeps rows of the first one until it meets the server.
		decided_carries: z._default(count, 0),
		goal_id: z._default(person, null),
		partner_id: z._default(person, null),
		rank: z._default(z.nullable(count), null),
		outcome: z._default(z.nullable(z.enum(outcomes)), null),
		line: z._default(text, ''),
		version: count,
		created_at: moment
	}),
	action_events: z.object({
		id,
		action_id: id,
		kind: z.enum(['taken', 'edited', 'told', 'reopened', 'carried', 'decided']),
		by_id: person,
		at: moment,
		session_id: person,
		outcome: z.nullable(z.enum(outcomes)),
		choice: z.nullable(z.enum(choices)),
		title: text,
		due_on: text,
		carries: count,
		line: text
	}),
	goals: z.object({
		id,
		group_id: id,
		owner_id: id,
		title: text,
		year: count,
		quarter: z.nullable(count),
		stage: z.nullable(z.enum(stages)),
		measure: text,
		means: text,
		reason: text,
		shared: z.boolean(),
		status: z.enum(goalStatuses),
		line: text,
		version: count,
		created_at: moment
	}),
	reviews: z.object({
		id,
		group_id: id,
		action_id: id,
		session_id: id,
		outcome: z.enum(outcomes),
		line: text,
		reviewed_by: person,
		reviewed_at: moment
	}),
	attendances: z.object({
		id,
		session_id: id,
		member_id: id,
		present: z.boolean(),
		claimed_at: z._default(z.nullable(moment), null)
	}),
	session_consents: z.object({
		id,
		group_id: id,
		session_id: id,
		reader_id: id,
		member_id: id,
		given_at: moment,
		withdrawn_at: z.nullable(moment)
	}),
	feedbacks: z.object({ id, session_id: id, member_id: id, plus: text, delta: text }),
	decisions: z.object({ id, group_id: id, kind: text, subject_id: person, at: moment }),
	breaches: z.object({
		id,
		group_id: id,
		accused_id: id,
		raised_by: person,
		reason: text,
		raised_at: moment,
		settled_at: z.nullable(moment),
		entitled: z.nullable(count),
		votes_for: z.nullable(count),
		electors: z._default(z.array(id), [])
	}),
	breach_votes: z.object({ id, breach_id: id, exclude: z.boolean() }),
	address_waits: z.object({
		id,
		member_id: id,
		opened_at: moment,
		/** Where the account is to move; null: it is somebody else's. */
		email: person,
		/** Groups in which the reader's word counts about it. */
		groups: z.array(id)
	}),
	address_confirmations: z.object({ id, wait_id: id, group_id: id, member_id: id }),
	room_states: z.object({
		id,
		position: z.nullable(count),
		started_at: z.nullable(moment),
		planned_ms: length,
		added_ms: length,
		paused_at: z.nullable(moment),
		paused_ms: length,
		facilitator_id: person,
		minutes: z.nullable(z.array(count)),
		version: count
	})
};

export type Table = keyof typeof shapes;
export const tables = Object.keys(shapes) as Table[];

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
	? `${Head}${Capitalize<Camel<Tail>>}`
	: S;
type Camelled<T> = { [K in keyof T as K extends string ? Camel<K> : never]: T[K] };

/** A row of a table in the app's words. */
export type Row<T extends Table> = Camelled<z.infer<(typeof shapes)[T]>>;

const readers = new Map(
	tables.map((table) => [table, z.object<z.Fields>(shapes[table].fields, camel)])
);

/** Reads a row of a table as the server sent it; null: it is of another shape. */
export function readRow<T extends Table>(table: T, row: unknown): Row<T> | null {
	const reader = readers.get(table);
	// Under each name, the shape of that table with its fields in camelCase.
	return ((reader && z.safeParse(reader, row).data) ?? null) as Row<T> | null;
}

function camel(column: string): string {
	return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
