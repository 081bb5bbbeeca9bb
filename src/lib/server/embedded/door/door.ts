import { SIGN_IN_ENDED } from '#lib/domain/codes.ts';
import { type Answer, json, problem } from '#lib/server/embedded/answer.ts';
import { isAway, type Pool, stateOf } from '#lib/server/embedded/pool.ts';
import { within } from '#lib/server/health.ts';
import type { Log } from '#lib/server/log.ts';
import { become, type Caller, callOf } from './call.ts';
import { Catalogue, type Routine } from './catalogue.ts';
import { statusOf } from './status.ts';
import { FairTurns } from './turns.ts';

/** One call of a function, by somebody whose key and token were checked. */
export interface Call extends Caller {
	/** The function. */
	name: string;
	/** The one that takes turns with the others: an account, or the network of those without one. */
	account: string;
	hasToken: boolean;
	/** The JSON object with its arguments; empty: none. */
	body: string;
	/** Whether somebody still waits for the answer. */
	isWanted: () => boolean;
}

/** Statements at once in each lane, of all accounts and of one; how many of one may wait. */
const LANES = {
	common: { all: 8, each: 2, waiting: 200 },
	room: { all: 8, each: 2, waiting: 50 }
};

/** What a live session asks for: short, and awaited by everybody in the room. */
const ROOM = new Set([
	'room_command',
	'room_snapshot',
	'floor_command',
	'server_clock',
	'signal_facilitator',
	'dismiss_signal',
	'close_session'
]);

/**
 * Connections that the door can use at once: its lanes, and one to ask whether the database lives.
 */
export const CONNECTIONS = LANES.common.all + LANES.room.all + 1;

const lane = ({ all, each, waiting }: (typeof LANES)['common']) =>
	new FairTurns(all, each, waiting);

/** The claims of a member whose account and sign-in are none. */
const asNobody = become({
	role: 'authenticated',
	claims: JSON.stringify({
		role: 'authenticated',
		sub: '00000000-0000-4000-8000-000000000000',
		session_id: '00000000-0000-4000-8000-000000000000'
	})
});
const READ = 'select count(*) from cercle.memberships';
const PULL = `select public.pull('{}')`;

/**
 * Answers calls of the functions in the schema `public`, as PostgREST does for named arguments in a
 * JSON object. What it leaves out: reading by GET, `Prefer`, `select` and filters on what comes
 * back, overloaded functions, and the words of the database where it refuses a value, since they
 * quote it.
 */
export class Door {
	readonly #pool: Pool;
	readonly #catalogue: Catalogue;
	readonly #log: Log;
	readonly #common = lane(LANES.common);
	readonly #room = lane(LANES.room);
	/** Answers everybody who asks meanwhile. */
	#asked: Promise<boolean> | null = null;

	constructor(pool: Pool, log: Log) {
		this.#pool = pool;
		this.#catalogue = new Catalogue(pool);
		this.#log = log;
	}

	/** Reads what there is to call. */
	async open(): Promise<void> {
		await this.#catalogue.read();
	}

	/**
	 * Whether the database serves members: asked as one who has no account, who is shown no row and is
	 * told to sign in. Asked beside the lanes, so that no flood delays it.
	 */
	alive(): Promise<boolean> {
		this.#asked ??= within(() => this.#serves()).finally(() => (this.#asked = null));
		return this.#asked;
	}

	async #serves(): Promise<boolean> {
		const [, rows] = await this.#pool.transact([asNobody, { text: READ, values: [] }]);
		if (rows?.[0]?.[0] !== '0') return false;
		try {
			await this.#pool.transact([asNobody, { text: PULL, values: [] }]);
			return false;
		} catch (error) {
			return stateOf(error) === SIGN_IN_ENDED;
		}
	}

	async answer(call: Call): Promise<Answer> {
		const given = argumentsOf(call.body);
		if (!given) return problem(400, 'PGRST102', 'The arguments must be a JSON object');
		const turns = ROOM.has(call.name) ? this.#room : this.#common;
		if (turns.isFull(call.account)) return tooMany();
		try {
			return await turns.take(call.account, () => this.#call(call, given));
		} catch (error) {
			return this.#refuse(error, call);
		}
	}

	async #call(call: Call, given: string[]): Promise<Answer> {
		// The caller left while others had their turns: nothing needs to be done for nobody.
		if (!call.isWanted()) return unavailable();
		const routine = await this.#catalogue.find(call.role, call.name, given);
		if (routine === 'overloaded') {
			return problem(300, 'PGRST203', 'The name belongs to several functions');
		}
		if (routine === 'unknown') return notFound(call.name, given);
		const results = await this.#pool.transact(callOf(routine, given, call.body, call));
		return answered(routine, results[1]?.[0]?.[0] ?? '');
	}

	#refuse(error: unknown, { hasToken }: Call): Answer {
		const state = stateOf(error);
		if (isAway(error)) {
			this.#log('api_failed', { status: 503, code: state ?? 'connection' });
			return unavailable();
		}
		const status = statusOf(state ?? '', hasToken);
		if (status >= 500) {
			this.#log('api_failed', { status, code: state });
			return problem(status, state ?? 'unknown', 'Failed');
		}
		const isOurs = /^(CR|P0001|42501)/.test(state ?? '') && error instanceof Error;
		return problem(status, state ?? 'unknown', isOurs ? error.message : 'Refused');
	}
}

/** The names of the given arguments; null where the body is no JSON object. */
function argumentsOf(body: string): string[] | null {
	if (body === '') return [];
	try {
		const given: unknown = JSON.parse(body);
		const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
		return isObject ? Object.keys(given) : null;
	} catch {
		return null;
	}
}

const NOTHING: Answer = { status: 204, headers: {}, body: '' };
const answered = ({ returns }: Routine, text: string) =>
	returns === 'nothing' ? NOTHING : json(200, text);

/** The database is away or full. */
export const unavailable = () => problem(503, 'unavailable', 'Failed');

const tooMany = () =>
	problem(429, 'over_request_rate_limit', 'Too many requests', { 'retry-after': '5' });

function notFound(name: string, given: string[]): Answer {
	const words = given.length > 0 ? `(${given.join(', ')})` : ' without parameters';
	const message = `Could not find the function public.${name}${words} in the schema cache`;
	return problem(404, 'PGRST202', message);
}
