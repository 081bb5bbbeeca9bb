import { expect, test } from 'vitest';
import { leftovers } from '#lib/changes/leftovers.ts';
import { draftKey, draftsAbout } from '#lib/data/draft-keys.ts';
import { goalOf } from '../../support/goal.ts';
import { action, challenge, GROUP, groupOf, membership, session } from '../group-view.ts';

const memberOf = (group: string, left_at: string | null) => ({
	...{ ...membership('me'), id: `member of ${group}`, group_id: group, left_at }
});
const rows = groupOf(['me'], {
	memberships: [memberOf(GROUP, null), memberOf('left', '2026-05-01T00:00:00Z')],
	actions: [action('there')],
	sessions: [
		session('live', { status: 'live' }),
		session('closed', { status: 'closed', closed_at: '2026-05-01T00:00:00Z' })
	],
	challenges: [
		challenge('brought', { session_id: 'live' }),
		challenge('past', { session_id: 'closed' }),
		challenge('withdrawn', { session_id: 'live', withdrawn_at: '2026-05-01T00:00:00Z' })
	]
});
const view = { ...rows, goals: [goalOf({ id: 'aim' })] };
const synced = { pending: [], refused: [], busy: false, whole: true, completeAt: 1 };
const over = (
	drafts: readonly string[],
	state: Partial<typeof synced> | { completeAt: null } = {}
) => leftovers({ view, me: 'me', drafts, ...synced, ...state }).drafts;

test('a draft about an action, a goal or a challenge goes with it', () => {
	const gone = [
		draftKey('action', 'gone'),
		draftKey('action-tell', 'gone'),
		draftKey('action-decide', 'gone'),
		draftKey('goal-end', 'gone'),
		draftKey('action-for', 'gone'),
		draftKey('challenge', 'gone', 'context'),
		draftKey('challenge', 'withdrawn', 'context'),
		draftKey('notes', 'withdrawn')
	];
	const kept = [draftKey('action', 'there'), draftKey('challenge', 'past', 'context')];
	expect(over([...gone, ...kept])).toEqual(gone);
});

test('what was typed in the room goes when the session is closed', () => {
	const typed = (id: string, brought: string) => [
		draftKey('commitment', id),
		draftKey('review', id, 'there'),
		draftKey('plus', id),
		draftKey('plan', id),
		draftKey('notes', brought),
		draftKey('takeaways', brought),
		draftKey('contribution', brought)
	];
	expect(over([...typed('closed', 'past'), ...typed('live', 'brought')])).toEqual(
		typed('closed', 'past')
	);
});

test('what was typed for a group goes when its member has left', () => {
	const typed = (group: string) => [
		draftKey('charter', group),
		draftKey('invite', group),
		draftKey('breach', group, 'b'),
		draftKey('order', group),
		draftKey('plan-new', group)
	];
	expect(over([...typed('left'), ...typed(GROUP)])).toEqual(typed('left'));
});

test('while rows may be missing, only what is seen to be over goes', () => {
	const unknown = [
		draftKey('action', 'gone'),
		draftKey('notes', 'gone'),
		draftKey('plan', 'gone'),
		draftKey('invite', 'gone'),
		draftKey('challenge', 'gone', 'context')
	];
	const known = [draftKey('commitment', 'closed'), draftKey('charter', 'left')];
	for (const state of [{ completeAt: null }, { busy: true }, { whole: false }]) {
		expect(over([...unknown, ...known], state)).toEqual(known);
	}
});

test('a draft stays while the member reads nothing of their group before they sign its charter', () => {
	const charter = (version: number) => ({
		...{ id: `charter ${version}`, group_id: GROUP, version, body: 'c' },
		created_at: '2026-05-01T00:00:00Z'
	});
	const signature = (version: number) => ({
		...{ id: `signature ${version}`, group_id: GROUP, charter_id: `charter ${version}` },
		...{ member_id: 'me', signed_at: '2026-05-01T00:00:00Z' }
	});
	const drafts = [draftKey('action-tell', 'gone'), draftKey('commitment', 'gone')];
	const overWith = (signed: number[]) => {
		const charters = [charter(1), charter(2)];
		const view = groupOf(['me'], { charters, signatures: signed.map(signature) });
		return leftovers({ view, me: 'me', ...synced, drafts }).drafts;
	};
	expect(overWith([1])).toEqual([]);
	expect(overWith([1, 2])).toEqual(drafts);
});

test('what was typed about an addition that was refused stays, for it may be sent again', () => {
	const refused = [
		{
			...{ sequence: 1, kind: 'action.add', args: { id: 'new' }, base: null, madeAt: 0, tries: 1 },
			refusal: { code: 'CR005' }
		}
	];
	const drafts = [draftKey('action-tell', 'new'), draftKey('action-tell', 'gone')];
	expect(leftovers({ view, me: 'me', ...synced, refused, drafts }).drafts).toEqual([
		draftKey('action-tell', 'gone')
	]);
});

test('a draft of a former build goes with its row, and not before', () => {
	const gone = [
		'tell:gone',
		'decide:gone',
		'goal:gone:end',
		'action:new:gone',
		'plan:new:left',
		'commitment closed',
		'review closed there',
		'notes past',
		'charter left',
		'breach left b'
	];
	const kept = [
		`action:new:${GROUP}`,
		`goal:new:${GROUP}`,
		`plan:new:${GROUP}`,
		'action:new:aim',
		'tell:there',
		'goal:aim:end',
		'commitment live',
		'notes brought',
		`charter ${GROUP}`
	];
	expect(over([...gone, ...kept])).toEqual(gone);
});

test('what is about no row, or is of another version of the app, stays', () => {
	const others = ['constructor:gone', 'of a later version:gone', draftKey('invite', '')];
	expect(over([draftKey('found'), ...others])).toEqual([]);
});

test('writings refused because the challenge was withdrawn go, others wait for their member', () => {
	const refused = [
		{ sequence: 1, code: 'CR014' },
		{ sequence: 2, code: 'CR010' }
	].map(({ sequence, code }) => ({
		...{ sequence, kind: 'notes.write', args: {}, base: null, madeAt: 0, tries: 0 },
		refusal: { code }
	}));
	expect(leftovers({ view, me: 'me', ...synced, refused, drafts: [] }).sequences).toEqual([1]);
});

test('the drafts about a row are found whatever they are', () => {
	const about = [
		draftKey('action', 'a'),
		draftKey('action-tell', 'a'),
		draftKey('review', 's', 'a')
	];
	expect(draftsAbout('a', [...about, draftKey('action', 'b')])).toEqual(about);
});
