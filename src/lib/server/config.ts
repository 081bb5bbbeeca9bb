import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

/**
 * `start`: tried at home, demo by default. `dev`: the same with hot reload. `serve`: production.
 */
export type Mode = 'start' | 'dev' | 'serve';

export interface Hosted {
	url: string;
	publishableKey: string;
	/** With it this process sends the reminders; null: it sends none. */
	secretKey: string | null;
}

/** The pair of keys by which push services know this Cercle, base64url. */
export interface Vapid {
	publicKey: string;
	privateKey: string;
}

export interface Config {
	mode: Mode;
	host: string;
	port: number;
	/** Absolute folder of the database and the keys. */
	dataFolder: string;
	/** An owner's address of a Postgres to use instead of the embedded one, or null. */
	databaseUrl: string | null;
	/** The hosted Supabase to use instead of every embedded part, or null. */
	hosted: Hosted | null;
	demo: boolean;
	/** Null only in demo mode, where mail is kept and shown instead of sent. */
	smtpUrl: string | null;
	mailFrom: string;
	/** The address people type, without a path. */
	origin: string;
	/** False when the origin is a guess: phones on the same network then come under other names. */
	originGiven: boolean;
	/** Null: the pair of the data folder, where there is one. */
	vapid: Vapid | null;
	/** Origins of push services beyond the known ones. */
	pushHosts: string[];
	/** Name of the header in which a proxy tells the caller's address, lower case, or null. */
	addressHeader: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const webAddress = z
	.url({ protocol: /^https?$/ })
	.refine((text) => /^https?:\/\/[^/?#]+\/?$/.test(text));

/** A host stands for its https origin. */
const pushHost = z
	.string()
	.transform((text) => (text.includes('://') ? text : `https://${text}`))
	.pipe(webAddress)
	.transform((text) => new URL(text).origin);

const formats = {
	HOST: z.string().regex(/^[\w.:-]+$/),
	PORT: z
		.string()
		.regex(/^\d{1,5}$/)
		.transform(Number)
		.pipe(z.number().max(65535)),
	CERCLE_DATA: z.string(),
	DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
	PUBLIC_SUPABASE_URL: webAddress,
	PUBLIC_SUPABASE_PUBLISHABLE_KEY: z.string().min(20),
	SUPABASE_SECRET_KEY: z.string().min(20),
	VAPID_PUBLIC_KEY: z.string().regex(/^[\w-]{87}$/),
	VAPID_PRIVATE_KEY: z.string().regex(/^[\w-]{43}$/),
	PUSH_HOSTS: z
		.string()
		.transform((text) => text.split(/[\s,]+/).filter(Boolean))
		.pipe(z.array(pushHost)),
	CERCLE_DEMO: z
		.enum(['0', '1', 'true', 'false'])
		.transform((text) => text === '1' || text === 'true'),
	SMTP_URL: z.url({ protocol: /^smtps?$/ }),
	MAIL_FROM: z.string().regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/),
	ORIGIN: webAddress,
	ADDRESS_HEADER: z
		.string()
		.regex(/^[\w-]+$/)
		.toLowerCase()
};

const expected: Record<keyof typeof formats, string> = {
	HOST: 'an address to listen on, such as 127.0.0.1 or 0.0.0.0',
	PORT: 'a port number, such as 3000',
	CERCLE_DATA: 'a folder for the database and the keys',
	DATABASE_URL: 'postgres://owner:password@host:port/name',
	PUBLIC_SUPABASE_URL: 'the https address of the Supabase project',
	PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'the publishable key of the Supabase project',
	SUPABASE_SECRET_KEY: 'the secret key of the Supabase project',
	VAPID_PUBLIC_KEY: 'the public key for push, 87 characters of base64url',
	VAPID_PRIVATE_KEY: 'the private key for push, 43 characters of base64url',
	PUSH_HOSTS: 'hosts of further push services, such as push.example.org',
	CERCLE_DEMO: '0 or 1',
	SMTP_URL: 'smtp://user:password@host:port',
	MAIL_FROM: 'the sender of mails, such as Cercle <cercle@example.org>',
	ORIGIN: 'the public address, such as https://cercle.example.org',
	ADDRESS_HEADER: 'the header in which the proxy tells the caller’s address'
};

/** Whether browsers trust what comes from there: by TLS, or from the machine itself. */
function isSecure({ protocol, hostname }: URL): boolean {
	return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * Reads the whole configuration once. @throws Refusal, which lists every missing or malformed name;
 * values are never repeated, since some are secrets.
 */
export function readConfig(mode: Mode, env: Environment): Config {
	const problems: string[] = [];
	const read = <Name extends keyof typeof formats>(
		name: Name
	): z.output<(typeof formats)[Name]> | null => {
		const text = env[name]?.trim();
		if (!text) return null;
		const parsed = formats[name].safeParse(text);
		if (parsed.success) return parsed.data as z.output<(typeof formats)[Name]>;
		problems.push(`${name} is malformed: expected ${expected[name]}`);
		return null;
	};
	const missing = (name: keyof typeof formats, why: string) => {
		if (!env[name]?.trim()) problems.push(`${name} is missing (${why}): ${expected[name]}`);
	};

	const port = read('PORT') ?? 3000;
	const url = read('PUBLIC_SUPABASE_URL');
	const key = read('PUBLIC_SUPABASE_PUBLISHABLE_KEY');
	const secretKey = read('SUPABASE_SECRET_KEY');
	const hosted = url && key ? { url: new URL(url).origin, publishableKey: key, secretKey } : null;
	const wantsHosted = Boolean(env.PUBLIC_SUPABASE_URL ?? env.PUBLIC_SUPABASE_PUBLISHABLE_KEY);
	const given = read('ORIGIN');
	const smtpUrl = read('SMTP_URL');
	const demoWish = read('CERCLE_DEMO');
	const databaseUrl = read('DATABASE_URL');
	// Demo accounts have a public password: never unasked in a database that is somebody's.
	const demo = demoWish ?? (mode !== 'serve' && !wantsHosted && databaseUrl === null);
	const folder = read('CERCLE_DATA') ?? '.data';
	const host = read('HOST') ?? '127.0.0.1';
	const mailFrom = read('MAIL_FROM');
	const addressHeader = read('ADDRESS_HEADER');
	const [publicKey, privateKey] = [read('VAPID_PUBLIC_KEY'), read('VAPID_PRIVATE_KEY')];
	const vapid = publicKey && privateKey ? { publicKey, privateKey } : null;
	const pushHosts = read('PUSH_HOSTS') ?? [];
	const origin = given ? new URL(given).origin : `http://localhost:${port}`;

	if (wantsHosted) {
		missing('PUBLIC_SUPABASE_URL', 'the publishable key is set');
		missing('PUBLIC_SUPABASE_PUBLISHABLE_KEY', 'the address of Supabase is set');
	}
	if (env.VAPID_PUBLIC_KEY?.trim()) missing('VAPID_PRIVATE_KEY', 'the public key is set');
	if (env.VAPID_PRIVATE_KEY?.trim()) missing('VAPID_PUBLIC_KEY', 'the private key is set');
	if (demo && mode === 'serve') problems.push('CERCLE_DEMO: production has no demo data');
	else if (demo && wantsHosted)
		problems.push('CERCLE_DEMO: demo data is for the embedded database');
	else if (!demo) missing('SMTP_URL', 'sign-in codes are sent by mail');
	if (mode === 'serve') {
		missing('ORIGIN', 'production');
		// Browsers give a page without TLS no cryptography, and phones would keep texts in the clear.
		if (given && !isSecure(new URL(given)))
			problems.push('ORIGIN is not https: phones would seal nothing of what they keep');
		if (!wantsHosted) missing('CERCLE_DATA', 'production');
	}
	if (problems.length > 0) {
		throw new Refusal(`Cercle cannot start:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
	}
	return {
		mode,
		host,
		port,
		dataFolder: isAbsolute(folder) ? folder : resolve(folder),
		databaseUrl,
		hosted,
		demo,
		smtpUrl,
		mailFrom: mailFrom ?? `Cercle <no-reply@${new URL(origin).hostname}>`,
		origin,
		originGiven: given !== null,
		vapid,
		pushHosts,
		addressHeader
	};
}
