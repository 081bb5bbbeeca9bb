/** What a typed text needs of the device. */
interface Keeper {
	draft(key: string): string | null;
	keep(key: string, text: string): Promise<void>;
}

/** How long a pause in typing is before the text is written, in ms. */
const PAUSE = 1_200;

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
	#text = $state.raw<string | null>(null);
	#base = '';
	#timer: ReturnType<typeof setTimeout> | undefined;
	#problem = $state.raw<unknown>(null);

	/**
	 * `seen` is the text as everybody sees it, `write` keeps a new one, given what was seen when the
	 * typing began and the draft to drop with it.
	 */
	constructor(
		keeper: Keeper,
		key: string,
		seen: () => string,
		write: (text: string, base: string, draft: string) => Promise<unknown>
	) {
		this.#keeper = keeper;
		this.#key = key;
		this.#seen = seen;
		this.#write = write;
		const draft = keeper.draft(key);
		if (draft !== null && draft !== seen()) {
			this.#base = seen();
			this.#text = draft;
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
		this.#keeper.keep(this.#key, text).catch((error: unknown) => (this.#problem = error));
	}

	/** True while something typed is not yet written. */
	get dirty(): boolean {
		return this.#text !== null;
	}

	/** What went wrong while keeping the text; null: nothing. */
	get problem(): unknown {
		return this.#problem;
	}

	/** Writes now what was typed. */
	async flush(): Promise<void> {
		clearTimeout(this.#timer);
		const text = this.#text;
		if (text === null) return;
		try {
			if (text !== this.#base) await this.#write(text, this.#base, this.#key);
			else await this.#keeper.keep(this.#key, '');
			this.#problem = null;
			// More may have been typed while the disk was busy.
			if (this.#text === text) this.#text = null;
			else this.#base = text;
		} catch (error) {
			this.#problem = error;
		}
	}
}
