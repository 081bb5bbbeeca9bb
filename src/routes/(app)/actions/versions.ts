import type { View } from '#lib/data/view.ts';
import * as m from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';
import { date } from '#lib/ui/format.ts';
import { nameOf } from '#routes/(app)/session/people.ts';
import type { Table, Value } from './conflict.ts';

const labels: Readonly<Record<Table, Readonly<Record<string, () => string>>>> = {
	actions: {
		title: m.actions_field_title,
		due_on: m.actions_field_due,
		goal_id: m.actions_field_goal,
		partner_id: m.actions_field_partner
	},
	goals: {
		title: m.actions_goal_title,
		year: m.actions_goal_year,
		quarter: m.actions_goal_quarter,
		stage: m.actions_goal_stage,
		measure: m.actions_goal_measure,
		means: m.actions_goal_means,
		reason: m.actions_goal_reason,
		shared: m.actions_goal_shared,
		status: m.actions_goal_status,
		line: m.actions_goal_line
	}
};

const codes: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
	stage: {
		assess: m.actions_goal_stage_assess,
		execute: m.actions_goal_stage_execute,
		consolidate: m.actions_goal_stage_consolidate
	},
	status: {
		open: m.actions_goal_status_open,
		reached: m.actions_goal_status_reached,
		dropped: m.actions_goal_status_dropped
	}
};

/** What a person calls a column. */
export function fieldName(table: Table, field: string): string {
	return labels[table][field]?.() ?? '';
}

/** What a column holds as a person reads it: ids and codes become words. */
export function readable(view: View, field: string, value: Value): string {
	if (typeof value === 'boolean') {
		return value ? m.actions_goal_shared_yes() : m.actions_goal_shared_no();
	}
	if (field === 'quarter') return value === null ? m.actions_goal_whole_year() : `T${value}`;
	if (field === 'partner_id' && value === null) return m.actions_no_partner();
	if (field === 'goal_id') {
		return view.goals.find(({ id }) => id === value)?.title ?? m.actions_no_goal();
	}
	if (value === null || value === '') return m.challenge_empty_text();
	const text = String(value);
	if (field === 'partner_id') return nameOf(view, text);
	if (field === 'due_on') return date(text, getLocale());
	return codes[field]?.[text]?.() ?? text;
}
