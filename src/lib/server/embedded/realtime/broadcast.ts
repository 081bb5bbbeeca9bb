import type { Messages } from './messages.ts';
import type { Topics } from './topic.ts';

/** Ids read at once when many wait. */
const BATCH = 100;
/** Delivered ids remembered, so that a repeated notification delivers nothing twice. */
const REMEMBERED = 2_000;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Broadcasts from the database: ids come in commit order, and so do the messages go out. */
export class DatabaseBroadcasts {
	readonly #messages: Messages;
	readonly #topics: Topics;
	readonly #onGap: () => void;
	readonly #delivered = new Set<string>();
	#waiting: string[] = [];
	#busy = false;

	/** `onGap` is told when messages could not be read and are lost to everybody. */
	constructor(messages: Messages, topics: Topics, onGap: () => void) {
		this.#messages = messages;
		this.#topics = topics;
		this.#onGap = onGap;
	}

	/** A notification: the id of a committed message. Anything else is ignored. */
	announce(id: string): void {
		// Without listeners nothing is read; a member who joins later fetches what there is.
		if (!UUID.test(id) || this.#topics.isEmpty) return;
		this.#waiting.push(id);
		if (!this.#busy) void this.#drain();
	}

	async #drain(): Promise<void> {
		this.#busy = true;
		while (this.#waiting.length > 0) {
			const ids = this.#waiting.splice(0, BATCH);
			try {
				for (const message of await this.#messages.read(ids)) {
					if (this.#isNew(message.id)) {
						const topic = this.#topics.find(message.topic, message.private);
						topic?.broadcast(message.broadcast, { id: message.id });
					}
				}
			} catch {
				this.#waiting = [];
				this.#onGap();
			}
		}
		this.#busy = false;
	}

	#isNew(id: string): boolean {
		if (this.#delivered.has(id)) return false;
		this.#delivered.add(id);
		for (const oldest of this.#delivered) {
			if (this.#delivered.size <= REMEMBERED) break;
			this.#delivered.delete(oldest);
		}
		return true;
	}
}
