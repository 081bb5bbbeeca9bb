import * as z from 'zod/mini';
import { clean } from '#lib/domain/limits.ts';
import type { Backend } from './backend.ts';
import { Failure, failureOf } from './failure.ts';
import { askData } from './own-word.ts';

const invitation = z.object({
	group_id: z.string(),
	group_name: z.string(),
	invited_by: z.nullable(z.string()),
	charter: z.string(),
	accepted: z.boolean()
});
const refused = z.object({ code: z.string() });
export type Invitation = z.infer<typeof invitation>;

/** Founds a group under an id of the caller's and signs its first charter. Replays are harmless. */
export async function found(backend: Backend, id: string, name: string, charter: string) {
	return backend.call('found_group', { id, name: clean(name), charter: clean(charter) });
}

/**
 * Invites addresses by mail; answers the code of refusal by address, null where it went out, `waits`
 * where the members see it first.
 * @throws Failure.
 */
export async function invite(
	backend: Backend,
	group: string,
	emails: readonly string[],
	language: 'fr' | 'en'
): Promise<Record<string, string | null>> {
	const token = await backend.token();
	if (token === null) throw new Failure('unauthorized');
	const response = await askData('/api/invitations', {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
		body: JSON.stringify({ group, emails, language, waits: true })
	}).catch((error: unknown) => {
		throw new Failure('offline', error);
	});
	const body: unknown = await response.json().catch(() => null);
	if (!response.ok) throw failureOf(response.status, refused.safeParse(body).data?.code);
	const answer = z.safeParse(z.record(z.string(), z.nullable(z.string())), body);
	if (!answer.success) throw new Failure('busy');
	return answer.data;
}

export async function revoke(backend: Backend, invitationId: string) {
	await backend.call('revoke_invitation', { invitation_id: invitationId });
}

/** What an invited person reads before joining. */
export async function read(backend: Backend, token: string): Promise<Invitation> {
	return invitation.parse(await backend.call('read_invitation', { token }));
}

/** Joins; answers the group's id. Content opens with the signature of the charter. */
export async function join(backend: Backend, token: string) {
	return backend.call('accept_invitation', { token });
}

export async function sign(backend: Backend, charter: string) {
	await backend.call('sign_charter', { charter_id: charter });
}

/** Writes the charter's next version; `seen` is the version its author read. */
export async function amend(backend: Backend, group: string, body: string, seen: number) {
	return backend.call('write_charter', {
		group_id: group,
		body: clean(body),
		expected_version: seen
	});
}

/** Leaves the group, at once and without a word. Leaving twice is harmless. */
export async function leave(backend: Backend, group: string) {
	await backend.call('leave_group', { group_id: group });
}

/** Changes for how many months the group keeps its words; `seen` is the number its author saw. */
export async function retain(backend: Backend, group: string, months: number, seen: number) {
	await backend.call('set_retention', { group_id: group, months, expected: seen });
}
