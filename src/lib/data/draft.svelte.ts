import { untrack } from 'svelte';
import { characters, clean } from '#lib/domain/limits.ts';
import { safeParse, type Shape } from '#lib/offline/shape.ts';
import { codeOf } from './failure.ts';
import { formerly, typedIn } from './former-drafts.ts';

/** How long a pause in typing is before what was typed is written by itself, in ms. */
const PAUSE = 1_200;

/** What a draft needs of the device. */
export interface Keeper {
	draft(key: string): string | null;
	keep(key: string, text: string): Promise<void>;
}

/** What was typed, and what the member saw when they began to type: others may have written since. */
export interface Typed<Value> {
	readonly value: Value;
	readonly seen: Value;
	/** The draft that goes in the transaction that keeps the change. */
	readonly key: string;
}
type Kept<Value> = Omit<Typed<Value>, 'key'>;
/** Null: there is nothing to write it to, so it stays a draft. */
type Write<Value> = (typed: Typed<Value>) => Promise<unknown> | null | undefined;

interface Options<Value> {
	/** Under which name it is kept (draft-keys.ts). */
	key: () => string;
	/** What a kept one must be; of another shape it is none. */
	shape: Shape<Value>;
	/** What stands there while nothing is typed: the row as everybody sees it, or what a form begins with. */
	seen: () => Value;
	/** Given, it is called when the typing pauses: nobody has to save. */
	write?: Write<Value>;
	/** A text of more characters would be refused: it stays a draft until it is shorter. */
	limit?: number | undefined;
}

/**
 * What a member types, a text or a form: kept on this device at every change until it has arrived.
 * While nothing is typed it follows what others write; what is being typed is never replaced under
 * the fingers.
 */
export class Draft<Value> {
	readonly #keeper: Keeper;
	readonly #options: Options<Value>;
	#key = '';
	#typed = $state.raw<Kept<Value> | null>(null);
	#isRestored = $state.raw(false);
	#isWritten = $state.raw(false);
	#problem = $state.raw<string | null>(null);
	/** One at a time: what goes on top of another must not arrive without it. */
	#writing: { readonly value: Value; readonly done: Promise<boolean> } | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(keeper: Keeper, options: Options<Value>) {
		this.#keeper = keeper;
		this.#options = options;
		this.begin();
	}

	/** Begins anew, under another name too: what was typed before comes back. */
	begin(): void {
		const key = this.#options.key();
		untrack(() => {
			// What is being written is not in the rows yet: it stays, and what was typed since.
			if (this.#writing && this.#key === key) return;
			this.#key = key;
			const kept = this.#read(key, this.#kept(key));
			// It may have been written in another tab.
			this.#typed = kept && !same(kept.value, this.#options.seen()) ? kept : null;
			this.#isRestored = this.#typed !== null;
			this.#problem = null;
		});
	}

	get value(): Value {
		return this.#typed ? this.#typed.value : this.#options.seen();
	}

	set value(value: Value) {
		this.#typed = { value, seen: this.seen };
		this.#isRestored = false;
		void this.keep();
		if (!this.#options.write) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.flush(), PAUSE);
	}

	/** Changes these fields of a form. */
	change(fields: Partial<Value>): void {
		this.value = { ...this.value, ...fields };
	}

	/** Changes it where there is nothing more to type: written at once. */
	choose(value: Value): void {
		this.value = value;
		void this.flush();
	}

	/** What stood there when the typing began. */
	get seen(): Value {
		return this.#typed ? this.#typed.seen : this.#options.seen();
	}

	/** Whether something typed is not yet written. */
	get isTyped(): boolean {
		return this.#typed !== null;
	}

	/** Whether it was typed before and came back, and nothing was changed since. */
	get isRestored(): boolean {
		return this.#isRestored && this.isTyped;
	}

	/** Whether something was written since it is here. */
	get isWritten(): boolean {
		return this.#isWritten;
	}

	get isLong(): boolean {
		const { limit } = this.#options;
		return limit !== undefined && characters(clean(String(this.value))) > limit;
	}

	/** Why this device could not keep it, as a code (`codeOf`); null: it does. */
	get problem(): string | null {
		return this.#problem;
	}

	/** Keeps it now. False: see `problem`. */
	async keep(): Promise<boolean> {
		const typed = this.#typed;
		const isSame = typed === null || (!this.#writing && same(typed.value, typed.seen));
		try {
			await this.#keeper.keep(this.#key, isSame ? '' : JSON.stringify(typed));
			this.#problem = null;
			return true;
		} catch (error) {
			this.#problem = codeOf(error);
			return false;
		}
	}

	/** Writes now what was typed, where nobody has to save. */
	async flush(): Promise<void> {
		clearTimeout(this.#timer);
		const { write } = this.#options;
		const typed = this.#typed;
		if (!write || typed === null || this.isLong || this.#isBeingWritten) return;
		if (this.#writing) {
			await this.#writing.done;
			await this.flush();
		} else if (!same(typed.value, typed.seen)) await this.save(write);
		else if ((await this.keep()) && this.#typed === typed) this.#typed = null;
	}

	/** Makes a change of it that this device keeps and sends. False: it is not written, see `problem`. */
	async save(write: Write<Value>): Promise<boolean> {
		// Pressed twice, it is written once.
		if (this.#writing) return this.#isBeingWritten && this.#writing.done;
		// Another tab saved what came back here, or gave it up.
		if (this.isRestored && this.#keeper.draft(this.#key) === null) {
			this.begin();
			return false;
		}
		const { value, seen } = this;
		const key = this.#key;
		const { promise: done, resolve } = Promise.withResolvers<boolean>();
		// More may be typed while the disk is busy: it goes on top of this.
		if (this.#typed) this.#typed = { value, seen: value };
		this.#writing = { value, done };
		this.#problem = null;
		let isWritten = false;
		let problem = null;
		try {
			const written = write({ value, seen, key });
			await written;
			isWritten = Boolean(written);
		} catch (error) {
			problem = codeOf(error);
		}
		this.#writing = null;
		if (isWritten) {
			this.#isWritten = true;
			if (this.#key === key && this.#typed && same(this.#typed.value, value)) this.#typed = null;
			const kept = this.#read(key, this.#keeper.draft(key));
			if (kept && same(kept.value, value)) await this.#forget(key);
		} else if (this.#key === key) {
			if (this.#typed) this.#typed = { value: this.#typed.value, seen };
			if (this.#typed && this.#typed.value !== value) await this.keep();
			this.#problem = problem;
		}
		resolve(isWritten);
		return isWritten;
	}

	get #isBeingWritten(): boolean {
		return this.#writing !== null && same(this.#writing.value, this.value);
	}

	/** Forgets it once it has arrived or is given up. What a full device cannot forget is no failure. */
	drop(): Promise<void> {
		clearTimeout(this.#timer);
		this.#typed = null;
		this.#problem = null;
		return this.#forget(this.#key);
	}

	#forget(key: string): Promise<void> {
		return this.#keeper.keep(key, '').catch(() => undefined);
	}

	/** What a former build kept goes to today's name: the transaction of a save drops that one. */
	#kept(key: string): string | null {
		const former = formerly(key, (name) => this.#keeper.draft(name), this.#options.seen);
		const text = this.#keeper.draft(key) ?? former.text;
		if (former.text === null || text === null) return text;
		const forget = () => former.names.forEach((name) => void this.#forget(name));
		this.#keeper.keep(key, text).then(forget, () => undefined);
		return text;
	}

	#read(key: string, text: string | null): Kept<Value> | null {
		if (text === null) return null;
		const { shape, seen } = this.#options;
		const typed = typedIn(key, text);
		const value = safeParse(shape, typed.value);
		const before = safeParse(shape, typed.seen);
		return value.success
			? { value: value.data, seen: before.success ? before.data : seen() }
			: null;
	}
}

/** Whether the server would keep the same. */
function same<Value>(a: Value, b: Value): boolean {
	return typeof a === 'string' && typeof b === 'string'
		? clean(a) === clean(b)
		: JSON.stringify(a) === JSON.stringify(b);
}
