import type { Args, LoggedRoom, LogLine } from './room-log.ts';

/**
 * The state machine of a room, written a second time on purpose: it shares nothing with the SQL
 * that it checks. Moments are microseconds since 1970.
 */
export interface World {
	members: readonly string[];
	/** Minutes and least minutes of each segment, as planned. */
	planned: readonly number[];
	least: readonly number[];
	/** Minutes after which anybody may close. */
	length: number;
	room: LoggedRoom;
	/** Milliseconds really spent in each segment that was left. */
	spent: ReadonlyMap<number, number>;
	beganAt: number | null;
	/** Ids of the commands that were done. */
	done: ReadonlySet<string>;
	/** When the last command was given. */
	commandedAt: number;
	/** When each member was last heard of in the live room; whoever was is present. */
	heard: ReadonlyMap<string, number>;
	/** What may be taken back, and what the room then is again. */
	last: { by: string; at: number; before: Pick<World, 'room' | 'spent'> } | null;
}

/** A command as a phone sends it: with the version it knows and an id of its own. */
export interface Request {
	id: string;
	by: string;
	command: string;
	args: Args;
	version: number;
}

const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;

/** A session that is planned and has not begun. */
export function planned(
	plan: Pick<World, 'members' | 'planned' | 'least' | 'length'>,
	facilitator: string
): World {
	const room: LoggedRoom = {
		...{ status: 'planned', position: null, started_at: null, planned_ms: 0, added_ms: 0 },
		...{ paused_at: null, paused_ms: 0, facilitator_id: facilitator, minutes: null, version: 1 }
	};
	const nothing = { spent: new Map(), done: new Set<string>(), heard: new Map(), last: null };
	return { ...plan, ...nothing, room, beganAt: null, commandedAt: 0 };
}

/** What the request is answered at this moment: a code when refused, and the world after it. */
export function deliver(world: World, request: Request, at: number) {
	if (world.members.includes(request.by) && world.done.has(request.id)) {
		return { code: null, world };
	}
	const code = refusal(world, request, at);
	if (code) return { code, world };
	const { by, ...rest } = request;
	const line = { ...rest, member_id: by, version: world.room.version + 1, at };
	return { code, world: perform(world, line) };
}

/** The world after all that the log says. @throws when a line is missing. */
export function replay(world: World, log: readonly LogLine[]): World {
	return log.reduce(perform, world);
}

/** Somebody's phone asked for the room. Before the start that means nothing. */
export function look(world: World, by: string, at: number): World {
	if (world.room.status !== 'live' || !world.members.includes(by)) return world;
	if (isOver(world, at)) return world;
	return { ...world, heard: new Map(world.heard).set(by, at) };
}

/** Whether the facilitator was not heard of for 30 seconds. */
export function holderIsAway({ room, heard }: World, now: number): boolean {
	const last = heard.get(room.facilitator_id ?? '');
	return last === undefined || now - last >= 30 * SECOND;
}

/** The last that is known of a session that began: its planned end, or a later command. */
function lastSign({ beganAt, length, commandedAt }: World): number {
	return Math.max(beganAt! + length * 60 * SECOND, commandedAt);
}

/** Nobody meets any more an hour after the last sign. */
function isOver(world: World, now: number): boolean {
	return world.beganAt !== null && now > lastSign(world) + HOUR;
}

function refusal(world: World, { by, command, args, version }: Request, now: number) {
	const { room, members, last } = world;
	const drives = room.facilitator_id === by;
	if (!members.includes(by)) return 'CR001';
	if (room.status === 'closed') return 'CR004';
	if (version !== room.version) return 'CR003';
	if (command === 'close') {
		if (world.beganAt === null) return 'CR004';
		return drives || now >= world.beganAt + world.length * 60 * SECOND ? null : 'CR002';
	}
	if (isOver(world, now) && (!world.heard.has(by) || now > lastSign(world) + 24 * HOUR)) {
		return 'CR004';
	}
	if (command === 'undo') {
		return last !== null && last.by === by && now - last.at <= 10 * SECOND ? null : 'CR004';
	}
	if (command === 'take_over') {
		if (drives) return 'CR004';
		return holderIsAway(world, now) ? null : 'CR011';
	}
	if (!drives) return 'CR002';
	if (command === 'start') return room.status === 'planned' ? null : 'CR004';
	if (command === 'hand_over') return members.includes(args.member_id ?? '') ? null : 'CR005';
	if (room.status === 'planned') return 'CR004';
	switch (command) {
		case 'pause':
			return room.paused_at === null ? null : 'CR004';
		case 'resume':
			return room.paused_at === null ? 'CR004' : null;
		case 'add':
			return args.minutes !== 0 && Math.abs(args.minutes as number) <= 60 ? null : 'CR005';
		case 'go':
			return args.position! in world.planned ? null : 'CR005';
		case 'plan':
			return isPlan(world, args.minutes as number[]) ? null : 'CR005';
		default:
			return 'CR005';
	}
}

/** Later segments alone may change: to nothing, or to no less than their least. */
function isPlan({ room, least, planned }: World, minutes: number[]): boolean {
	if (minutes.length !== planned.length) return false;
	return minutes.every((given, position) => {
		if (given === room.minutes![position]) return true;
		return (
			position > room.position! && (given === 0 || (given >= least[position]! && given <= 180))
		);
	});
}

function perform(world: World, line: LogLine): World {
	const { id, command, member_id: by, version, at } = line;
	const { room, spent, last } = world;
	if (version !== room.version + 1) throw new Error(`the log jumps to ${version}`);
	const after = command === 'undo' ? last!.before : moved(world, line);
	const stands = ['start', 'undo', 'close'].includes(command);
	const isHeard = after.room.status === 'live' && !isOver(world, at);
	return {
		...world,
		room: { ...after.room, version },
		spent: after.spent,
		beganAt: command === 'start' ? at : world.beganAt,
		done: new Set(world.done).add(id),
		commandedAt: at,
		heard: isHeard ? new Map(world.heard).set(by, at) : world.heard,
		last: stands ? null : { by, at, before: { room, spent } }
	};
}

type Moment = Pick<World, 'room' | 'spent'>;

function moved(world: World, { command, args, member_id, at }: LogLine): Moment {
	const { room, spent } = world;
	const changed = (changes: Partial<LoggedRoom>) => ({ room: { ...room, ...changes }, spent });
	switch (command) {
		case 'start': {
			const { room: live } = changed({ status: 'live', minutes: [...world.planned] });
			return { room: entered(world, live, 0, at), spent };
		}
		case 'go':
			return { room: entered(world, room, args.position!, at), spent: left(world, at) };
		case 'close': {
			const ended = isOver(world, at) ? lastSign(world) : at;
			return {
				room: { ...room, status: 'closed', paused_at: room.paused_at ?? ended },
				spent: left(world, ended)
			};
		}
		case 'pause':
			return changed({ paused_at: at });
		case 'resume': {
			const pause = (at - room.paused_at!) / 1000;
			return changed({ paused_at: null, paused_ms: Math.round(room.paused_ms + pause) });
		}
		case 'add': {
			const more = room.added_ms + (args.minutes as number) * 60_000;
			return changed({ added_ms: Math.max(more, -room.planned_ms) });
		}
		case 'plan':
			return changed({ minutes: args.minutes as number[] });
		case 'take_over':
			return changed({ facilitator_id: member_id });
		case 'hand_over':
			return changed({ facilitator_id: args.member_id! });
		default:
			throw new Error(`no such command: ${command}`);
	}
}

/** A segment begins with a fresh clock; a dropped one comes back with its planned minutes. */
function entered({ planned }: World, room: LoggedRoom, position: number, at: number): LoggedRoom {
	const minutes = room.minutes!.with(position, room.minutes![position] || planned[position]!);
	const clock = { added_ms: 0, paused_at: null, paused_ms: 0, started_at: at };
	return { ...room, ...clock, position, minutes, planned_ms: minutes[position]! * 60_000 };
}

/** Time spent, pauses left out, with that of the running segment. */
function left({ room, spent }: World, at: number): World['spent'] {
	const clock = ((room.paused_at ?? at) - room.started_at!) / 1000;
	const elapsed = Math.max(0, Math.round(clock - room.paused_ms));
	return new Map(spent).set(room.position!, (spent.get(room.position!) ?? 0) + elapsed);
}
