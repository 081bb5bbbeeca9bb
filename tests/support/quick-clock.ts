import type { Sql } from 'postgres';
import { LIMIT } from '#lib/offline/requests.ts';

/** How a room's time runs in a test: so many times as fast as ours since this moment (ms since 1970). */
export interface Pace {
	factor: number;
	since: number;
	/** How long a request may take all the same, in ms of ours. */
	patience: number;
}

/**
 * Quickens the time of every room: `private.room_time()` is where all of it comes from. What else the
 * server does (tokens, sign-in, erasing of signals) keeps its own time.
 */
export async function quickenRooms(sql: Sql, factor: number): Promise<Pace> {
	const [row] = await sql<{ since: number }[]>`
		select (extract(epoch from clock_timestamp()) * 1000)::float8 as since
	`;
	if (!row) throw new Error('no clock');
	const { since } = row;
	const start = `to_timestamp(${since / 1000}::float8)`;
	await sql.unsafe(`
		create or replace function private.room_time() returns timestamptz
		language sql volatile set search_path = '' as $$
			select ${start} + (clock_timestamp() - ${start}) * ${factor}
		$$
	`);
	return { factor, since, patience: LIMIT };
}

/** The room's time at a moment of ours, both in ms since 1970. */
export function roomTime({ factor, since }: Pace, at: number): number {
	return since + (at - since) * factor;
}

declare global {
	interface Window {
		/** The time outside, in ms since 1970. */
		timeOutside(): number;
	}
}

/**
 * Runs in the page: its clocks run at the pace of the room. The wall clock starts three hours late: it
 * must not be needed, and the sign-in, which lives in our time, is not to be taken for expired.
 *
 * The network is not quicker than before, nor is the machine: what waits for longer than a second
 * (beats, heartbeats, patience) waits a second at least, and nothing happens more often than twenty
 * times a second. A request keeps the whole of its time: given up after a second, and asked again by
 * eight phones at once, it would never be answered on a slow machine.
 */
export function quicken({ factor, since, patience }: Pace): void {
	const running = performance.now.bind(performance);
	// Read once in a run of code: the app compares its two clocks, and where three milliseconds of ours
	// passed between the readings it would believe that one of them was set.
	let read: number | null = null;
	const steady = () => {
		if (read === null) {
			read = running();
			queueMicrotask(() => (read = null));
		}
		return read;
	};
	const origin = performance.timeOrigin;
	window.timeOutside = () => origin + steady();
	performance.now = () => steady() * factor;

	const wall = () => Math.floor(since - 3 * 3_600_000 + (window.timeOutside() - since) * factor);
	const Right = Date;
	class Quick extends Right {
		constructor(...args: unknown[]) {
			if (args.length === 0) super(wall());
			else super(...(args as [number]));
		}
		static override now(): number {
			return wall();
		}
	}
	globalThis.Date = Quick as DateConstructor;

	const shortened = (delay = 0) =>
		delay === patience
			? delay
			: Math.max(delay / factor, Math.min(delay, delay > 1_001 ? 1_000 : 50));
	const after = setTimeout.bind(globalThis);
	const every = setInterval.bind(globalThis);
	const frame = requestAnimationFrame.bind(globalThis);
	globalThis.setTimeout = ((work: () => void, delay?: number, ...args: []) =>
		after(work, shortened(delay), ...args)) as typeof setTimeout;
	globalThis.setInterval = ((work: () => void, delay?: number, ...args: []) =>
		every(work, shortened(delay), ...args)) as typeof setInterval;
	globalThis.requestAnimationFrame = (work) => frame((time) => work(time * factor));
}
