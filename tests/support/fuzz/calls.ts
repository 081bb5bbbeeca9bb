import type { Ground } from './ground.ts';

/** A number from 0 up to, not including, `most`. */
export type Dice = (most: number) => number;

/**
 * What an outsider does by guessing: calls a function through the API, asks the tables in SQL as
 * the database would let them, or joins a live topic.
 */
export type Guess =
	| { kind: 'call'; name: string; args: unknown }
	| { kind: 'statement'; text: string }
	| { kind: 'topic'; topic: string };

/** A generator of numbers that is the same for the same seed (mulberry32). */
export function dice(seed: number): Dice {
	let state = seed >>> 0;
	return (most) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
	};
}

const kinds = [
	...['action.edit', 'action.settle', 'action.tell', 'action.decide', 'action.remove'],
	...['actions.order', 'goal.edit', 'goal.remove', 'challenge.write', 'notes.write'],
	...['contribution.add', 'contribution.write', 'profile.write', 'review.record'],
	...['attendance.mark', 'feedback.write', 'challenge.withdraw']
];

/**
 * The founder of a group names its id: it would come back as their own. A member who ends their own
 * sign-in guesses no more.
 */
const called = ({ functions }: Ground) =>
	functions.filter(({ name }) => name !== 'found_group' && name !== 'end_sign_ins');

const isId = (name: string) => /(^|_)ids?$/.test(name);
const quoted = (name: string) => `"${name}"`;
const listed = (names: readonly string[]) => names.map(quoted).join();

/**
 * Every table whole, every topic, and every function with every id of the group, in their order.
 */
export function everything(ground: Ground): Guess[] {
	const tables = ground.tables.map(({ name, readable }): Guess => ({
		kind: 'statement',
		text: `select ${listed(readable)} from ${quoted(name)}`
	}));
	const topics = ground.topics.map((topic): Guess => ({ kind: 'topic', topic }));
	const [first] = ground.ids;
	const calls = ground.ids.flatMap((id) =>
		called(ground)
			// A function that takes no id needs to be asked only once.
			.filter(({ args }) => id === first || args.some(isId))
			.map(({ name, args }): Guess => {
				const value = (arg: string) => (isId(arg) ? (arg.endsWith('s') ? [id] : id) : 'x');
				const given = Object.fromEntries(args.map((arg) => [arg, value(arg)]));
				return { kind: 'call', name, args: given };
			})
	);
	return [...tables, ...topics, ...calls];
}

/** One guess: a list, a join, a count, a write, a function, an operation, a replay or a topic. */
export function guess(ground: Ground, roll: Dice): Guess {
	const pick = <T>(of: readonly T[]): T => of[roll(of.length)]!;
	const id = () => pick(ground.ids);
	const table = pick(ground.tables);
	const name = quoted(table.name);
	const column = () => quoted(pick(table.columns));
	const filter = () =>
		pick([
			`a.${column()}::text = '${id()}'`,
			`a.${column()}::text in ('${id()}', '${id()}')`,
			`a.${column()} is not null`,
			`(a.${column()}::text = '${id()}' or a.${column()} is not null)`,
			`a.${column()}::text ilike '%${ground.canary}%'`,
			`a.${column()}::text <> '${id()}'`
		]);
	const asked = () => pick(['*', listed(table.readable)]);
	// An id in a text would come back as a word of one's own.
	const literal = (of: string) =>
		isId(of) ? pick([`'${id()}'`, `'{${id()}}'`, 'null']) : pick(["'x'", "'1'", 'null', "'{}'"]);
	const statement = (text: string): Guess => ({ kind: 'statement', text });
	switch (roll(12)) {
		case 0:
			return statement(`select ${asked()} from ${name} a where ${filter()} and ${filter()}`);
		case 1:
		case 2: {
			const relation = quoted(pick([...table.relations, 'profiles', 'groups']));
			return statement(
				pick([
					`select a.*, b.* from ${name} a cross join ${relation} b where ${filter()} limit 500`,
					`select a.id, (select count(*) from ${relation}) from ${name} a where ${filter()}`,
					`select to_jsonb(b) from ${name} a, ${relation} b where ${filter()} limit 500`
				])
			);
		}
		case 3:
			return statement(`select count(*) from ${name} a where ${filter()}`);
		case 4:
			return statement(
				`select ${asked()} from ${name} order by ${column()} desc limit ${roll(2000)}`
			);
		case 5: {
			const of = pick(table.columns);
			return statement(
				`update ${name} a set ${quoted(of)} = ${literal(of)} where ${filter()} returning ${asked()}`
			);
		}
		case 6: {
			// A function that writes an operation names its client, and reads it again.
			if (table.name === 'operations') return statement(`select ${asked()} from ${name}`);
			const conflict = pick(['', 'on conflict do nothing']);
			return statement(
				`insert into ${name} (${listed(table.columns)})
				values (${table.columns.map(literal).join()}) ${conflict} returning ${asked()}`
			);
		}
		case 7:
			return statement(`delete from ${name} a where ${filter()} returning ${asked()}`);
		case 8: {
			const { name, args } = pick(called(ground));
			const value = (arg: string) =>
				pick<unknown>(isId(arg) ? [id(), id(), [id()], null] : ['x', 1, null, {}]);
			return { kind: 'call', name, args: Object.fromEntries(args.map((arg) => [arg, value(arg)])) };
		}
		case 9: {
			const args = {
				...{ id: id(), group_id: id(), session_id: id(), challenge_id: id(), action_id: id() },
				...{ member_id: id(), ids: [id(), id()], changes: { title: 'x', body: 'x', text: 'x' } },
				...{ title: 'x', kind: 'advice', text: 'x', outcome: 'done', present: true, choice: 'do' }
			};
			const operation = { sequence: roll(9), kind: pick(kinds), args, base: null };
			return {
				...{ kind: 'call', name: 'apply_ops' },
				args: { client_id: crypto.randomUUID(), operations: [operation] }
			};
		}
		case 10: {
			const snapshot = pick([null, '1:1:', '99999:99999:']);
			const tables = { [table.name]: { sum: [roll(3), roll(3)], snapshot } };
			return pick<Guess>([
				{ kind: 'call', name: 'apply_ops', args: pick(ground.sent) },
				{ kind: 'call', name: 'pull', args: { ask: { all: roll(2) === 0, tables } } }
			]);
		}
		default:
			// Joining costs more than asking: not as often.
			return roll(4) === 0
				? { kind: 'topic', topic: pick(ground.topics) }
				: statement(`select ${asked()} from ${name} a where ${filter()}`);
	}
}
