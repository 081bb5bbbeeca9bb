import { randomUUID } from 'node:crypto';
import { type Ended, unshared, type Unshared } from './remains.ts';
import { browser, type Named, type Persona, personas, type World } from '../personas.ts';

/** Members who signed the charter in force. */
const signed = [
	...(['member', 'absent', 'later', 'newest', 'back', 'presenter', 'facilitator'] as const)
];
/** Those of them who were members of the closed session, and ever since. */
const before = ['member', 'absent', 'presenter', 'facilitator'] as const;
/** Those who were members when the session that nobody closed ended. */
const since = [...before, 'later'] as const;
/** Those who may read what all who are asked share with the later joiner. */
const given = [...before, 'later'] as const;
/** Those of them who were in its room. */
const present = ['member', 'presenter', 'facilitator'] as const;
const joined = [...signed, 'unsigned'] as const;
/** Those of the signed members who read of the breach that `absent` is accused of. */
const deciding = ['member', 'later', 'newest', 'back', 'presenter', 'facilitator'] as const;
const named = personas.filter((persona): persona is Named => persona !== 'anonymous');

type Values = Record<string, unknown>;

/**
 * The rights on some rows of a table. `away`: values that would take a changed row from where it
 * belongs, which the policy refuses even if the grants on columns and the triggers were lost. A
 * persona that is not listed is denied: by the grants (`no grant`, and always for `anonymous`) with
 * 42501, by the policies with rows that cannot be seen.
 */
export interface Rule {
	table: string;
	/** Which rows, in words. */
	rows: string;
	key(world: World): Values;
	/** Columns that may be asked for; all of them unless given. */
	columns?: string;
	select: readonly Persona[];
	/** How the database refuses what nobody may write; 42501 unless given. */
	refused?: string;
	update: 'no grant' | { by: readonly Persona[]; set: Values; away?: (world: World) => Values[] };
	insert:
		| 'no grant'
		| {
				by: readonly Persona[];
				row(world: World, persona: Persona): Values;
				/** Columns that find the row again. */
				found: readonly string[];
				/**
				 * What the policy refuses to those who may add a row, even if grants and triggers were
				 * lost.
				 */
				away?: (world: World) => Values[];
				/** How those a trigger stops before the policy are refused. */
				stopped?: Partial<Record<Persona, string>>;
		  };
	remove: 'no grant';
}

const readOnly = { update: 'no grant', insert: 'no grant', remove: 'no grant' } as const;
const idOf = (world: World, persona: Persona) =>
	persona === 'anonymous' ? randomUUID() : world.people[persona].id;
const profileOf = (persona: Named) => ({
	table: 'profiles',
	rows: `of ${persona}`,
	key: (world: World) => ({ id: world.people[persona].id }),
	...readOnly,
	update: { by: [persona], set: { name: 'Somebody else' }, away: toSomebody('id') }
});
const inGroup = (persona: Named) => (world: World) => ({
	group_id: world.group.id,
	member_id: world.people[persona].id
});
const toSomebody = (column: string) => () => [{ [column]: randomUUID() }];
const ofSession = (session: 'closed' | 'live' | 'planned', persona?: Named) => (world: World) => ({
	session_id: world[session],
	...(persona && { member_id: world.people[persona].id })
});
const ownAction = (world: World, persona: Persona) => ({
	id: randomUUID(),
	group_id: world.group.id,
	owner_id: idOf(world, persona),
	title: 'Read the contract',
	due_on: '2030-02-05'
});
const ownGoal = (world: World, persona: Persona) => ({
	...{ id: randomUUID(), group_id: world.group.id, owner_id: idOf(world, persona) },
	...{ title: 'Recruit a second in command', year: 2030, quarter: 2, stage: 'execute' }
});
/** Those to whom the group is none of theirs. */
const outside: readonly Persona[] = [
	...(['stranger', 'invited', 'unsigned', 'left', 'foreigner', 'animator'] as const)
];
/** The tables of a group in which members write. */
const written = ['actions', 'attendances', 'contributions', 'feedbacks', 'goals', 'reviews'];

/** How the policies refuse a row of their own; an outsider is told that there is no such group. */
export const denialOf = (table: string, persona: Persona): string =>
	written.includes(table) && outside.includes(persona) ? 'CR001' : '42501';

/** The challenges of the shared session, their notes and what was given to them. */
function kept(
	trace: 'present' | 'presenter' | 'double',
	rows: string,
	brief: readonly Persona[],
	notes: readonly Persona[],
	presenter: Persona
): Rule[] {
	const key = ({ earlier }: World) => ({ id: earlier.challenge[trace] });
	return [
		{
			...{ table: 'challenges', rows, key, select: brief, ...readOnly },
			update: { by: [presenter], set: { question: 'And now?' } }
		},
		{
			...{ table: 'challenge_notes', rows, key, select: notes, ...readOnly },
			update: { by: [presenter], set: { body: 'Kept' } }
		},
		{
			...{ table: 'contributions', rows, select: notes, ...readOnly },
			key: ({ earlier }) => ({ id: earlier.contribution[trace] }),
			update: { by: [presenter], set: { text: '' } }
		}
	];
}

/** What a member sees of rows of which they may read only a part. */
const seen: Pick<Rule, 'table' | 'rows' | 'key' | 'select'>[] = [
	{
		...{ table: 'seen_actions', rows: 'open ones of a member' },
		...{ key: ({ action }) => ({ id: action.member }), select: signed }
	},
	{
		...{ table: 'seen_actions', rows: 'of who left' },
		...{ key: ({ action }) => ({ id: action.left }), select: [...before, 'left'] }
	},
	{
		...{ table: 'seen_actions', rows: 'done before the later ones came' },
		...{ key: ({ remains }) => ({ id: remains.doneAction }), select: before }
	},
	{
		...{ table: 'seen_actions', rows: 'with the line said before the later ones came' },
		...{ key: ({ action }) => ({ id: action.member, line: 'Nearly' }), select: before }
	},
	{
		...{ table: 'seen_actions', rows: 'with the outcome said before the later ones came' },
		...{ key: ({ action }) => ({ id: action.member, outcome: 'partly' }), select: before }
	},
	{
		...{ table: 'seen_actions', rows: 'with what was said of it since' },
		key: ({ remains }) => ({ id: remains.toldAction, outcome: 'done', line: 'Signed' }),
		select: signed
	},
	{
		...{ table: 'seen_actions', rows: 'of who came back, of their earlier stay' },
		...{ key: ({ remains }) => ({ id: remains.backAction }), select: signed }
	},
	{
		...{ table: 'seen_actions', rows: 'taken since' },
		...{ key: ({ remains }) => ({ id: remains.presenterAction }), select: signed }
	},
	{
		...{ table: 'seen_actions', rows: 'of another group, where no session began since' },
		...{ key: ({ remains }) => ({ id: remains.elsewhereAction }), select: ['foreigner'] }
	},
	{
		...{ table: 'seen_actions', rows: 'taken back before' },
		...{ key: ({ remains }) => ({ id: remains.removedAction }), select: before }
	},
	{
		...{ table: 'seen_goals', rows: 'that a member shares' },
		...{ key: ({ goal }) => ({ id: goal.shared }), select: signed }
	},
	{
		...{ table: 'seen_goals', rows: 'that a member keeps private' },
		...{ key: ({ goal }) => ({ id: goal.private }), select: ['member'] }
	},
	{
		...{ table: 'seen_goals', rows: 'of who left' },
		...{ key: ({ goal }) => ({ id: goal.left }), select: [...before, 'left'] }
	},
	{
		...{ table: 'seen_goals', rows: 'of who came back, of their earlier stay' },
		...{ key: ({ remains }) => ({ id: remains.backGoal }), select: signed }
	},
	{
		...{ table: 'seen_goals', rows: 'shared since' },
		...{ key: ({ remains }) => ({ id: remains.unsignedGoal }), select: signed }
	},
	{
		...{ table: 'seen_goals', rows: 'taken back before' },
		...{ key: ({ remains }) => ({ id: remains.removedGoal }), select: before }
	},
	{
		...{ table: 'seen_sessions', rows: 'that all share with the later joiner' },
		...{ key: ({ earlier }) => ({ id: earlier.id }), select: given }
	},
	{
		...{ table: 'seen_sessions', rows: 'that one shares with the later joiner' },
		...{ key: ({ remains }) => ({ id: remains.partial.session }), select: given }
	},
	{
		...{ table: 'seen_sessions', rows: 'that is closed' },
		...{ key: ({ closed }) => ({ id: closed }), select: before }
	},
	{
		...{ table: 'seen_challenge_notes', rows: 'of a session that all share with the later joiner' },
		...{ key: ({ earlier }) => ({ id: earlier.challenge.present }), select: given }
	},
	{
		...{ table: 'seen_challenge_notes', rows: 'of one who agreed, off the plan' },
		...{ key: ({ remains }) => ({ id: remains.aside.challenge.offPlan }), select: ['member'] }
	},
	{
		...{ table: 'seen_challenge_notes', rows: 'of one who agreed and kept them' },
		...{
			key: ({ remains }) => ({ id: remains.aside.challenge.presenter }),
			select: ['facilitator']
		}
	},
	{
		...{ table: 'seen_challenge_notes', rows: 'of one who agreed' },
		...{ key: ({ remains }) => ({ id: remains.partial.challenge.agreed }), select: given }
	},
	{
		...{ table: 'seen_challenge_notes', rows: 'of one who agreed and locked it' },
		...{ key: ({ remains }) => ({ id: remains.partial.challenge.locked }), select: ['facilitator'] }
	},
	{
		...{ table: 'seen_challenge_notes', rows: 'of one who did not answer' },
		...{ key: ({ remains }) => ({ id: remains.partial.challenge.silent }), select: before }
	}
];

/** An earlier session of which the member and the facilitator agreed that the later joiner reads it. */
const inPart: Rule[] = [
	{
		...{ table: 'sessions', rows: 'that not all share', select: before, ...readOnly },
		key: ({ remains }) => ({ id: remains.partial.session })
	},
	{
		...{ table: 'attendances', rows: 'of it', select: before, ...readOnly },
		key: ({ remains }) => ({ session_id: remains.partial.session })
	},
	...(['agreed', 'silent', 'locked'] as const).flatMap((word): Rule[] => {
		const presenter = ({ agreed: 'member', silent: 'presenter', locked: 'facilitator' } as const)[
			word
		];
		const of = { rows: `of one who ${word}`, ...readOnly };
		return [
			{
				...{ ...of, table: 'challenges' },
				key: ({ remains }) => ({ id: remains.partial.challenge[word] }),
				select: word === 'agreed' ? given : word === 'silent' ? before : ['facilitator'],
				update: { by: [presenter], set: { question: 'And now?' } }
			},
			{
				...{ ...of, table: 'challenge_notes' },
				key: ({ remains }) => ({ id: remains.partial.challenge[word] }),
				select: word === 'locked' ? ['facilitator'] : before,
				update: { by: [presenter], set: { body: 'Kept' } }
			}
		];
	}),
	...(['agreed', 'silent', 'locked'] as const).map((word): Rule => ({
		...{ table: 'contributions', rows: `of one who ${word}`, ...readOnly },
		key: ({ remains }) => ({ id: remains.partial.contribution[word] }),
		select: word === 'agreed' ? given : word === 'silent' ? before : ['facilitator'],
		update: {
			by: [word === 'agreed' ? 'presenter' : word === 'silent' ? 'member' : 'facilitator'],
			set: { text: '' }
		}
	})),
	...(['agreed', 'silent'] as const).map((word): Rule => ({
		...{ table: 'feedbacks', rows: `of one who ${word}`, ...readOnly },
		key: ({ remains, people }) => ({
			session_id: remains.partial.session,
			member_id: people[word === 'agreed' ? 'member' : 'presenter'].id
		}),
		select: word === 'agreed' ? given : before,
		update: { by: [word === 'agreed' ? 'member' : 'presenter'], set: { delta: 'shorter' } }
	})),
	...(['agreed', 'silentOwner', 'silentWriter'] as const).map((word): Rule => ({
		...{ table: 'reviews', rows: `of it, ${word}`, ...readOnly },
		key: ({ remains }) => ({ id: remains.partial.review[word] }),
		select: word === 'agreed' ? given : before,
		update: { by: [], set: { line: 'Rewritten' } }
	}))
];

/** An earlier session that the member and the facilitator share, with challenges they keep apart. */
const aside: Rule[] = (['offPlan', 'presenter'] as const).flatMap((word): Rule[] => {
	const by = ({ offPlan: 'member', presenter: 'facilitator' } as const)[word];
	const rows = word === 'offPlan' ? 'off the plan, of one who agreed' : 'kept by one who agreed';
	return [
		{
			...{ table: 'challenges', rows, ...readOnly },
			key: ({ remains }) => ({ id: remains.aside.challenge[word] }),
			select: word === 'offPlan' ? ['member'] : before,
			update: { by: [by], set: { question: 'And now?' } }
		},
		{
			...{ table: 'contributions', rows: `to one ${rows}`, ...readOnly },
			key: ({ remains }) => ({ id: remains.aside.contribution[word] }),
			select: [by],
			update: { by: [by], set: { text: '' } }
		}
	];
});

/** What the member who left said in sessions that others share with the later joiner. */
const ofLeft: Rule[] = [
	{
		...{ table: 'contributions', rows: 'of who left, in a session that all share', ...readOnly },
		...{ key: ({ remains }) => ({ id: remains.byLeft.contribution }), select: before },
		update: { by: ['presenter'], set: { text: '' } }
	},
	{
		...{ table: 'reviews', rows: 'with a line of who left, in a session that all share' },
		...{ key: ({ remains }) => ({ id: remains.byLeft.line }), select: before, ...readOnly },
		update: { by: [], set: { line: 'Rewritten' } }
	},
	{
		...{ table: 'reviews', rows: 'without a line, in a session that all share', ...readOnly },
		...{ key: ({ remains }) => ({ id: remains.byLeft.noLine }), select: given },
		update: { by: [], set: { line: 'Rewritten' } }
	},
	{
		...{ table: 'reviews', rows: 'without a line, in a session that not all share', ...readOnly },
		...{ key: ({ remains }) => ({ id: remains.noLine }), select: before },
		update: { by: [], set: { line: 'Rewritten' } }
	}
];

/** A session that began and that nobody closed: it was over before the newest joined. */
const unclosed: Rule[] = [
	...(['sessions', 'segments', 'room_states', 'attendances'] as const).map((table): Rule => ({
		...{ table, rows: 'of a session that nobody closed', select: since, ...readOnly },
		key: ({ remains }) =>
			table === 'sessions'
				? { id: remains.unclosed.session }
				: { session_id: remains.unclosed.session }
	})),
	{
		...{ table: 'challenges', rows: 'of it', select: since, ...readOnly },
		key: ({ remains }) => ({ id: remains.unclosed.challenge }),
		update: { by: ['presenter'], set: { question: 'And now?' } }
	},
	{
		...{ table: 'challenge_notes', rows: 'of it', select: since, ...readOnly },
		key: ({ remains }) => ({ id: remains.unclosed.challenge }),
		update: { by: since, set: { body: 'Noted' } }
	},
	{
		...{ table: 'contributions', rows: 'to it', select: since, ...readOnly },
		key: ({ remains }) => ({ id: remains.unclosed.contribution }),
		update: { by: ['member', 'presenter'], set: { text: '' } }
	},
	{
		...{ table: 'feedbacks', rows: 'on it', select: since, ...readOnly },
		key: ({ remains }) => ({ session_id: remains.unclosed.session }),
		update: { by: ['member'], set: { delta: 'shorter' } }
	},
	{
		...{ table: 'reviews', rows: 'at it', select: since, ...readOnly },
		key: ({ remains }) => ({ session_id: remains.unclosed.session }),
		update: { by: ['member', 'facilitator'], set: { line: 'Half of it' } }
	},
	{
		...{ table: 'sessions', rows: 'whose day passed without a start', select: since, ...readOnly },
		key: ({ remains }) => ({ id: remains.notHeld })
	}
];

/** The members who may still write in a session that nobody closed, when it is over for hours, and for days. */
const ended = (Object.entries({ lapsed: ['member'], abandoned: [] }) as [Ended, Persona[]][]).map(
	([word, by]): Rule => ({
		...{ table: 'contributions', rows: `to one that is ${word}`, select: before, ...readOnly },
		key: ({ remains }) => ({ session_id: remains.ended[word].session }),
		update: { by: [...by, 'presenter'], set: { text: '' } },
		insert: {
			by,
			row: ({ group, remains }) => ({
				...{ id: randomUUID(), group_id: group.id, session_id: remains.ended[word].session },
				...{ challenge_id: remains.ended[word].challenge, kind: 'advice', text: 'Ask them' }
			}),
			found: ['id']
		}
	})
);

/** What belongs to the member who left in the middle of the closed session and came back. */
const ofBack: Rule[] = [
	{
		...{ table: 'reviews', rows: 'of the action of who came back, while they were away' },
		...{ select: before, ...readOnly },
		key: ({ closed, remains }) => ({ session_id: closed, action_id: remains.backAction }),
		update: { by: [], set: { line: 'Rewritten' } }
	},
	{
		...{ table: 'challenges', rows: 'of who came back', ...readOnly },
		key: (world) => ({ id: world.backChallenge }),
		select: [...before, 'back'],
		update: { by: ['back'], set: { question: 'And now?' } }
	},
	{
		...{ table: 'challenge_notes', rows: 'of who came back, written while they were away' },
		...{ select: present, ...readOnly },
		key: (world) => ({ id: world.backChallenge }),
		update: { by: [], set: { body: 'Kept' } }
	},
	{
		...{ table: 'contributions', rows: 'to who came back, while they were there', ...readOnly },
		key: ({ contribution }) => ({ id: contribution.toBack }),
		select: [...present, 'back'],
		update: { by: ['back'], set: { text: '' } }
	},
	{
		...{ table: 'contributions', rows: 'to who came back, while they were away', ...readOnly },
		key: ({ contribution }) => ({ id: contribution.afterBack }),
		select: present,
		update: { by: [], set: { text: '' } }
	}
];

/** Every table of `public` (security.md's table, for what exists so far). */
export const rules: readonly Rule[] = [
	{ ...profileOf('member'), select: signed },
	// The foreigner's group is where they went.
	{ ...profileOf('left'), select: [...signed, 'left', 'foreigner'] },
	{ ...profileOf('unsigned'), select: joined },
	{ ...profileOf('invited'), select: ['invited'] },
	// The presenter is a member of their group, too.
	{ ...profileOf('foreigner'), select: ['presenter', 'foreigner'] },
	{
		table: 'groups',
		rows: 'of the group',
		key: (world) => ({ id: world.group.id }),
		select: joined,
		...readOnly
	},
	{
		table: 'communities',
		rows: 'of the group',
		key: (world) => ({ id: world.community }),
		select: [...joined, 'animator'],
		...readOnly
	},
	{
		table: 'animators',
		rows: 'of the community of the group',
		key: (world) => ({ community_id: world.community }),
		select: [...joined, 'animator'],
		...readOnly
	},
	{
		table: 'memberships',
		rows: 'of a member',
		key: inGroup('member'),
		select: signed,
		...readOnly
	},
	{
		table: 'memberships',
		rows: 'of who left',
		key: inGroup('left'),
		select: [...signed, 'left'],
		...readOnly
	},
	{
		table: 'memberships',
		rows: 'of who has not signed',
		key: inGroup('unsigned'),
		select: joined,
		...readOnly
	},
	{
		table: 'charters',
		rows: 'of the group',
		key: (world) => ({ id: world.group.charterId }),
		select: joined,
		...readOnly
	},
	{ table: 'signatures', rows: 'of a member', key: inGroup('member'), select: signed, ...readOnly },
	{
		table: 'signatures',
		rows: 'of who left',
		key: inGroup('left'),
		select: signed,
		...readOnly
	},
	{
		table: 'signatures',
		rows: 'of a charter of before, of who has not signed the new one',
		key: inGroup('unsigned'),
		select: joined,
		...readOnly
	},
	{
		table: 'invitations',
		rows: 'still pending',
		key: (world) => ({ group_id: world.group.id, email: world.people.invited.email }),
		columns: 'id, email, invited_by, expires_at, ready_at',
		select: signed,
		...readOnly
	},
	...(['closed', 'live', 'planned'] as const).flatMap((session): Rule[] => {
		const select = session === 'closed' ? before : signed;
		const of = { rows: `of the ${session} session`, key: ofSession(session), select, ...readOnly };
		return [
			{ ...of, table: 'sessions', key: (world) => ({ id: world[session] }) },
			{ ...of, table: 'segments' },
			{ ...of, table: 'room_states' },
			...(session === 'planned' ? [] : [{ ...of, table: 'room_commands' }])
		];
	}),
	...(Object.keys(unshared) as Unshared[]).map((why): Rule => ({
		...{ table: 'sessions', rows: `of one whose word did not open it: ${unshared[why]}` },
		...{ key: (world) => ({ id: world.remains.unshared[why] }), select: before, ...readOnly }
	})),
	{
		...{ table: 'sessions', rows: 'that the one who was there alone shares', ...readOnly },
		...{ key: ({ remains }) => ({ id: remains.alone }), select: given }
	},
	{
		table: 'attendances',
		rows: 'of the closed session',
		key: ofSession('closed', 'absent'),
		select: before,
		...readOnly
	},
	{
		table: 'attendances',
		rows: 'of the live session',
		key: ofSession('live', 'member'),
		select: signed,
		...readOnly
	},
	{
		table: 'challenges',
		rows: 'of the closed session',
		key: (world) => ({ id: world.closedChallenge }),
		select: before,
		...readOnly,
		update: { by: ['presenter'], set: { question: 'And now?' } }
	},
	{
		table: 'challenges',
		rows: 'of the live session',
		key: (world) => ({ id: world.liveChallenge }),
		select: signed,
		...readOnly,
		update: {
			by: ['presenter'],
			set: { context: 'It began in spring.' },
			away: toSomebody('presenter_id')
		}
	},
	{
		table: 'challenge_notes',
		rows: 'of the closed session',
		key: (world) => ({ id: world.closedChallenge }),
		select: present,
		...readOnly,
		update: { by: ['presenter'], set: { body: 'Kept' } }
	},
	{
		table: 'challenge_notes',
		rows: 'of the live session',
		key: (world) => ({ id: world.liveChallenge }),
		select: signed,
		...readOnly,
		update: { by: signed, set: { body: 'Noted' } }
	},
	{
		table: 'contributions',
		rows: 'to the challenge of the closed session',
		key: (world) => ({ id: world.contribution.closed }),
		select: present,
		update: { by: ['presenter'], set: { text: '' } },
		insert: {
			by: [],
			row: (world) => ({
				...{ id: randomUUID(), group_id: world.group.id, session_id: world.closed },
				...{ challenge_id: world.closedChallenge, kind: 'advice', text: 'Too late' }
			}),
			found: ['id']
		},
		remove: 'no grant'
	},
	{
		table: 'contributions',
		rows: 'to the challenge of the live session',
		key: (world) => ({ id: world.contribution.live }),
		select: signed,
		update: {
			by: ['member', 'presenter'],
			set: { text: '' },
			away: (world) => [
				// Neither one's own any more, nor emptied.
				{ author_id: randomUUID(), text: 'Rewritten' },
				{ author_id: randomUUID(), challenge_id: randomUUID(), text: '' },
				{ session_id: world.closed, challenge_id: randomUUID(), text: '' }
			]
		},
		insert: {
			by: signed,
			away: toSomebody('author_id'),
			row: (world) => ({
				...{ id: randomUUID(), group_id: world.group.id, session_id: world.live },
				...{ challenge_id: world.liveChallenge, kind: 'advice', text: 'Wait' }
			}),
			found: ['id']
		},
		remove: 'no grant'
	},
	...(['closed', 'live'] as const).map((session): Rule => ({
		table: 'speaking_turns',
		rows: `of the ${session} session`,
		key: ofSession(session, 'member'),
		select: session === 'closed' ? before : signed,
		...readOnly
	})),
	{
		table: 'actions',
		rows: 'of a member',
		key: (world) => ({ id: world.action.member }),
		select: before,
		update: { by: ['member'], set: { title: 'Call them' }, away: toSomebody('owner_id') },
		insert: { by: signed, row: ownAction, found: ['id'] },
		remove: 'no grant'
	},
	{
		table: 'actions',
		rows: 'of who left',
		key: (world) => ({ id: world.action.left }),
		select: [...before, 'left'],
		update: { by: [], set: { title: 'Call them' } },
		insert: {
			// For somebody else: only the facilitator of the session in which it is taken.
			by: ['facilitator'],
			row: (world, persona) => ({
				...ownAction(world, persona),
				...{ owner_id: world.people.absent.id, born_in: world.live }
			}),
			found: ['id'],
			// This one speaks of their own action.
			stopped: { absent: 'allowed' }
		},
		remove: 'no grant'
	},
	{
		table: 'actions',
		rows: 'of who has not signed',
		key: (world) => ({ id: world.remains.unsignedAction }),
		select: signed,
		update: { by: [], set: { title: 'Call them' } },
		insert: 'no grant',
		remove: 'no grant'
	},
	{
		table: 'action_events',
		rows: 'of a member’s action',
		key: (world) => ({ action_id: world.action.member, kind: 'taken' }),
		select: before,
		...readOnly
	},
	{
		table: 'action_events',
		rows: 'of the action of who left, while they were there',
		key: (world) => ({ action_id: world.action.left, kind: 'taken' }),
		select: [...before, 'left'],
		...readOnly
	},
	{
		table: 'action_events',
		rows: 'of the action of who left, after they left',
		key: (world) => ({ action_id: world.action.left, kind: 'edited' }),
		select: signed,
		...readOnly
	},
	{
		table: 'action_events',
		rows: 'of the action of who has not signed',
		key: (world) => ({ action_id: world.remains.unsignedAction }),
		select: signed,
		...readOnly
	},
	{
		table: 'goals',
		rows: 'that a member shares',
		key: (world) => ({ id: world.goal.shared }),
		select: before,
		update: {
			by: ['member'],
			set: { line: 'Every week since May' },
			away: toSomebody('owner_id')
		},
		insert: { by: signed, row: ownGoal, found: ['id'] },
		remove: 'no grant'
	},
	{
		table: 'goals',
		rows: 'that a member keeps private',
		key: (world) => ({ id: world.goal.private }),
		select: ['member'],
		update: { by: ['member'], set: { line: 'Every week since May' } },
		insert: {
			// In the name of somebody else.
			by: [],
			row: (world, persona) => ({ ...ownGoal(world, persona), owner_id: world.people.absent.id }),
			found: ['id'],
			// This one speaks of their own goal.
			stopped: { absent: 'allowed' }
		},
		remove: 'no grant'
	},
	{
		table: 'goals',
		rows: 'of who left',
		key: (world) => ({ id: world.goal.left }),
		select: [...before, 'left'],
		update: { by: [], set: { line: 'Every week since May' } },
		insert: {
			by: ['member'],
			row: (world) => ({ ...ownGoal(world, 'member'), shared: false }),
			found: ['id']
		},
		remove: 'no grant'
	},
	{
		table: 'goals',
		rows: 'of who has not signed',
		key: (world) => ({ id: world.remains.unsignedGoal }),
		select: signed,
		update: { by: [], set: { line: 'Every week since May' } },
		insert: 'no grant',
		remove: 'no grant'
	},
	{
		table: 'reviews',
		rows: 'of the presenter’s action in the live session',
		key: (world) => ({ session_id: world.live, action_id: world.remains.presenterAction }),
		select: signed,
		update: { by: ['presenter', 'facilitator'], set: { line: 'Half of it' } },
		insert: 'no grant',
		remove: 'no grant'
	},
	{
		table: 'reviews',
		rows: 'of a member’s action in the closed session',
		key: (world) => ({ session_id: world.closed, action_id: world.action.member }),
		select: before,
		update: { by: [], set: { line: 'Rewritten' } },
		insert: {
			by: ['member', 'facilitator'],
			away: (world) => [{ session_id: world.closed }],
			row: (world) => ({
				...{ group_id: world.group.id, session_id: world.live },
				...{ action_id: world.action.member, outcome: 'partly' }
			}),
			found: ['session_id', 'action_id']
		},
		remove: 'no grant'
	},
	{
		table: 'reviews',
		rows: 'of the action of who has not signed',
		key: (world) => ({ session_id: world.closed, action_id: world.remains.unsignedAction }),
		select: before,
		update: { by: [], set: { line: 'Rewritten' } },
		insert: 'no grant',
		remove: 'no grant'
	},
	{
		table: 'reviews',
		rows: 'of the action of who left, while they were there',
		key: (world) => ({ session_id: world.closed, action_id: world.action.left }),
		select: [...before, 'left'],
		update: { by: [], set: { line: 'Rewritten' } },
		insert: 'no grant',
		remove: 'no grant'
	},
	{
		table: 'reviews',
		rows: 'of the action of who left, after they left',
		key: (world) => ({ session_id: world.live, action_id: world.action.left }),
		select: signed,
		update: { by: ['facilitator'], set: { line: 'They are gone' } },
		insert: 'no grant',
		remove: 'no grant'
	},
	{
		table: 'feedbacks',
		rows: 'of a member on the closed session',
		key: ofSession('closed', 'member'),
		select: before,
		update: { by: ['member'], set: { delta: 'shorter' } },
		insert: 'no grant',
		remove: 'no grant'
	},
	{
		table: 'feedbacks',
		rows: 'of who left on the closed session',
		key: ofSession('closed', 'left'),
		select: before,
		update: { by: [], set: { delta: 'shorter' } },
		insert: 'no grant',
		remove: 'no grant'
	},
	{
		table: 'feedbacks',
		rows: 'of a member on the live session',
		key: ofSession('live', 'member'),
		select: signed,
		update: { by: ['member'], set: { delta: 'shorter' }, away: toSomebody('member_id') },
		insert: {
			away: toSomebody('member_id'),
			by: ['absent', 'later', 'newest', 'back', 'presenter', 'facilitator'],
			row: (world, persona) => ({
				...{ group_id: world.group.id, session_id: world.live },
				...{ member_id: idOf(world, persona), plus: 'short' }
			}),
			found: ['session_id', 'member_id'],
			// Once each.
			stopped: { member: '23505' }
		},
		remove: 'no grant'
	},
	...(['sessions', 'segments', 'room_states', 'room_commands'] as const).map((table): Rule => ({
		table,
		rows: 'of an earlier session, shared with the later joiner',
		key: ({ earlier }) => (table === 'sessions' ? { id: earlier.id } : { session_id: earlier.id }),
		select: given,
		...readOnly
	})),
	{
		table: 'attendances',
		rows: 'of the shared session',
		key: ({ earlier, people }) => ({ session_id: earlier.id, member_id: people.member.id }),
		select: given,
		...readOnly
	},
	{
		table: 'feedbacks',
		rows: 'of a member on the shared session',
		key: ({ earlier, people }) => ({ session_id: earlier.id, member_id: people.member.id }),
		select: given,
		update: { by: ['member'], set: { delta: 'shorter' } },
		insert: {
			by: ['absent', 'presenter', 'facilitator'],
			row: (world, persona) => ({
				...{ group_id: world.group.id, session_id: world.earlier.id },
				...{ member_id: idOf(world, persona), plus: 'short' }
			}),
			found: ['session_id', 'member_id'],
			// The session was not opened to these two.
			stopped: { member: '23505', newest: 'CR001', back: 'CR001' }
		},
		remove: 'no grant'
	},
	{
		table: 'session_consents',
		rows: 'of a member present at the shared session',
		key: ({ earlier, people }) => ({ session_id: earlier.id, member_id: people.member.id }),
		select: [...present, 'absent'],
		...readOnly
	},
	{
		table: 'session_consents',
		rows: 'of a session that is not over',
		key: ({ live }) => ({ session_id: live }),
		select: [],
		...readOnly
	},
	...seen.map(({ table, rows, key, select }): Rule => ({
		...{ table, rows, key, select, ...readOnly, refused: '55000' }
	})),
	...inPart,
	...aside,
	...ofLeft,
	...unclosed,
	...ended,
	...ofBack,
	...kept('present', 'kept for those present', given, given, 'presenter'),
	...kept('presenter', 'kept for their presenter', before, ['facilitator'], 'facilitator'),
	...kept('double', 'of double confidentiality', ['member'], ['member'], 'member'),
	{
		table: 'challenges',
		rows: 'that were withdrawn',
		key: ({ earlier }) => ({ id: earlier.challenge.withdrawn }),
		select: before,
		...readOnly,
		update: { by: [], set: { question: 'Once more?' } }
	},
	{
		table: 'challenge_notes',
		rows: 'of a challenge that was withdrawn by who left',
		key: ({ earlier }) => ({ id: earlier.challenge.withdrawn }),
		select: [],
		...readOnly,
		update: { by: [], set: { body: 'Once more' } }
	},
	{
		table: 'operations',
		rows: 'of a member',
		key: (world) => ({ member_id: world.people.member.id }),
		select: ['member'],
		update: 'no grant',
		insert: {
			by: named,
			away: toSomebody('member_id'),
			row: () => ({ client_id: randomUUID(), sequence: 1 }),
			found: ['client_id']
		},
		remove: 'no grant'
	},
	{
		table: 'reminder_settings',
		rows: 'of a member',
		key: (world) => ({ id: world.people.member.id }),
		select: ['member'],
		update: {
			by: ['member'],
			set: { quiet_from: '22:00:00', quiet_to: '06:30:00' },
			away: toSomebody('id')
		},
		insert: {
			away: toSomebody('id'),
			by: named.filter((persona) => persona !== 'member'),
			row: (world, persona) => ({ id: idOf(world, persona), mail: [] }),
			found: ['id'],
			// Once each.
			stopped: { member: '23505' }
		},
		remove: 'no grant'
	},
	{
		table: 'push_subscriptions',
		rows: 'of a member',
		key: (world) => ({ member_id: world.people.member.id }),
		select: ['member'],
		...readOnly
	},
	{
		table: 'calendars',
		rows: 'of a member',
		key: (world) => ({ id: world.people.member.id }),
		columns: 'id, created_at',
		select: ['member'],
		...readOnly
	},
	{
		table: 'decisions',
		rows: 'of the group',
		key: (world) => ({ group_id: world.group.id, kind: 'founded' }),
		select: signed,
		...readOnly
	},
	{
		table: 'decisions',
		rows: 'of another group, where the later joiner has not signed',
		key: (world) => ({ group_id: world.elsewhere, kind: 'founded' }),
		select: ['presenter', 'foreigner'],
		...readOnly
	},
	{
		table: 'decisions',
		rows: 'that nobody is excluded',
		key: (world) => ({ id: world.breach.dismissed }),
		select: deciding,
		...readOnly
	},
	{
		table: 'breaches',
		rows: 'that is open',
		key: (world) => ({ id: world.breach.open }),
		select: deciding,
		...readOnly
	},
	{
		table: 'breaches',
		rows: 'that was dismissed',
		key: (world) => ({ id: world.breach.dismissed }),
		select: deciding,
		...readOnly
	},
	{
		table: 'breaches',
		rows: 'open since before the newest came',
		key: (world) => ({ id: world.remains.earlierBreach }),
		select: before,
		...readOnly
	},
	{
		table: 'breaches',
		rows: 'settled before the later joiner came',
		key: (world) => ({ id: world.remains.settledBreach }),
		select: ['member', 'presenter', 'facilitator'],
		...readOnly
	},
	{
		table: 'breaches',
		rows: 'that the presenter withdrew',
		key: (world) => ({ id: world.remains.withdrawnBreach }),
		select: ['presenter'],
		...readOnly
	},
	{
		table: 'address_waits',
		rows: 'of the presenter, where the later joiner had not belonged for thirty days',
		key: (world) => ({ id: world.remains.addressWait }),
		// The presenter belongs to the foreigner's group, too.
		select: [...before, 'foreigner'],
		...readOnly
	},
	{
		table: 'address_confirmations',
		rows: 'of a member',
		key: (world) => ({ wait_id: world.remains.addressWait, member_id: world.people.member.id }),
		select: ['member', 'presenter'],
		...readOnly
	},
	{
		table: 'breach_votes',
		rows: 'of a member',
		key: (world) => ({ breach_id: world.breach.open, member_id: world.people.member.id }),
		select: ['member'],
		...readOnly
	},
	{
		table: 'breach_votes',
		rows: 'of who left',
		key: (world) => ({ breach_id: world.breach.open, member_id: world.people.left.id }),
		select: [],
		...readOnly
	}
];

/** How a function answers: `ok`, or the code of its refusal. */
export interface Call {
	name: string;
	/** What is asked, in words. */
	asking: string;
	args(world: World, version: number): Values;
	ok: readonly Persona[];
	/** Everybody else; `anonymous`, unless they are among them, is refused with 42501. */
	otherwise: string;
	/** Those who are refused in other words. */
	but?: Partial<Record<Persona, string>>;
}

const drivers = Object.fromEntries(
	['stranger', 'invited', 'unsigned', 'left', 'foreigner', 'animator'].map((persona) => [
		persona,
		'CR001'
	])
);
const plan = (world: World, id: string) => ({
	...{ id, group_id: world.group.id, starts_at: '2030-09-03T18:30:00Z', length_minutes: 60 },
	facilitator_id: world.people.facilitator.id,
	segments: [
		{
			...{ kind: 'opening', label: { fr: 'a', en: 'a' }, minutes: 5 },
			...{ speakers: 'everyone', rule: 'free' }
		}
	]
});

/** Every function of `public`; the last ones may change what the personas are. */
export const calls: readonly Call[] = [
	{
		name: 'server_clock',
		asking: 'the time',
		args: () => ({}),
		ok: named,
		otherwise: ''
	},
	{
		name: 'pull',
		asking: 'the rows they lack',
		args: () => ({ ask: { all: true, tables: {} } }),
		ok: named,
		otherwise: ''
	},
	{
		name: 'apply_ops',
		asking: 'nothing',
		args: () => ({ client_id: randomUUID(), operations: [] }),
		ok: named,
		otherwise: ''
	},
	{ name: 'read_reminders', asking: 'their choices', args: () => ({}), ok: named, otherwise: '' },
	{
		name: 'set_reminders',
		asking: 'none',
		args: () => ({ settings: { mail: [], push: [], time_zone: 'Europe/Paris' } }),
		ok: named,
		otherwise: ''
	},
	{ name: 'subscribe_push', asking: 'pushes', args: browser, ok: named, otherwise: '' },
	{
		name: 'unsubscribe_push',
		asking: 'no more of another’s',
		args: () => ({ endpoint: browser().endpoint }),
		ok: named,
		otherwise: ''
	},
	{ name: 'open_calendar', asking: 'an address', args: () => ({}), ok: named, otherwise: '' },
	{
		name: 'read_calendar',
		asking: 'one that is not',
		args: () => ({ token: 'ab'.repeat(32) }),
		ok: ['anonymous'],
		otherwise: 'PGRST202'
	},
	{ name: 'close_calendar', asking: 'its end', args: () => ({}), ok: named, otherwise: '' },
	{ name: 'list_sign_ins', asking: 'their devices', args: () => ({}), ok: named, otherwise: '' },
	{ name: 'end_sign_ins', asking: 'all others ended', args: () => ({}), ok: named, otherwise: '' },
	{
		name: 'end_sign_ins',
		asking: 'a sign-in ended that is not theirs',
		args: () => ({ sign_in_id: randomUUID() }),
		ok: [],
		otherwise: 'CR001'
	},
	{
		name: 'replace_sign_in',
		asking: 'a sign-in replaced that is not theirs',
		args: () => ({ former: randomUUID() }),
		ok: [],
		otherwise: 'CR001'
	},
	{
		name: 'ask_address',
		asking: 'another address for their account',
		args: () => ({ email: `${randomUUID()}@elsewhere.example` }),
		ok: named,
		otherwise: ''
	},
	{
		name: 'change_address',
		asking: 'a change that is not theirs',
		args: () => ({ change_id: randomUUID(), old_code: '123456', new_code: '654321' }),
		ok: [],
		otherwise: 'CR001'
	},
	{
		name: 'code_address',
		asking: 'the codes of a change known',
		args: () => ({
			...{ change_id: randomUUID(), old_hash: 'ab'.repeat(32), new_hash: 'cd'.repeat(32) }
		}),
		ok: [],
		otherwise: 'PGRST202'
	},
	{
		name: 'open_address_wait',
		asking: 'an account to wait for another address',
		args: (world) => ({
			...{ change_id: randomUUID(), account: world.people.member.id, session_id: randomUUID() },
			...{ new_code: '123456', has_password: true, stop_hash: 'ab'.repeat(32) }
		}),
		ok: [],
		otherwise: 'PGRST202'
	},
	{
		name: 'confirm_address_wait',
		asking: 'a move confirmed that nobody asked for',
		args: (world) => ({ wait_id: randomUUID(), group_id: world.group.id }),
		ok: [],
		otherwise: 'CR001'
	},
	{
		name: 'stop_address_wait',
		asking: 'the move of their own account stopped',
		args: () => ({}),
		ok: ['presenter'],
		otherwise: 'CR001'
	},
	{
		name: 'stop_address_wait_by',
		asking: 'a move stopped by a token',
		args: () => ({ token: 'a'.repeat(43) }),
		ok: [],
		otherwise: 'PGRST202'
	},
	{
		name: 'claim_invitation',
		asking: 'for one that is due',
		args: () => ({ token_hash: randomUUID().replaceAll('-', '').repeat(2) }),
		ok: [],
		otherwise: 'PGRST202'
	},
	{
		name: 'finish_invitation',
		asking: 'one away',
		args: () => ({ token_hash: randomUUID().replaceAll('-', '').repeat(2) }),
		ok: [],
		otherwise: 'PGRST202'
	},
	{
		name: 'claim_reminders',
		asking: 'what is due',
		args: () => ({ at: null, most: 1 }),
		ok: [],
		otherwise: 'PGRST202'
	},
	{
		name: 'finish_reminder',
		asking: 'one away',
		args: () => ({ id: randomUUID(), outcome: 'sent' }),
		ok: [],
		otherwise: 'PGRST202'
	},
	{
		name: 'community_overview',
		asking: 'how the groups of the community live',
		args: (world) => ({ community_id: world.community }),
		ok: ['animator'],
		otherwise: 'CR001'
	},
	{
		name: 'found_group',
		asking: 'a group of their own',
		args: () => ({ id: randomUUID(), name: 'Ailleurs', charter: 'Silence.' }),
		ok: named,
		otherwise: ''
	},
	{
		name: 'found_group',
		asking: 'to found the group again',
		args: (world) => ({ id: world.group.id, name: 'Ailleurs', charter: 'Silence.' }),
		ok: joined,
		otherwise: 'CR005'
	},
	{
		name: 'invite',
		asking: 'somebody into the group',
		args: (world) => ({
			group_id: world.group.id,
			email: 'guest@test.example',
			token_hash: randomUUID().replaceAll('-', '').repeat(2)
		}),
		// The group is full.
		ok: [],
		otherwise: 'CR001',
		but: Object.fromEntries(signed.map((persona) => [persona, 'CR006']))
	},
	{
		name: 'read_invitation',
		asking: 'the invitation of another',
		args: ({ token }) => ({ token }),
		ok: ['invited'],
		otherwise: 'CR007'
	},
	{
		name: 'plan_session',
		asking: 'a new session',
		args: (world) => ({ plan: plan(world, randomUUID()), expected_version: 0 }),
		ok: signed,
		otherwise: 'CR001'
	},
	{
		name: 'plan_session',
		asking: 'to change the planned session',
		args: (world, version) => ({ plan: plan(world, world.planned), expected_version: version }),
		ok: ['facilitator'],
		otherwise: 'CR002',
		but: drivers
	},
	{
		name: 'room_snapshot',
		asking: 'the live room',
		args: (world) => ({ session_id: world.live }),
		ok: signed,
		otherwise: 'CR001'
	},
	{
		name: 'room_snapshot',
		asking: 'the closed room',
		args: (world) => ({ session_id: world.closed }),
		ok: before,
		otherwise: 'CR001'
	},
	{
		name: 'room_command',
		asking: 'one minute more',
		args: (world, version) => ({
			...{ session_id: world.live, command: 'add', args: { minutes: 1 } },
			...{ expected_version: version, command_id: randomUUID() }
		}),
		ok: ['facilitator'],
		otherwise: 'CR002',
		but: drivers
	},
	{
		name: 'floor_command',
		asking: 'to speak',
		args: (world) => ({ session_id: world.live, command: 'raise', args: {} }),
		ok: signed,
		otherwise: 'CR001'
	},
	{
		name: 'floor_command',
		asking: 'the floor for another',
		args: (world) => ({
			...{ session_id: world.live, command: 'give' },
			args: { member_id: world.people.absent.id }
		}),
		ok: ['facilitator'],
		otherwise: 'CR002',
		but: drivers
	},
	{
		name: 'signal_facilitator',
		asking: 'a pause',
		args: (world) => ({ session_id: world.live, kind: 'pause' }),
		ok: signed,
		otherwise: 'CR001'
	},
	{
		name: 'dismiss_signal',
		asking: 'the signals gone',
		args: (world) => ({ session_id: world.live, kind: 'pause' }),
		ok: ['facilitator'],
		otherwise: 'CR002',
		but: drivers
	},
	{
		name: 'close_session',
		asking: 'the end of the live session',
		args: (world, version) => ({
			...{ session_id: world.live, next: null },
			...{ expected_version: version, command_id: randomUUID() }
		}),
		ok: ['facilitator'],
		otherwise: 'CR002',
		but: drivers
	},
	{
		name: 'share_session',
		asking: 'that the later joiner sees an earlier session',
		args: ({ earlier, people }) => ({
			...{ session_id: earlier.id, reader_id: people.later.id, agree: true }
		}),
		ok: before,
		otherwise: 'CR001'
	},
	{
		name: 'vote_terms',
		asking: 'who would decide about a member',
		args: (world) => ({ group_id: world.group.id, accused_id: world.people.absent.id }),
		ok: signed,
		otherwise: 'CR001'
	},
	{
		name: 'write_charter',
		asking: 'an old version over',
		args: (world) => ({ group_id: world.group.id, body: 'Louder.', expected_version: 7 }),
		ok: [],
		otherwise: 'CR003',
		but: drivers
	},
	{
		name: 'set_retention',
		asking: 'the group to remember as long as it does',
		args: (world) => ({ group_id: world.group.id, months: 12, expected: 12 }),
		ok: signed,
		otherwise: 'CR001'
	},
	{
		name: 'set_retention',
		asking: 'another length, over one they have not seen',
		args: (world) => ({ group_id: world.group.id, months: 6, expected: 24 }),
		ok: [],
		otherwise: 'CR003',
		but: drivers
	},
	{
		name: 'sign_charter',
		asking: 'the charter',
		args: (world) => ({ charter_id: world.group.charterId }),
		ok: joined,
		otherwise: 'CR001'
	},
	{
		name: 'accept_invitation',
		asking: 'the invitation of another',
		args: ({ token }) => ({ token }),
		ok: [],
		otherwise: 'CR007',
		but: { invited: 'CR006' }
	},
	{
		name: 'revoke_invitation',
		asking: 'an invitation that is used',
		args: () => ({ invitation_id: randomUUID() }),
		ok: [],
		otherwise: 'CR001'
	},
	{
		name: 'erase_expired',
		asking: 'what is old to go',
		args: () => ({ at: null, most: 1 }),
		ok: [],
		otherwise: 'PGRST202'
	},
	{ name: 'export_account', asking: 'what is theirs', args: () => ({}), ok: named, otherwise: '' },
	{
		name: 'delete_account',
		asking: 'their end, by another’s address',
		args: () => ({ confirmation: 'nobody@test.example' }),
		ok: [],
		otherwise: 'CR018'
	},
	{
		name: 'raise_breach',
		asking: 'a second one about the same member',
		args: (world) => ({
			...{ id: randomUUID(), group_id: world.group.id, reason: 'Again.' },
			accused_id: world.people.absent.id
		}),
		ok: [],
		otherwise: 'CR016',
		// Nobody accuses themself; the member who had not signed has by now.
		but: { ...drivers, unsigned: 'CR016', absent: 'CR005' }
	},
	{
		name: 'vote_breach',
		asking: 'to vote about a member',
		args: (world) => ({ breach_id: world.breach.open, exclude: true }),
		// Two of the three decide who were there when the first session began.
		ok: ['member', 'presenter'],
		otherwise: 'CR001',
		but: {
			...{ unsigned: 'CR002', later: 'CR002', newest: 'CR002', back: 'CR002' },
			facilitator: 'CR004'
		}
	},
	{
		name: 'withdraw_breach',
		asking: 'the end of one that is settled',
		args: (world) => ({ breach_id: world.breach.open }),
		ok: [],
		otherwise: 'CR001',
		but: Object.fromEntries([...deciding, 'unsigned'].map((persona) => [persona, 'CR004']))
	},
	{
		name: 'leave_group',
		asking: 'to leave',
		args: (world) => ({ group_id: world.group.id }),
		// The member who was excluded just now, or left before, leaves twice.
		ok: [...joined, 'left'],
		otherwise: 'CR001'
	}
];
