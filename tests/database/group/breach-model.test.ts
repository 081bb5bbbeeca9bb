import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import { type Act, VoteModel } from './breach-model.ts';
import { charterInForce, code, foundGroup, given } from '../people.ts';

/** Votes of one run: raise it to look harder. Each takes about 0.2 s. */
const RUNS = 40;

const cercle = connected();
/** Eight people who may be members from the start, and two who may come. */
let people: Person[];

beforeAll(async () => {
	people = await Promise.all(Array.from({ length: 10 }, (_, who) => cercle.signIn(`P${who}`)));
});

const who = fc.nat(9);
const kind = <K extends Act['kind']>(kind: K) => fc.constant(kind);
const act: fc.Arbitrary<Act> = fc.oneof(
	{ weight: 8, arbitrary: fc.record({ kind: kind('vote'), who, exclude: fc.boolean() }) },
	{ weight: 2, arbitrary: fc.record({ kind: kind('leave'), who }) },
	{ weight: 2, arbitrary: fc.record({ kind: kind('join'), who }) },
	{ weight: 2, arbitrary: fc.record({ kind: kind('sign'), who }) },
	{ weight: 1, arbitrary: fc.record({ kind: kind('charter'), who }) },
	{ weight: 1, arbitrary: fc.record({ kind: kind('withdraw'), who }) }
);

/** Of three members, both entitled want the same: what chance alone seldom brings. */
const decided = (exclude: boolean): [number, number, number, Act[]] => [
	...([3, 2, 0] as const),
	[
		{ kind: 'vote', who: 0, exclude },
		{ kind: 'vote', who: 1, exclude }
	]
];

interface Vote {
	group: string;
	breach: string;
	model: VoteModel;
}

async function open(size: number, accused: number, raiser: number): Promise<Vote | null> {
	const group = await foundGroup(people[0]!);
	for (const { id } of people.slice(1, size)) {
		await cercle.owner`insert into memberships (group_id, member_id) values (${group.id}, ${id})`;
		await cercle.owner`
			insert into signatures (group_id, charter_id, member_id)
			values (${group.id}, ${group.charterId}, ${id})
		`;
	}
	const id = randomUUID();
	const args = { id, group_id: group.id, accused_id: people[accused]!.id, reason: 'Sold us.' };
	const answer = await people[raiser]!.client.rpc('raise_breach', args);
	expect(code(answer)).toBe(size < 3 ? 'CR017' : null);
	if (size < 3) {
		await close(group.id);
		return null;
	}
	return { group: group.id, breach: id, model: new VoteModel(size, accused, raiser) };
}

/** One person belongs to a dozen groups at most, and raises three breaches in two weeks. */
async function close(group: string) {
	await cercle.owner`delete from groups where id = ${group}`;
}

async function perform({ group, breach, model }: Vote, act: Act): Promise<string | null> {
	const { client, id } = people[act.who]!;
	switch (act.kind) {
		case 'vote':
			return code(await client.rpc('vote_breach', { breach_id: breach, exclude: act.exclude }));
		case 'withdraw':
			return code(await client.rpc('withdraw_breach', { breach_id: breach }));
		case 'leave':
			return code(await client.rpc('leave_group', { group_id: group }));
		case 'join':
			if (model.members.size < 8 && !model.members.has(act.who)) {
				await cercle.owner`insert into memberships (group_id, member_id) values (${group}, ${id})`;
			}
			return null;
		case 'sign': {
			const [row] = await cercle.owner`
				select id from charters where group_id = ${group} order by version desc limit 1
			`;
			return code(await client.rpc('sign_charter', { charter_id: row!.id }));
		}
		case 'charter':
			return code(
				await client.rpc('write_charter', {
					...{ group_id: group, body: 'Again.', expected_version: model.charter }
				})
			);
	}
}

/** What the database holds, in the model's words. */
async function held({ group, breach }: Vote) {
	const { owner } = cercle;
	const [row] = await owner`select * from breaches where id = ${breach}`;
	const members = await owner`
		select member_id from memberships where group_id = ${group} and left_at is null
	`;
	const votes =
		await owner`select member_id, exclude from breach_votes where breach_id = ${breach}`;
	const register = await owner`select kind from decisions where id = ${breach}`;
	const numberOf = (id: unknown) => people.findIndex((person) => person.id === id);
	return {
		outcome: row!.outcome as string | null,
		reason: row!.reason as string,
		counts: row!.settled_at === null ? null : [row!.entitled, row!.votes_for],
		members: members.map(({ member_id }) => numberOf(member_id)).sort(),
		votes: Object.fromEntries(votes.map((vote) => [numberOf(vote.member_id), vote.exclude])),
		register: register.map(({ kind }) => kind as string)
	};
}

function expected({ model }: Vote) {
	const { outcome } = model;
	const kinds: Record<string, string[]> = {
		excluded: ['exclusion'],
		dismissed: ['breach_dismissed']
	};
	return {
		outcome,
		reason: outcome === null ? 'Sold us.' : '',
		counts: model.counts,
		members: [...model.members].sort(),
		votes: Object.fromEntries(model.votes),
		register: kinds[outcome ?? ''] ?? []
	};
}

test('a breach is decided as its rule says, whoever votes, changes their mind, leaves or joins', async () => {
	const size = fc.integer({ min: 2, max: 8 });
	const acts = fc.array(act, { minLength: 1, maxLength: 16, size: 'max' });
	const seen = new Set<string | null>();
	await fc.assert(
		fc.asyncProperty(size, fc.nat(7), fc.nat(7), acts, async (size, one, other, acts) => {
			const accused = one % size;
			const raiser = (accused + 1 + (other % (size - 1))) % size;
			const vote = await open(size, accused, raiser);
			if (!vote) return;
			try {
				for (const act of acts) {
					const refused = await perform(vote, act);
					expect(refused, act.kind).toBe(vote.model.apply(act));
					expect(await held(vote)).toEqual(expected(vote));
				}
			} finally {
				await close(vote.group);
			}
			seen.add(vote.model.outcome);
		}),
		{ numRuns: RUNS, examples: [decided(true), decided(false)] }
	);
	expect([...seen]).toEqual(expect.arrayContaining([null, 'excluded', 'dismissed']));
});

test('whoever is excluded may be invited again, and the register says both', async () => {
	const vote = (await open(3, 2, 0))!;
	for (const who of [0, 1]) await perform(vote, { kind: 'vote', who, exclude: true });
	const [founder, , excluded] = people;
	await cercle.owner`
		insert into memberships (group_id, member_id) values (${vote.group}, ${excluded!.id})
	`;
	const register = await founder!.sql(
		(sql) => sql`
			select kind from decisions
			where group_id = ${vote.group} and subject_id = ${excluded!.id} order by at
		`
	);
	expect(register).toEqual([{ kind: 'admission' }, { kind: 'exclusion' }, { kind: 'admission' }]);
	given(
		await excluded!.client.rpc('sign_charter', {
			charter_id: await charterInForce(excluded!, vote.group)
		})
	);
});
