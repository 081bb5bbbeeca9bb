import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { tablesOf } from '../../../scripts/schemas.ts';
import { connected, type Person } from '../../support/server.ts';
import { code, date, foundGroup, given, NOTHING_YET } from '../people.ts';
import { animated, openWorld, type World } from '../personas.ts';

const cercle = connected();
let world: World;
let animator: Person;

beforeAll(async () => {
	world = await openWorld(cercle);
	animator = world.people.animator;
});

interface Overview {
	name: string;
	groups: Record<string, unknown>[];
}

const overview = async (of = world.community) =>
	given(await animator.client.rpc('community_overview', { community_id: of })) as Overview;

describe('a co-animator who is not a member', () => {
	test('sees days, counts and minutes of the group, its name and its charter', async () => {
		const { name, groups } = await overview();
		expect(name).toBe('Les Ponts');
		const today = new Date().toISOString().slice(0, 10);
		expect(groups).toEqual([
			{
				id: world.group.id,
				name: 'Les Quais',
				members: 8,
				admissions: Array.from({ length: 10 }, () => today),
				charters: [{ version: 1, on: today }],
				charter: 'What is said here stays.',
				next: '2030-02-05',
				sessions: [
					{
						...{ on: expect.any(String) as string, present: expect.any(Number) as number },
						...{ planned_minutes: 120, actual_minutes: 0 }
					},
					{ on: '2030-01-08', present: 4, planned_minutes: 120, actual_minutes: 0 }
				],
				actions: { open: 2, done: 0, dropped: 0 }
			}
		]);
	});

	test('sees every key of the answer by name: a new one is a decision', async () => {
		const { groups } = await overview();
		const keys = new Set<string>();
		JSON.stringify(groups, (key, value: unknown) => {
			if (key !== '' && !/^\d+$/.test(key)) keys.add(key);
			return value;
		});
		expect([...keys].sort()).toEqual(
			[
				...['actions', 'actual_minutes', 'admissions', 'charter', 'charters', 'done', 'dropped'],
				...['id', 'members', 'name', 'next', 'on', 'open', 'planned_minutes', 'present'],
				...['sessions', 'version']
			].sort()
		);
	});

	test('is answered no word, no place and no person of the group, through no table and no function', async () => {
		const canary = `Zx${randomUUID().slice(0, 8)}`;
		const { owner } = cercle;
		const here = world.group.id;
		await date(cercle, async (sql) => {
			await sql`update sessions set place = ${canary} where group_id = ${here}`;
			await sql`update challenges set question = ${canary} where group_id = ${here}`;
			await sql`update challenge_notes set body = ${canary} where group_id = ${here}`;
			await sql`update contributions set text = ${canary} where group_id = ${here}`;
			await sql`update actions set title = ${canary} where group_id = ${here}`;
			await sql`update goals set title = ${canary} where group_id = ${here}`;
			await sql`update feedbacks set plus = ${canary} where group_id = ${here}`;
		});
		const { client } = animator;
		const read = [];
		for (const { name, readable } of await tablesOf(owner)) {
			read.push(await animator.sql((sql) => sql`select ${sql(readable)} from ${sql(name)}`));
		}
		const said = JSON.stringify([
			read,
			await overview(),
			given(await client.rpc('pull', { ask: NOTHING_YET }))
		]);
		expect(said).not.toContain(canary);
		for (const [name, person] of Object.entries(world.people)) {
			if (name !== 'animator') expect(said, name).not.toContain(person.id);
		}
		const [held] = await owner`select question from challenges where group_id = ${here} limit 1`;
		expect(held?.question).toBe(canary);
	});

	test('sees no group of another community, in the words of one that is not', async () => {
		const stranger = await cercle.signIn('Founder');
		const other = await animated(cercle, await foundGroup(stranger));
		const answers = await Promise.all(
			[other.community, randomUUID(), null].map((community_id) =>
				animator.client.rpc('community_overview', { community_id })
			)
		);
		expect(answers.map(code)).toEqual(['CR001', 'CR001', 'CR001']);
		expect(new Set(answers.map(({ error }) => error?.message)).size).toBe(1);
	});

	test('sees nothing more once they stopped', async () => {
		const founder = await cercle.signIn('Founder');
		const { community, animator: former } = await animated(cercle, await foundGroup(founder));
		const ask = () => former.client.rpc('community_overview', { community_id: community });
		expect(code(await ask())).toBeNull();
		await cercle.owner`update animators set until = now() where member_id = ${former.id}`;
		expect(code(await ask())).toBe('CR001');
		expect(await former.sql((sql) => sql`select from communities`)).toEqual([]);
		expect(await cercle.owner`select from communities where id = ${community}`).toHaveLength(1);
	});

	test('hears no room of the group', async () => {
		expect(code(await animator.client.rpc('room_snapshot', { session_id: world.live }))).toBe(
			'CR001'
		);
	});
});
