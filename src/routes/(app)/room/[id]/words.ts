import type { Segment } from '#lib/domain/agenda/segment.ts';
import type { Rule } from '#lib/domain/formats/format.ts';
import type { Phase } from '#lib/domain/timer/state.ts';
import { type Millis, wholeMinutes } from '#lib/domain/time.ts';
import * as m from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';
import type { RoomPage } from './room-context.ts';

const rules: Readonly<Record<Rule, () => string>> = {
	free: m.room_rule_free,
	listen: m.room_rule_listen,
	questions_only: m.room_rule_questions_only,
	experience: m.room_rule_experience,
	silence: m.room_rule_silence,
	one_each: m.room_rule_one_each,
	brief: m.room_rule_brief
};

/** The speech rule of a segment, as the screen says it. */
export function ruleWords(segment: Segment): string {
	return rules[segment.rule]();
}

/** The name of a segment in the reader's language. */
export function segmentName(segment: Segment): string {
	return segment.label[getLocale()];
}

/** What was planned for the running segment, and what the facilitator changed since. */
export function planWords(planned: Millis, added: Millis): string {
	const minutes = wholeMinutes(planned);
	const change = wholeMinutes(added);
	if (change > 0) return m.room_planned_added({ minutes, added: change });
	if (change < 0) return m.room_planned_cut({ minutes, added: -change });
	return m.room_planned({ minutes });
}

/**
 * What the clock does beyond running, in a word or two: stopped, in its last minute, beyond its
 * time. Empty while there is nothing to say.
 */
export function phaseWords(phase: Phase): string {
	if (phase === 'paused') return m.room_paused();
	if (phase === 'warning') return m.room_last_minute();
	return phase === 'over' ? m.room_overtime() : '';
}

/** What a screen reader says by itself, once for each change and never for a second that passes. */
export function saidOnce(phase: Phase, segment: Segment): string {
	if (phase === 'warning') return m.room_said_minute();
	if (phase === 'over') return m.room_said_over();
	return phase === 'paused' ? m.room_said_paused() : segmentName(segment);
}

/** Whose turn it is in a segment that belongs to one person; null in the others. */
export function turnWords(
	segment: Segment,
	me: string | null,
	name: (id: string) => string
): string | null {
	if (segment.speakers !== 'presenter' || !segment.person) return null;
	return segment.person === me ? m.room_you_speak() : m.room_speaks({ name: name(segment.person) });
}

/** What stands in the clock's place until the server has said the time. */
export const untimed = { sign: '', text: '––:––' };

/** The time left as a screen reader says it. */
export function spokenTime(sign: string, text: string): string {
	return sign === '+' ? m.room_spoken_over({ time: text }) : m.room_spoken_left({ time: text });
}

/** What is wrong with the line to the server, and since when; null: nothing. */
export function lineWords({ room, clock }: RoomPage): string | null {
	if (room.silentSince !== null) return m.room_silent({ time: clock(room.silentSince) });
	return room.polling ? m.room_polling() : null;
}
