import type { Operation } from '#lib/offline/outbox.ts';
import { RemoteError, type Remote, type Verdict } from '#lib/offline/remote.ts';
import type { Tables } from '#lib/offline/replica.ts';

/** What goes wrong with one request: before the server acts on it, or on the way back. */
export type Trouble = 'lost request' | 'lost answer' | 'server error';

export interface Note {
	id: string;
	texts: string[];
}

/** A server whose rows are notes; writing appends, so that applying twice shows. */
export class Server {
	readonly notes = new Map<string, string[]>();
	/** Ids of every operation that took effect, in order. */
	readonly applied: string[] = [];
	readonly requests: string[] = [];
	account = 'anne';
	signedIn = true;
	trouble: Trouble[] = [];
	onpull: () => Promise<unknown> = () => Promise.resolve();
	onpush: (signal: AbortSignal) => Promise<unknown> = () => Promise.resolve();

	tables(): Tables {
		const notes = Array.from(this.notes, ([id, texts]) => ({ id, texts: [...texts] }));
		return { notes: notes.sort((a, b) => a.id.localeCompare(b.id)) };
	}

	readonly remote: Remote = {
		push: (operations, signal) =>
			this.#answer('push', async () => {
				await this.onpush(signal);
				if (operations.some(({ kind }) => kind === 'poison')) {
					throw new RemoteError('rejected', 'CR999');
				}
				return operations.map((operation) => this.#apply(operation));
			}),
		pull: () =>
			this.#answer('pull', async () => {
				const snapshot = { account: this.account, tables: this.tables() };
				await this.onpull();
				return snapshot;
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

	#apply({ id, kind, args }: Operation): Verdict {
		if (kind === 'forbidden') return { id, status: 'refused', code: 'CR001' };
		if (!this.applied.includes(id)) {
			this.applied.push(id);
			const { note, text } = noteArgs(args);
			this.notes.set(note, [...(this.notes.get(note) ?? []), text]);
		}
		return { id, status: 'applied' };
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
