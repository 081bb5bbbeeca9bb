import { randomUUID } from 'node:crypto';
import type { Connection, Person } from '../support/server.ts';
import {
	applyOne,
	close,
	given,
	type Group,
	type Plan,
	planFor,
	planSession,
	roomOf,
	start
} from './people.ts';

/** A session of before, and its challenges by what their presenters made of them. */
export interface Earlier {
	id: string;
	challenge: { present: string; presenter: string; double: string; withdrawn: string };
	/** What was given to each of them. */
	contribution: { present: string; presenter: string; double: string; withdrawn: string };
}

export interface Cast {
	facilitator: Person;
	presenter: Person;
	member: Person;
	/** Presents and withdraws, and was never in the room. */
	left: Person;
}

/**
 * Holds a session in which three were present. The presenter keeps the trace for those present, the
 * facilitator for themselves; the member's is double confidential. Its close plans `next`.
 */
export async function holdEarlier(
	{ owner }: Connection,
	group: Group,
	{ facilitator, presenter, member, left }: Cast,
	next: Plan
): Promise<Earlier> {
	const order = { present: presenter, presenter: facilitator, double: member, withdrawn: left };
	const plan = planFor(group, {
		starts_at: '2029-12-04T18:30:00Z',
		presenters: Object.values(order).map(({ id }) => id)
	});
	const id = await planSession(facilitator, plan);
	const found = await owner`select id, presenter_id from challenges where session_id = ${id}`;
	const of = (by: Person) => String(found.find((row) => row.presenter_id === by.id)!.id);
	const by = (value: (person: Person) => string) => ({
		...{ present: value(order.present), presenter: value(order.presenter) },
		...{ double: value(order.double), withdrawn: value(order.withdrawn) }
	});
	const challenge = by(of);
	const contribution = by(() => randomUUID());
	await start(facilitator, id);
	for (const person of [facilitator, presenter, member]) await roomOf(person, id);
	for (const person of Object.values(order)) {
		const changes = { question: 'Two teams?', context: 'Since spring.' };
		await allow(person, 'challenge.write', { id: of(person), changes });
		await allow(facilitator, 'notes.write', { id: of(person), changes: { body: 'One team.' } });
	}
	for (const kind of ['present', 'presenter', 'double', 'withdrawn'] as const) {
		await allow(member, 'contribution.add', {
			...{ id: contribution[kind], group_id: group.id, session_id: id },
			...{ challenge_id: challenge[kind], kind: 'advice', text: 'Ask them' }
		});
	}
	const here = { group_id: group.id, session_id: id };
	await allow(member, 'feedback.write', { ...here, plus: 'clear', delta: '' });
	const mine = { id: challenge.presenter, changes: { keep: 'presenter' } };
	await allow(facilitator, 'challenge.write', mine);
	await allow(member, 'challenge.protect', { id: challenge.double, double_confidential: true });
	const { version } = await roomOf(facilitator, id);
	given(await close(facilitator, id, version, next));
	await allow(left, 'challenge.withdraw', { id: challenge.withdrawn });
	return { id, challenge, contribution };
}

/** Each of these says whether the reader may see the session. */
export async function agree(
	session_id: string,
	reader: Person,
	those: readonly Person[],
	yes = true
): Promise<void> {
	for (const { client } of those) {
		given(await client.rpc('share_session', { session_id, reader_id: reader.id, agree: yes }));
	}
}

async function allow(by: Person, kind: string, args: Record<string, unknown>): Promise<void> {
	const refused = await applyOne(by, kind, args);
	if (refused) throw new Error(`${kind} was refused with ${refused}`);
}
