/** A reason not to start, in words for the person who starts the process. Never holds a secret. */
export class Refusal extends Error {
	override name = 'Refusal';
}
