import type { Subscription } from '#lib/data/reminders.ts';
import { byHand } from '#routes/(app)/me/install.ts';

/**
 * How this browser stands to notifications. `install`: it would take them once the app is on the
 * home screen. `denied`: its user said no, and only its own settings can say yes again.
 */
export type Ability = 'able' | 'unsupported' | 'install' | 'denied';

export function ability(): Ability {
	if ('PushManager' in window && 'serviceWorker' in navigator && 'Notification' in window) {
		return Notification.permission === 'denied' ? 'denied' : 'able';
	}
	// On an iPhone or iPad only what stands on the home screen gets any.
	const way = byHand(navigator);
	const apple = way !== null && ['iphone', 'ipad', 'ios', 'inside'].includes(way);
	const installed = matchMedia('(display-mode: standalone)').matches;
	return apple && !installed ? 'install' : 'unsupported';
}

/** The address of this browser's subscription; null: it has none. */
export async function endpoint(): Promise<string | null> {
	return (await current())?.endpoint ?? null;
}

/**
 * Asks its user and subscribes under the server's key. Null when the user said no or nothing.
 * @throws what the browser throws when its push service does not answer.
 */
export async function ask(key: string): Promise<Subscription | null> {
	if ((await Notification.requestPermission()) !== 'granted') return null;
	// One of before may be under another key, and then stands in the way.
	await forget();
	const worker = await navigator.serviceWorker.ready;
	const subscription = await worker.pushManager.subscribe({
		userVisibleOnly: true,
		applicationServerKey: bytes(key)
	});
	const { p256dh = '', auth = '' } = subscription.toJSON().keys ?? {};
	return { endpoint: subscription.endpoint, p256dh, auth };
}

/** Ends the subscription here: the push service then tells the server that nobody is there. */
export async function forget(): Promise<void> {
	await (await current())?.unsubscribe();
}

async function current(): Promise<PushSubscription | null> {
	const worker = await navigator.serviceWorker?.getRegistration();
	return (await worker?.pushManager?.getSubscription()) ?? null;
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
	const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
	return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}
