import { createHash, randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import type { Mail } from './mail.ts';
import {
	formerAddressMail,
	newAddressMail,
	stopAddressMail,
	takenAddressMail
} from './mail-text.ts';
import { callFunction, RpcError } from './rpc.ts';
import type { Supabase } from './supabase.ts';

export interface AddressMeans {
	/** Calls in the name of the member whose token comes along. */
	supabase: Supabase;
	/** Calls what members may not. */
	secret: Supabase;
	/** The member's own token. */
	bearer: string;
	/** Rejects when the mail was not taken. */
	send: (mail: Mail) => Promise<void>;
}

const changeFormat = z.uuid();
const codedFormat = z.object({
	old: z.string(),
	new: z.string(),
	language: z.enum(['fr', 'en']),
	taken: z.boolean(),
	spared: z.boolean()
});

/**
 * Asks to move the member's account to an address: a code goes to the one it has, another to the new
 * one, and nothing but their hashes is kept. Answers the id of the change. Two mails leave whether the
 * new address has an account or not: where it has one, its owner is told. @throws RpcError.
 */
export async function askAddress(email: string, means: AddressMeans): Promise<string> {
	const { supabase, secret, bearer, send } = means;
	const change = changeFormat.parse(await callFunction(supabase, 'ask_address', { email }, bearer));
	const [oldCode, newCode] = [code(), code()];
	const coded = codedFormat.parse(
		await callFunction(secret, 'code_address', {
			change_id: change,
			old_hash: hashOf(change, oldCode),
			new_hash: hashOf(change, newCode)
		})
	);
	const toNew = coded.taken
		? takenAddressMail(coded.new)
		: newAddressMail(coded.new, newCode, coded.language);
	// Together: how long one takes tells nothing of the other. The old mailbox may be gone.
	const [arrived] = await Promise.allSettled([
		coded.spared ? null : send(toNew),
		send(formerAddressMail(coded.old, oldCode, coded.language))
	]);
	if (arrived.status === 'rejected') throw new RpcError('busy');
	return change;
}

const code = () => String(randomInt(1_000_000)).padStart(6, '0');

/** As `private.is_code` compares. */
const hashOf = (change: string, code: string) =>
	createHash('sha256').update(`${change} ${code}`).digest('hex');

export interface LostAddress {
	/** The change that was asked for, and the code of the mail to the new address. */
	change: string;
	code: string;
	/** Null: none was given. */
	password: string | null;
}

const openedFormat = z.object({
	outcome: z.enum(['waiting', 'waiting_already', 'wrong', 'void', 'taken', 'password']),
	old: z.string().optional(),
	language: z.enum(['fr', 'en']).optional()
});
export type WaitOutcome = z.output<typeof openedFormat>['outcome'] | 'wrong_password';

const userFormat = z.object({ id: z.uuid(), email: z.string() });
const signInFormat = z.object({ access_token: z.string(), user: z.object({ id: z.uuid() }) });
const claimsFormat = z.object({ session_id: z.uuid() });

/**
 * Has the member's account wait to move without a code from the old address, to which a way to stop it
 * is mailed. A password that was chosen is needed too. `origin` is where links lead. @throws RpcError.
 */
export async function openAddressWait(
	{ change, code, password }: LostAddress,
	means: AddressMeans & { origin: string }
): Promise<WaitOutcome> {
	const { supabase, secret, bearer, send, origin } = means;
	const user = userFormat.parse(await askAuth(supabase, 'GET', 'user', bearer));
	if (password !== null && !(await isPassword(user, password, supabase))) return 'wrong_password';
	const token = randomBytes(32).toString('base64url');
	const opened = openedFormat.parse(
		await callFunction(secret, 'open_address_wait', {
			...{ change_id: change, account: user.id, session_id: sessionOf(bearer), new_code: code },
			has_password: password !== null,
			stop_hash: createHash('sha256').update(token).digest('hex')
		})
	);
	if (opened.old !== undefined) {
		const mail = stopAddressMail(opened.old, `${origin}/stop#${token}`, opened.language ?? 'fr');
		// The mailbox may be gone: that is why the account waits.
		await send(mail).catch(() => undefined);
	}
	return opened.outcome;
}

/** Stops the move of an account, given the token of the mail to its old address. @throws RpcError. */
export async function stopAddressWait(token: string, secret: Supabase): Promise<void> {
	await callFunction(secret, 'stop_address_wait_by', { token });
}

/** Signs in with it, and out again. */
async function isPassword(
	{ id, email }: z.output<typeof userFormat>,
	password: string,
	supabase: Supabase
): Promise<boolean> {
	try {
		const given = { email, password };
		const path = 'token?grant_type=password';
		const opened = signInFormat.parse(await askAuth(supabase, 'POST', path, null, given));
		await askAuth(supabase, 'POST', 'logout?scope=local', opened.access_token);
		return opened.user.id === id;
	} catch (error) {
		if (error instanceof RpcError && error.code === '400') return false;
		throw error;
	}
}

/** Of a token that Auth has just taken. */
function sessionOf(bearer: string): string {
	const claims: unknown = JSON.parse(
		Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString()
	);
	return claimsFormat.parse(claims).session_id;
}

/** The answer of Auth; null without a body. @throws RpcError with the status as its code. */
async function askAuth(
	supabase: Supabase,
	method: string,
	path: string,
	bearer: string | null,
	body: object | null = null
): Promise<unknown> {
	const answer = await supabase.fetch(`/auth/v1/${path}`, {
		method,
		headers: {
			'content-type': 'application/json',
			...(bearer !== null && { authorization: `Bearer ${bearer}` })
		},
		...(body && { body: JSON.stringify(body) })
	});
	const text = await answer.text();
	if (!answer.ok) throw new RpcError(String(answer.status));
	return text === '' ? null : JSON.parse(text);
}
