import type { Config, Vapid } from '#lib/server/config.ts';
import type { Log } from '#lib/server/log.ts';
import type { Mailer } from '#lib/server/mail.ts';
import { reminderMail } from '#lib/server/mail-text.ts';
import type { Supabase } from '#lib/server/supabase.ts';
import { openPush, type Push } from './push.ts';
import { openQueue, type Outcome, type Reminder } from './queue.ts';
import { openScheduler } from './scheduler.ts';

export interface ReminderOptions {
	config: Pick<Config, 'origin' | 'mailFrom' | 'pushHosts'>;
	/** With the secret key; null: there is none, and nothing is sent. */
	supabase: Supabase | null;
	/** Null: none by push. */
	vapid: Vapid | null;
	mailer: Mailer;
	log: Log;
}

/** Starts sending reminders, or says in the log why it does not. */
export function openReminders(options: ReminderOptions): { close(): Promise<void> } {
	const { config, supabase, vapid, mailer, log } = options;
	const { origin, mailFrom, pushHosts: hosts } = config;
	if (!supabase) {
		log('reminders_off', { reason: 'SUPABASE_SECRET_KEY' });
		return { close: async () => undefined };
	}
	if (!vapid) log('push_off', { reason: 'VAPID_PUBLIC_KEY' });
	const push = vapid && openPush({ vapid, contact: `mailto:${addressIn(mailFrom)}`, hosts });
	const send = (reminder: Reminder) => deliver(reminder, { mailer, push, origin });
	return openScheduler({ queue: openQueue(supabase), send, log });
}

/** The bare address in "Cercle <cercle@example.org>". */
const addressIn = (from: string) => /([^\s<>]+@[^\s<>]+?)>?$/.exec(from)?.[1] ?? '';

export interface Ways {
	mailer: Pick<Mailer, 'send'>;
	push: Push | null;
	/** Where the links lead, without a path. */
	origin: string;
}

/** Sends one by its way. @throws when it may be tried again. */
export async function deliver(
	reminder: Reminder,
	{ mailer, push, origin }: Ways
): Promise<Outcome> {
	const { id, kind, language } = reminder;
	if (reminder.channel === 'mail') {
		await mailer.send({ ...reminderMail(reminder.address, kind, origin, language), id });
		return 'sent';
	}
	// The keys may come back with the next start.
	if (!push) throw new Error('no keys for push');
	const topic = id.replaceAll('-', '');
	return push.send(
		reminder.subscription,
		JSON.stringify({ kind, language }),
		topic,
		reminder.seconds
	);
}
