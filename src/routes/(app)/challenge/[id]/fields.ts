import { type ChallengeField, type Field, needs, tags } from '#lib/changes/challenge-fields.ts';
import { type Keep, keeps } from '#lib/domain/session/keeping.ts';
import * as m from '#lib/paraglide/messages.js';

export const labels: Readonly<Record<ChallengeField, () => string>> = {
	question: m.challenge_question,
	context: m.challenge_context,
	tried: m.challenge_tried,
	options: m.challenge_options,
	wanted: m.challenge_wanted,
	unwanted: m.challenge_unwanted,
	need: m.challenge_need,
	tags: m.challenge_tags,
	keep: m.challenge_keep
};

export const needWords: Readonly<Record<(typeof needs)[number], () => string>> = {
	decide: m.challenge_need_decide,
	understand: m.challenge_need_understand,
	be_challenged: m.challenge_need_be_challenged,
	be_heard: m.challenge_need_be_heard
};

export const keepWords: Readonly<Record<Keep, () => string>> = {
	present: m.challenge_keep_present,
	presenter: m.challenge_keep_presenter,
	room: m.challenge_keep_room
};

export const tagWords: Readonly<Record<(typeof tags)[number], () => string>> = {
	technical_organisational: m.challenge_tag_technical_organisational,
	expert_leader: m.challenge_tag_expert_leader,
	team_company: m.challenge_tag_team_company,
	autonomy_coherence: m.challenge_tag_autonomy_coherence,
	long_term_urgency: m.challenge_tag_long_term_urgency
};

/** A field's content as a person reads it; codes become words. */
export function readable(field: ChallengeField, value: Field): string {
	if (typeof value === 'string') {
		const need = field === 'need' ? needs.find((known) => known === value) : undefined;
		if (need) return needWords[need]();
		const keep = field === 'keep' ? keeps.find((known) => known === value) : undefined;
		return keep ? keepWords[keep]() : value || m.challenge_empty_text();
	}
	const known = tags.filter((tag) => value.includes(tag)).map((tag) => tagWords[tag]());
	return known.join(', ') || m.challenge_empty_text();
}
