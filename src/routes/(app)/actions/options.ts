import { nameOf, peers } from '#lib/data/members.ts';
import type { View } from '#lib/data/view.ts';

/** One line of a list to choose from; an empty value stands for none. */
type Option = { value: string; label: string };

/**
 * The goals that an action of this member may serve: their open ones, and the one it serves already
 * (`kept`), so that changing its words does not take it away.
 */
export function goalOptions(view: View, group: string, owner: string, kept = ''): Option[] {
	return view.goals
		.filter(
			({ id, groupId, ownerId, status }) =>
				groupId === group && ownerId === owner && (status === 'open' || id === kept)
		)
		.map(({ id, title }) => ({ value: id, label: title }));
}

/**
 * The members who may be the partner of an action of this member: everybody else who is in the
 * group now, and the one who is it already (`kept`).
 */
export function partnerOptions(view: View, group: string, owner: string, kept = ''): Option[] {
	const options = peers(view, group)
		.filter(({ id }) => id !== owner)
		.map(({ id, name }) => ({ value: id, label: name }));
	if (kept === '' || options.some(({ value }) => value === kept)) return options;
	return [...options, { value: kept, label: nameOf(view, kept) ?? '' }];
}
