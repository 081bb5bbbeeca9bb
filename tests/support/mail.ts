import { SMTPServer } from 'smtp-server';

export interface CaughtMail {
	to: string;
	subject: string;
	text: string;
	/** The whole message as it came over the wire. */
	raw: string;
}

/** A real SMTP server that keeps what it is sent. */
export interface MailCatcher {
	url: string;
	mails: CaughtMail[];
	/** The oldest mail to an address that was not taken yet, now or when it comes. */
	next(to: string): Promise<CaughtMail>;
	/** The six digits of the next mail to an address. */
	code(to: string): Promise<string>;
	close(): Promise<void>;
}

export async function openMailCatcher(): Promise<MailCatcher> {
	const mails: CaughtMail[] = [];
	const unread: CaughtMail[] = [];
	const waiting: { to: string; resolve: (mail: CaughtMail) => void }[] = [];
	const server = new SMTPServer({
		authOptional: true,
		disabledCommands: ['STARTTLS', 'AUTH'],
		logger: false,
		onData(stream, session, done) {
			let raw = '';
			stream.on('data', (chunk: Buffer) => (raw += chunk.toString('latin1')));
			stream.on('end', () => {
				const to = session.envelope.rcptTo[0]?.address ?? '';
				const mail = { to, raw, ...read(raw) };
				mails.push(mail);
				const index = waiting.findIndex((reader) => reader.to === to);
				if (index >= 0) waiting.splice(index, 1)[0]!.resolve(mail);
				else unread.push(mail);
				done();
			});
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');

	function next(to: string): Promise<CaughtMail> {
		const index = unread.findIndex((mail) => mail.to === to);
		if (index >= 0) return Promise.resolve(unread.splice(index, 1)[0]!);
		return new Promise((resolve) => waiting.push({ to, resolve }));
	}
	return {
		url: `smtp://127.0.0.1:${address.port}`,
		mails,
		next,
		code: async (to) => {
			const code = /^\d{6}$/m.exec((await next(to)).text)?.[0];
			if (!code) throw new Error('no code in the mail');
			return code;
		},
		close: () => new Promise((resolve) => server.close(() => resolve()))
	};
}

function read(raw: string): { subject: string; text: string } {
	const [head = ''] = raw.split('\r\n\r\n', 1);
	const subject = /^subject: (.*(?:\r\n[ \t].*)*)/im.exec(head)?.[1] ?? '';
	const part = raw.split(/^--.*\r\n/m).find((text) => /^content-type: text\/plain/im.test(text));
	const [, ...body] = (part ?? '').split('\r\n\r\n');
	const encoding = /^content-transfer-encoding: (\S+)/im.exec(part ?? '')?.[1];
	return { subject: words(subject), text: decode(body.join('\r\n\r\n'), encoding) };
}

function decode(body: string, encoding: string | undefined): string {
	if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
	const bytes = body
		.replace(/=\r\n/g, '')
		.replace(/=([\dA-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
	return Buffer.from(bytes, 'latin1').toString().replaceAll('\r\n', '\n');
}

/** Encoded words of a header (RFC 2047) as text. */
function words(header: string): string {
	return header
		.replace(/\?=\s+=\?/g, '?==?')
		.replace(/=\?utf-8\?([qb])\?(.*?)\?=/gi, (_, kind: string, text: string) =>
			kind.toLowerCase() === 'b'
				? Buffer.from(text, 'base64').toString()
				: decode(text.replaceAll('_', ' '), 'quoted-printable')
		);
}
