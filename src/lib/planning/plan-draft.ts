import * as z from 'zod/mini';
import { challengesOf, segmentsOf } from '#lib/data/agenda.ts';
import type { Row } from '#lib/data/rows.ts';
import type { Plan } from '#lib/data/sessions.ts';
import type { View } from '#lib/data/view.ts';
import { fit } from '#lib/domain/agenda/budget.ts';
import { expand } from '#lib/domain/agenda/expand.ts';
import { move, numbered, type Segment } from '#lib/domain/agenda/segment.ts';
import { named } from '#lib/domain/formats/builtin.ts';
import { kinds, rules, speakers, total } from '#lib/domain/formats/format.ts';
import { mastermind } from '#lib/domain/formats/mastermind.ts';
import { characters, limits } from '#lib/domain/limits.ts';
import { type Instant, parseInstant } from '#lib/domain/time.ts';
import { momentOf, wallTime } from '#lib/domain/wall-time.ts';
import type { Casting } from './casting.ts';

const person = z.nullable(z.string());
const segment = z.object({
	/** Names the row on screen while it moves. */
	key: z.string(),
	position: z.number(),
	kind: z.enum(kinds),
	label: z.object({ fr: z.string(), en: z.string() }),
	minutes: z.number(),
	least: z.number(),
	speakers: z.enum(speakers),
	rule: z.enum(rules),
	person
});
/** What a draft consists of, as the device keeps it. */
export const planShape = z.object({
	id: z.string(),
	group: z.string(),
	/** The version of the plan it started from; 0: a new session. */
	seen: z.number(),
	date: z.string(),
	time: z.string(),
	zone: z.string(),
	place: z.string(),
	format: z.string(),
	length: z.number(),
	facilitator: person,
	scribe: person,
	host: person,
	presenters: z.array(z.string()),
	segments: z.array(segment)
});

/** A plan while it is written: what the form shows, and what is kept on the device. */
export type PlanDraft = z.infer<typeof planShape>;
export type DraftSegment = PlanDraft['segments'][number];

/** A first plan in the default format. */
export function newDraft(
	start: Pick<PlanDraft, 'id' | 'group' | 'date' | 'time' | 'zone'>,
	casting: Casting,
	members: readonly string[]
): PlanDraft {
	const blank = { seen: 0, place: '', format: mastermind.key, length: 0, segments: [] };
	return withFormat({ ...start, ...blank, ...casting }, mastermind.key, members);
}

/** The plan of a session as it is, to be changed. */
export function draftOf(view: View, session: Row<'sessions'>): PlanDraft {
	const segments = segmentsOf(view, session.id).map(
		({ position, kind, label, minutes, least, speakers, rule, personId }) => ({
			position,
			kind,
			label,
			minutes,
			least,
			speakers,
			rule,
			person: personId
		})
	);
	return {
		id: session.id,
		group: session.groupId,
		seen: session.version,
		...wallTime(session.startsAt, session.timeZone),
		zone: session.timeZone,
		place: session.place,
		format: session.format,
		length: session.lengthMinutes,
		facilitator: session.facilitatorId,
		scribe: session.scribeId,
		host: session.hostId,
		presenters: challengesOf(view, session.id).map(({ presenterId }) => presenterId),
		segments: keyed(segments)
	};
}

/** The agenda and the length of another format, for the same people. */
export function withFormat(draft: PlanDraft, key: string, members: readonly string[]): PlanDraft {
	const format = named(key);
	if (!format) return draft;
	const length = total(format, members.length, draft.presenters.length);
	const { least, most } = limits.sessionMinutes;
	return {
		...draft,
		format: key,
		length: Math.min(most, Math.max(least, length)),
		segments: keyed(expand(format, { members, presenters: draft.presenters }))
	};
}

/**
 * Other presenters. One in the place of another takes over their segments; with more or fewer of
 * them the agenda is laid out again, and each segment keeps the minutes it had been given.
 */
export function withPresenters(
	draft: PlanDraft,
	presenters: string[],
	members: readonly string[]
): PlanDraft {
	const format = named(draft.format);
	const places = Math.max(draft.presenters.length, format?.presenters ?? 0);
	const wanted = Math.max(presenters.length, format?.presenters ?? 0);
	if (places !== wanted && format) {
		const laidOut = keyed(expand(format, { members, presenters }));
		return { ...draft, presenters, segments: laidOut.map((next) => kept(next, draft.segments)) };
	}
	const seat = seats(draft);
	const segments = draft.segments.map((segment) => {
		const at = seat(segment);
		return at === null ? segment : { ...segment, person: presenters[at] ?? null };
	});
	return { ...draft, presenters, segments };
}

/**
 * Which presenter's segment it is, by their rank, asked in the order of the agenda: a segment whose
 * presenter is not known yet belongs to the next rank that is free. Null: nobody's in particular.
 */
function seats({ format, presenters }: PlanDraft): (segment: DraftSegment) => number | null {
	const open = new Map<string, number>();
	return ({ kind, person }) => {
		if (!isPresented(format, kind)) return null;
		if (person !== null) return presenters.includes(person) ? presenters.indexOf(person) : null;
		const next = open.get(kind) ?? presenters.length;
		open.set(kind, next + 1);
		return next;
	};
}

function isPresented(format: string, kind: DraftSegment['kind']): boolean {
	const templates = named(format)?.templates ?? mastermind.templates;
	return templates.some((template) => template.kind === kind && template.scope === 'presenter');
}

/** The minutes a segment of the same kind and turn had before, if there was one. */
function kept(next: DraftSegment, before: readonly DraftSegment[]): DraftSegment {
	const minutes = before.find(({ key }) => key === next.key)?.minutes;
	const sameKind = before.findLast(({ kind }) => kind === next.kind)?.minutes;
	return { ...next, minutes: minutes ?? sameKind ?? next.minutes };
}

export function withMinutes(draft: PlanDraft, key: string, minutes: number): PlanDraft {
	return {
		...draft,
		segments: draft.segments.map((segment) =>
			segment.key === key
				? { ...segment, minutes, least: Math.min(segment.least, minutes) }
				: segment
		)
	};
}

/** One segment up (-1) or down (1). */
export function moved(draft: PlanDraft, key: string, by: -1 | 1): PlanDraft {
	const from = draft.segments.findIndex((segment) => segment.key === key);
	return { ...draft, segments: move(draft.segments, from, from + by) };
}

export function without(draft: PlanDraft, key: string): PlanDraft {
	return {
		...draft,
		segments: numbered(draft.segments.filter((segment) => segment.key !== key))
	};
}

/** The agenda cut to the length of the session; null when even the shortest one is longer. */
export function shortened(draft: PlanDraft): PlanDraft | null {
	const fitted = fit(draft.segments, draft.length);
	if (!fitted.fits) return null;
	const segments = draft.segments.map((segment, index) => ({
		...segment,
		minutes: fitted.minutes[index] ?? segment.minutes
	}));
	return { ...draft, segments };
}

/** When it starts; null while date or time is missing or does not exist. */
export function startOf(draft: Pick<PlanDraft, 'date' | 'time' | 'zone'>): Instant | null {
	if (draft.date.length !== 10) return null;
	const moment = momentOf(draft, draft.zone);
	return moment === null ? null : parseInstant(moment);
}

/** What keeps a plan from being saved, by field. */
export type Problems = {
	date?: 'missing' | 'past' | 'far';
	place?: 'long';
	agenda?: 'empty' | 'long';
};

/** A session that should have begun may still be set right for this long. */
const GRACE = 12 * 60 * 60 * 1000;
/** The database takes dates of this century only; nobody plans further ahead than five years. */
const AHEAD = 5 * 365 * 24 * 60 * 60 * 1000;

export function problems(draft: PlanDraft, now: number): Problems {
	const start = startOf(draft);
	const found: Problems = {};
	if (start === null) found.date = 'missing';
	else if (start < now - GRACE) found.date = 'past';
	else if (start > now + AHEAD) found.date = 'far';
	if (characters(draft.place) > limits.place) found.place = 'long';
	if (draft.segments.length === 0) found.agenda = 'empty';
	else if (draft.segments.length > limits.segments) found.agenda = 'long';
	return found;
}

/** The draft as the server takes it; null while it has no date. */
export function toPlan(draft: PlanDraft): Plan | null {
	const startsAt = startOf(draft);
	if (startsAt === null) return null;
	const { id, group, zone, place, format, length, facilitator, scribe, host, presenters } = draft;
	const segments = draft.segments.map((segment, position): Segment => {
		const { kind, label, minutes, least, speakers, rule, person } = segment;
		return { position, kind, label, minutes, least, speakers, rule, person };
	});
	return {
		id,
		group,
		startsAt,
		timeZone: zone,
		place,
		format,
		lengthMinutes: length,
		facilitator,
		scribe,
		host,
		presenters,
		segments
	};
}

/** Gives each segment a key that stays: its kind and its index among those of that kind. */
function keyed(segments: readonly Segment[]): DraftSegment[] {
	const counts = new Map<string, number>();
	return segments.map((segment) => {
		const count = counts.get(segment.kind) ?? 0;
		counts.set(segment.kind, count + 1);
		return { ...segment, key: `${segment.kind}-${count}` };
	});
}
