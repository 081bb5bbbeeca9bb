import { beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { connected, type Person } from '../../support/server.ts';
import {
	command,
	foundGroup,
	given,
	type Group,
	joinGroup,
	openSession,
	planFor,
	type Room,
	rowsOf
} from '../people.ts';

const cercle = connected();
let group: Group;
let ada: Person;
let bob: Person;
let eve: Person;
/** A live session that Ada drives. */
let room: Room;

beforeAll(async () => {
	[ada, eve] = [await cercle.signIn('Ada'), await cercle.signIn('Eve')];
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
});
beforeEach(async () => {
	room = await openSession(ada, planFor(group));
});

async function move(by: Person, name: string, args = {}): Promise<void> {
	room = given(await command(by, room.session_id, name, room.version, args)) as Room;
}
async function silence(person: Person): Promise<void> {
	await cercle.owner`
		update attendances set seen_at = seen_at - interval '40 seconds'
		where session_id = ${room.session_id} and member_id = ${person.id}
	`;
}

const roleChanges = z.array(
	z.object({
		...{ id: z.string(), session_id: z.string(), by_id: z.string(), to_id: z.string() },
		...{ command: z.string(), at: z.string() }
	})
);
type RoleChange = z.infer<typeof roleChanges>[number];

/** The changes of this session that this person pulls, in their order. */
async function changes(by: Person): Promise<RoleChange[]> {
	const { role_changes = [] } = await rowsOf(by);
	return roleChanges
		.parse(role_changes)
		.filter(({ session_id }) => session_id === room.session_id)
		.sort((one, other) => (one.at < other.at ? -1 : 1));
}
const told = (list: RoleChange[]) =>
	list.map(({ command, by_id, to_id }) => [command, by_id, to_id]);

test('take-overs and hand-overs are told to the group, by whom and to whom', async () => {
	await move(ada, 'hand_over', { member_id: bob.id });
	await move(bob, 'pause');
	await silence(bob);
	await move(ada, 'take_over');
	for (const by of [ada, bob]) {
		expect(told(await changes(by))).toEqual([
			['hand_over', ada.id, bob.id],
			['take_over', ada.id, ada.id]
		]);
	}
	const [first] = await changes(bob);
	expect(Object.keys(first!).sort()).toEqual([
		'at',
		'by_id',
		'command',
		'id',
		'session_id',
		'to_id'
	]);
	expect(Date.parse(first!.at)).toBeGreaterThan(room.started_at!);
});

test('what was undone is not told, what came before it is', async () => {
	await move(ada, 'hand_over', { member_id: bob.id });
	await silence(bob);
	await move(ada, 'take_over');
	await move(ada, 'undo');
	expect(room.facilitator_id).toBe(bob.id);
	expect(told(await changes(bob))).toEqual([['hand_over', ada.id, bob.id]]);
	await move(bob, 'pause');
	await move(bob, 'undo');
	expect(told(await changes(bob))).toHaveLength(1);
});

test('nobody outside is told', async () => {
	await move(ada, 'hand_over', { member_id: bob.id });
	expect(await changes(eve)).toEqual([]);
	expect(await changes(ada)).toHaveLength(1);
});
