import webPush from 'web-push';
import type { Vapid } from '#lib/server/config.ts';
import type { Outcome, Subscription } from './queue.ts';

export interface Push {
	/**
	 * Sends a payload for one browser's eyes. `topic` names it: one not yet delivered is replaced by
	 * the next of the same name. `seconds` is how long the push service keeps trying. @throws
	 * PushError when it may be tried again.
	 */
	send(to: Subscription, payload: string, topic: string, seconds: number): Promise<Outcome>;
}

export interface PushOptions {
	vapid: Vapid;
	/** The contact that a push service may write to: an https address of ours, or mailto. */
	contact: string;
	/** Origins of push services beyond the known ones. */
	hosts: readonly string[];
}

/** The push service did not take it now. */
export class PushError extends Error {
	readonly code: string;

	constructor(status: number) {
		super(`push failed: ${status}`);
		this.code = String(status);
	}
}

/** The push services of the browsers there are. */
const KNOWN =
	/^https:\/\/(fcm\.googleapis\.com|([\w-]+\.)+(push\.services\.mozilla|push\.apple|notify\.windows)\.com)$/;

/** Answers that mean the browser took its subscription back. */
const GONE = new Set([404, 410]);
const PATIENCE = 10_000;

/**
 * Whether an endpoint is one of a push service. Endpoints are addresses that members give: this
 * process must not be sent knocking at the doors of its own network.
 */
export function isPushService(endpoint: string, hosts: readonly string[]): boolean {
	const url = URL.parse(endpoint);
	if (!url || url.username || url.password) return false;
	return KNOWN.test(url.origin) || hosts.includes(url.origin);
}

export function openPush({ vapid, contact, hosts }: PushOptions): Push {
	const vapidDetails = { subject: contact, ...vapid };
	return {
		send: async (to, payload, topic, seconds) => {
			if (!isPushService(to.endpoint, hosts)) return 'gone';
			const options = { vapidDetails, topic, TTL: Math.max(0, Math.round(seconds)) };
			const { endpoint, headers, body } = webPush.generateRequestDetails(to, payload, options);
			const told = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
			const answer = await fetch(endpoint, {
				method: 'POST',
				headers: told.filter(([name]) => name !== 'Content-Length').map(([...pair]) => pair),
				body: new Uint8Array(body),
				// What it answers elsewhere is nobody's business.
				redirect: 'manual',
				signal: AbortSignal.timeout(PATIENCE)
			});
			await answer.body?.cancel();
			if (answer.ok) return 'sent';
			if (GONE.has(answer.status)) return 'gone';
			throw new PushError(answer.status);
		}
	};
}
