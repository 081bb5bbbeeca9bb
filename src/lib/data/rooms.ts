import * as z from 'zod/mini';
import { type SignalKind, signalKinds } from '#lib/domain/session/floor.ts';
import { type Instant, instant, millis } from '#lib/domain/time.ts';
import type { RoomState } from '#lib/domain/timer/state.ts';
import type { Scope } from '#lib/offline/scope.ts';
import type { Backend } from './backend.ts';

const moment = z.nullable(z.pipe(z.number(), z.transform(instant)));
const length = z.pipe(z.number(), z.transform(millis));

const state = z.pipe(
	z.object({
		status: z.enum(['planned', 'live', 'closed']),
		position: z.nullable(z.number()),
		started_at: moment,
		planned_ms: length,
		added_ms: length,
		paused_at: moment,
		paused_ms: length,
		facilitator_id: z.nullable(z.string()),
		minutes: z.nullable(z.array(z.number())),
		version: z.number()
	}),
	z.transform((row) => ({
		status: row.status,
		position: row.position,
		startedAt: row.started_at,
		planned: row.planned_ms,
		added: row.added_ms,
		pausedAt: row.paused_at,
		paused: row.paused_ms,
		facilitatorId: row.facilitator_id,
		minutes: row.minutes,
		version: row.version
	}))
);
const floor = z.pipe(
	z.object({
		version: z.number(),
		turns: z.array(
			z.object({
				member_id: z.string(),
				raised_at: z.pipe(z.number(), z.transform(instant)),
				began_at: moment
			})
		),
		thumbs: z.object({ up: z.number(), down: z.number() })
	}),
	z.transform(({ version, turns, thumbs }) => ({
		version,
		turns: turns.map((turn) => ({
			member: turn.member_id,
			raisedAt: turn.raised_at,
			beganAt: turn.began_at
		})),
		thumbs
	}))
);
const changedShape = z.object({ tables: z.optional(z.array(z.string())) });
const floorShape = z.object({ floor });
const snapshotShape = z.object({
	now: z.pipe(z.number(), z.transform(instant)),
	topic: z.string(),
	state: z.pipe(
		z.unknown(),
		z.transform((payload) => readRoom(payload))
	),
	holder_away: z.boolean(),
	thumb: z.nullable(z.boolean()),
	signals: z.array(z.object({ kind: z.enum(signalKinds), count: z.number() }))
});

/** How long one request may take, in ms: a network that swallows everything counts as none. */
const LIMIT = 8_000;

/** The clock of a session and where the session stands. */
export type RoomRow = RoomState & {
	status: 'planned' | 'live' | 'closed';
	/** Minutes given to each segment, by position; 0: dropped. Null before the start. */
	minutes: readonly number[] | null;
};

/** The turns of the running segment: the speaker, then the members who wait, in order of hands. */
export interface FloorRow {
	/** The higher one is the newer. */
	version: number;
	turns: readonly { member: string; raisedAt: Instant; beganAt: Instant | null }[];
	/** How many would go on with a topic, and how many not. */
	thumbs: { up: number; down: number };
}

/** What members told the facilitator without a word, and how many of them. */
export type Signals = readonly { kind: SignalKind; count: number }[];

export type FloorCommand =
	| { command: 'raise' | 'lower' | 'end' }
	| { command: 'give'; member_id: string }
	| { command: 'thumb'; up: boolean };

export type Command =
	| { command: 'start' | 'pause' | 'resume' | 'take_over' | 'undo' }
	| { command: 'add'; minutes: number }
	| { command: 'go'; position: number }
	| { command: 'plan'; minutes: number[] }
	| { command: 'hand_over'; member_id: string };

/**
 * Reads a room and its floor as the server and the live signal send them. @throws on another shape.
 */
export function readRoom(payload: unknown): { room: RoomRow; floor: FloorRow } {
	return { room: state.parse(payload), floor: floorShape.parse(payload).floor };
}

/** Reads a floor as the live signal sends it. @throws on another shape. */
export function readFloor(payload: unknown): FloorRow {
	return floor.parse(payload);
}

/** The tables in which rows changed, as a signal names them. @throws on another shape. */
export function readChanged(payload: unknown): Scope {
	return changedShape.parse(payload).tables ?? 'all';
}

/**
 * The room as it is now; asking counts as being present. The signals are empty for all but the
 * facilitator. `leaving` is told when the request goes out.
 */
export async function snapshot(backend: Backend, session: string, leaving?: () => void) {
	const limit = AbortSignal.timeout(LIMIT);
	const answer = await backend.call('room_snapshot', { session_id: session }, limit, leaving);
	const { state: room, holder_away: holderAway, ...rest } = snapshotShape.parse(answer);
	return { ...rest, ...room, holderAway };
}

/** Moves the room. `seen` is the version on screen, `id` makes a second sending harmless. */
export async function command(
	backend: Backend,
	session: string,
	{ command, ...args }: Command,
	seen: number,
	id: string
): Promise<{ room: RoomRow; floor: FloorRow }> {
	const answer = await backend.call(
		'room_command',
		{ session_id: session, command, args, expected_version: seen, command_id: id },
		AbortSignal.timeout(LIMIT)
	);
	return readRoom(answer);
}

/** Takes part in the floor. Sending it twice is harmless. */
export async function speak(
	backend: Backend,
	session: string,
	{ command, ...args }: FloorCommand
): Promise<FloorRow> {
	const sent = { session_id: session, command, args };
	return readFloor(await backend.call('floor_command', sent, AbortSignal.timeout(LIMIT)));
}

/** Tells the facilitator something, and nobody else. */
export async function signal(backend: Backend, session: string, kind: SignalKind): Promise<void> {
	const sent = { session_id: session, kind };
	await backend.call('signal_facilitator', sent, AbortSignal.timeout(LIMIT));
}

/** The facilitator has heard these signals. */
export async function dismiss(backend: Backend, session: string, kind: SignalKind): Promise<void> {
	const sent = { session_id: session, kind };
	await backend.call('dismiss_signal', sent, AbortSignal.timeout(LIMIT));
}

/** The server's clock. `leaving` is told when the request goes out. */
export async function clock(backend: Backend, leaving?: () => void): Promise<Instant> {
	return instant(await backend.call('server_clock', {}, AbortSignal.timeout(LIMIT), leaving));
}
