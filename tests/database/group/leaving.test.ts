import { beforeAll, describe, expect, test } from 'vitest';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	applyOne,
	code,
	command,
	foundGroup,
	given,
	type Group,
	invite,
	joinGroup,
	openSession,
	planFor,
	planSession,
	roomOf,
	segment
} from '../people.ts';

const cercle = connected();
let ada: Person;
let bob: Person;
let group: Group;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
});

const leaveGroup = ({ client }: Person, group_id = group.id) =>
	client.rpc('leave_group', { group_id });

async function rows(table: string, { id }: { id: string }) {
	return cercle.owner`select * from ${cercle.owner(table)} where id = ${id}`;
}

describe('leaving', () => {
	test('is possible before the charter is signed, and twice is once', async () => {
		const eve = await joinGroup(cercle, group, 'Eve', { sign: false });
		given(await leaveGroup(eve));
		const dated = () => cercle.owner`select left_at from memberships where member_id = ${eve.id}`;
		const [first] = await dated();
		given(await leaveGroup(eve));
		expect(await dated()).toEqual([first]);
		expect(await eve.sql((sql) => sql`select id from groups`)).toEqual([]);
		expect(await rows('groups', group)).toHaveLength(1);
	});

	test('keeps one’s own actions to read, and nothing else: neither the group nor a pen', async () => {
		const eve = await joinGroup(cercle, group, 'Eve');
		const own = await addAction(eve, group.id);
		const foreign = await addAction(bob, group.id);
		given(await leaveGroup(eve));
		expect(await eve.sql((sql) => sql`select id from actions`)).toEqual([{ id: own }]);
		expect(await rows('actions', { id: foreign })).toHaveLength(1);
		for (const table of ['groups', 'charters', 'sessions', 'decisions', 'breaches']) {
			expect(await eve.sql((sql) => sql`select id from ${sql(table)}`), table).toEqual([]);
		}
		expect(await rows('groups', group)).toHaveLength(1);
		const changes = { title: 'Mine to change?' };
		expect(await applyOne(eve, 'action.edit', { id: own, changes }, { title: 'x' })).not.toBeNull();
		const [action] = await rows('actions', { id: own });
		expect(action!.title).toBe('Call the bank');
	});

	test('frees every role in sessions to come, and takes along what was prepared for them', async () => {
		const eve = await joinGroup(cercle, group, 'Eve');
		const plan = planFor(group, {
			...{ starts_at: '2031-01-08T18:30:00Z', facilitator_id: eve.id, scribe_id: eve.id },
			...{ host_id: bob.id, presenters: [eve.id, bob.id] },
			segments: [
				segment('challenge', 20, { person_id: eve.id }),
				segment('challenge', 20, { person_id: bob.id })
			]
		});
		await planSession(eve, plan);
		const { owner } = cercle;
		await owner`
			update challenges set question = 'How?' where session_id = ${plan.id} and presenter_id = ${eve.id}
		`;
		given(await leaveGroup(eve));
		const [session] = await rows('sessions', plan);
		expect([session!.facilitator_id, session!.scribe_id, session!.host_id]).toEqual([
			...[null, null, bob.id]
		]);
		const people = await owner`
			select person_id from segments where session_id = ${plan.id} order by position
		`;
		expect(people.map(({ person_id }) => person_id as string)).toEqual([null, bob.id]);
		const challenges =
			await owner`select presenter_id from challenges where session_id = ${plan.id}`;
		expect(challenges.map(({ presenter_id }) => presenter_id as string)).toEqual([bob.id]);
		// Anybody takes the session from there.
		const room = await roomOf(ada, plan.id);
		expect(room.facilitator_id).toBeNull();
		given(await command(ada, plan.id, 'take_over', room.version));
	});

	test('leaves a live room to whoever takes it over, without waiting until the phone is silent', async () => {
		const eve = await joinGroup(cercle, group, 'Eve');
		const plan = planFor(group, { starts_at: '2031-02-08T18:30:00Z', facilitator_id: eve.id });
		const { version } = await openSession(eve, plan);
		expect(code(await command(ada, plan.id, 'take_over', version))).toBe('CR011');
		given(await leaveGroup(eve));
		given(await command(ada, plan.id, 'take_over', version));
	});

	test('of the last member leaves what was written where nobody reads it', async () => {
		const eve = await cercle.signIn('Eve');
		const alone = await foundGroup(eve);
		const planned = await planSession(eve, planFor(alone));
		given(await leaveGroup(eve, alone.id));
		expect(await eve.sql((sql) => sql`select id from sessions`)).toEqual([]);
		expect(await rows('sessions', { id: planned })).toHaveLength(1);
	});

	test('is told apart for nobody else: an unknown group and a foreign one answer alike', async () => {
		const eve = await cercle.signIn('Eve');
		expect(code(await leaveGroup(eve))).toBe('CR001');
		expect(code(await leaveGroup(eve, ada.id))).toBe('CR001');
	});

	test('twice at once, or with a plan that is being written, ends in one departure', async () => {
		const eve = await joinGroup(cercle, group, 'Eve');
		const plan = planFor(group, { starts_at: '2031-03-08T18:30:00Z', facilitator_id: eve.id });
		await planSession(eve, plan);
		const answers = await Promise.all([
			leaveGroup(eve),
			leaveGroup(eve),
			eve.client.rpc('plan_session', { plan, expected_version: 1 })
		]);
		expect(answers.slice(0, 2).map(code)).toEqual([null, null]);
		const register = await cercle.owner`
			select kind from decisions where subject_id = ${eve.id} order by at
		`;
		expect(register.map(({ kind }) => kind as string)).toEqual(['admission', 'departure']);
	});
});

describe('the register', () => {
	test('says who founded, came and went, and each new charter, to members who signed it', async () => {
		const eve = await cercle.signIn('Eve');
		const own = await foundGroup(eve);
		const fay = await joinGroup(cercle, own, 'Fay');
		const read = (by: Person) =>
			by.sql(
				(sql) => sql`
					select kind, subject_id from decisions where group_id = ${own.id} order by at
				`
			);
		given(
			await fay.client.rpc('write_charter', { group_id: own.id, body: 'B.', expected_version: 1 })
		);
		expect(await read(eve)).toEqual([]);
		given(await leaveGroup(eve, own.id));
		expect(await read(fay)).toEqual([
			{ kind: 'founded', subject_id: eve.id },
			{ kind: 'admission', subject_id: fay.id },
			{ kind: 'charter', subject_id: null },
			{ kind: 'departure', subject_id: eve.id }
		]);
		expect(await read(eve)).toEqual([]);
	});

	test('is append-only, even for its owner', async () => {
		const { owner } = cercle;
		for (const change of [{ kind: 'exclusion' }, { at: new Date(0) }]) {
			await expect(
				owner`update decisions set ${owner(change)} where group_id = ${group.id}`
			).rejects.toMatchObject({ code: 'CR002' });
		}
	});

	test('outlives an account without saying whose it was, and goes with its group', async () => {
		const eve = await joinGroup(cercle, group, 'Eve');
		const { owner } = cercle;
		await owner`delete from auth.users where id = ${eve.id}`;
		const theirs = await owner`
			select d.kind, p.name from decisions d join profiles p on p.id = d.subject_id
			where d.group_id = ${group.id} and d.subject_id = ${eve.id} order by d.at
		`;
		expect(theirs).toEqual([
			{ kind: 'admission', name: '' },
			{ kind: 'departure', name: '' }
		]);
		const own = await foundGroup(await cercle.signIn('Fay'));
		await owner`delete from groups where id = ${own.id}`;
		expect(await owner`select from decisions where group_id = ${own.id}`).toEqual([]);
	});
});

test('whoever leaves cannot come back through an invitation of before', async () => {
	const eve = await joinGroup(cercle, group, 'Eve');
	await cercle.owner`
		update memberships set left_at = clock_timestamp() where member_id = ${eve.id}
	`;
	const token = await invite(ada, group.id, eve.email, cercle);
	given(await eve.client.rpc('accept_invitation', { token }));
	const again = await invite(ada, group.id, eve.email, cercle);
	given(await leaveGroup(eve));
	expect(code(await eve.client.rpc('accept_invitation', { token: again }))).toBe('CR008');
});
