import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { passwordFault } from '#lib/domain/account/password.ts';
import type { Account, Accounts } from './accounts.ts';
import { invalid, newcomer, refuse, tooManyMails, tooManyTries, weak } from './auth-answers.ts';
import type { Bearer } from './bearer.ts';
import { isGuessable } from './guessable.ts';
import type { Limit, Limits } from './limits.ts';

const MINUTE = 60_000;

/** How often each thing may be asked: by e-mail address, and by the address of the caller. */
export const AUTH_LIMITS = {
	mailsPerAddress: { most: 5, window: 10 * MINUTE },
	mailsPerPeer: { most: 60, window: 10 * MINUTE },
	/** Wrong codes before the code is void. */
	triesPerCode: { most: 5, window: 10 * MINUTE },
	/** Over all codes of one address: bounds guessing by one in fifty thousand an hour. */
	triesPerAddress: { most: 20, window: 60 * MINUTE },
	passwordsPerAddress: { most: 10, window: 10 * MINUTE },
	triesPerPeer: { most: 200, window: 10 * MINUTE }
} satisfies Record<string, Limit>;

export type AuthLimits = Record<keyof typeof AUTH_LIMITS, Limit>;

const email = z.string().max(254).toLowerCase().pipe(z.email());
const password = z.string().refine((text) => passwordFault(text) !== 'long');
const metadata = z
	.object({ name: z.string().max(80).optional(), language: z.enum(['fr', 'en']).optional() })
	.optional()
	.catch(undefined);
const formats = {
	otp: z.object({ email, create_user: z.boolean().default(true) }),
	signup: z.object({ email, password, data: metadata }),
	verify: z.object({
		email,
		token: z.string().regex(/^\d{6}$/),
		type: z.enum(['email', 'signup', 'magiclink', 'recovery', 'invite'])
	}),
	password: z.object({ email, password: z.string().min(1).max(1000) }),
	refresh: z.object({ refresh_token: z.string().max(200) }),
	recover: z.object({ email }),
	resend: z.object({ email, type: z.literal('signup') }),
	user: z.object({
		password: password.optional(),
		nonce: z
			.string()
			.regex(/^\d{6}$/)
			.optional(),
		data: metadata,
		email: z.undefined({ error: 'email_change' }).optional()
	})
};

export interface AuthOptions {
	accounts: Accounts;
	limits: Limits;
	rules: AuthLimits;
	/** Calls the API behind: a path below `/auth/v1`, a body to send as JSON. */
	forward: (path: string, body: unknown) => Promise<Response>;
	/** Sends a confirmation code; returns at once. */
	sendCode: (email: string, code: string) => void;
	/** Least duration of an answer that could tell by its haste whether an account exists, in ms. */
	pace: number;
}

export interface AuthRequest {
	method: string;
	/** Below `/auth/v1/`. */
	name: string;
	query: URLSearchParams;
	/** Parsed JSON, or undefined. */
	body: unknown;
	/** The caller's network address. */
	peer: string;
	/** Whose token came with it; null: nobody's. */
	bearer: Bearer | null;
}

type Call = AuthRequest & { options: AuthOptions };

/**
 * The door of the embedded sign-in: bounds how often it may be tried, and answers alike whether an
 * account exists or not. Null means the request may pass as it is.
 */
export async function answerAuth(
	request: AuthRequest,
	options: AuthOptions
): Promise<Response | null> {
	const { method, name, query } = request;
	const call = { ...request, options };
	const route = method === 'POST' && name === 'token' ? query.get('grant_type') : name;
	if (method === 'POST') {
		if (route === 'otp') return paced(options, requestCode(call));
		if (route === 'signup') return paced(options, signUp(call));
		if (route === 'recover') return paced(options, recover(call));
		if (route === 'resend') return paced(options, resend(call));
		if (route === 'password') return paced(options, signIn(call));
		if (route === 'verify') return paced(options, verify(call));
		if (route === 'refresh_token')
			return formats.refresh.safeParse(call.body).success ? null : invalid();
		if (route === 'logout') return null;
	}
	if (route === 'user' && method === 'GET') return null;
	if (route === 'user' && method === 'PUT') return changeUser(call);
	if (route === 'reauthenticate' && method === 'GET') return proveAgain(call);
	if (method === 'GET' && (route === 'settings' || route === 'health')) return null;
	// Links in mails, other providers and token hashes have no place here: codes are typed.
	return refuse(404, 'not_found', 'No such address');
}

async function requestCode(call: Call): Promise<Response> {
	const input = formats.otp.safeParse(call.body);
	if (!input.success) return invalid();
	if (!mayMail(call, input.data.email)) return tooManyMails();
	const { accounts, forward } = call.options;
	const account = await accounts.find(input.data.email);
	const answer = await forward('otp', input.data);
	if (answer.status >= 500) return answer;
	// To a new account the API opens a session before the code came back: nobody holds it.
	if (!account) await accounts.endSessions(input.data.email);
	renewTries(call, input.data.email);
	return Response.json({});
}

async function signUp(call: Call): Promise<Response> {
	const input = formats.signup.safeParse(call.body);
	if (!input.success) return invalid();
	const { options } = call;
	const { email, password, data = {} } = input.data;
	// To judge a password takes time: not for who tries without end.
	if (!mayTry(call)) return tooManyTries();
	if (await isWeak(password, email)) return weak();
	if (!mayMail(call, email)) return tooManyMails();
	const account = await options.accounts.find(email);
	if (account && !account.confirmed) await options.accounts.forgetUnconfirmed(email);
	// To somebody who has an account, the code that comes signs them in.
	const answer = account?.confirmed
		? await options.forward('otp', { email, create_user: false })
		: await options.forward('signup', { email, password, data });
	if (answer.status >= 500) return answer;
	renewTries(call, email);
	return Response.json(newcomer(email, data));
}

async function recover(call: Call): Promise<Response> {
	const input = formats.recover.safeParse(call.body);
	if (!input.success) return invalid();
	if (!mayMail(call, input.data.email)) return tooManyMails();
	const answer = await call.options.forward('recover', input.data);
	if (answer.status >= 500) return answer;
	renewTries(call, input.data.email);
	return Response.json({});
}

async function resend(call: Call): Promise<Response> {
	const input = formats.resend.safeParse(call.body);
	if (!input.success) return invalid();
	const { email } = input.data;
	if (!mayMail(call, email)) return tooManyMails();
	const code = await call.options.accounts.renewConfirmation(email);
	if (code) call.options.sendCode(email, code);
	renewTries(call, email);
	return Response.json({});
}

async function signIn(call: Call): Promise<Response> {
	const input = formats.password.safeParse(call.body);
	if (!input.success) return invalid();
	const { limits, rules, forward } = call.options;
	const key = `password ${input.data.email}`;
	if (!mayTry(call) || !limits.take(key, rules.passwordsPerAddress)) return tooManyTries();
	const answer = await forward('token?grant_type=password', input.data);
	if (answer.ok) limits.clear(key);
	else if (answer.status < 500)
		return refuse(400, 'invalid_credentials', 'Invalid login credentials');
	return answer;
}

async function verify(call: Call): Promise<Response> {
	const input = formats.verify.safeParse(call.body);
	if (!input.success) return invalid();
	const { accounts, limits, rules } = call.options;
	const { email, token, type } = input.data;
	const key = triesOf(email);
	if (!mayTry(call) || !limits.take(`address ${email}`, rules.triesPerAddress))
		return tooManyTries();
	if (!limits.take(key, rules.triesPerCode)) {
		await accounts.voidCodes(email);
		return tooManyTries();
	}
	const account = await accounts.find(email);
	const answer = await tryCode(call, account, { email, token, type });
	if (answer.ok) limits.clear(key);
	return answer;
}

/**
 * A code shows who holds the mailbox. A password given at sign-up is kept only when its own code
 * comes back through the sign-up form: otherwise a stranger could sign up with somebody's address,
 * wait for that person to come by a code, and share their account.
 */
async function tryCode(
	{ options: { forward, accounts } }: Call,
	account: Account | null,
	{ email, token, type }: z.infer<typeof formats.verify>
): Promise<Response> {
	const order = type === 'signup' ? ['signup', 'recovery'] : ['recovery', 'signup'];
	let answer = refuse(403, 'otp_expired', 'Code is wrong or has expired');
	for (const kind of order) {
		answer = await forward('verify', { email, token, type: kind });
		if (!answer.ok) continue;
		const own = type === 'signup' && kind === 'signup';
		if (account && !account.confirmed && !own) await accounts.dropPassword(account.id);
		break;
	}
	return answer;
}

/** Null lets it pass. The address stays: the API would change it without asking the new mailbox. */
async function changeUser(call: Call): Promise<Response | null> {
	const input = formats.user.safeParse(call.body);
	if (!input.success) {
		const isEmail = input.error.issues.some((issue) => issue.message === 'email_change');
		return isEmail
			? refuse(422, 'email_change_refused', 'The address cannot be changed')
			: invalid();
	}
	const { password, nonce } = input.data;
	return password === undefined ? null : changePassword(call, password, nonce);
}

/**
 * Whoever holds an unlocked phone for a moment must not hold the account for good: a new password asks
 * for a code sent to the mailbox, as a hosted Supabase does with `secure_password_change`.
 */
async function changePassword(
	call: Call,
	password: string,
	nonce: string | undefined
): Promise<Response | null> {
	const { accounts, limits, rules } = call.options;
	const account = await signedIn(call);
	if (account === null) return null;
	if (await isWeak(password, call.bearer?.email ?? '')) return weak();
	if (nonce === undefined) {
		return refuse(400, 'reauthentication_needed', 'A new password needs a code');
	}
	const mayGuess = mayTry(call) && limits.take(`address ${account}`, rules.triesPerAddress);
	if (!mayGuess || !limits.take(triesOf(account), rules.triesPerCode)) return tooManyTries();
	if (await accounts.spendProof(account, nonce)) return null;
	return refuse(422, 'reauthentication_not_valid', 'Code is wrong or has expired');
}

async function isWeak(password: string, email: string): Promise<boolean> {
	return passwordFault(password) !== null || isGuessable(password, [email, ...email.split(/\W/)]);
}

/** Null lets it pass: the API sends the code. */
async function proveAgain(call: Call): Promise<Response | null> {
	const account = await signedIn(call);
	if (account === null) return null;
	if (!mayMail(call, account)) return tooManyMails();
	renewTries(call, account);
	return null;
}

/** Id of the account in whose name the call comes; null: in nobody's, and the API says so by itself. */
async function signedIn({ bearer, options }: Call): Promise<string | null> {
	return bearer && (await options.accounts.hasSession(bearer.session_id)) ? bearer.sub : null;
}

function mayMail({ options: { limits, rules }, peer }: Call, email: string): boolean {
	// The caller first: who has asked too often adds no addresses to what is remembered, and so
	// cannot push out the counts of others.
	return (
		limits.take(`mails from ${peer}`, rules.mailsPerPeer) &&
		limits.take(`mails to ${email}`, rules.mailsPerAddress)
	);
}

function mayTry({ options: { limits, rules }, peer }: Call): boolean {
	return limits.take(`tries from ${peer}`, rules.triesPerPeer);
}

function renewTries({ options: { limits } }: Call, email: string): void {
	limits.clear(triesOf(email));
}

const triesOf = (email: string) => `code ${email}`;

async function paced(options: AuthOptions, work: Promise<Response>): Promise<Response> {
	const [answer] = await Promise.all([work, wait(options.pace)]);
	return answer;
}
