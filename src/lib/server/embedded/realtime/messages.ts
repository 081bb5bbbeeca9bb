import type postgres from 'postgres';
import { z } from 'zod';
import type { Broadcast } from './frame.ts';

const Row = z.object({
	id: z.string(),
	topic: z.string(),
	private: z.boolean(),
	event: z.string(),
	payload: z.string()
});

/** A row of `realtime.messages` as it goes out. */
export interface StoredMessage {
	id: string;
	topic: string;
	private: boolean;
	broadcast: Broadcast;
}

/** What a join asks to hear again: since when (ms since the epoch), and how many at most. */
export interface Replay {
	since: number;
	limit: number;
}

/** Reads and erases `realtime.messages` as its owner. */
export class Messages {
	readonly #sql: postgres.Sql;

	constructor(sql: postgres.Sql) {
		this.#sql = sql;
	}

	/** The messages of these ids that still exist, in the order of the ids. */
	async read(ids: readonly string[]): Promise<StoredMessage[]> {
		const rows = await this.#sql`
			select ${this.#columns()} from realtime.messages
			where id = any(${[...ids]}::uuid[]) and extension = 'broadcast'`;
		const found = new Map(rows.map(stored).map((message) => [message.id, message]));
		return ids.flatMap((id) => found.get(id) ?? []);
	}

	/** The last private messages of a topic, oldest first. */
	async replay(topic: string, { since, limit }: Replay): Promise<StoredMessage[]> {
		const rows = await this.#sql`
			select ${this.#columns()} from realtime.messages
			where topic = ${topic} and private and extension = 'broadcast'
				and inserted_at >= timezone('utc', to_timestamp(${since / 1000}::float8))
			order by inserted_at desc limit ${limit}`;
		return rows.map(stored).reverse();
	}

	/** Erases what is older than `minutes`. */
	async erase(minutes: number): Promise<void> {
		await this.#sql`
			delete from realtime.messages
			where inserted_at < timezone('utc', now()) - make_interval(mins => ${minutes})`;
	}

	// The payload stays text: it goes out as the database wrote it.
	#columns() {
		return this.#sql`id, topic, coalesce(private, false) as private, coalesce(event, '') as event,
			coalesce(payload::text, '{}') as payload`;
	}
}

function stored(row: unknown): StoredMessage {
	const { id, topic, private: isPrivate, event, payload } = Row.parse(row);
	const data = new TextEncoder().encode(payload);
	return { id, topic, private: isPrivate, broadcast: { event, encoding: 'json', data } };
}
