import * as z from 'zod/mini';
import * as codes from '#lib/domain/codes.ts';
import { type Answer, RemoteError, type Remote, TAKEN, type Verdict } from '#lib/offline/remote.ts';
import type { Place } from '#lib/offline/place.ts';
import { renewals, renewed } from '#lib/offline/renewals.ts';
import type { Scope } from '#lib/offline/scope.ts';
import type { Backend } from './backend.ts';
import { Failure, sessionFailure } from './failure.ts';

const sequence = z.number();
/** Names of tables that changed; one of them stands for any. */
const tableNames = z.pipe(
	z.array(z.string()),
	z.transform((names): Scope => (names.includes('all') ? 'all' : names))
);
/** The one refusal that the outbox knows by name: it knows no code of the database. */
const code = z.pipe(
	z.string(),
	z.transform((given) => (given === codes.SEQUENCE_TAKEN ? TAKEN : given))
);
/** The server does not say: it does not know any more. */
const changedTables = z.pipe(
	z.nullish(tableNames),
	z.transform((names): Scope => names ?? 'all')
);
const verdicts = z.array(
	z.union([
		z.object({ sequence, status: z.literal('applied'), tables: changedTables }),
		z.object({ sequence, status: z.literal('refused'), code })
	])
);
const row = z.looseObject({ id: z.string() });
const difference = z.object({
	full: z.boolean(),
	sum: z.tuple([z.number(), z.number()]),
	rows: z.array(z.tuple([z.number(), row]))
});
const pulled = z.object({
	me: z.string(),
	snapshot: z.string(),
	tables: z.record(z.string(), difference),
	rest: z.array(z.string())
});

/** Reads what `apply_ops` answered. @throws on another shape. */
export function verdictsOf(answer: unknown): Verdict[] {
	return verdicts.parse(answer);
}

/** Reads what `pull` answered. @throws on another shape. */
export function answerOf(answer: unknown): Answer {
	const { me, ...rest } = pulled.parse(answer);
	return { account: me, ...rest };
}

/**
 * The server as the sync loop of `account` needs it, spoken over `apply_ops` and `pull`. What is kept
 * at `place`, if anything is, says whether the sign-in is to be renewed once the server answers.
 */
export function remote(backend: Backend, account: string, place?: Place): Remote {
	return {
		push: (client, operations, signal) =>
			attempt(async () => {
				const sent = operations.map(({ sequence, kind, args, base }) => {
					return { sequence, kind, args, base };
				});
				const args = { client_id: client, operations: JSON.parse(JSON.stringify(sent)) };
				return verdictsOf(await backend.callAs(account, 'apply_ops', args, signal));
			}),
		pull: (ask, signal) =>
			attempt(async () => {
				const args = { ask: JSON.parse(JSON.stringify(ask)) };
				const answer = answerOf(await backend.callAs(account, 'pull', args, signal));
				// What comes of it is for the next contact to see.
				if (place) await renewDue(backend, place).catch(() => undefined);
				return answer;
			}),
		refresh: () =>
			attempt(async () => {
				const auth = await backend.auth();
				const { data, error } = await auth.refreshSession();
				if (error && sessionFailure(error).code !== 'unauthorized') throw sessionFailure(error);
				return data.session !== null;
			})
	};
}

/** Renews the sign-in as often as a changed code asks for. @throws Failure. */
async function renewDue(backend: Backend, place: Place): Promise<void> {
	for (;;) {
		const due = await renewals(place);
		if (!due || due.left <= 0) return;
		const auth = await backend.auth();
		const { error } = await auth.refreshSession();
		if (error) throw sessionFailure(error);
		await renewed(place, due);
	}
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof Failure) throw new RemoteError(reason(error.code), error.code, error);
		throw new RemoteError('failing', null, error);
	}
}

function reason(code: string): RemoteError['reason'] {
	if (code === 'offline') return 'unreachable';
	if (code === 'foreign') return 'foreign';
	if (code === 'unauthorized') return 'unauthorized';
	if (code === 'busy' || code === 'too_many') return 'failing';
	// No such function or address: the server is older or newer than this app. The changes are not at
	// fault.
	if (code === 'PGRST202' || code === 'not_found') return 'outdated';
	return 'rejected';
}
