import { problem, type Answer } from './answer.ts';
import { systemClock, type Clock } from './realtime/clock.ts';
import { Refusal } from './realtime/refusal.ts';
import { type Claims, Tokens } from './realtime/token.ts';

/** Tokens remembered at once: as many devices call within an hour. */
const CAPACITY = 5_000;

/** Identifies callers by their key and token. */
export class Callers {
	readonly #tokens: Tokens;
	readonly #clock: Clock;
	/** Tokens whose signature was found good: a phone brings the same one for an hour. */
	readonly #good = new Map<string, Claims>();

	constructor(jwtSecret: string, apiKeys: readonly string[], clock: Clock = systemClock) {
		this.#tokens = new Tokens(jwtSecret, apiKeys, clock);
		this.#clock = clock;
	}

	/** True for one of the keys that name an app to us. */
	knows(key: string): boolean {
		return this.#tokens.knows(key);
	}

	/**
	 * The claims of a caller with this key and token; without a token, those of the key.
	 * An answer instead where the token is not one of ours, or over, in PostgREST's codes.
	 */
	async claimsOf(key: string, authorization: string | undefined): Promise<Claims | Answer> {
		const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
		if (bearer === undefined || bearer === key) return this.#tokens.ofKey(key);
		try {
			const claims = this.#good.get(bearer) ?? (await this.#tokens.verify(bearer));
			if (claims.exp !== null && claims.exp * 1_000 <= this.#clock.now()) return expired();
			this.#remember(bearer, claims);
			return claims;
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			return error.message.includes('expired') ? expired() : malformed();
		}
	}

	#remember(bearer: string, claims: Claims): void {
		this.#good.set(bearer, claims);
		for (const oldest of this.#good.keys()) {
			if (this.#good.size <= CAPACITY) return;
			this.#good.delete(oldest);
		}
	}
}

/** True where there is an answer already instead of claims. */
export const isAnswer = (found: Claims | Answer): found is Answer => 'status' in found;

const refused = (message: string) => ({
	'www-authenticate': `Bearer error="invalid_token", error_description="${message}"`
});
const expired = () => problem(401, 'PGRST303', 'JWT expired', refused('JWT expired'));
const malformed = () => problem(401, 'PGRST301', 'JWT malformed', refused('JWT malformed'));
