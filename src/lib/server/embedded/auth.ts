import { setTimeout as wait } from 'node:timers/promises';
import { passwordFault } from '#lib/domain/account/password.ts';
import type { Account, Accounts } from './accounts.ts';
import { invalid, notFound, refuse, tooManyMails, tooManyTries, weak } from './auth-answers.ts';
import {
	type AuthRequest,
	type CodeRequest,
	type CodeTry,
	type PasswordChange,
	type PasswordTry,
	readAuth
} from './auth-requests.ts';
import type { Bearer } from './bearer.ts';
import { isGuessable } from './guessable.ts';
import type { Limit, Limits } from './limits.ts';
import type { Lite } from './lite.ts';
import { keepSignIns } from './sign-ins.ts';

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

export interface AuthOptions {
	accounts: Accounts;
	limits: Limits;
	rules: AuthLimits;
	/** Supabase's own Auth, behind this door. */
	lite: Lite;
	/** Compares a password with that of nobody: it takes as long as with somebody's. */
	compareWithNone: (password: string) => Promise<void>;
	/**
	 * Least duration of an answer that could tell by its haste whether an account exists, in ms. That of
	 * a code comes then, whatever is still under way; 0, in tests: once it is done.
	 */
	pace: number;
}

export interface AuthCall {
	method: string;
	/** Below `/auth/v1/`. */
	name: string;
	query: URLSearchParams;
	/** Parsed JSON; null without a body, undefined where it is none. */
	body: unknown;
	/** The caller's network address. */
	peer: string;
	/** Whose token came with it; null: nobody's. */
	bearer: Bearer | null;
	/** The header the token came in. */
	authorization: string | null;
	/** The caller's browser, in its own words. */
	userAgent: string | null;
}

type Call = AuthCall & { options: AuthOptions };

/**
 * The door of the embedded sign-in: lets through what is on the closed list, bounds how often it
 * may be tried, and answers alike whether an account exists or not.
 */
export async function answerAuth(asked: AuthCall, options: AuthOptions): Promise<Response> {
	const request = readAuth(asked.method, asked.name, asked.query, asked.body);
	// Links in mails, other providers and token hashes have no place here: codes are typed.
	if (request === 'unknown') return notFound();
	if (request === 'malformed') return invalid();
	const answer = await dispatch(request, { ...asked, options });
	await keepSignIns(request.asked, asked, answer, options.accounts);
	return answer;
}

function dispatch(request: AuthRequest, call: Call): Promise<Response> {
	const { lite } = call.options;
	const { authorization } = call;
	switch (request.asked) {
		case 'POST otp':
			return requestCode(call, request.body);
		case 'POST verify':
			return paced(call.options, verify(call, request.body));
		case 'POST token password':
			return paced(call.options, signIn(call, request.body));
		case 'POST token refresh_token':
			return lite({
				method: 'POST',
				path: 'token?grant_type=refresh_token',
				body: request.body,
				isWhole: true
			});
		case 'GET user':
			return lite({ method: 'GET', path: 'user', authorization });
		case 'PUT user':
			return changePassword(call, request.body);
		case 'GET reauthenticate':
			return proveAgain(call);
		case 'POST logout':
			return lite({ method: 'POST', path: 'logout?scope=local', authorization });
	}
}

/**
 * An account is made for an address that has none, and that takes longer: so nobody waits for it. What
 * failed by then is told, for it fails for every address.
 */
async function requestCode(call: Call, body: CodeRequest): Promise<Response> {
	const { pace } = call.options;
	if (!mayMail(call, body.email)) return paced(call.options, Promise.resolve(tooManyMails()));
	let answer = Response.json({});
	const work = sendCode(call, body).then(
		(done) => (answer = done.status >= 500 ? done : answer),
		() => (answer = refuse(503, 'unavailable', 'Failed'))
	);
	await (pace === 0 ? work : wait(pace));
	return answer;
}

async function sendCode(call: Call, { email, create_user }: CodeRequest): Promise<Response> {
	const { accounts, lite } = call.options;
	const account = await accounts.find(email);
	const answer = await lite({ method: 'POST', path: 'otp', body: { email, create_user } });
	if (answer.status >= 500) return answer;
	// To a new account Auth opens a session before the code came back: nobody holds it.
	if (!account) await accounts.endSessions(email);
	renewTries(call, email);
	return answer;
}

async function signIn(call: Call, { email, password }: PasswordTry): Promise<Response> {
	const { accounts, compareWithNone, limits, rules, lite } = call.options;
	const key = `password ${email}`;
	if (!mayTry(call) || !limits.take(key, rules.passwordsPerAddress)) return tooManyTries();
	const isCompared = await accounts.hasPassword(email);
	const answer = await lite({
		method: 'POST',
		path: 'token?grant_type=password',
		body: { email, password }
	});
	// A pace hides this only until many ask at once.
	if (!isCompared) await compareWithNone(password);
	if (answer.ok) limits.clear(key);
	else if (answer.status < 500)
		return refuse(400, 'invalid_credentials', 'Invalid login credentials');
	return answer;
}

async function verify(call: Call, { email, token }: CodeTry): Promise<Response> {
	const { accounts, limits, rules } = call.options;
	const key = triesOf(email);
	if (!mayTry(call) || !limits.take(`address ${email}`, rules.triesPerAddress))
		return tooManyTries();
	if (!limits.take(key, rules.triesPerCode)) {
		await accounts.voidCodes(email);
		return tooManyTries();
	}
	const account = await accounts.find(email);
	const answer = await tryCode(call, account, email, token);
	if (answer.ok) limits.clear(key);
	return answer;
}

/**
 * A code proves who holds the mailbox. A password set on an account before that proves nothing:
 * with an earlier version a stranger could sign up with somebody's address and a password, wait for
 * that person to come by a code, and share their account.
 */
async function tryCode(
	{ options: { lite, accounts } }: Call,
	account: Account | null,
	email: string,
	token: string
): Promise<Response> {
	let answer = refuse(403, 'otp_expired', 'Code is wrong or has expired');
	for (const type of ['recovery', 'signup']) {
		answer = await lite({ method: 'POST', path: 'verify', body: { email, token, type } });
		if (!answer.ok) continue;
		if (account && !account.confirmed) await accounts.dropPassword(account.id);
		break;
	}
	return answer;
}

/**
 * A person who holds an unlocked phone for a moment must not hold the account for good: a new
 * password takes a code sent to the mailbox. The app signs in anew with it; the build before sent it
 * along, as a hosted Supabase asks with `secure_password_change`.
 */
async function changePassword(call: Call, { password, nonce }: PasswordChange): Promise<Response> {
	const { accounts, limits, rules, lite } = call.options;
	const account = await signedIn(call);
	const change = () =>
		lite({ method: 'PUT', path: 'user', body: { password }, authorization: call.authorization });
	// In nobody's name: Auth says so by itself.
	if (account === null || !call.bearer) return change();
	if (await isWeak(password, call.bearer.email)) return weak();
	if (nonce === undefined) {
		if (await accounts.isProved(call.bearer.session_id)) return change();
		return refuse(400, 'reauthentication_needed', 'A new password needs a code');
	}
	const mayGuess = mayTry(call) && limits.take(`address ${account}`, rules.triesPerAddress);
	if (!mayGuess || !limits.take(triesOf(account), rules.triesPerCode)) return tooManyTries();
	if (await accounts.spendProof(account, nonce)) return change();
	return refuse(422, 'reauthentication_not_valid', 'Code is wrong or has expired');
}

async function isWeak(password: string, email: string): Promise<boolean> {
	return passwordFault(password) !== null || isGuessable(password, [email, ...email.split(/\W/)]);
}

/** Auth sends the code, or says that nobody is signed in. */
async function proveAgain(call: Call): Promise<Response> {
	const account = await signedIn(call);
	if (account !== null) {
		if (!mayMail(call, account)) return tooManyMails();
		renewTries(call, account);
	}
	const { authorization } = call;
	return call.options.lite({ method: 'GET', path: 'reauthenticate', authorization });
}

/** Id of the account in whose name the call comes; null: in nobody's. */
async function signedIn({ bearer, options }: Call): Promise<string | null> {
	return bearer && (await options.accounts.hasSession(bearer.session_id)) ? bearer.sub : null;
}

function mayMail({ options: { limits, rules }, peer }: Call, email: string): boolean {
	// The caller first: one that has asked too often adds no addresses to what is remembered, and so
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
