import { createHash } from 'node:crypto';
import { z } from 'zod';
import { calendarFeed, type Entry } from '#lib/domain/calendar.ts';
import { parseInstant } from '#lib/domain/time.ts';
import { countedNetwork } from '#lib/server/caller.ts';
import { type Limit, Limits } from '#lib/server/embedded/limits.ts';
import type { Supabase } from '#lib/server/supabase.ts';

/** A member's calendar under the secret token in its address. */
export interface Feed {
	/** `origin` is where its links lead, without a path; `caller` the caller's address. */
	read(token: string, origin: string, caller: string): Promise<Response>;
}

/** Programs look a few times an hour, on a few devices. */
const OFTEN: Limit = { most: 60, window: 10 * 60_000 };
/** Half a hundred members behind one address, and no guessing of tokens. */
const FROM_ONE_NETWORK: Limit = { most: 300, window: 10 * 60_000 };

const moment = z.string().transform((text, context) => {
	const parsed = parseInstant(text);
	if (parsed !== null) return parsed;
	context.addIssue({ code: 'custom', message: 'not a moment' });
	return z.NEVER;
});
const entriesFormat = z
	.array(
		z.object({
			id: z.uuid(),
			starts_at: moment,
			length_minutes: z.number(),
			version: z.number(),
			updated_at: moment
		})
	)
	.nullable();

/** `supabase` calls as nobody in particular: the token is the right. */
export function openFeed(supabase: Supabase, limits = new Limits()): Feed {
	return {
		read: async (token, origin, caller) => {
			const network = countedNetwork(caller);
			if (network !== null && !limits.take(`network ${network}`, FROM_ONE_NETWORK)) {
				return refuse(429, { 'retry-after': '600' });
			}
			// Counted by its hash: what is remembered here opens nothing.
			const hash = createHash('sha256').update(token).digest('hex');
			if (!limits.take(hash, OFTEN)) return refuse(429, { 'retry-after': '600' });
			const answer = await supabase
				.fetch('/rest/v1/rpc/read_calendar', {
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: JSON.stringify({ token })
				})
				.catch(() => null);
			if (!answer?.ok) return refuse(503, { 'retry-after': '600' });
			const rows = entriesFormat.parse(await answer.json());
			if (!rows) return refuse(404);
			const entries = rows.map((row): Entry => ({
				id: row.id,
				startsAt: row.starts_at,
				lengthMinutes: row.length_minutes,
				version: row.version,
				changedAt: row.updated_at
			}));
			const type = 'text/calendar; charset=utf-8';
			return new Response(calendarFeed(entries, origin), { headers: headers(type) });
		}
	};
}

/** The answer to an address that is none: the same for a token unknown, revoked or malformed. */
const refuse = (status: number, more: Record<string, string> = {}) =>
	new Response(null, { status, headers: { ...headers('text/plain'), ...more } });

const headers = (type: string) => ({
	'content-type': type,
	'cache-control': 'no-store',
	'x-robots-tag': 'noindex'
});
