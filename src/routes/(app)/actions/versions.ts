import type { ActionField } from '#lib/changes/action-fields.ts';
import type { View } from '#lib/data/view.ts';
import * as m from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';
import { date } from '#lib/ui/civil.ts';
import { nameOf } from '#app';

/** What a person calls a column of an action. */
export const fieldNames: Readonly<Record<ActionField, () => string>> = {
	title: m.actions_field_title,
	due_on: m.actions_field_due,
	goal_id: m.actions_field_goal,
	partner_id: m.actions_field_partner
};

/** What a column holds as a person reads it: ids become names. */
export function readable(view: View, field: ActionField, value: string | null): string {
	switch (field) {
		case 'goal_id':
			return view.goals.find(({ id }) => id === value)?.title ?? m.actions_no_goal();
		case 'partner_id':
			return value === null ? m.actions_no_partner() : nameOf(view, value);
		case 'due_on':
			return date(value ?? '', getLocale());
		default:
			return value ?? '';
	}
}
