import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { TransactionSql } from 'postgres';

/** What was erased, in numbers. */
export type Erased = Record<string, number>;

/** The life of a group: ages in days before the moment of erasing. Sessions are named by their place. */
export interface History {
	retention: number;
	sessions: { status: 'planned' | 'live' | 'closed'; age: number }[];
	actions: {
		status: 'open' | 'done' | 'dropped';
		age: number;
		/** When something was last said of it between two sessions. */
		told: number | null;
		bornIn: number | null;
		dueIn: number | null;
		reviews: { session: number; age: number }[];
		goal: number | null;
	}[];
	goals: { status: 'open' | 'reached' | 'dropped'; age: number }[];
}

const age = fc.integer({ min: 1, max: 700 });
const place = (length: number) =>
	length === 0 ? fc.constant(null) : fc.option(fc.nat({ max: length - 1 }));

export const histories: fc.Arbitrary<History> = fc
	.record({
		retention: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(12, 60)),
		sessions: fc.array(
			fc.record({
				status: fc.constantFrom('planned', 'live', 'closed', 'closed', 'closed', 'closed'),
				age
			}),
			{ maxLength: 6 }
		),
		goals: fc.array(fc.record({ status: fc.constantFrom('open', 'reached', 'dropped'), age }), {
			maxLength: 3
		})
	})
	.chain(({ retention, sessions, goals }) =>
		fc.record({
			retention: fc.constant(retention),
			sessions: fc.constant(sessions),
			goals: fc.constant(goals),
			actions: fc.array(
				fc.record({
					status: fc.constantFrom('open', 'done', 'dropped'),
					age,
					told: fc.option(age),
					bornIn: place(sessions.length),
					dueIn: place(sessions.length),
					reviews: fc.uniqueArray(
						fc.record({ session: fc.nat({ max: Math.max(0, sessions.length - 1) }), age }),
						{ maxLength: sessions.length === 0 ? 0 : 2, selector: ({ session }) => session }
					),
					goal: place(goals.length)
				}),
				{ maxLength: 5 }
			)
		})
	);

/** What was planted where, and what time it was. */
export interface Planted {
	at: number;
	/** Everything at or after this moment is young. */
	limit: number;
	words: string[];
	run: string;
}

const DAY = 86_400_000;

/** Lets the group live: every word in it is one of a kind. */
export async function plant(sql: TransactionSql, history: History, at: Date): Promise<Planted> {
	const run = `canari${randomUUID().slice(0, 8)}`;
	const words: string[] = [];
	const word = (name: string) => {
		const said = `${run}-${name}-`;
		words.push(said);
		return said;
	};
	const moment = (days: number) => new Date(at.getTime() - days * DAY);
	const [group_id, owner, sessions, goals] = [
		randomUUID(),
		randomUUID(),
		history.sessions.map(() => randomUUID()),
		history.goals.map(() => randomUUID())
	];
	await sql`set local session_replication_role = replica`;
	await sql`insert into profiles (id) values (${owner})`;
	await sql`
		insert into groups (id, name, retention_months)
		values (${group_id}, 'Les Quais', ${history.retention})
	`;
	for (const [turn, { status, age }] of history.sessions.entries()) {
		const here = { group_id, session_id: sessions[turn]! };
		const said = word(`session${turn}`);
		await sql`
			insert into sessions ${sql({
				...{ id: here.session_id, group_id, starts_at: moment(age), length_minutes: 120 },
				...{ status, place: said, closed_at: status === 'closed' ? moment(age) : null }
			})}
		`;
		const [challenge] = await sql`
			insert into challenges ${sql({ ...here, presenter_id: owner, question: said })} returning id
		`;
		const id = String(challenge!.id);
		await sql`
			insert into challenge_notes ${sql({ ...here, id, presenter_id: owner, body: said })}
		`;
		await sql`
			insert into contributions ${sql({
				...{ ...here, id: randomUUID(), challenge_id: id, author_id: owner },
				...{ kind: 'advice', text: said }
			})}
		`;
		await sql`insert into feedbacks ${sql({ ...here, member_id: owner, plus: said })}`;
		await sql`
			insert into segments ${sql({
				...{ ...here, position: 0, kind: 'opening', minutes: 5, speakers: 'everyone' },
				...{ rule: 'free', label: sql.json({ fr: said, en: said }) as never }
			})}
		`;
		await sql`
			insert into room_commands ${sql({
				...{ ...here, id: randomUUID(), command: 'start', version: 1, at: moment(age) },
				args: sql.json({ said }) as never
			})}
		`;
	}
	await sql`
		insert into room_states (session_id, group_id, position, started_at)
		select id, group_id, 0, starts_at from sessions where group_id = ${group_id}
	`;
	for (const [turn, { status, age }] of history.goals.entries()) {
		await sql`
			insert into goals ${sql({
				...{ id: goals[turn]!, group_id, owner_id: owner, title: word(`goal${turn}`) },
				...{ year: 2026, status, updated_at: moment(age) }
			})}
		`;
	}
	for (const [turn, action] of history.actions.entries()) {
		const id = randomUUID();
		const title = word(`action${turn}`);
		const lines = action.reviews.map(({ session }) => word(`review${turn}of${session}`));
		const [bornIn, dueIn, goal] = [action.bornIn, action.dueIn, action.goal];
		await sql`
			insert into actions ${sql({
				...{ id, group_id, owner_id: owner, title, due_on: '2026-01-01', status: action.status },
				...{ created_at: moment(action.age), line: lines.at(-1) ?? '' },
				born_in: bornIn === null ? null : sessions[bornIn]!,
				due_in: dueIn === null ? null : sessions[dueIn]!,
				goal_id: goal === null ? null : goals[goal]!
			})}
		`;
		const events = [action.age, ...(action.told === null ? [] : [action.told])];
		for (const days of events) {
			await sql`
				insert into action_events ${sql({
					...{ group_id, action_id: id, kind: 'edited', at: moment(days), title },
					...{ due_on: '2026-01-01', carries: 0 }
				})}
			`;
		}
		for (const [review, { session, age }] of action.reviews.entries()) {
			await sql`
				insert into reviews ${sql({
					...{ group_id, action_id: id, session_id: sessions[session]!, outcome: 'partly' },
					...{ line: lines[review]!, reviewed_at: moment(age) }
				})}
			`;
		}
	}
	await sql`set local session_replication_role = origin`;
	const [row] = await sql`
		select ${at}::timestamptz - make_interval(months => ${history.retention}) as limit
	`;
	return { at: at.getTime(), limit: (row!.limit as Date).getTime(), words, run };
}

/** The words that must be left of it: the rule of supabase/README.md, said once more. */
export function expectedWords(history: History, { at, limit, run }: Planted): string[] {
	const isOld = (days: number) => at - days * DAY < limit;
	/** A session that nobody closed ended two hours after it began, and is closed a day later. */
	const sessions = history.sessions.map(({ status, age }) => ({
		isHeld: status === 'closed' || (status === 'live' && age > 1),
		isPlanned: status === 'planned',
		age: status === 'closed' ? age : age - 2 / 24
	}));
	const youngest = Math.min(...sessions.flatMap(({ isHeld, age }) => (isHeld ? [age] : [])));
	const isErased = (session: number) => {
		const { isHeld, isPlanned, age } = sessions[session]!;
		return isOld(age) && (isPlanned || (isHeld && age > youngest));
	};
	const actionStays = ({ status, age, told, bornIn, dueIn, reviews }: History['actions'][number]) =>
		status === 'open' ||
		![age, told ?? age, ...reviews.map((review) => review.age)].every(isOld) ||
		[bornIn, dueIn, ...reviews.map(({ session }) => session)].some(
			(session) => session !== null && !isErased(session)
		);
	const left = history.actions.map(actionStays);
	return [
		...history.sessions.flatMap((_, turn) => (isErased(turn) ? [] : [`session${turn}`])),
		...history.goals.flatMap(({ status, age }, turn) =>
			status === 'open' ||
			!isOld(age) ||
			history.actions.some(({ goal }, action) => goal === turn && left[action])
				? [`goal${turn}`]
				: []
		),
		...history.actions.flatMap(({ reviews }, turn) =>
			left[turn]
				? [
						`action${turn}`,
						...reviews.flatMap(({ session }) =>
							isErased(session) ? [] : [`review${turn}of${session}`]
						)
					]
				: []
		)
	].map((name) => `${run}-${name}-`);
}
