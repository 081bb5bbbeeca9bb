import type { Hosted } from './config.ts';
import { asResponse } from './embedded/answer.ts';
import type { Api } from './embedded/api.ts';

/** Supabase as the pages' endpoints call it. */
export interface Supabase {
	/** The key every call carries: one without is turned away. */
	key: string;
	/** `path` is below the root: `/rest/v1/…`. */
	fetch(path: string, request: SupabaseRequest): Promise<Response>;
}

export interface SupabaseRequest {
	method: string;
	headers: Record<string, string>;
	/** None for a method without one. */
	body?: string;
}

/** The embedded one, called without leaving the process. */
export function embeddedSupabase(api: Api, key: string): Supabase {
	return {
		key,
		fetch: async (path, { method, headers, body }) => {
			const answer = await api.fetch({
				method,
				url: new URL(path, 'http://localhost'),
				headers: { ...headers, apikey: key },
				body: body === undefined ? null : Buffer.from(body),
				peer: null,
				isWanted: () => true
			});
			return answer instanceof Response ? answer : asResponse(answer);
		}
	};
}

/** A hosted one, called over the network. */
export function hostedSupabase({ url }: Hosted, key: string): Supabase {
	// Keys of the older kind are tokens, and count only when they come as one.
	const token = key.startsWith('ey') ? { authorization: `Bearer ${key}` } : {};
	return {
		key,
		fetch: (path, { method, headers, body }) =>
			fetch(new URL(path, url), {
				method,
				headers: { ...token, ...headers, apikey: key },
				...(body !== undefined && { body }),
				signal: AbortSignal.timeout(10_000)
			})
	};
}
