import { budget } from '#lib/domain/agenda/budget.ts';
import type { Segment } from '#lib/domain/agenda/segment.ts';
import type { Role } from '#lib/domain/rotation/role.ts';
import { type Instant, later, minutes } from '#lib/domain/time.ts';
import { isKept, type Trace } from './keeping.ts';
import { groupSize, type Size } from './size.ts';

/** Something still missing. The interface says it in words; `blocks` tells what cannot wait. */
export type Gap =
	| { kind: 'agenda' }
	| { kind: 'facilitator' }
	| { kind: 'scribe' }
	| { kind: 'presenter'; positions: number[] }
	| { kind: 'over'; minutes: number }
	| { kind: 'size'; size: Size }
	| { kind: 'takeaways'; challengeId: string }
	| { kind: 'owner'; actionId: string }
	| { kind: 'due'; actionId: string }
	| { kind: 'next-date' }
	| { kind: 'next-role'; role: Role }
	| { kind: 'feedback'; memberIds: string[] };

/** Whether a session cannot go on with this gap: the others are warnings. */
export function blocks(gap: Gap): boolean {
	return gap.kind === 'agenda' || gap.kind === 'facilitator' || gap.kind === 'next-date';
}

/** The people who hold the roles of a session; null when nobody does yet. */
export type Roles = {
	facilitatorId: string | null;
	scribeId: string | null;
	hostId: string | null;
};

/** What is looked at before a session starts. */
export type Plan = Omit<Roles, 'hostId'> & {
	segments: readonly Segment[];
	lengthMinutes: number;
	/** Members of the group today. */
	members: number;
};

/** What is missing before a session may start, what blocks first. Empty when it is ready. */
export function beforeStart(plan: Plan): Gap[] {
	const gaps: Gap[] = [];
	if (plan.segments.length === 0) gaps.push({ kind: 'agenda' });
	if (plan.facilitatorId === null) gaps.push({ kind: 'facilitator' });
	const positions = plan.segments
		.filter(({ speakers, person }) => speakers === 'presenter' && person === null)
		.map(({ position }) => position);
	if (positions.length > 0) gaps.push({ kind: 'presenter', positions });
	if (plan.scribeId === null) gaps.push({ kind: 'scribe' });
	const { over } = budget(plan.segments, plan.lengthMinutes);
	if (over > 0) gaps.push({ kind: 'over', minutes: over });
	const size = groupSize(plan.members);
	if (size !== 'right' && size !== 'full') gaps.push({ kind: 'size', size });
	return gaps;
}

/** What is looked at before a session closes. */
export type Closing = {
	startsAt: Instant;
	challenges: readonly { id: string; trace: Trace; takeaways: string }[];
	/** Actions taken in this session. */
	actions: readonly { id: string; ownerId: string | null; dueOn: string | null }[];
	/** Members present, and those who have given a plus or a delta. */
	present: readonly string[];
	feedbackFrom: readonly string[];
	/** The next session; null while it has no date. */
	next: (Roles & { startsAt: Instant; presenters: readonly string[] }) | null;
};

/**
 * What is missing before a session may close, in the order of the closing screen. A challenge kept
 * "in the room only" needs no takeaways: they would be erased at once. One withdrawn has none. The
 * next session must begin after this one.
 */
export function beforeClose(closing: Closing): Gap[] {
	const silent = closing.present.filter((id) => !closing.feedbackFrom.includes(id));
	return [
		...closing.challenges
			.filter(({ trace, takeaways }) => isKept(trace) && takeaways.trim() === '')
			.map(({ id }): Gap => ({ kind: 'takeaways', challengeId: id })),
		...closing.actions.flatMap(({ id, ownerId, dueOn }): Gap[] => [
			...(ownerId === null ? [{ kind: 'owner' as const, actionId: id }] : []),
			...(dueOn === null ? [{ kind: 'due' as const, actionId: id }] : [])
		]),
		...nextGaps(closing),
		...(silent.length > 0 ? [{ kind: 'feedback' as const, memberIds: silent }] : [])
	];
}

function nextGaps({ startsAt, next }: Closing): Gap[] {
	if (next === null || next.startsAt <= startsAt) return [{ kind: 'next-date' }];
	const gaps: Gap[] = [];
	if (next.facilitatorId === null) gaps.push({ kind: 'next-role', role: 'facilitator' });
	if (next.presenters.length === 0) gaps.push({ kind: 'next-role', role: 'presenter' });
	if (next.scribeId === null) gaps.push({ kind: 'next-role', role: 'scribe' });
	if (next.hostId === null) gaps.push({ kind: 'next-role', role: 'host' });
	return gaps;
}

/** The facts that decide whether a member may close. */
export type Live = {
	/** When it really started; null before. */
	startedAt: Instant | null;
	lengthMinutes: number;
	/** The member who drives the timer now. */
	facilitatorId: string | null;
};

/**
 * Whether a member may close a live session: its facilitator at any moment, anybody once its length
 * has passed since it started, so that no session stays open for good.
 */
export function mayClose(live: Live, memberId: string, now: Instant): boolean {
	if (live.startedAt === null) return false;
	return (
		live.facilitatorId === memberId || now >= later(live.startedAt, minutes(live.lengthMinutes))
	);
}
