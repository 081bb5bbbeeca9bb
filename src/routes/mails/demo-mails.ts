import * as z from 'zod/mini';

const format = z.array(
	z.object({ to: z.string(), subject: z.string(), text: z.string(), at: z.string() })
);

/** A mail of demo mode, with what a person looks for in it. */
export interface DemoMail {
	to: string;
	subject: string;
	text: string;
	/** ISO moment. */
	at: string;
	/** The sign-in code, if it holds one. */
	code: string | null;
	/** The path and fragment of an invitation on this site, if it holds one. */
	link: string | null;
}

/** Reads what `/mails.json` answers, last mail first. @throws on another shape. */
export function readMails(body: unknown): DemoMail[] {
	return format.parse(body).map((mail) => ({
		...mail,
		code: /^\d{6}$/m.exec(mail.text)?.[0] ?? null,
		link: /\/join#[\w-]+/.exec(mail.text)?.[0] ?? null
	}));
}
