import type { Segment } from '#lib/domain/agenda/segment.ts';
import type { Kind } from '#lib/domain/formats/format.ts';
import { between, type Instant, type Millis, millis } from '#lib/domain/time.ts';
import { type ContributionKind, contributionKinds } from './contribution.ts';

/** One raised hand, or one turn to speak once it has begun. */
export type Turn = { member: string; raisedAt: Instant; beganAt: Instant | null };

/** What a member may tell the facilitator without a word. */
export const signalKinds = ['advice', 'off_topic', 'over_time', 'pause'] as const;
export type SignalKind = (typeof signalKinds)[number];

/**
 * Segments in which the work goes down a list, person by person: nobody needs to ask for the floor.
 */
const listed: readonly Kind[] = ['follow_up', 'actions', 'closing'];

/**
 * Whether several people may speak in a segment, so that they ask for the floor and wait for it.
 */
export function hasQueue(segment: Segment): boolean {
	const several = segment.speakers === 'everyone' || segment.speakers === 'others';
	return several && !['silence', 'listen'].includes(segment.rule) && !listed.includes(segment.kind);
}

/** Whether this member may ask for the floor: where the others speak, the presenter listens. */
export function mayRaise(segment: Segment, member: string): boolean {
	return hasQueue(segment) && !(segment.speakers === 'others' && segment.person === member);
}

/**
 * What the members may write down in a segment, in the order in which it is offered; empty where
 * one listens. The rule of the speech is the rule of the writing.
 */
export function kindsOf(segment: Segment): readonly ContributionKind[] {
	if (!hasQueue(segment)) return [];
	if (segment.rule === 'questions_only') return ['question'];
	if (segment.rule === 'experience') return ['question', 'experience', 'offer'];
	return contributionKinds;
}

/** The signals that make sense in a segment. */
export function signalsOf(segment: Segment): readonly SignalKind[] {
	if (segment.rule === 'questions_only') return ['advice', 'off_topic', 'over_time', 'pause'];
	if (segment.speakers === 'nobody') return ['over_time', 'pause'];
	return ['off_topic', 'over_time', 'pause'];
}

/** The floor as one member sees it. */
export type Place = {
	speaker: (Turn & { beganAt: Instant }) | null;
	/** The members who wait, the first one next. */
	waiting: readonly Turn[];
	/** What this member does on it; `next`: nobody speaks, and they waited longest. */
	part: 'none' | 'waiting' | 'next' | 'speaking';
	/** Their rank among those who wait, from 1; 0 when they do not. */
	rank: number;
};

/** Reads the turns of a segment, the speaker first and then the hands in their order. */
export function placeOf(turns: readonly Turn[], member: string): Place {
	const speaker = turns.find(begun) ?? null;
	const waiting = turns.filter((turn) => !begun(turn));
	const rank = waiting.findIndex((turn) => turn.member === member) + 1;
	const idle = rank === 0 ? 'none' : rank === 1 && !speaker ? 'next' : 'waiting';
	return { speaker, waiting, rank, part: speaker?.member === member ? 'speaking' : idle };
}

/**
 * How long each of these people spoke in all, in the order given: numbers about people are never
 * ranked. A member who did not speak has zero; turns of others are left out.
 */
export function spoken(
	turns: readonly { memberId: string; beganAt: Instant; endedAt: Instant }[],
	people: readonly string[]
): { member: string; length: Millis }[] {
	return people.map((member) => ({
		member,
		length: turns
			.filter(({ memberId }) => memberId === member)
			.reduce((sum, { beganAt, endedAt }) => millis(sum + between(beganAt, endedAt)), millis(0))
	}));
}

function begun(turn: Turn): turn is Turn & { beganAt: Instant } {
	return turn.beganAt !== null;
}
