import * as z from 'zod/mini';
import { RemoteError, type Remote } from '#lib/offline/remote.ts';
import type { Backend } from './backend.ts';
import { Failure } from './failure.ts';

const verdicts = z.array(
	z.union([
		z.object({ id: z.string(), status: z.literal('applied') }),
		z.object({ id: z.string(), status: z.literal('refused'), code: z.string() })
	])
);
const row = z.looseObject({ id: z.string() });
const pulled = z.object({ me: z.string(), tables: z.record(z.string(), z.array(row)) });

/** The server as the sync loop needs it, spoken over `apply_operations` and `pull`. */
export function remote(backend: Backend): Remote {
	return {
		push: (operations, signal) =>
			attempt(async () => {
				const sent = operations.map(({ id, kind, args, base }) => ({ id, kind, args, base }));
				const answer = await backend.call(
					'apply_operations',
					{ operations: JSON.parse(JSON.stringify(sent)) },
					signal
				);
				return verdicts.parse(answer);
			}),
		pull: (signal) =>
			attempt(async () => {
				const { me, tables } = pulled.parse(await backend.call('pull', {}, signal));
				return { account: me, tables };
			}),
		refresh: () =>
			attempt(async () => {
				const auth = await backend.auth();
				const { data } = await auth.refreshSession();
				return data.session !== null;
			})
	};
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
	if (code === 'unauthorized') return 'unauthorized';
	if (code === 'busy' || code === 'too_many') return 'failing';
	return 'rejected';
}
