import { countedNetwork } from '#lib/server/caller.ts';
import { bearerOf } from './bearer.ts';
import { type Limit, Limits } from './limits.ts';

const MINUTE = 60_000;

/**
 * How often the API may be called, so that no phone that behaves ever meets it. What one phone asks
 * for at most in a minute of a live room: 30 times for the room while no signal reaches it (`POLL` of
 * src/lib/room/room.svelte.ts), 150 times a push and a pull when all write at once (`GATHER`), 15 on
 * waking, 60 presses: about 400. An account may have three such devices, and a network a community
 * of five groups of eight whose phones come back together (40 × 15 at once) and write; all forty at
 * their most for a whole minute are more than hands can do.
 */
export const CALL_LIMITS = {
	callsPerAccount: { most: 1_200, window: MINUTE },
	callsPerNetwork: { most: 6_000, window: MINUTE }
} satisfies Record<string, Limit>;

export type CallLimits = Record<keyof typeof CALL_LIMITS, Limit>;

/** Counts the calls of each account and each network. */
export class Calls {
	readonly #secret: Uint8Array;
	readonly #rules: CallLimits;
	readonly #limits: Limits;

	constructor(jwtSecret: string, rules: CallLimits = CALL_LIMITS, limits = new Limits()) {
		this.#secret = new TextEncoder().encode(jwtSecret);
		this.#rules = rules;
		this.#limits = limits;
	}

	/**
	 * Counts one call. The seconds until the next is answered when this one is too many; null lets it
	 * pass. `peer` is the caller's address, null for this process itself.
	 */
	async take(peer: string | null, authorization: string | null): Promise<number | null> {
		const network = peer === null ? null : countedNetwork(peer);
		if (network !== null) {
			// The network first: who calls too often costs not even the check of a token.
			const wait = this.#limits.wait(`network ${network}`, this.#rules.callsPerNetwork);
			if (wait !== null) return wait;
		}
		// Only a token of ours counts: with others anybody could use up what a member may do.
		const bearer = await bearerOf(authorization, this.#secret);
		if (bearer === null) return null;
		return this.#limits.wait(`account ${bearer.sub}`, this.#rules.callsPerAccount);
	}
}
