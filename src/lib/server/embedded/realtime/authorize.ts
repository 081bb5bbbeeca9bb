import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Statement } from '#lib/server/embedded/batch.ts';
import { isAway, type Pool, stateOf } from '#lib/server/embedded/pool.ts';
import type { Claims } from './token.ts';
import { Turns } from './turns.ts';

/** What a policy on `realtime.messages` may allow separately. */
export type Extension = 'broadcast' | 'presence';

/** What a client may receive on a topic. */
export type Readable = Record<Extension, boolean>;

const DENIED = '42501';

/**
 * Questions asked at once, fewer than the gateway has connections: when all clients come back
 * together, messages of rooms that are complete again do not queue behind thousands of questions.
 */
const AT_ONCE = 4;

/**
 * How long a question is asked again while the database is away, and how often, in ms: a client
 * that is refused comes back later each time, and would be the last to hear that all is well again.
 */
const PATIENCE = 8_000;
const PAUSE = 200;

/**
 * Asks the row level security of `realtime.messages` what a member may read and write on a topic.
 */
export class Authorizer {
	readonly #pool: Pool;
	readonly #turns = new Turns(AT_ONCE);

	/** `pool` connects as the table's owner, who may take the roles of members. */
	constructor(pool: Pool) {
		this.#pool = pool;
	}

	/**
	 * Shows the claims one row of each extension, and looks which they see. Null, without asking,
	 * when nobody wants to know any more by the time it is this question's turn.
	 */
	read(
		topic: string,
		claims: Claims,
		isWanted: () => boolean = () => true
	): Promise<Readable | null> {
		return this.#turns.take(async () => {
			for (const since = performance.now(); isWanted(); await wait(PAUSE)) {
				try {
					return await this.#ask(topic, claims);
				} catch (error) {
					if (!isAway(error) || performance.now() - since > PATIENCE) throw error;
				}
			}
			return null;
		});
	}

	async #ask(topic: string, claims: Claims): Promise<Readable> {
		const broadcast = randomUUID();
		const presence = randomUUID();
		const [, , rows = []] = await this.#pool.undone([
			{
				text: `insert into realtime.messages (id, topic, extension, private) values
					($1, $3, 'broadcast', true), ($2, $3, 'presence', true)`,
				values: [broadcast, presence, topic]
			},
			become(topic, claims),
			{
				text: 'select id from realtime.messages where id in ($1, $2)',
				values: [broadcast, presence]
			}
		]);
		const seen = new Set(rows.map(([id]) => id));
		return { broadcast: seen.has(broadcast), presence: seen.has(presence) };
	}

	/** Tries to write a row in the name of the claims. */
	async write(topic: string, claims: Claims, extension: Extension): Promise<boolean> {
		try {
			await this.#turns.take(() =>
				this.#pool.undone([
					become(topic, claims),
					{
						text: `insert into realtime.messages (topic, extension, private)
							values ($1, $2, true)`,
						values: [topic, extension]
					}
				])
			);
			return true;
		} catch (error) {
			if (stateOf(error) === DENIED) return false;
			throw error;
		}
	}
}

function become(topic: string, claims: Claims): Statement {
	return {
		text: `select
			set_config('role', $1, true),
			set_config('realtime.topic', $2, true),
			set_config('request.jwt.claims', $3, true),
			set_config('request.jwt.claim.role', $1, true),
			set_config('request.jwt.claim.sub', $4, true)`,
		values: [claims.role, topic, claims.json, claims.sub ?? '']
	};
}
