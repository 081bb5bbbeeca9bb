import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import * as m from '#lib/paraglide/messages.js';

type Contribution = Row<'contributions'>;

/** The kinds in the order in which a list shows them, with the word over each. */
export const groups = [
	{ kind: 'question', title: m.floor_questions },
	{ kind: 'experience', title: m.floor_experiences },
	{ kind: 'advice', title: m.floor_advices },
	{ kind: 'offer', title: m.floor_offers }
] as const;

/** What was given to a challenge in writing and not taken back, in the order it came. */
export function givenTo(view: View, challenge: string): Contribution[] {
	return view.contributions
		.filter(({ challengeId, text }) => challengeId === challenge && text !== '')
		.toSorted((a, b) => a.madeAt - b.madeAt || a.id.localeCompare(b.id));
}

/** Words taken back go where they can be put right, below what is being typed there already. */
export function putBack(typed: string, taken: string): string {
	return [typed.trimEnd(), taken].filter(Boolean).join('\n');
}
