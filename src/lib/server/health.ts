import type { Hosted } from './config.ts';

/** True when the database answers a query. Must not throw and must answer in bounded time. */
export type Probe = () => Promise<boolean>;

/** How long the database may take, in milliseconds. */
const PATIENCE = 2000;

export function hostedProbe({ url, publishableKey }: Hosted): Probe {
	return () =>
		within(async () => {
			const headers = { apikey: publishableKey };
			const signal = AbortSignal.timeout(PATIENCE);
			return (await fetch(`${url}/auth/v1/health`, { headers, signal })).ok;
		});
}

/** The answer to a question, or false when it fails or takes longer than that. */
export async function within(question: () => Promise<boolean>): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<false>((resolve) => {
		timer = setTimeout(() => resolve(false), PATIENCE);
	});
	const answer = question().catch(() => false);
	const result = await Promise.race([answer, late]);
	clearTimeout(timer);
	return result;
}

/** What `/healthz` answers. */
export async function health(probe: Probe, version: string): Promise<Response> {
	const alive = await probe();
	const word = alive ? 'ok' : 'failed';
	return Response.json({ status: word, database: word, version }, { status: alive ? 200 : 503 });
}
