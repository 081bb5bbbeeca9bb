import { SvelteMap } from 'svelte/reactivity';
import type { Instant } from '#lib/domain/time.ts';

/** The members whose phones are connected to the room, as far as this phone knows. */
export class Presence {
	#members = $state.raw<readonly string[]>([]);
	readonly #lost = new SvelteMap<string, Instant>();

	/** Members whose phones are connected. */
	get members(): readonly string[] {
		return this.#members;
	}

	/** Since when a phone that was connected no longer is; null: it is, or this one never saw it. */
	lostSince(member: string): Instant | null {
		return this.#lost.get(member) ?? null;
	}

	/** Replaces the members who are connected. */
	meet(members: readonly string[], now: Instant): void {
		for (const member of this.#members) {
			if (!members.includes(member)) this.#lost.set(member, now);
		}
		for (const member of members) this.#lost.delete(member);
		this.#members = members;
	}
}
