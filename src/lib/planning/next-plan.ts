import { peers } from '#lib/data/members.ts';
import type { Row } from '#lib/data/rows.ts';
import type { Plan } from '#lib/data/sessions.ts';
import type { View } from '#lib/data/view.ts';
import { expand } from '#lib/domain/agenda/expand.ts';
import { builtin, named } from '#lib/domain/formats/builtin.ts';
import { total } from '#lib/domain/formats/format.ts';
import { mastermind } from '#lib/domain/formats/mastermind.ts';
import { limits } from '#lib/domain/limits.ts';
import { type Instant, later, minutes, parseInstant } from '#lib/domain/time.ts';
import { momentOf, wallTime } from '#lib/domain/wall-time.ts';
import { cast, type Casting, rolesHeld } from './casting.ts';

/** Groups meet every month: four weeks keep the weekday. */
const WEEKS = 4;

/** What is decided already about the next session; the rest is proposed. */
export type Decided = Partial<Casting> & {
	/** The id of the new session: the same one on each attempt. */
	id: string;
	startsAt?: Instant;
	place?: string;
	/** Key of a built-in format. */
	format?: string;
};

/**
 * Proposes the session that follows `session`: four weeks later at the same time on the wall of its
 * zone, in the default format, with everybody's role by rotation. The roles of `session` count as
 * taken, whether it is closed yet or not.
 */
export function nextPlan(view: View, session: Row<'sessions'>, decided: Decided): Plan {
	const members = peers(view, session.groupId);
	const held = rolesHeld(view, session.groupId, [session.id]);
	const format = named(decided.format ?? '') ?? builtin[0] ?? mastermind;
	const casting = cast(members, held, format.presenters, decided);
	const { facilitator, presenters, scribe, host } = casting;
	const { least, most } = limits.sessionMinutes;
	const people = { members: members.map(({ id }) => id), presenters };
	return {
		id: decided.id,
		group: session.groupId,
		startsAt: decided.startsAt ?? weeksLater(session.startsAt, session.timeZone, WEEKS),
		timeZone: session.timeZone,
		place: decided.place ?? '',
		format: format.key,
		lengthMinutes: Math.min(
			most,
			Math.max(least, total(format, members.length, presenters.length))
		),
		facilitator,
		scribe,
		host,
		presenters,
		segments: expand(format, people)
	};
}

/** The same weekday and time on the wall of `zone`, so many weeks later; summer time or not. */
export function weeksLater(start: Instant, zone: string, weeks: number): Instant {
	const wall = wallTime(start, zone);
	const day = new Date(`${wall.date}T00:00:00Z`);
	day.setUTCDate(day.getUTCDate() + 7 * weeks);
	const date = day.toISOString().slice(0, 10);
	const moment = momentOf({ date, time: wall.time }, zone);
	return (
		(moment === null ? null : parseInstant(moment)) ?? later(start, minutes(weeks * 7 * 24 * 60))
	);
}
