interface Queue {
	running: number;
	waiting: (() => void)[];
}

/**
 * Lets so many work at once, of one account only a few; the others wait. Whose turn is next is a rule,
 * not a matter of time: the accounts that wait come round one after the other, each with the oldest
 * of its own. So nobody waits behind the many calls of another.
 */
export class FairTurns {
	/** In the order of their next turns. */
	readonly #queues = new Map<string, Queue>();
	readonly #each: number;
	readonly #waiting: number;
	#free: number;

	/** `all` at once, `each` of one account, and at most `waiting` calls of one account that wait. */
	constructor(all: number, each: number, waiting: number) {
		this.#free = all;
		this.#each = each;
		this.#waiting = waiting;
	}

	/** Whether so many calls of the account wait that one more is too many. */
	isFull(account: string): boolean {
		return (this.#queues.get(account)?.waiting.length ?? 0) >= this.#waiting;
	}

	/** Does the work when it is its turn; what it answers or throws comes through. */
	async take<Result>(account: string, work: () => Promise<Result>): Promise<Result> {
		const queue = this.#queues.get(account) ?? { running: 0, waiting: [] };
		this.#queues.set(account, queue);
		if (this.#free > 0 && queue.running < this.#each) this.#begin(queue);
		else await new Promise<void>((begin) => queue.waiting.push(begin));
		try {
			return await work();
		} finally {
			queue.running -= 1;
			this.#free += 1;
			if (queue.running === 0 && queue.waiting.length === 0) this.#queues.delete(account);
			this.#next();
		}
	}

	#begin(queue: Queue): void {
		this.#free -= 1;
		queue.running += 1;
	}

	#next(): void {
		for (const [account, queue] of this.#queues) {
			if (queue.running >= this.#each) continue;
			const begin = queue.waiting.shift();
			if (!begin) continue;
			this.#begin(queue);
			// Behind all others who wait.
			this.#queues.delete(account);
			this.#queues.set(account, queue);
			return begin();
		}
	}
}
