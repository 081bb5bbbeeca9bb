import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { Config } from './config.ts';
import type { Limits } from './embedded/limits.ts';
import type { Mailer } from './mail.ts';
import type { Feed } from './reminders/feed.ts';
import type { Supabase } from './supabase.ts';

/** What the process lends to the pages' endpoints. */
export interface Cercle {
	mailer: Mailer;
	config: Pick<Config, 'origin' | 'originGiven' | 'demo'>;
	/** Null where nothing is behind the pages. */
	supabase: Supabase | null;
	/** The same with the key that passes every policy; null where this process has none. */
	secret: Supabase | null;
	feed: Feed | null;
	/** Counts what the endpoints are asked. */
	limits: Limits;
	/** The key browsers subscribe to push under; null: there is no push. */
	pushKey: string | null;
}

/** `caller` is the network address of the caller, as the limits count it. */
export type CercleRequest = IncomingMessage & { cercle?: Cercle; caller?: string };

const current = new AsyncLocalStorage<CercleRequest>();

/** Runs a page's handler so that `currentRequest` finds the request it answers. */
export function withRequest<Result>(request: CercleRequest, work: () => Result): Result {
	return current.run(request, work);
}

/** For Kit's `emulate`: its development server gives endpoints no platform of its own. */
export function currentRequest(): CercleRequest | undefined {
	return current.getStore();
}
