/** A line of `room_commands`; times in microseconds since 1970, as exact as the database's. */
export interface LogLine {
	command: string;
	args: { minutes?: number | number[]; position?: number; member_id?: string };
	member_id: string;
	version: number;
	at: number;
}

/** The columns of `room_states` that commands move; times in microseconds. */
export interface LoggedRoom {
	position: number | null;
	started_at: number | null;
	planned_ms: number;
	added_ms: number;
	paused_at: number | null;
	paused_ms: number;
	facilitator_id: string | null;
	minutes: number[] | null;
	version: number;
}

/**
 * What the room and the time spent in each step must be, from the log alone. Written a second time
 * on purpose: it shares nothing with the SQL that it checks.
 */
export function replay(log: LogLine[], planned: number[], facilitator: string) {
	const spent = new Map<number, number>();
	let room: LoggedRoom = {
		...{ position: null, started_at: null, planned_ms: 0, added_ms: 0 },
		...{ paused_at: null, paused_ms: 0, facilitator_id: facilitator, minutes: null, version: 1 }
	};

	const elapsed = (at: number) =>
		Math.max(0, Math.round(((room.paused_at ?? at) - room.started_at!) / 1000 - room.paused_ms));
	const leave = (at: number) => {
		if (room.position === null) return;
		spent.set(room.position, (spent.get(room.position) ?? 0) + elapsed(at));
	};
	const enter = (position: number, at: number) => {
		leave(at);
		const minutes = room.minutes!.with(position, room.minutes![position] || planned[position]!);
		const fresh = { minutes, added_ms: 0, paused_at: null, paused_ms: 0 };
		room = { ...room, ...fresh, position, started_at: at, planned_ms: minutes[position]! * 60_000 };
	};

	let before: { room: LoggedRoom; spent: Map<number, number> } | null = null;
	for (const { command, args, member_id, version, at } of log) {
		if (version !== room.version + 1) throw new Error(`the log jumps to ${version}`);
		if (command === 'undo') {
			room = before!.room;
			spent.clear();
			for (const [position, ms] of before!.spent) spent.set(position, ms);
			before = null;
		} else before = { room: { ...room }, spent: new Map(spent) };
		if (command === 'start') {
			room.minutes = planned;
			enter(0, at);
		}
		if (command === 'plan') room.minutes = args.minutes as number[];
		if (command === 'go') enter(args.position!, at);
		if (command === 'pause') room.paused_at = at;
		if (command === 'resume') {
			room.paused_ms = Math.round(room.paused_ms + (at - room.paused_at!) / 1000);
			room.paused_at = null;
		}
		if (command === 'add') {
			room.added_ms = Math.max(room.added_ms + (args.minutes as number) * 60_000, -room.planned_ms);
		}
		if (command === 'take_over') room.facilitator_id = member_id;
		if (command === 'hand_over') room.facilitator_id = args.member_id!;
		if (command === 'close') {
			leave(at);
			room.paused_at ??= at;
		}
		room = { ...room, version };
	}
	return { room, spent };
}
