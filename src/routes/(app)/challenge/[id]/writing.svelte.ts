import * as z from 'zod/mini';
import { refusedOf } from '#lib/changes/challenge-conflict.ts';
import {
	type ChallengeField,
	type Field,
	fields,
	fieldValue,
	limitOf
} from '#lib/changes/challenge-fields.ts';
import { type Intent } from '#lib/changes/intent.ts';
import { writeChallenge } from '#lib/changes/intents/challenge.ts';
import { touched } from '#lib/changes/touched.ts';
import { draftKey } from '#lib/data/draft-keys.ts';
import type { Row } from '#lib/data/rows.ts';
import { characters, clean } from '#lib/domain/limits.ts';
import { parseKept } from '#lib/offline/kept.ts';
import type { Operation } from '#lib/offline/outbox.ts';
import { codeOf } from '#lib/data/failure.ts';

/** How long the hand rests before what was written becomes a change to be sent. */
const REST = 1500;

const shape = z.object({
	value: z.union([z.string(), z.array(z.string())]),
	seen: z.union([z.string(), z.array(z.string())])
});
type Edit = z.infer<typeof shape>;
export type Place = 'kept' | 'refused' | 'sent';
type Edits = Partial<Record<ChallengeField, Edit>>;

/** What writing needs of the app: the rows, the drafts, the outbox. */
interface Desk {
	readonly view: { readonly challenges: readonly Row<'challenges'>[] };
	readonly device: {
		readonly pending: readonly Operation[];
		readonly refused: readonly Operation[];
		draft(key: string): string | null;
		keep(key: string, text: string): Promise<void>;
	};
	write(intent: Intent, draft: string): Promise<unknown>;
}

/**
 * A challenge being written. Each keystroke is kept on the device as a draft; at rest it becomes a
 * change that the device sends, with what was seen when the writing began.
 */
export class Writing {
	readonly #app: Desk;
	readonly #id: string;
	#edits = $state.raw<Edits>({});
	#failed = $state<string | null>(null);
	#wrote = $state(false);
	#timer: ReturnType<typeof setTimeout> | undefined;
	#turn: Promise<void> = Promise.resolve();

	constructor(app: Desk, id: string) {
		this.#app = app;
		this.#id = id;
		this.#edits = Object.fromEntries(
			fields.flatMap((field) => {
				const edit = parseKept(shape, app.device.draft(this.#key(field)));
				return edit ? [[field, edit]] : [];
			})
		);
	}

	readonly #row = $derived.by(
		() => this.#app.view.challenges.find(({ id }) => id === this.#id) ?? null
	);

	/** Why the device could not keep a text; null: it does. */
	get failed(): string | null {
		return this.#failed;
	}

	/**
	 * Where the text is: `kept` on this device, `refused` until the member chooses between two
	 * versions, `sent` once the server has all of it; null while nothing was written.
	 */
	readonly state = $derived.by((): Place | null => {
		if (refusedOf(this.#app.device.refused, this.#id).length > 0) return 'refused';
		const waits = touched(this.#app.device.pending).has(this.#id);
		if (waits || Object.keys(this.#edits).length > 0) return 'kept';
		return this.#wrote ? 'sent' : null;
	});

	text(field: ChallengeField): string {
		const value = this.value(field);
		return typeof value === 'string' ? value : '';
	}

	value(field: ChallengeField): Field {
		return this.#edits[field]?.value ?? (this.#row ? fieldValue(this.#row, field) : '');
	}

	isLong(field: ChallengeField): boolean {
		return characters(clean(this.text(field))) > limitOf(field);
	}

	/** Keeps what is in the field now. */
	edit(field: ChallengeField, value: Field): void {
		if (!this.#row) return;
		const seen = this.#edits[field]?.seen ?? fieldValue(this.#row, field);
		this.#put(field, { value, seen });
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.save(), REST);
	}

	/** Chooses at once: there is nothing more to type. */
	choose(field: ChallengeField, value: Field): void {
		this.edit(field, value);
		void this.save();
	}

	/** Turns what was written into changes to be sent. */
	save(): Promise<void> {
		clearTimeout(this.#timer);
		this.#turn = this.#turn.then(async () => {
			for (const field of fields) await this.#saveField(field);
		});
		return this.#turn;
	}

	async #saveField(field: ChallengeField): Promise<void> {
		const edit = this.#edits[field];
		if (!edit || this.isLong(field)) return;
		const { value, seen } = edit;
		try {
			if (same(value, seen)) {
				await this.#app.device.keep(this.#key(field), '');
			} else {
				const change = writeChallenge(this.#id, { [field]: value }, { [field]: seen });
				await this.#app.write(change, this.#key(field));
				this.#wrote = true;
			}
			this.#settle(field, value);
		} catch (error) {
			this.#fail(error);
		}
	}

	/** What was typed while the change was being kept goes on, on top of it. */
	#settle(field: ChallengeField, saved: Field): void {
		const { [field]: now, ...others } = this.#edits;
		this.#edits = others;
		if (now && !same(now.value, saved)) this.#put(field, { value: now.value, seen: saved });
	}

	#put(field: ChallengeField, edit: Edit): void {
		this.#edits = { ...this.#edits, [field]: edit };
		this.#failed = null;
		const kept = this.#app.device.keep(this.#key(field), JSON.stringify(edit));
		kept.catch((error: unknown) => this.#fail(error));
	}

	#fail(error: unknown): void {
		this.#failed = codeOf(error);
	}

	#key(field: ChallengeField): string {
		return draftKey('challenge', this.#id, field);
	}
}

function same(a: Field, b: Field): boolean {
	return typeof a === 'string' && typeof b === 'string'
		? clean(a) === clean(b)
		: JSON.stringify(a) === JSON.stringify(b);
}
