import {
	type Action,
	byRank,
	DECIDING_CARRY,
	mustDecide,
	type Outcome
} from '#lib/domain/actions/action.ts';
import { daysBetween } from '#lib/domain/civil.ts';
import * as m from '#lib/paraglide/messages.js';
import { date, type Language } from '#lib/ui/civil.ts';

/** The quiet line under an action, and what asks for a decision. */
export type Words = { meta: string; alert: string | undefined };

/** An outcome as the word that is chosen for it. */
export const outcomeWords: Readonly<Record<Outcome, () => string>> = {
	done: m.actions_outcome_done,
	partly: m.actions_outcome_partly,
	not_done: m.actions_outcome_not_done,
	dropped: m.actions_outcome_dropped
};

/** When an action is due and how often it was carried over. `today` is a civil date. */
export function words(action: Action, today: string, language: Language): Words {
	if (action.status === 'done') return { meta: m.actions_is_done(), alert: undefined };
	if (action.status === 'dropped') return { meta: m.actions_is_dropped(), alert: undefined };
	const { carries, outcome } = action;
	const decide = mustDecide(action);
	const begun = outcome === 'partly' && m.actions_said_partly();
	const carried = carries > 0 && !decide ? m.actions_carried({ count: carries }) : null;
	return {
		meta: [due(action.dueOn, today, language), begun, carried].filter(Boolean).join(' · '),
		alert: decide ? overCarried(carries) : undefined
	};
}

function due(dueOn: string, today: string, language: Language): string {
	const days = daysBetween(today, dueOn);
	if (days === 0) return m.actions_due_today();
	if (days === 1) return m.actions_due_tomorrow();
	const on = { date: date(dueOn, language) };
	return days < 0 ? m.actions_was_due(on) : m.actions_due(on);
}

/** What asks for a decision: the third carry-over, or how many there were since. */
export function overCarried(count: number): string {
	return count === DECIDING_CARRY ? m.actions_third_carry() : m.actions_more_carries({ count });
}

/** Actions by how soon they are due. */
export type Horizon = { late: Action[]; soon: Action[]; later: Action[] };

/**
 * The open actions, and those that `stays` keeps on screen, by how soon they are due; within each part
 * in their owner's order. `session` is the civil date of the next session; null: none planned.
 */
export function horizon(
	actions: readonly Action[],
	today: string,
	session: string | null,
	stays: (action: Action) => boolean = () => false
): Horizon {
	const shown = byRank(actions.filter((action) => action.status === 'open' || stays(action)));
	const limit = session ?? '9999-12-31';
	return {
		late: shown.filter(({ dueOn }) => dueOn < today),
		soon: shown.filter(({ dueOn }) => dueOn >= today && dueOn <= limit),
		later: shown.filter(({ dueOn }) => dueOn >= today && dueOn > limit)
	};
}
