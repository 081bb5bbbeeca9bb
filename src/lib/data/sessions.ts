import { clean } from '#lib/domain/limits.ts';
import type { Segment } from '#lib/domain/agenda/segment.ts';
import { type Instant, toIso } from '#lib/domain/time.ts';
import type { Backend } from './backend.ts';

/** The whole plan of a session, written at once. */
export interface Plan {
	id: string;
	group: string;
	startsAt: Instant;
	timeZone: string;
	place: string;
	format: string;
	lengthMinutes: number;
	facilitator: string | null;
	scribe: string | null;
	host: string | null;
	presenters: readonly string[];
	segments: readonly Segment[];
}

/** Plans a session, or changes its plan; `seen` is the version read, 0 for a new one. */
export async function plan(backend: Backend, plan: Plan, seen: number): Promise<string> {
	return backend.call('plan_session', { plan: columns(plan), expected_version: seen });
}

/** Closes a live session; `next` plans the following one, null when one is planned already. */
export async function close(
	backend: Backend,
	session: string,
	next: Plan | null,
	seen: number,
	command: string
) {
	return backend.call('close_session', {
		session_id: session,
		next: next && columns(next),
		expected_version: seen,
		command_id: command
	});
}

function columns(plan: Plan) {
	return {
		id: plan.id,
		group_id: plan.group,
		starts_at: toIso(plan.startsAt),
		time_zone: plan.timeZone,
		place: clean(plan.place),
		format: plan.format,
		length_minutes: plan.lengthMinutes,
		facilitator_id: plan.facilitator,
		scribe_id: plan.scribe,
		host_id: plan.host,
		presenters: [...plan.presenters],
		segments: plan.segments.map(({ person, kind, label, minutes, least, speakers, rule }) => ({
			kind,
			label,
			minutes,
			least,
			speakers,
			rule,
			person_id: person
		}))
	};
}
