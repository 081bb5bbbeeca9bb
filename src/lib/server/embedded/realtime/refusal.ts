/** A join or a token that is not accepted, with upstream's code for the reason. */
export class Refusal extends Error {
	readonly code: string;

	constructor(code: string, message: string) {
		super(message);
		this.code = code;
	}

	/** What the client reads in the reply: `Code: message`. */
	get reason(): string {
		return `${this.code}: ${this.message}`;
	}
}
