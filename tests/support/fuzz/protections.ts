import type { Connection } from '../server.ts';
import type { Ground } from './ground.ts';

/** What those who guess neither settled nor said, a line each. */
export interface Protections {
	/** Locks, turns, words: more of them may come, none may go. */
	kept: string[];
	/** Presence and consents: none may come, either. */
	own: string[];
}

export async function protectionsOf(
	{ owner }: Connection,
	{ world, parties }: Ground
): Promise<Protections> {
	const { id } = world.group;
	const those = parties.flatMap(({ people }) => people.map((person) => person.id));
	const kept = await owner<{ line: string }[]>`
		select 'locked: ' || id as line from challenges
		where group_id = ${id} and double_confidential and presenter_id <> all (${those})
		union all
		select 'challenge: ' || (
			to_jsonb(c) - '{position,double_confidential,version,updated_at}'::text[]
		)::text
		from challenges c where group_id = ${id} and presenter_id <> all (${those})
		union all
		-- Whoever is in a live session may write its notes.
		select concat_ws(' ', 'notes:', n.id, n.body, n.takeaways)
		from challenge_notes n join sessions s on s.id = n.session_id
		where n.group_id = ${id} and s.status <> 'live' and n.presenter_id <> all (${those})
		union all
		select 'contribution: ' || to_jsonb(b)::text
		from contributions b join challenges c on c.id = b.challenge_id
		where b.group_id = ${id} and b.author_id <> all (${those})
			and c.presenter_id <> all (${those})
	`;
	const own = await owner<{ line: string }[]>`
		select 'attendance: ' || to_jsonb(a)::text as line
		from attendances a where group_id = ${id} and member_id <> all (${those})
		union all
		select 'consent: ' || to_jsonb(c)::text
		from session_consents c where group_id = ${id} and member_id <> all (${those})
		order by 1
	`;
	return { kept: kept.map(({ line }) => line), own: own.map(({ line }) => line) };
}
