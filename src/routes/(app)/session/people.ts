import * as data from '#lib/data/members.ts';
import type { View } from '#lib/data/view.ts';
import * as m from '#lib/paraglide/messages.js';

/** How a person is called; a neutral word for who has no name yet or left without a trace. */
export function nameOf(view: View, id: string | null): string {
	return data.nameOf(view, id) ?? m.session_someone();
}
