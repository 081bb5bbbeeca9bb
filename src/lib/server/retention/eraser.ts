import { z } from 'zod';
import { codeOf, type Log } from '#lib/server/log.ts';
import { openRecurring, type Recurring } from '#lib/server/recurring.ts';
import { callFunction } from '#lib/server/rpc.ts';
import type { Supabase } from '#lib/server/supabase.ts';

const numbersFormat = z.record(z.string(), z.int().min(0));

/**
 * Erases what is older than its group keeps it, a batch at a time, until nothing is left, another
 * process is at it or `signal` says stop. Says in the log how much it was, in numbers.
 */
export async function eraseExpired(
	supabase: Supabase,
	log: Log,
	signal: AbortSignal,
	now: Date | null = null
): Promise<void> {
	const total: Record<string, number> = {};
	let looked = false;
	for (let found = true; found && !signal.aborted;) {
		const args = { at: now?.toISOString() ?? null };
		const numbers = numbersFormat.parse(await callFunction(supabase, 'erase_expired', args));
		for (const [what, count] of Object.entries(numbers)) {
			looked = true;
			total[what] = (total[what] ?? 0) + count;
		}
		found = Object.values(numbers).some((count) => count > 0);
	}
	if (looked) log('erased', total);
}

const DAY = 24 * 3_600_000;

/** Starts erasing, now and once a day, or says in the log why it does not. */
export function openEraser(supabase: Supabase | null, log: Log): Recurring {
	if (!supabase) {
		log('erasing_off', { reason: 'SUPABASE_SECRET_KEY' });
		return { close: async () => undefined };
	}
	return openRecurring(
		(signal) => eraseExpired(supabase, log, signal),
		DAY,
		(error) => log('erasing_failed', { code: codeOf(error) })
	);
}
