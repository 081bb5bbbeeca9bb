import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { type Intent, setStatus } from '#lib/changes/intent.ts';
import {
	addAction as newAction,
	decideAction,
	editAction,
	orderActions,
	removeAction,
	tellAction
} from '#lib/changes/intents/action.ts';
import {
	addContribution,
	takeBack,
	writeChallenge,
	writeNotes
} from '#lib/changes/intents/challenge.ts';
import { addGoal, editGoal, removeGoal } from '#lib/changes/intents/goal.ts';
import { writeProfile } from '#lib/changes/intents/profile.ts';
import { markAttendance, recordReview, writeFeedback } from '#lib/changes/intents/room.ts';
import { applied } from '#lib/changes/pending.ts';
import { type View, viewer } from '#lib/data/view.ts';
import { connected, type Person } from '../../support/server.ts';
import {
	addAction,
	apply,
	foundGroup,
	type Group,
	joinGroup,
	openSession,
	operation,
	planFor,
	rowsOf
} from '../people.ts';

// What a phone shows of its own writing before the server has answered (pending.ts) must be what the
// server then keeps (apply_ops): two writings of one rule, held together here.

const cercle = connected();
let ada: Person;
let bob: Person;
let group: Group;
let session: string;
let mistake: string;

beforeAll(async () => {
	ada = await cercle.signIn('Ada');
	group = await foundGroup(ada);
	bob = await joinGroup(cercle, group, 'Bob');
	session = (await openSession(ada, planFor(group, { presenters: [bob.id] }))).session_id;
	mistake = await addAction(ada, group.id);
});

/** The same writing shown before the sync and after it, without what only the server knows. */
async function bothWays(by: Person, intent: (view: View) => Intent) {
	const before = await rowsOf(by);
	const { kind, args, base } = intent(viewer()(before));
	const shown = viewer()(applied(before, [{ kind, args, refusal: null }]));
	const [answer] = await apply(by, [operation(kind, args, base)]);
	expect(answer).toMatchObject({ status: 'applied' });
	return { shown: told(shown), kept: told(viewer()(await rowsOf(by))) };
}

/** A view without ids, dates and versions that the server gives. */
function told(view: View) {
	return {
		actions: view.actions
			.map((action) => without(action, 'dueIn', 'version', 'createdAt'))
			.toSorted((a, b) => a.id.localeCompare(b.id)),
		goals: view.goals.map((goal) => without(goal, 'version', 'createdAt')),
		reviews: view.reviews.map(({ actionId, outcome, line }) => ({ actionId, outcome, line })),
		challenges: view.challenges,
		notes: view.challenge_notes,
		contributions: view.contributions.map(({ id, authorId, challengeId, kind, text }) => {
			return { id, authorId, challengeId, kind, text };
		}),
		attendances: view.attendances
			.map(({ memberId, present }) => ({ memberId, present }))
			.toSorted((a, b) => a.memberId.localeCompare(b.memberId)),
		feedbacks: view.feedbacks.map(({ memberId, plus, delta }) => ({ memberId, plus, delta })),
		names: view.profiles.map(({ id, name, language }) => ({ id, name, language })).toSorted(byId)
	};
}
const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);

const first = <T>(rows: readonly T[]): T => {
	const [row] = rows;
	if (!row) throw new Error('no such row');
	return row;
};

test.each<[string, () => Person, (view: View) => Intent]>([
	[
		'an action taken',
		() => ada,
		() =>
			newAction({
				id: randomUUID(),
				group: group.id,
				owner: ada.id,
				title: '  Relire le contrat  ',
				dueOn: '2030-01-08',
				bornIn: null
			})
	],
	[
		'an action taken back',
		() => ada,
		(view) => removeAction(view.actions.find(({ id }) => id === mistake)!)
	],
	[
		'an action reworded',
		() => ada,
		(view) => editAction(first(view.actions), { title: 'Relire', due_on: '2030-02-01' })
	],
	[
		'a word between two sessions',
		() => ada,
		(view) => tellAction(first(view.actions), 'partly', ' Un sur deux. ')
	],
	[
		'a goal',
		() => ada,
		() => {
			const when = { year: 2030, quarter: 1, stage: 'assess', shared: true } as const;
			const words = { title: ' Livrer ', measure: 'Un par semaine', means: '', reason: '' };
			return addGoal(randomUUID(), group.id, ada.id, { ...words, ...when });
		}
	],
	[
		'a goal that is reached',
		() => ada,
		(view) => editGoal(first(view.goals), { status: 'reached', line: 'En mai.', shared: false })
	],
	[
		'an action for that goal, with a partner',
		() => ada,
		(view) => editAction(first(view.actions), { goal_id: first(view.goals).id, partner_id: bob.id })
	],
	['an order', () => ada, (view) => orderActions(view.actions.map(({ id }) => id))],
	['a goal taken back', () => ada, (view) => removeGoal(first(view.goals))],
	['an outcome', () => ada, (view) => review(view, 'partly', 'À moitié.')],
	['another outcome for the same action', () => ada, (view) => review(view, 'dropped', '')],
	['an action reopened', () => ada, (view) => setStatus(first(view.actions), 'open')],
	['an action done', () => ada, (view) => setStatus(first(view.actions), 'done')],
	[
		'a challenge prepared',
		() => bob,
		(view) => {
			const changes = {
				question: 'Un ou deux dépôts ?',
				tags: ['expert_leader'],
				keep: 'presenter'
			};
			return writeChallenge(first(view.challenges).id, changes, {
				question: '',
				tags: [],
				keep: 'present'
			});
		}
	],
	[
		'the notes of a challenge',
		() => bob,
		(view) => writeNotes(first(view.challenge_notes), { body: 'Deux\r\nlignes' })
	],
	[
		'a contribution',
		() => ada,
		(view) =>
			addContribution({
				...{ id: randomUUID(), challenge: first(view.challenges), author: ada.id },
				...{ kind: 'experience', text: ' Chez nous, ce fut deux ans. ' }
			})
	],
	['a contribution taken back', () => ada, (view) => takeBack(first(view.contributions))],
	[
		'oneself marked absent',
		() => bob,
		(view) => markAttendance(first(view.sessions), bob.id, false)
	],
	[
		'a plus',
		() => bob,
		(view) => writeFeedback(first(view.sessions), bob.id, { plus: 'Le temps' }, { plus: '' })
	],
	[
		'a delta after the plus',
		() => bob,
		(view) => writeFeedback(first(view.sessions), bob.id, { delta: 'Court' }, { delta: '' })
	],
	[
		'a name',
		() => bob,
		(view) => {
			const own = view.profiles.find(({ id }) => id === bob.id);
			return writeProfile(first(own ? [own] : []), { name: 'Robert', language: 'en' });
		}
	]
])('%s is shown before the sync as the server keeps it', async (_, by, intent) => {
	const { shown, kept } = await bothWays(by(), intent);
	expect(kept).toEqual(shown);
});

test.each([
	['do', {}],
	['reshape', { title: 'Confier', due_on: '2030-04-01' }],
	['drop', {}]
] as const)(
	'%s at the third carry is shown before the sync as the server keeps it',
	async (choice, to) => {
		const id = await addAction(ada, group.id);
		await cercle.owner`
			update actions set carries = 3, outcome = 'not_done', line = 'Dit.' where id = ${id}`;
		const { shown, kept } = await bothWays(ada, (view) =>
			decideAction(
				view.actions.find((action) => action.id === id)!,
				choice,
				to,
				'Dit.'
			)
		);
		expect(kept).toEqual(shown);
	}
);

function without(row: object, ...names: string[]) {
	return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

function review(view: View, outcome: 'partly' | 'dropped', line: string) {
	return recordReview(first(view.actions), session, outcome, line);
}
