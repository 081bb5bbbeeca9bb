import { codeOf, type Log } from '#lib/server/log.ts';
import { openRecurring, type Recurring } from '#lib/server/recurring.ts';
import type { Outcome, Queue, Reminder } from './queue.ts';

export interface SchedulerOptions {
	queue: Queue;
	/** Sends one. @throws when it may be tried again. */
	send(reminder: Reminder): Promise<Outcome>;
	log: Log;
	/** Milliseconds that never go back. */
	now?: () => number;
}

/** How many are taken at once. */
const BATCH = 50;
/**
 * How long after taking them the last may be begun, in ms: the five minutes of the claim are never
 * reached, whatever one sending takes.
 */
const BEGUN_WITHIN = 2 * 60_000;

/**
 * Sends what is due until nothing is left, or `signal` says stop. Each is taken by one process
 * alone and noted once it has left. A process that dies in between leaves it to be taken again five
 * minutes later: it is not lost. Between the moment a mail or push server has said yes and the note
 * of it lies the one gap that cannot be closed from here: a process that dies there sends it twice,
 * under the same Message-ID or Topic and tag, by which mail programs and browsers show it once.
 */
export async function sendDue(options: SchedulerOptions, signal: AbortSignal): Promise<void> {
	const { queue, send, log, now = () => performance.now() } = options;
	const counts = { sent: 0, gone: 0, failed: 0 };
	for (let full = true; full && !signal.aborted;) {
		const taken = now();
		const reminders = await queue.claim(BATCH);
		full = reminders.length === BATCH;
		for (const reminder of reminders) {
			if (signal.aborted || now() - taken > BEGUN_WITHIN) break;
			try {
				const outcome = await send(reminder);
				await queue.finish(reminder.id, outcome);
				counts[outcome]++;
			} catch (error) {
				counts.failed++;
				log('reminder_failed', { name: reminder.channel, code: codeOf(error) });
			}
		}
	}
	if (counts.sent > 0) log('reminders_sent', { count: counts.sent });
	if (counts.gone > 0) log('reminders_gone', { count: counts.gone });
}

const MINUTE = 60_000;

/** Sends what is due now and once a minute. `close` waits for the one that is leaving. */
export function openScheduler(options: SchedulerOptions): Recurring {
	return openRecurring(
		(signal) => sendDue(options, signal),
		MINUTE,
		(error) => options.log('reminders_failed', { code: codeOf(error) })
	);
}
