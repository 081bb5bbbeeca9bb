import type { Operation } from '#lib/offline/outbox.ts';
import {
	RemoteError,
	type Ask,
	type Difference,
	type Remote,
	TAKEN,
	type Verdict
} from '#lib/offline/remote.ts';
import type { Row, Tables } from '#lib/offline/replica.ts';

/** What goes wrong with one request: before the server acts on it, or on the way back. */
export type Trouble = 'lost request' | 'lost answer' | 'server error';

/** Kinds of operations that this server never applies, and why. */
const refusals = new Map([
	['forbidden', 'CR001'],
	['against the policies', '42501'],
	['of a later release', 'CR005']
]);

/** A server whose rows are notes; writing appends, so that applying twice shows. */
export class Server {
	/** Texts of every operation that took effect, in order. */
	readonly applied: string[] = [];
	readonly requests: string[] = [];
	/** What each pull said it had, in order. */
	readonly asked: Ask[] = [];
	account = 'anne';
	signedIn = true;
	trouble: Trouble[] = [];
	onpull: () => Promise<unknown> = () => Promise.resolve();
	onpush: (signal: AbortSignal) => Promise<unknown> = () => Promise.resolve();
	readonly #notes = new Map<string, { texts: string[]; stamp: number }>();
	/** Texts of what was applied, by client and place. */
	readonly #answered = new Map<string, string>();
	#time = 1;

	get notes(): Record<string, string[]> {
		return Object.fromEntries(Array.from(this.#notes, ([id, { texts }]) => [id, texts]));
	}

	/** Somebody writes a note, from elsewhere. */
	write(id: string, texts: readonly string[]): void {
		this.#notes.set(id, { texts: [...texts], stamp: this.#time++ });
	}

	/** The account was signed out from elsewhere: nothing is answered, and nothing renewed. */
	end(): void {
		this.signedIn = false;
		this.onpull = this.onpush = () => Promise.reject(new RemoteError('unauthorized'));
	}

	/** Somebody takes a note away, or the right to see it. */
	hide(id: string): void {
		this.#notes.delete(id);
	}

	readonly remote: Remote = {
		push: (client, operations, signal) =>
			this.#answer('push', async () => {
				await this.onpush(signal);
				if (operations.some(({ kind }) => kind === 'poison')) {
					throw new RemoteError('rejected', 'CR999');
				}
				return operations.map((operation) => this.#apply(client, operation));
			}),
		pull: (ask) =>
			this.#answer('pull', async () => {
				this.asked.push(ask);
				const [account, snapshot] = [this.account, String(this.#time)];
				const answer = { account, snapshot, tables: this.#differing(ask), rest: [] };
				await this.onpull();
				return answer;
			}),
		refresh: async () => {
			this.requests.push('refresh');
			return this.signedIn;
		}
	};

	async #answer<T>(name: string, act: () => Promise<T>): Promise<T> {
		this.requests.push(name);
		const trouble = this.trouble.shift();
		if (trouble === 'lost request') throw new RemoteError('unreachable');
		if (trouble === 'server error') throw new RemoteError('failing');
		const answer = await act();
		if (trouble === 'lost answer') throw new RemoteError('unreachable');
		return answer;
	}

	#differing({ all: isAll, tables }: Ask): Record<string, Difference> {
		if (!isAll && !tables.notes) return {};
		const all = Array.from(this.#notes, ([id, { texts, stamp }]): [number, Row] => {
			return [stamp, { id, texts: [...texts] }];
		});
		const sum = [all.length, all.reduce((total, [stamp]) => total + stamp, 0)] as const;
		const { sum: known, snapshot } = tables.notes ?? { sum: [0, 0], snapshot: null };
		if (known[0] === sum[0] && known[1] === sum[1]) return {};
		const whole = snapshot === null;
		const rows = all.filter(([stamp]) => whole || stamp >= Number(snapshot));
		return { notes: { full: whole, sum, rows } };
	}

	#apply(client: string, { sequence, kind, args }: Operation): Verdict {
		const code = refusals.get(kind);
		if (code) return { sequence, status: 'refused', code };
		const key = `${client} ${sequence}`;
		const { note, text } = noteArgs(args);
		const answered = this.#answered.get(key);
		if (answered !== undefined && answered !== text)
			return { sequence, status: 'refused', code: TAKEN };
		// What it changed is forgotten by then.
		if (answered !== undefined) return { sequence, status: 'applied', tables: 'all' };
		this.applied.push(text);
		this.write(note, [...(this.notes[note] ?? []), text]);
		this.#answered.set(key, text);
		return { sequence, status: 'applied', tables: ['notes'] };
	}
}

export function noteArgs(args: unknown): { note: string; text: string } {
	if (typeof args !== 'object' || args === null) throw new TypeError('not the args of a note');
	return { note: String(Reflect.get(args, 'note')), text: String(Reflect.get(args, 'text')) };
}

/** The rows with what waits: the same rule as the server's. */
export function fold(tables: Tables, pending: readonly Operation[]): Record<string, string[]> {
	const view: Record<string, string[]> = {};
	for (const row of tables.notes ?? []) {
		view[row.id] = Array.isArray(row.texts) ? row.texts.map(String) : [];
	}
	for (const { kind, args } of pending) {
		if (kind !== 'append') continue;
		const { note, text } = noteArgs(args);
		view[note] = [...(view[note] ?? []), text];
	}
	return view;
}
