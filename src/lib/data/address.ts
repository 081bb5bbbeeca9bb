import * as z from 'zod/mini';
import type { Backend } from './backend.ts';
import { Failure, failureOf } from './failure.ts';
import { askData } from './own-word.ts';

const asked = z.object({ id: z.string() });
const opened = z.object({ outcome: z.string() });
const refused = z.object({ code: z.string() });
/** What an attempt comes to that changes nothing, as a code that is worded. */
const outcomes: Readonly<Record<string, string>> = {
	wrong: 'codes_wrong',
	void: 'codes_void',
	taken: 'address_taken',
	waiting_already: 'address_waiting',
	password: 'password_needed',
	wrong_password: 'invalid_credentials'
};

/**
 * Asks to move the signed-in member's account to an address: codes are mailed to the old one and to
 * the new one. Answers the id of the change. @throws Failure.
 */
export async function ask(backend: Backend, email: string): Promise<string> {
	const body = await post(backend, '/api/address', { email: email.trim() });
	const answer = asked.safeParse(body);
	if (!answer.success) throw new Failure('busy');
	return answer.data.id;
}

/**
 * Moves the account, given the codes of both mails; this device knows the new address from then on,
 * others at their next renewal. @throws Failure.
 */
export async function change(
	backend: Backend,
	id: string,
	codes: { old: string; new: string }
): Promise<void> {
	const args = { change_id: id, old_code: codes.old, new_code: codes.new };
	settle(await backend.call('change_address', args));
	const auth = await backend.auth();
	// What was kept of the sign-in names the old one; if nothing answers, the next renewal says it.
	await auth.refreshSession().catch(() => null);
}

/**
 * Has the account wait to move without the old address, given the code of the new one, and the
 * password where one was chosen: `password_needed` says so. @throws Failure.
 */
export async function wait(
	backend: Backend,
	id: string,
	code: string,
	password: string | null
): Promise<void> {
	const body = await post(backend, '/api/address/wait', { change: id, code, password });
	const answer = opened.safeParse(body);
	if (!answer.success) throw new Failure('busy');
	settle(answer.data.outcome);
}

/** Stops the move of the signed-in member's account. @throws Failure. */
export async function stop(backend: Backend): Promise<void> {
	await backend.call('stop_address_wait', {});
}

/** The same with the token of the mail to the old address, signed in or not. @throws Failure. */
export async function stopBy(token: string): Promise<void> {
	await postAs(null, '/api/address/stop', { token });
}

/** Says as a member of the group that it is the member themself who moves. @throws Failure. */
export async function confirm(backend: Backend, waitId: string, groupId: string): Promise<void> {
	await backend.call('confirm_address_wait', { wait_id: waitId, group_id: groupId });
}

function settle(outcome: string): void {
	const code = outcomes[outcome];
	if (code !== undefined) throw new Failure(code);
}

async function post(backend: Backend, path: string, body: object): Promise<unknown> {
	const token = await backend.token();
	if (token === null) throw new Failure('unauthorized');
	return postAs(token, path, body);
}

async function postAs(token: string | null, path: string, body: object): Promise<unknown> {
	const response = await askData(path, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			...(token !== null && { authorization: `Bearer ${token}` })
		},
		body: JSON.stringify(body)
	}).catch((error: unknown) => {
		throw new Failure('offline', error);
	});
	const answer: unknown = await response.json().catch(() => null);
	if (!response.ok) throw failureOf(response.status, refused.safeParse(answer).data?.code);
	return answer;
}
