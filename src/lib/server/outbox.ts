import type { Mail } from './mail.ts';

export interface OutboxMail extends Mail {
	/** When it would have been sent, ISO. */
	at: string;
}

const CAPACITY = 50;

/** Where mail goes in demo mode: kept in memory, last first, and shown to whoever asks. */
export class Outbox {
	#mails: OutboxMail[] = [];
	#now: () => Date;

	constructor(now: () => Date = () => new Date()) {
		this.#now = now;
	}

	get mails(): readonly OutboxMail[] {
		return this.#mails;
	}

	add(mail: Mail): void {
		const kept = { ...mail, at: this.#now().toISOString() };
		this.#mails = [kept, ...this.#mails].slice(0, CAPACITY);
	}
}
