import * as z from 'zod/mini';
import type { Backend } from './backend.ts';
import { Failure, failureOf } from './failure.ts';
import { askData } from './own-word.ts';

const asked = z.object({ id: z.string() });
const refused = z.object({ code: z.string() });
/** What an attempt comes to that changes nothing, as a code that is worded. */
const outcomes: Readonly<Record<string, string>> = {
	wrong: 'codes_wrong',
	void: 'codes_void',
	taken: 'address_taken'
};

/**
 * Asks to move the signed-in member's account to an address: codes are mailed to the old one and to
 * the new one. Answers the id of the change. @throws Failure.
 */
export async function ask(backend: Backend, email: string): Promise<string> {
	const token = await backend.token();
	if (token === null) throw new Failure('unauthorized');
	const response = await askData('/api/address', {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
		body: JSON.stringify({ email: email.trim() })
	}).catch((error: unknown) => {
		throw new Failure('offline', error);
	});
	const body: unknown = await response.json().catch(() => null);
	if (!response.ok) throw failureOf(response.status, refused.safeParse(body).data?.code);
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
	const outcome = await backend.call('change_address', args);
	const code = outcomes[outcome];
	if (code !== undefined) throw new Failure(code);
	const auth = await backend.auth();
	// What was kept of the sign-in names the old one; if nothing answers, the next renewal says it.
	await auth.refreshSession().catch(() => null);
}
