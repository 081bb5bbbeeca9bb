import type { TextRow } from '#lib/server/embedded/batch.ts';
import type { Pool } from '#lib/server/embedded/pool.ts';
import type { Broadcast } from './frame.ts';

// The payload stays text: it goes out as the database wrote it.
const COLUMNS = `id, topic, coalesce(private, false), coalesce(event, ''),
	coalesce(payload::text, '{}')`;

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
	readonly #pool: Pool;

	constructor(pool: Pool) {
		this.#pool = pool;
	}

	/** The messages of these ids that still exist, in the order of the ids. */
	async read(ids: readonly string[]): Promise<StoredMessage[]> {
		const rows = await this.#pool.rows(
			`select ${COLUMNS} from realtime.messages
			where id = any ($1::uuid[]) and extension = 'broadcast'`,
			`{${ids.join(',')}}`
		);
		const found = new Map(rows.map(stored).map((message) => [message.id, message]));
		return ids.flatMap((id) => found.get(id) ?? []);
	}

	/** The last private messages of a topic, oldest first. */
	async replay(topic: string, { since, limit }: Replay): Promise<StoredMessage[]> {
		const rows = await this.#pool.rows(
			`select ${COLUMNS} from realtime.messages
			where topic = $1 and private and extension = 'broadcast'
				and inserted_at >= timezone('utc', to_timestamp($2::float8))
			order by inserted_at desc limit $3::int`,
			topic,
			String(since / 1000),
			String(limit)
		);
		return rows.map(stored).reverse();
	}

	/** Erases what is older than `minutes`. */
	async erase(minutes: number): Promise<void> {
		await this.#pool.rows(
			`delete from realtime.messages
			where inserted_at < timezone('utc', now()) - make_interval(mins => $1::int)`,
			String(minutes)
		);
	}
}

function stored([id, topic, isPrivate, event, payload]: TextRow): StoredMessage {
	const data = new TextEncoder().encode(payload ?? '{}');
	return {
		id: id ?? '',
		topic: topic ?? '',
		private: isPrivate === 't',
		broadcast: { event: event ?? '', encoding: 'json', data }
	};
}
