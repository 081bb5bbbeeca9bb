import { expect, test } from 'vitest';
import { textConflicts } from '#lib/changes/text-conflict.ts';
import { groupOf } from '../group-view.ts';

const feedback = { id: 'f', session_id: 's', member_id: 'a', plus: 'Là-bas', delta: '' };
const notes = { id: 'n', session_id: 's', presenter_id: 'a', body: 'Là-bas', takeaways: '' };
const view = groupOf(['a'], { challenge_notes: [notes], feedbacks: [feedback] });

function refused(sequence: number, kind: string, args: object, code = 'CR010') {
	return { sequence, kind, args, base: null, refusal: { code } };
}
const note = (sequence: number, body: string, code?: string) =>
	refused(sequence, 'notes.write', { id: 'n', changes: { body } }, code);

test('notes written in two places show both, the last writing here for all of them', () => {
	expect(textConflicts([note(1, 'I'), note(2, 'Ici')], view)).toEqual([
		{
			...{ table: 'challenge_notes', mine: 'Ici', theirs: 'Là-bas', sequence: 2, earlier: [1] },
			base: { body: 'Là-bas' }
		}
	]);
});

test('what was said at the end of a session shows both versions too', () => {
	const said = refused(3, 'feedback.write', { session_id: 's', member_id: 'a', plus: 'Ici' });
	expect(textConflicts([said], view)).toMatchObject([
		{ mine: 'Ici', theirs: 'Là-bas', sequence: 3, base: { plus: 'Là-bas' } }
	]);
});

test('other refusals, other kinds and what is gone are no conflict', () => {
	const gone = refused(2, 'notes.write', { id: 'gone', changes: { body: 'Ici' } });
	const action = refused(3, 'action.edit', { id: 'n', changes: { body: 'Ici' } });
	const broken = { ...note(4, 'Ici'), args: 5 };
	expect(textConflicts([note(1, 'Ici', 'CR001'), gone, action, broken], view)).toEqual([]);
});
