import * as z from 'zod/mini';
import { type Instant, instant, millis } from '#lib/domain/time.ts';
import type { RoomState } from '#lib/domain/timer/state.ts';
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
		version: row.version
	}))
);
const snapshotShape = z.object({
	now: z.pipe(z.number(), z.transform(instant)),
	topic: z.string(),
	state,
	holder_away: z.boolean()
});

/** How long one request may take, in ms: a network that swallows everything counts as none. */
const LIMIT = 8_000;

/** The clock of a session and where the session stands. */
export type Room = RoomState & { status: 'planned' | 'live' | 'closed' };

export type Command =
	| { command: 'start' | 'pause' | 'resume' | 'take_over' | 'undo' }
	| { command: 'add'; minutes: number }
	| { command: 'go'; position: number }
	| { command: 'hand_over'; member_id: string };

/** Reads a room state as the server and the live signal send it. Throws on another shape. */
export function readRoom(payload: unknown): Room {
	return state.parse(payload);
}

/** The room as it is now; asking is being present. */
export async function snapshot(backend: Backend, session: string) {
	const limit = AbortSignal.timeout(LIMIT);
	const answer = await backend.call('room_snapshot', { session_id: session }, limit);
	const { now, topic, state, holder_away } = snapshotShape.parse(answer);
	return { now, topic, room: state, holderAway: holder_away };
}

/** Moves the room. `seen` is the version on screen, `id` makes a second sending harmless. */
export async function command(
	backend: Backend,
	session: string,
	{ command, ...args }: Command,
	seen: number,
	id: string
): Promise<Room> {
	const answer = await backend.call(
		'room_command',
		{ session_id: session, command, args, expected_version: seen, command_id: id },
		AbortSignal.timeout(LIMIT)
	);
	return readRoom(answer);
}

/** The server's clock. */
export async function clock(backend: Backend): Promise<Instant> {
	return instant(await backend.call('server_clock', {}, AbortSignal.timeout(LIMIT)));
}
