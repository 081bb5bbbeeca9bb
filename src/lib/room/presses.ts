/**
 * The presses of one thumb, each sent after the answer to the one before: none is lost on a slow
 * network. A refusal drops those that wait, for they were meant for another state of the room.
 */
export class Presses {
	#last: Promise<boolean> = Promise.resolve(true);
	/** Raised by each refusal: presses of an earlier round do nothing. */
	#round = 0;

	/** Calls `act` in its turn; true when it was done, false when it was refused or dropped. */
	press(act: () => Promise<boolean>): Promise<boolean> {
		const round = this.#round;
		this.#last = this.#last.then(async () => {
			if (round !== this.#round) return false;
			const done = await act();
			if (!done) this.#round += 1;
			return done;
		});
		return this.#last;
	}
}
