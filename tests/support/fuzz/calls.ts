import type { Ground } from './ground.ts';

/** A number from 0 up to, not including, `most`. */
export type Dice = (most: number) => number;

/** A request an outsider makes by guessing. */
export interface Guess {
	path: string;
	method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE';
	headers?: Record<string, string>;
	body?: unknown;
	/** A live topic to join instead of a request. */
	topic?: string;
}

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

/** One guess: a list, an embedding, a count, a write, a function, an operation, a replay or a topic. */
export function guess(ground: Ground, roll: Dice): Guess {
	const pick = <T>(of: readonly T[]): T => of[roll(of.length)]!;
	const id = () => pick(ground.ids);
	const table = pick(ground.tables);
	// An id in a text would come back as a word of one's own.
	const value = (name: string) =>
		pick<unknown>(/(^|_)ids?$/.test(name) ? [id(), id(), [id()], null] : ['x', 1, null, {}]);
	const written = (names: readonly string[]) =>
		Object.fromEntries(names.map((name) => [name, value(name)]));
	const filter = () => {
		const column = pick(table.columns);
		return pick([
			`${column}=eq.${id()}`,
			`${column}=in.(${id()},${id()})`,
			`${column}=not.is.null`,
			`or=(${column}.eq.${id()},${pick(table.columns)}.not.is.null)`,
			`${column}=ilike.*${ground.canary}*`,
			`${column}=neq.${id()}`
		]);
	};
	const embed = () => {
		const relation = pick([...table.relations, 'profiles', 'groups']);
		return pick([`*,${relation}(*)`, `${relation}!inner(*)`, `id,x:${relation}(count)`]);
	};
	const list = `/rest/v1/${table.name}`;
	switch (roll(12)) {
		case 0:
			return { method: 'GET', path: `${list}?select=*&${filter()}&${filter()}` };
		case 1:
			return { method: 'GET', path: `${list}?select=${embed()}&${filter()}` };
		case 2:
			return {
				...{ method: pick(['GET', 'HEAD'] as const), path: `${list}?select=*&${filter()}` },
				headers: { prefer: `count=${pick(['exact', 'planned', 'estimated'])}` }
			};
		case 3:
			return {
				method: 'GET',
				path: `${list}?order=${pick(table.columns)}.desc&limit=${roll(2000)}`
			};
		case 4:
			return {
				...{ method: 'PATCH', path: `${list}?select=*&${filter()}` },
				headers: { prefer: 'return=representation' },
				body: written([pick(table.columns)])
			};
		case 5:
			// Whoever writes an operation names its client, and reads it again.
			if (table.name === 'operations') return { method: 'GET', path: list };
			return {
				...{ method: 'POST', path: `${list}?select=*` },
				headers: { prefer: 'return=representation,resolution=merge-duplicates' },
				body: written(table.columns)
			};
		case 6:
			return {
				method: 'DELETE',
				path: `${list}?${filter()}`,
				headers: { prefer: 'return=representation' }
			};
		case 7:
		case 8: {
			// Who founds a group names its id: it would come back as their own.
			const called = pick(ground.functions.filter(({ name }) => name !== 'found_group'));
			return {
				...{ method: 'POST', path: `/rest/v1/rpc/${called.name}` },
				body: written(called.args)
			};
		}
		case 9: {
			const args = {
				...{ id: id(), group_id: id(), session_id: id(), challenge_id: id(), action_id: id() },
				...{ member_id: id(), ids: [id(), id()], changes: { title: 'x', body: 'x', text: 'x' } },
				...{ title: 'x', kind: 'advice', text: 'x', outcome: 'done', present: true, choice: 'do' }
			};
			return {
				...{ method: 'POST', path: '/rest/v1/rpc/apply_ops' },
				body: {
					client_id: crypto.randomUUID(),
					operations: [{ sequence: roll(9), kind: pick(kinds), args, base: null }]
				}
			};
		}
		case 10:
			return pick<Guess>([
				{ method: 'POST', path: '/rest/v1/rpc/apply_ops', body: pick(ground.sent) },
				{
					...{ method: 'POST', path: '/rest/v1/rpc/pull' },
					body: { since: { cursor: pick([null, '1', '99999']), sums: {}, full: [table.name] } }
				}
			]);
		default:
			// Joining costs more than asking: not as often.
			return roll(4) === 0
				? { method: 'GET', path: '', topic: pick(ground.topics) }
				: { method: 'GET', path: `${list}?select=${embed()}` };
	}
}
