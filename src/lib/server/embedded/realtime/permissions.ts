import type { Authorizer, Extension, Readable } from './authorize.ts';
import type { Claims } from './token.ts';

/** What one channel may do on its topic, as the database last said. Public topics allow all. */
export class Permissions {
	readonly #authorizer: Authorizer;
	readonly #subTopic: string;
	readonly #isPrivate: boolean;
	readonly #writable = new Map<Extension, Promise<boolean>>();
	#claims: Claims;
	#readable: Readable;
	#doubted = false;

	constructor(authorizer: Authorizer, subTopic: string, isPrivate: boolean, claims: Claims) {
		this.#authorizer = authorizer;
		this.#subTopic = subTopic;
		this.#isPrivate = isPrivate;
		this.#claims = claims;
		this.#readable = { broadcast: !isPrivate, presence: !isPrivate };
	}

	/** The claims of the member who speaks. */
	get claims(): Claims {
		return this.#claims;
	}

	/** Whether something has happened since the last question that may change its answer. */
	get doubted(): boolean {
		return this.#doubted;
	}

	doubt(): void {
		this.#doubted = this.#isPrivate;
	}

	/** The same person with another token, or another person. */
	renew(claims: Claims): void {
		this.#claims = claims;
		this.doubt();
	}

	reads(extension: Extension): boolean {
		return this.#readable[extension];
	}

	/**
	 * Asks what may be read, again if a doubt came up while asking; what may be written is asked anew
	 * when somebody writes. False when something that was allowed no longer is, and when the answer
	 * is no longer wanted.
	 */
	async ask(isWanted: () => boolean): Promise<boolean> {
		const before = this.#readable;
		if (!this.#isPrivate) return true;
		do {
			this.#doubted = false;
			this.#writable.clear();
			const readable = await this.#authorizer.read(this.#subTopic, this.#claims, isWanted);
			if (!readable) return false;
			this.#readable = readable;
		} while (this.#doubted);
		const { broadcast, presence } = this.#readable;
		return (broadcast || !before.broadcast) && (presence || !before.presence);
	}

	/**
	 * Asked once, then remembered until the next doubt. @throws when the database does not answer.
	 */
	async writes(extension: Extension): Promise<boolean> {
		if (!this.#isPrivate) return true;
		const answer =
			this.#writable.get(extension) ??
			this.#authorizer.write(this.#subTopic, this.#claims, extension);
		this.#writable.set(extension, answer);
		try {
			return await answer;
		} catch (error) {
			this.#writable.delete(extension);
			throw error;
		}
	}
}
