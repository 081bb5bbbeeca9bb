import { nameOf } from '#lib/data/members.ts';
import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import * as m from '#lib/paraglide/messages.js';

/** What a line of the register says, by kind. A kind of a later version of the app has no words here. */
const words: Readonly<Record<string, (input: { name: string }) => string>> = {
	founded: m.moderation_decision_founded,
	admission: m.moderation_decision_admission,
	departure: m.moderation_decision_departure,
	exclusion: m.moderation_decision_exclusion,
	charter: () => m.moderation_decision_charter(),
	breach_dismissed: () => m.moderation_decision_dismissed(),
	retention_shortened: m.moderation_decision_retention
};

export interface Line {
	id: string;
	at: number;
	text: string;
	/** How the vote went, for those who were there. */
	count: string | null;
}

/** The register of a group, the latest first. */
export function lines(view: View, group: string): Line[] {
	return view.decisions
		.filter(({ groupId }) => groupId === group)
		.toSorted((a, b) => b.at - a.at)
		.flatMap(({ id, at, kind, subjectId }) => {
			const name = nameOf(view, subjectId) ?? m.moderation_decision_somebody();
			const text = words[kind]?.({ name });
			const breach = view.breaches.find((one) => one.id === id);
			return text === undefined ? [] : [{ id, at, text, count: count(breach) }];
		});
}

function count(breach: Row<'breaches'> | undefined): string | null {
	if (!breach || breach.votesFor === null || breach.entitled === null) return null;
	return m.moderation_count({ votes: breach.votesFor, entitled: breach.entitled });
}
