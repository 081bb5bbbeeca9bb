import * as z from 'zod/mini';
import type { Backend } from './backend.ts';
import { Failure } from './failure.ts';
import { askData } from './own-word.ts';

/** What a member can be reminded of, in the order of a month. */
export const kinds = ['week', 'day', 'after', 'charter'] as const;
export type Kind = (typeof kinds)[number];
export type Channel = 'mail' | 'push';

const wanted = z.array(z.enum(kinds));
const hour = z.nullable(
	z.pipe(
		z.string(),
		z.transform((text) => text.slice(0, 5))
	)
);
const settings = z.object({
	mail: wanted,
	push: wanted,
	/** "21:00"; both null: no quiet hours. */
	quiet_from: hour,
	quiet_to: hour,
	time_zone: z.string()
});
export type Settings = z.infer<typeof settings>;

const reminders = z.object({
	/** Null: nothing was chosen yet. */
	settings: z.nullable(settings),
	/** The addresses of the browsers that get notifications. */
	endpoints: z.array(z.string()),
	/** Since when the calendar has a secret address; null: it has none. */
	calendar: z.nullable(z.string())
});
export type Reminders = z.infer<typeof reminders>;

/** The settings of a member who chose nothing, as the server has them. */
export const defaults = (time_zone: string): Settings => ({
	mail: [...kinds],
	push: [...kinds],
	quiet_from: '21:00',
	quiet_to: '08:00',
	time_zone
});

export async function read(backend: Backend): Promise<Reminders> {
	return reminders.parse(await backend.call('read_reminders', {}));
}

export async function choose(backend: Backend, chosen: Settings): Promise<void> {
	await backend.call('set_reminders', { settings: chosen });
}

/** How a push service finds a browser, and the keys for which it is meant. */
export interface Subscription {
	endpoint: string;
	p256dh: string;
	auth: string;
}

export async function subscribe(backend: Backend, subscription: Subscription): Promise<void> {
	await backend.call('subscribe_push', { ...subscription });
}

export async function unsubscribe(backend: Backend, endpoint: string): Promise<void> {
	await backend.call('unsubscribe_push', { endpoint });
}

/**
 * The key under which browsers subscribe to this server; null: it sends no notifications. @throws
 * Failure.
 */
export async function pushKey(): Promise<string | null> {
	const answer = await askData('/api/push').catch((error: unknown) => {
		throw new Failure('offline', error);
	});
	if (!answer.ok) throw new Failure('busy');
	return z.object({ key: z.nullable(z.string()) }).parse(await answer.json()).key;
}

/** Makes a new secret token for the calendar; the one before stops working. */
export async function openCalendar(backend: Backend): Promise<string> {
	return z.string().parse(await backend.call('open_calendar', {}));
}

export async function closeCalendar(backend: Backend): Promise<void> {
	await backend.call('close_calendar', {});
}
