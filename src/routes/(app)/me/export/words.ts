import type { Words } from '#lib/domain/account/markdown.ts';
import type { Moment } from '#lib/domain/civil.ts';
import * as m from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';
import { day, dayAndTime } from '#lib/ui/format.ts';

const quarters = [m.goals_quarter_1, m.goals_quarter_2, m.goals_quarter_3, m.goals_quarter_4];
const statuses = { open: m.goals_open, reached: m.goals_reached, dropped: m.goals_dropped };
const stages = {
	assess: m.goals_stage_assess,
	execute: m.goals_stage_execute,
	consolidate: m.goals_stage_consolidate
};
const outcomes = {
	done: m.actions_outcome_done,
	partly: m.actions_outcome_partly,
	not_done: m.actions_outcome_not_done,
	dropped: m.actions_outcome_dropped
};
const decisions = {
	do: m.actions_decided_do,
	reshape: m.actions_decided_reshape,
	drop: m.actions_decided_drop
};
const kinds = {
	question: m.floor_question,
	experience: m.floor_experience,
	advice: m.floor_advice,
	offer: m.floor_offer
};
const ended = { open: m.goals_open, done: m.actions_is_done, dropped: m.actions_is_dropped };

/** The words of the document in the language on screen; days as they are in `zone`. */
export function words(zone: string): Words {
	const language = getLocale();
	// A year that is never this one: it is always written.
	const dated = (moment: Moment) => day(moment, zone, language, 0);
	const joined = (...texts: (string | null | false)[]) => texts.filter(Boolean).join(' · ');
	return {
		title: m.app_name(),
		groups: m.account_export_groups(),
		signatures: m.account_export_signatures(),
		sessions: m.account_export_sessions(),
		goals: m.goals_title(),
		actions: m.actions_title(),
		challenges: m.session_challenges(),
		contributions: m.account_export_contributions(),
		feedbacks: m.account_export_feedbacks(),
		breaches: m.account_export_breaches(),
		formerGroup: m.account_export_former_group(),
		untitled: m.account_export_untitled(),
		nothing: m.account_export_nothing(),
		measure: m.goals_measure(),
		means: m.goals_means(),
		reason: m.goals_reason(),
		history: m.actions_history(),
		reviews: m.session_reviews(),
		context: m.challenge_context(),
		tried: m.challenge_tried(),
		options: m.challenge_options(),
		wanted: m.challenge_wanted(),
		unwanted: m.challenge_unwanted(),
		notes: m.challenge_notes(),
		takeaways: m.challenge_takeaways(),
		received: m.account_export_received(),
		plus: m.session_plus(),
		delta: m.session_delta(),
		exported: (moment) => m.account_export_made({ when: dayAndTime(moment, zone, language, 0) }),
		day: dated,
		member: (from, to) =>
			to === null
				? m.account_export_member({ from: dated(from) })
				: m.account_export_was_member({ from: dated(from), to: dated(to) }),
		signed: (version) => (version === null ? '' : m.account_export_charter({ version })),
		goal: ({ year, quarter, stage, status, shared }) =>
			joined(
				quarter === null
					? m.goals_whole({ year })
					: m.goals_period({ quarter: quarters[quarter - 1]?.() ?? '', year }),
				stage && stages[stage](),
				statuses[status](),
				!shared && m.goals_shared_you()
			),
		action: ({ due_on, status, outcome, carries }) =>
			joined(
				m.actions_due({ date: dated(`${due_on}T12:00:00Z`) }),
				status === 'open' && outcome ? outcomes[outcome]() : ended[status](),
				carries > 0 && m.actions_was_carried({ count: carries })
			),
		event: ({ kind, choice, outcome, carries }) => {
			if (kind === 'decided' && choice) return decisions[choice]();
			if (kind === 'told' && outcome) return outcomes[outcome]();
			if (kind === 'carried') return m.actions_was_carried({ count: carries });
			if (kind === 'reopened') return m.actions_was_reopened();
			return kind === 'edited' ? m.actions_was_edited() : m.account_export_taken();
		},
		review: ({ outcome }) => outcomes[outcome](),
		contribution: ({ kind }) => kinds[kind]()
	};
}
