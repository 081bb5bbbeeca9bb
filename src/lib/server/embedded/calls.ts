import { countedNetwork } from '#lib/server/caller.ts';
import { type Limit, Limits } from './limits.ts';

const MINUTE = 60_000;

/**
 * How often the API may be called, so that no phone that behaves ever meets it. What one phone asks
 * for at most in a minute of a live room: 30 times for the room while no signal reaches it (`POLL`
 * of src/lib/room/live-room.svelte.ts), 150 times a push and a pull when all write at once
 * (`GATHER`), 15 on waking, 60 presses: about 400. An account may have three such devices, and a
 * network a community of five groups of eight whose phones come back together (40 × 15 at once) and
 * write; all forty at their most for a whole minute are more than hands can do.
 */
export const CALL_LIMITS = {
	callsPerAccount: { most: 1_200, window: MINUTE },
	callsPerNetwork: { most: 6_000, window: MINUTE }
} satisfies Record<string, Limit>;

export type CallLimits = Record<keyof typeof CALL_LIMITS, Limit>;

/**
 * Counts the calls of each account and each network. Each count answers the seconds until the next
 * call is answered when this one is too many; null lets it pass.
 */
export class Calls {
	readonly #rules: CallLimits;
	readonly #limits: Limits;

	constructor(rules: CallLimits = CALL_LIMITS, limits = new Limits()) {
		this.#rules = rules;
		this.#limits = limits;
	}

	/**
	 * Counts one call from an address, null for this process itself. It comes first: a
	 * caller that calls too often does not even cost the check of a token.
	 */
	fromNetwork(peer: string | null): number | null {
		const network = peer === null ? null : countedNetwork(peer);
		if (network === null) return null;
		return this.#limits.wait(`network ${network}`, this.#rules.callsPerNetwork);
	}

	/** Counts one call of an account whose token was checked: else anybody could use up its calls. */
	ofAccount(account: string): number | null {
		return this.#limits.wait(`account ${account}`, this.#rules.callsPerAccount);
	}
}
