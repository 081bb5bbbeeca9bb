import { expect, test } from 'vitest';
import { describe } from '#lib/changes/subject.ts';
import { viewer } from '#lib/data/view.ts';

const view = viewer()({
	actions: [
		{
			id: 'a1',
			group_id: 'g',
			owner_id: 'me',
			title: 'Déléguer l’astreinte',
			due_on: '2026-11-26',
			status: 'open',
			born_in: null,
			due_in: null,
			carries: 0,
			version: 1,
			created_at: '2026-11-01T10:00:00Z'
		}
	]
});
const said = (kind: string, args: unknown) => describe({ kind, args }, view);

test('a new action shows its own title', () => {
	expect(said('action.add', { id: 'a2', title: 'Écrire la fiche' })).toEqual({
		subject: 'action',
		words: ['Écrire la fiche']
	});
});

test('a change of status says which, and of what', () => {
	const words = ['Déléguer l’astreinte'];
	expect(said('action.settle', { id: 'a1', changes: { status: 'done' } })).toEqual({
		subject: 'action_done',
		words
	});
	expect(said('action.settle', { id: 'a1', changes: { status: 'open' } }).subject).toBe(
		'action_open'
	);
});

test('an action that is no longer visible is still described', () => {
	expect(said('action.settle', { id: 'gone', changes: { status: 'dropped' } })).toEqual({
		subject: 'action_dropped',
		words: []
	});
});

test.each([
	['action.edit', { id: 'a1', changes: { due_on: '2026-12-01' } }, 'action_edited', 1],
	['action.tell', { id: 'a1', changes: { outcome: 'partly', line: 'à moitié' } }, 'action_told', 2],
	['action.decide', { id: 'a1', choice: 'do', title: '', line: '' }, 'action_decided', 1],
	['action.remove', { id: 'a1' }, 'action_removed', 1],
	['actions.order', { ids: ['a1'] }, 'action_order', 0],
	['goal.add', { id: 'g1', title: 'Livrer' }, 'goal', 1],
	['goal.edit', { id: 'g1', changes: { title: 'Livrer' } }, 'goal_edited', 1],
	['goal.remove', { id: 'g1' }, 'goal_removed', 0],
	['contribution.add', { id: 'c1', text: 'Vécu' }, 'contribution', 1],
	['contribution.write', { id: 'c1', changes: { text: '' } }, 'contribution_back', 0]
])('each kind has its words: %s', (kind, args, subject, words) => {
	expect(said(kind, args)).toMatchObject({ subject });
	expect(said(kind, args).words).toHaveLength(words);
});

test('a review names its action and its line', () => {
	expect(said('review.record', { action_id: 'a1', outcome: 'partly', line: 'à moitié' })).toEqual({
		subject: 'review',
		words: ['Déléguer l’astreinte', 'à moitié']
	});
});

test('the words of a challenge are shown, its settings are not', () => {
	const changes = { question: 'Faut-il réécrire ?', need: 'decide', keep: 'room', tags: ['x'] };
	expect(said('challenge.write', { id: 'c', changes }).words).toEqual(['Faut-il réécrire ?']);
});

test.each([
	['unknown.kind', { id: 'a1' }],
	['action.add', null],
	['action.add', 'text'],
	['notes.write', { id: 'n', changes: 'text' }]
])('what cannot be read says so: %s %j', (kind, args) => {
	expect(said(kind, args)).toEqual({ subject: 'unreadable', words: [] });
});
