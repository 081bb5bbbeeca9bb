import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { characters, clean, limits } from '#lib/domain/limits.ts';
import { connected } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	code,
	foundGroup,
	hashOf,
	openSession,
	planFor,
	segment
} from '../people.ts';
import { openWorld, type World } from '../personas.ts';

const cercle = connected();
let world: World;

beforeAll(async () => {
	world = await openWorld(cercle);
});

/** Each text a member writes, the limit that forms use, and a row that holds it. */
const texts: [string, string, number, (of: World) => Record<string, string>][] = [
	['profiles', 'name', limits.name, (of) => ({ id: of.people.member.id })],
	['groups', 'name', limits.name, (of) => ({ id: of.group.id })],
	['sessions', 'place', limits.place, (of) => ({ id: of.live })],
	['challenges', 'question', limits.question, (of) => ({ id: of.liveChallenge })],
	...['context', 'tried', 'options', 'wanted', 'unwanted'].map((column): (typeof texts)[number] => [
		...(['challenges', column, limits.prose] as const),
		(of) => ({ id: of.liveChallenge })
	]),
	['challenge_notes', 'body', limits.note, (of) => ({ id: of.liveChallenge })],
	['challenge_notes', 'takeaways', limits.prose, (of) => ({ id: of.liveChallenge })],
	['actions', 'title', limits.title, (of) => ({ id: of.action.member })],
	['actions', 'line', limits.line, (of) => ({ id: of.action.member })],
	['goals', 'title', limits.title, (of) => ({ id: of.goal.shared })],
	['goals', 'line', limits.line, (of) => ({ id: of.goal.shared })],
	...['measure', 'means', 'reason'].map((column): (typeof texts)[number] => [
		...(['goals', column, limits.prompt] as const),
		(of) => ({ id: of.goal.shared })
	]),
	['reviews', 'line', limits.line, (of) => ({ session_id: of.live })],
	['feedbacks', 'plus', limits.feedback, (of) => ({ session_id: of.live })],
	['feedbacks', 'delta', limits.feedback, (of) => ({ session_id: of.live })],
	['breaches', 'reason', limits.breach, (of) => ({ id: of.breach.open })]
];

describe('the database takes as much as the forms do, and not one more', () => {
	// Emoji: both sides must count characters, not bytes and not halves of a pair.
	test.each(texts)('%s.%s: %i characters', async (table, column, most, of) => {
		const { owner } = cercle;
		const write = (length: number) => owner`
			update ${owner(table)} set ${owner({ [column]: '🌱'.repeat(length) })}
			where to_jsonb(${owner(table)}) @> ${owner.json(of(world))} returning 1
		`;
		expect(characters('🌱'.repeat(most))).toBe(most);
		expect(await write(most)).not.toHaveLength(0);
		await expect(write(most + 1)).rejects.toMatchObject({ code: '23514' });
	});

	test('a charter', async () => {
		const person = await cercle.signIn('Ada');
		const found = (length: number) =>
			person.client.rpc('found_group', {
				...{ id: randomUUID(), name: 'Les Quais', charter: 'é'.repeat(length) }
			});
		expect(code(await found(limits.charter))).toBeNull();
		expect(code(await found(limits.charter + 1))).toBe('23514');
	});

	test('an address', async () => {
		const person = await cercle.signIn('Ada');
		const group = await foundGroup(person);
		const invite = (length: number) =>
			person.client.rpc('invite', {
				...{ group_id: group.id, token_hash: hashOf(randomUUID()) },
				email: `${'x'.repeat(length - 10)}@y.example`
			});
		expect(code(await invite(limits.email))).toBeNull();
		expect(code(await invite(limits.email + 1))).toBe('23514');
	});

	test('a label of a segment, in each language', async () => {
		const person = await cercle.signIn('Ada');
		const group = await foundGroup(person);
		const plan = (label: object) =>
			person.client.rpc('plan_session', {
				plan: planFor(group, { segments: [segment('topic', 5, { label: { ...label } })] }),
				expected_version: 0
			});
		const [full, over] = ['é'.repeat(limits.name), 'é'.repeat(limits.name + 1)];
		expect(code(await plan({ fr: full, en: full }))).toBeNull();
		expect(code(await plan({ fr: over, en: full }))).toBe('23514');
		expect(code(await plan({ fr: full, en: over }))).toBe('23514');
	});

	test('minutes of a segment and of a session, and the number of segments', async () => {
		const person = await cercle.signIn('Ada');
		const group = await foundGroup(person);
		const plan = async (changes: object) =>
			code(
				await person.client.rpc('plan_session', {
					...{ plan: planFor(group, changes), expected_version: 0 }
				})
			);
		const step = (minutes: number) => ({ segments: [segment('topic', minutes)] });
		const steps = (count: number) => ({
			segments: Array.from({ length: count }, () => segment('topic', 1))
		});
		const { segmentMinutes, sessionMinutes } = limits;
		for (const changes of [
			step(segmentMinutes.least),
			step(segmentMinutes.most),
			{ length_minutes: sessionMinutes.least },
			{ length_minutes: sessionMinutes.most },
			steps(limits.segments)
		]) {
			expect(await plan(changes)).toBeNull();
		}
		for (const changes of [
			step(segmentMinutes.least - 1),
			step(segmentMinutes.most + 1),
			{ length_minutes: sessionMinutes.least - 1 },
			{ length_minutes: sessionMinutes.most + 1 }
		]) {
			expect(await plan(changes)).toBe('23514');
		}
		expect(await plan(steps(limits.segments + 1))).toBe('CR005');
	});

	test('members of a group', async () => {
		const person = await cercle.signIn('Ada');
		const group = await foundGroup(person);
		const join = async () => {
			const { id } = await cercle.signIn('Guest');
			return cercle.owner`
				insert into memberships (group_id, member_id) values (${group.id}, ${id})
			`;
		};
		for (let count = 2; count <= limits.groupMembers.most; count++) await join();
		await expect(join()).rejects.toMatchObject({ code: 'CR006' });
	});

	test('what the forms clean is what the database refuses, character by character', async () => {
		const suspects = [
			...Array.from({ length: 0xa0 }, (_, at) => at),
			...[0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x202f, 0x2066, 0x2069, 0xfeff]
		].filter((at) => at > 0);
		const texts = suspects.map((at) => String.fromCodePoint(at));
		const rows = await cercle.owner`
			select t as text from unnest(${texts}::text[]) t where not private.fits(t, 10)
		`;
		const refused = rows.map(({ text }) => text as string);
		// Line ends are not taken out but made one: what is left of them is welcome.
		const cleaned = texts.filter((text) => clean(text) === '' || text === '\r');
		expect(refused.sort()).toEqual(cleaned.sort());
		const welcome = await cercle.owner`
			select t as text from unnest(${texts.map(clean)}::text[]) t where not private.fits(t, 10)
		`;
		expect([...welcome]).toEqual([]);
	});

	test('text of the right length that is not only letters', async () => {
		const { member } = world.people;
		const id = await addAction(member, world.group.id);
		for (const title of ['a\nb', 'a\tb', '日本語', 'עברית', 'é', '👩‍👩‍👧']) {
			expect(await applyOne(member, 'action.edit', { id, changes: { title } })).toBeNull();
		}
		await openSession(member, planFor(world.group, { facilitator_id: member.id, place: 'a\nb' }));
	});
});
