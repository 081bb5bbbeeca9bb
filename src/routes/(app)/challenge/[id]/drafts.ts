import { refusedOf } from '#lib/changes/challenge-conflict.ts';
import { type ChallengeField, limitOf } from '#lib/changes/challenge-fields.ts';
import { type Intent } from '#lib/changes/intent.ts';
import { writeChallenge } from '#lib/changes/intents/challenge.ts';
import { touched } from '#lib/changes/touched.ts';
import { draftKey } from '#lib/data/draft-keys.ts';
import { Draft, type Keeper } from '#lib/data/draft.svelte.ts';
import type { Row } from '#lib/data/rows.ts';
import type { Operation } from '#lib/offline/outbox.ts';
import * as z from '#lib/offline/shape.ts';

export type Place = 'kept' | 'refused' | 'sent';

/** What writing needs of the app: the rows, the drafts, the outbox. */
interface Desk {
	readonly view: { readonly challenges: readonly Row<'challenges'>[] };
	readonly device: Keeper & {
		readonly pending: readonly Operation[];
		readonly refused: readonly Operation[];
	};
	write(intent: Intent, draft: string): Promise<unknown>;
}

/** A challenge while its presenter writes it: each field is a draft of its own. */
export type ChallengeDrafts = ReturnType<typeof challengeDrafts>;

export function challengeDrafts(app: Desk, id: string) {
	const row = () => app.view.challenges.find((challenge) => challenge.id === id);
	const field = <Value>(
		name: ChallengeField,
		shape: z.Shape<Value>,
		seen: () => Value,
		limit?: number
	) =>
		new Draft<Value>(app.device, {
			key: () => draftKey('challenge', id, name),
			shape,
			seen,
			limit,
			write: ({ value, seen, key }) =>
				app.write(writeChallenge(id, { [name]: value }, { [name]: seen }), key)
		});
	const text = (name: Exclude<ChallengeField, 'tags'>) =>
		field(name, z.string(), () => row()?.[name] ?? '', limitOf(name));
	return {
		question: text('question'),
		context: text('context'),
		tried: text('tried'),
		options: text('options'),
		wanted: text('wanted'),
		unwanted: text('unwanted'),
		need: text('need'),
		tags: field('tags', z.array(z.string()), () => row()?.tags ?? []),
		keep: text('keep')
	} satisfies Record<ChallengeField, unknown>;
}

/**
 * Where the text is: `kept` on this device, `refused` until the member chooses between two versions,
 * `sent` once the server has all of it; null while nothing was written.
 */
export function placeOf(app: Desk, id: string, drafts: ChallengeDrafts): Place | null {
	const all = Object.values(drafts);
	if (refusedOf(app.device.refused, id).length > 0) return 'refused';
	if (touched(app.device.pending).has(id) || all.some(({ isTyped }) => isTyped)) return 'kept';
	return all.some(({ isWritten }) => isWritten) ? 'sent' : null;
}
