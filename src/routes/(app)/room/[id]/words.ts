import type { Segment } from '#lib/domain/agenda/segment.ts';
import type { Rule } from '#lib/domain/formats/format.ts';
import { type Millis, wholeMinutes } from '#lib/domain/time.ts';
import * as m from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';

const rules: Readonly<Record<Rule, () => string>> = {
	free: m.room_rule_free,
	listen: m.room_rule_listen,
	questions_only: m.room_rule_questions_only,
	experience: m.room_rule_experience,
	silence: m.room_rule_silence,
	one_each: m.room_rule_one_each,
	brief: m.room_rule_brief
};

/** The speech rule of a step, as the screen says it. */
export function ruleWords(segment: Segment): string {
	return rules[segment.rule]();
}

/** The name of a step in the reader's language. */
export function stepName(segment: Segment): string {
	return segment.label[getLocale()];
}

/** What was planned for the running step, and what the facilitator changed since. */
export function planWords(planned: Millis, added: Millis): string {
	const minutes = wholeMinutes(planned);
	const change = wholeMinutes(added);
	if (change > 0) return m.room_planned_added({ minutes, added: change });
	if (change < 0) return m.room_planned_cut({ minutes, added: -change });
	return m.room_planned({ minutes });
}

/** The time left as a screen reader says it. */
export function spokenTime(sign: string, text: string): string {
	return sign === '+' ? m.room_spoken_over({ time: text }) : m.room_spoken_left({ time: text });
}
