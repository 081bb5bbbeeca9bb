import type { Member } from '#lib/domain/rotation/role.ts';
import type { View } from './view.ts';

/** Somebody who belongs to a group today, as the rotation knows them, with their name. */
export type Peer = Member & { name: string };

/** The members of the group today, by name: the same order on every phone. */
export function peers(view: View, group: string): Peer[] {
	return view.memberships
		.filter(({ groupId, leftAt }) => groupId === group && leftAt === null)
		.map(({ memberId, joinedAt }) => ({
			id: memberId,
			joinedAt,
			name: nameOf(view, memberId) ?? ''
		}))
		.toSorted((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}

/** Whether this member once belonged to a group: one of their memberships has ended. */
export function isFormer(view: View, me: string): boolean {
	return view.memberships.some(({ memberId, leftAt }) => memberId === me && leftAt !== null);
}

/** The name of a person; null: they have none yet, left without a trace, or `id` is null. */
export function nameOf(view: View, id: string | null): string | null {
	return view.profiles.find((profile) => profile.id === id)?.name.trim() || null;
}

/** True for somebody whose account was deleted: what is left of them has no name. */
export function isErased(view: View, id: string | null): boolean {
	return view.profiles.some((profile) => profile.id === id && profile.erasedAt !== null);
}
