import { randomBytes } from 'node:crypto';
import { z } from 'zod';

const pushShape = z.object({
	event: z.string().toLowerCase(),
	payload: z.record(z.string(), z.unknown()).default({})
});
/** The longest presence, in characters of JSON: it says which member is there, never more. */
const LONGEST = 4_096;

/** One tracked payload, with the reference clients tell it by. */
type Entry = Record<string, unknown> & { phx_ref: string };

/** Presences by key, as `presence_state` carries them. */
export type PresenceState = Record<string, { metas: Entry[] }>;

/** What changed, as `presence_diff` carries it: an update is a leave and a join. */
export interface PresenceDiff {
	joins: PresenceState;
	leaves: PresenceState;
}

/** What a client's `presence` push asks for; null when it is none, or says too much. */
export function parsePresence(
	payload: unknown
): { event: 'untrack' } | { event: 'track'; payload: Record<string, unknown> } | null {
	const push = pushShape.safeParse(payload).data;
	if (push?.event === 'untrack') return { event: 'untrack' };
	if (push?.event !== 'track' || !isShort(push.payload)) return null;
	return { event: 'track', payload: push.payload };
}

function isShort(payload: Record<string, unknown>): boolean {
	try {
		return JSON.stringify(payload).length <= LONGEST;
	} catch {
		// Nested deeper than the stack.
		return false;
	}
}

/** The presences of one topic. A holder (a channel) tracks one payload under one key. */
export class Presence {
	readonly #held = new Map<object, { key: string; entry: Entry; json: string }>();

	/** Sets the holder's payload; null when it is the same as before. */
	track(holder: object, key: string, payload: Record<string, unknown>): PresenceDiff | null {
		const before = this.#held.get(holder);
		const json = JSON.stringify(payload);
		if (before?.json === json) return null;
		const phx_ref = randomBytes(9).toString('base64url');
		const link = before ? { phx_ref_prev: before.entry.phx_ref } : {};
		const entry = { ...payload, ...link, phx_ref };
		this.#held.set(holder, { key, entry, json });
		return { joins: grouped([{ key, entry }]), leaves: grouped(before ? [before] : []) };
	}

	/** Forgets the holder's payload; null when there is none. */
	untrack(holder: object): PresenceDiff | null {
		const before = this.#held.get(holder);
		if (!before) return null;
		this.#held.delete(holder);
		return { joins: {}, leaves: grouped([before]) };
	}

	/** Everybody who is there now. */
	state(): PresenceState {
		return grouped([...this.#held.values()]);
	}
}

function grouped(holders: { key: string; entry: Entry }[]): PresenceState {
	const metas = Map.groupBy(holders, ({ key }) => key);
	// fromEntries makes own properties of any key, `__proto__` included.
	return Object.fromEntries(
		[...metas].map(([key, held]) => [key, { metas: held.map(({ entry }) => entry) }])
	);
}
