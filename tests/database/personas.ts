import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Connection, Person } from '../support/server.ts';
import { agree, type Earlier, holdEarlier } from './earlier-session.ts';
import {
	addAction,
	applyOne,
	close,
	comeBack,
	foundGroup,
	given,
	type Group,
	invite,
	joinGroup,
	leave,
	planFor,
	planSession,
	roomOf,
	start
} from './people.ts';
import { namesOfRemains, type Remains } from './rights/remains.ts';

/** The personas that ask: the columns of the specification. */
export const personas = [
	'anonymous',
	'stranger',
	'invited',
	'unsigned',
	'left',
	'foreigner',
	'animator',
	'member',
	'absent',
	'later',
	'newest',
	'back',
	'presenter',
	'facilitator'
] as const;
export type Persona = (typeof personas)[number];
export type Named = Exclude<Persona, 'anonymous'>;

/**
 * A group in the middle of its life: a session closed, one live, one planned. `absent` did not come
 * to the closed one; `left` left after it, and `back` in the middle of it, to come back later. After
 * it came `later`, and the `newest` after one that nobody closed (remains.ts). The session before,
 * which all who are asked share with the later joiner, is `earlier`.
 */
export interface World {
	group: Group;
	people: Record<Named, Person>;
	/** The community of the group, which the animator animates without being a member. */
	community: string;
	/** The group of the foreigner. */
	elsewhere: string;
	/** The token in the mail of the invited. */
	token: string;
	closed: string;
	live: string;
	planned: string;
	earlier: Earlier;
	/** Challenges of the presenter. */
	closedChallenge: string;
	liveChallenge: string;
	/** What `back` presented in the closed session. */
	backChallenge: string;
	/** What the member gave to the challenges, to that of `back` before and after they left. */
	contribution: { closed: string; live: string; toBack: string; afterBack: string };
	/** Actions of these people, reviewed in the closed session. */
	action: { member: string; left: string };
	/** Two goals of the member, one kept private, and one of the member who left. */
	goal: { shared: string; private: string; left: string };
	/** Raised about the absent member: one is open, one was dismissed. */
	breach: { open: string; dismissed: string };
	/** Rows of other days, once they are added (remains.ts). */
	remains: Remains;
	client(persona: Persona): SupabaseClient;
}

export async function openWorld(cercle: Connection): Promise<World> {
	const facilitator = await cercle.signIn('Facilitator');
	const group = await foundGroup(facilitator);
	const join = (name: string, signed = true) => joinGroup(cercle, group, name, { sign: signed });
	const presenter = await join('Presenter');
	const member = await join('Member');
	const absent = await join('Absent');
	const left = await join('Left');
	const back = await join('Back');
	const [foreigner, stranger, invited] = await Promise.all([
		cercle.signIn('Foreigner'),
		cercle.signIn('Stranger'),
		cercle.signIn('Invited')
	]);
	const elsewhere = await foundGroup(foreigner, 'Ailleurs');
	const { community, animator } = await animated(cercle, group);

	const first = planFor(group, { presenters: [presenter.id, back.id] });
	const cast = { facilitator, presenter, member, left };
	const earlier = await holdEarlier(cercle, group, cast, first);
	const closed = first.id;
	const action = {
		member: await addAction(member, group.id),
		left: await addAction(left, group.id)
	};
	const goal = { shared: randomUUID(), private: randomUUID(), left: randomUUID() };
	const words = { group_id: group.id, title: 'Deliver every week', year: 2030 };
	const prompts = { quarter: null, stage: null, measure: '', means: '', reason: '' };
	await allow(member, 'goal.add', { id: goal.shared, ...words, ...prompts, shared: true });
	await allow(member, 'goal.add', { id: goal.private, ...words, ...prompts, shared: false });
	await allow(left, 'goal.add', { id: goal.left, ...words, ...prompts, shared: true });
	await start(facilitator, closed);
	for (const person of [facilitator, presenter, member, left]) await roomOf(person, closed);
	const here = { group_id: group.id, session_id: closed };
	await allow(absent, 'attendance.mark', { ...here, member_id: absent.id, present: false });
	for (const action_id of Object.values(action)) {
		await allow(facilitator, 'review.record', { ...here, action_id, outcome: 'partly', line: '' });
	}
	for (const person of [member, left]) {
		await allow(person, 'feedback.write', { ...here, plus: 'calm', delta: '' });
	}
	const challenge = async (session: string, by = presenter) => {
		const [row] = await cercle.owner`
			select id from challenges where session_id = ${session} and presenter_id = ${by.id}
		`;
		return String(row?.id);
	};
	const contribution = {
		...{ closed: randomUUID(), live: randomUUID(), toBack: randomUUID(), afterBack: randomUUID() }
	};
	const closedChallenge = await challenge(closed);
	const backChallenge = await challenge(closed, back);
	const gift = { kind: 'experience', text: 'We waited too long' };
	await allow(member, 'contribution.add', {
		...{ ...here, id: contribution.closed, challenge_id: closedChallenge, ...gift }
	});
	const toBack = { ...here, challenge_id: backChallenge, ...gift };
	await allow(member, 'contribution.add', { id: contribution.toBack, ...toBack });
	await leave(cercle, group.id, back);
	await allow(member, 'contribution.add', { id: contribution.afterBack, ...toBack });
	await allow(facilitator, 'notes.write', {
		...{ id: backChallenge, changes: { body: 'Said while they were away.' } }
	});
	given(await giveFloor(facilitator, closed, member));
	const live = planFor(group, { starts_at: '2030-02-05T18:30:00Z', presenters: [presenter.id] });
	const { version } = await roomOf(facilitator, closed);
	given(await close(facilitator, closed, version, live));
	await leave(cercle, group.id, left);

	const later = await join('Later');
	await agree(earlier.id, later, [facilitator, presenter, member]);
	const unsigned = await join('Unsigned', false);
	const newest = await join('Newest');
	const token = await invite(facilitator, group.id, invited.email, cercle);
	// From now on the group is full.
	await comeBack(cercle, group.id, back);
	await start(facilitator, live.id);
	for (const person of [facilitator, presenter, member]) await roomOf(person, live.id);
	const now = { group_id: group.id, session_id: live.id };
	await allow(facilitator, 'review.record', {
		...{ ...now, action_id: action.left, outcome: 'partly', line: '' }
	});
	await allow(member, 'feedback.write', { ...now, plus: 'calm', delta: '' });
	const liveChallenge = await challenge(live.id);
	await allow(member, 'contribution.add', {
		...{ ...now, id: contribution.live, challenge_id: liveChallenge, ...gift }
	});
	given(await giveFloor(facilitator, live.id, member));
	const planned = await planSession(
		facilitator,
		planFor(group, { starts_at: '2030-03-05T18:30:00Z' })
	);

	const reminded = { mail: ['day'], push: [], quiet_from: null, quiet_to: null };
	given(
		await member.client.rpc('set_reminders', { settings: { ...reminded, time_zone: 'Asia/Tokyo' } })
	);
	given(await member.client.rpc('subscribe_push', browser()));
	given(await member.client.rpc('open_calendar'));

	const breach = { open: randomUUID(), dismissed: randomUUID() };
	const about = { group_id: group.id, accused_id: absent.id, reason: 'Told a client of ours.' };
	const decide = async (by: Person, breach_id: string, exclude: boolean) =>
		given(await by.client.rpc('vote_breach', { breach_id, exclude }));
	given(await member.client.rpc('raise_breach', { ...about, id: breach.dismissed }));
	for (const by of [presenter, facilitator]) await decide(by, breach.dismissed, false);
	given(await presenter.client.rpc('raise_breach', { ...about, id: breach.open }));
	await decide(member, breach.open, true);

	const people = {
		...{ stranger, invited, unsigned, left, foreigner, animator, member, absent, later },
		...{ newest, back, presenter, facilitator }
	};
	const anonymous = cercle.anonymous();
	return {
		...{ group, people, community, token, closed, planned, earlier, action, goal, contribution },
		...{ breach, elsewhere: elsewhere.id, remains: namesOfRemains() },
		...{ live: live.id, closedChallenge, backChallenge, liveChallenge },
		client: (persona) => (persona === 'anonymous' ? anonymous : people[persona].client)
	};
}

/** Puts the group into a community that somebody else animates, as the operator would. */
export async function animated(
	cercle: Connection,
	group: Group
): Promise<{ community: string; animator: Person }> {
	const { owner } = cercle;
	const animator = await cercle.signIn('Animator');
	const [row] = await owner`insert into communities (name) values ('Les Ponts') returning id`;
	const community = String(row?.id);
	await owner`
		insert into animators (community_id, member_id) values (${community}, ${animator.id})
	`;
	await owner`update groups set community_id = ${community} where id = ${group.id}`;
	return { community, animator };
}

/** What a new browser says of itself to be reached by push. */
export function browser() {
	return {
		endpoint: `https://push.example/${randomUUID()}`,
		p256dh: `B${'p'.repeat(86)}`,
		auth: 'a'.repeat(22)
	};
}

function giveFloor(by: Person, session_id: string, { id }: Person) {
	return by.client.rpc('floor_command', { session_id, command: 'give', args: { member_id: id } });
}

async function allow(by: Person, kind: string, args: Record<string, unknown>): Promise<void> {
	const refused = await applyOne(by, kind, args);
	if (refused) throw new Error(`${kind} was refused with ${refused}`);
}
