import { z } from 'zod';
import { REMINDERS } from '#lib/server/mail-text.ts';
import { callFunction } from '#lib/server/rpc.ts';
import type { Supabase } from '#lib/server/supabase.ts';

const common = {
	id: z.uuid(),
	kind: z.enum(REMINDERS),
	language: z.enum(['fr', 'en']),
	/** How long it still makes sense. */
	seconds: z.number()
};
const subscriptionFormat = z.object({
	endpoint: z.string(),
	keys: z.object({ p256dh: z.string(), auth: z.string() })
});
const reminderFormat = z.discriminatedUnion('channel', [
	z.object({ ...common, channel: z.literal('mail'), address: z.string() }),
	z.object({ ...common, channel: z.literal('push'), subscription: subscriptionFormat })
]);

/** A reminder this process has for itself, for five minutes. */
export type Reminder = z.infer<typeof reminderFormat>;
export type Subscription = z.infer<typeof subscriptionFormat>;

/** `gone`: nobody is there any more; nothing is sent to that place again. */
export type Outcome = 'sent' | 'gone';

/** The reminders as the database keeps them, one memory for every process. */
export interface Queue {
	/** Takes at most `most` of what is due; no other process gets them for that time. */
	claim(most: number): Promise<Reminder[]>;
	finish(id: string, outcome: Outcome): Promise<void>;
}

/** `supabase` calls with the secret key. `now` replaces the database's clock in tests. */
export function openQueue(supabase: Supabase, now: () => Date | null = () => null): Queue {
	const call = (name: string, args: Record<string, unknown>) => callFunction(supabase, name, args);
	return {
		claim: async (most) => {
			const at = now()?.toISOString() ?? null;
			return z.array(reminderFormat).parse(await call('claim_reminders', { at, most }));
		},
		finish: async (id, outcome) => {
			await call('finish_reminder', { id, outcome });
		}
	};
}
