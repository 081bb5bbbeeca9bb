import * as data from '#lib/data/members.ts';
import type { View } from '#lib/data/view.ts';
import * as m from '#lib/paraglide/messages.js';

/** How a person is called; a neutral word for who has no name yet, or no account any more. */
export function nameOf(view: View, id: string | null): string {
	const name = data.nameOf(view, id);
	if (name !== null) return name;
	return data.isErased(view, id) ? m.session_former_member() : m.session_someone();
}
