import { createTransport } from 'nodemailer';
import type { Config } from './config.ts';
import { Refusal } from './refusal.ts';

/** How many mails demo mode remembers. */
const CAPACITY = 50;

export interface Mail {
	to: string;
	subject: string;
	text: string;
	html: string;
	/**
	 * The same for a mail that may leave twice: mail programs then keep one. Made up unless given.
	 */
	id?: string;
	/**
	 * Where its reader says that they want no more of this kind; mail programs offer it (RFC 2369).
	 */
	settings?: string;
}

export interface DemoMail extends Mail {
	/** When it would have been sent, ISO. */
	at: string;
}

export interface Mailer {
	/** Resolves when the next server has taken it; rejects when it has not. */
	send(mail: Mail): Promise<void>;
	/** The mails of demo mode, or null where mail is really sent. */
	demoMails: DemoMails | null;
	close(): void;
}

/**
 * Opens the way out for mail. Without SMTP there is none; demo mode keeps and shows its mails.
 * @throws Refusal.
 */
export function openMailer(config: Pick<Config, 'smtpUrl' | 'demo' | 'mailFrom'>): Mailer {
	if (config.smtpUrl) return openSmtp(config.smtpUrl, config.mailFrom);
	if (!config.demo) throw new Refusal('SMTP_URL is missing: sign-in codes are sent by mail.');
	const demoMails = new DemoMails();
	return { demoMails, send: async (mail) => demoMails.add(mail), close: () => undefined };
}

function openSmtp(url: string, from: string): Mailer {
	const timeouts = 'connectionTimeout=10000&greetingTimeout=10000&socketTimeout=20000';
	const transport = createTransport(`${url}${url.includes('?') ? '&' : '?'}${timeouts}`, {
		from,
		// Nothing of ours is fetched from files or addresses named in a mail.
		disableFileAccess: true,
		disableUrlAccess: true
	});
	const host = /@([^\s@<>]+)>?$/.exec(from)?.[1] ?? 'cercle';
	return {
		demoMails: null,
		send: async ({ to, subject, text, html, id, settings }) => {
			await transport.sendMail({
				// An object, so that nothing in an address can name a second one.
				to: { name: '', address: to },
				subject,
				text,
				html,
				...(id !== undefined && { messageId: `<${id}@${host}>` }),
				...(settings !== undefined && { list: { unsubscribe: settings } }),
				headers: { 'Auto-Submitted': 'auto-generated' }
			});
		},
		close: () => transport.close()
	};
}

/** The mails of demo mode: kept in memory, last first, shown to anybody who asks. */
export class DemoMails {
	#mails: DemoMail[] = [];
	#now: () => Date;

	constructor(now: () => Date = () => new Date()) {
		this.#now = now;
	}

	get mails(): readonly DemoMail[] {
		return this.#mails;
	}

	add(mail: Mail): void {
		const kept = { ...mail, at: this.#now().toISOString() };
		this.#mails = [kept, ...this.#mails].slice(0, CAPACITY);
	}
}
