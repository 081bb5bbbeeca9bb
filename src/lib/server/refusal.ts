/** A reason not to start, in words for the person who starts the process. Never holds a secret. */
export class Refusal extends Error {
	override name = 'Refusal';
	/** Whether it may pass by itself: then it is worth trying again. */
	readonly passes: boolean;

	constructor(message: string, { passes = false } = {}) {
		super(message);
		this.passes = passes;
	}
}
