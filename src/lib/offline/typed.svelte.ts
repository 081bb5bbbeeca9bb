import * as z from 'zod/mini';
import type { Keeper } from './draft.svelte.ts';
import { parseKept } from './kept.ts';
import { storageError, type StorageCode } from './storage-error.ts';

/** How long a pause in typing is before the text is written, in ms. */
const PAUSE = 1_200;

/** What was typed and what was seen then: others may have written when the draft comes back. */
const shape = z.object({ text: z.string(), base: z.string() });

/**
 * One text somebody types and nobody has to save: kept on the device at every keystroke, written
 * when the typing pauses or the field is left. While nothing is being typed it follows what others
 * write; what is being typed is never replaced under the fingers.
 */
export class Typed {
	readonly #key: string;
	readonly #keeper: Keeper;
	readonly #seen: () => string;
	readonly #write: (text: string, base: string, draft: string) => Promise<unknown>;
	readonly #limit: number;
	#text = $state.raw<string | null>(null);
	#base = '';
	#writing: string | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#problem = $state.raw<StorageCode | null>(null);

	/**
	 * `seen` is the text as everybody sees it, `write` keeps a new one, given what was seen when the
	 * typing began and the draft to drop with it. A text of more than `limit` characters (code points)
	 * would be refused: it stays a draft until it is shorter.
	 */
	constructor(
		keeper: Keeper,
		key: string,
		seen: () => string,
		write: (text: string, base: string, draft: string) => Promise<unknown>,
		limit: number
	) {
		this.#keeper = keeper;
		this.#key = key;
		this.#seen = seen;
		this.#write = write;
		this.#limit = limit;
		const draft = parseKept(shape, keeper.draft(key));
		if (draft !== null && draft.text !== seen()) {
			this.#base = draft.base;
			this.#text = draft.text;
		}
	}

	get value(): string {
		return this.#text ?? this.#seen();
	}

	set value(text: string) {
		if (this.#text === null) this.#base = this.#seen();
		this.#text = text;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.flush(), PAUSE);
		const draft: z.infer<typeof shape> = { text, base: this.#base };
		this.#keeper
			.keep(this.#key, JSON.stringify(draft))
			.catch((error: unknown) => this.#fail(error));
	}

	/** True while something typed is not yet written. */
	get dirty(): boolean {
		return this.#text !== null;
	}

	/** Why the device could not keep the text; null: it does. */
	get problem(): StorageCode | null {
		return this.#problem;
	}

	/** Writes now what was typed. */
	async flush(): Promise<void> {
		clearTimeout(this.#timer);
		const text = this.#text;
		if (text === null || text === this.#writing) return;
		if (Array.from(text).length > this.#limit) return;
		const base = this.#base;
		// More may be typed and written while the disk is busy: it goes on top of this text.
		this.#base = this.#writing = text;
		try {
			if (text !== base) await this.#write(text, base, this.#key);
			else await this.#keeper.keep(this.#key, '');
			this.#problem = null;
			if (this.#text === text) this.#text = null;
		} catch (error) {
			if (this.#base === text) this.#base = base;
			this.#fail(error);
		} finally {
			if (this.#writing === text) this.#writing = null;
		}
	}

	#fail(error: unknown): void {
		this.#problem = storageError(error).code;
	}
}
